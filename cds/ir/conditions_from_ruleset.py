"""Conditions of the language as nodes: names resolved, units converted, parameters put in (language §7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from cds.errors import InputError, nearest
from cds.facts.decimals import read_number
from cds.facts.dictionary import Declaration, FactType
from cds.facts.tokens import quoted
from cds.ir.adopted_from_ruleset import Adoptions
from cds.ir.dictionary_from_ruleset import quantity_in
from cds.ir.nodes import (
    AllOf,
    AnyOf,
    Applies,
    Condition,
    InClass,
    IsKnown,
    Leaf,
    Not,
    NotConfigured,
    OneOf,
    Quantified,
    Ref,
    Within,
)
from cds.ir.parameters_from_ruleset import is_interval
from cds.ir.regions import region_of
from cds.ir.scope import Scope
from cds.ir.text import Units, text_of
from cds.ir.times_from_ruleset import elapsed, inside, times_of
from cds.ruleset import conditions as written
from cds.ruleset.model import Bounds, ParameterValue
from cds.ruleset.places import Path
from cds.ruleset.problems import Problems
from cds.terminology.concepts import Concepts

_EQUALITY = frozenset({"is", "is_not", "in"})
_BOUNDS = frozenset({"at_least", "more_than", "at_most", "less_than", "between"})
_TIMES = _BOUNDS | {"inside"}
_KNOWN = frozenset({"known"})
OPERATORS_BY_TYPE: Mapping[FactType, frozenset[str]] = {
    FactType.BOOLEAN: _EQUALITY | _KNOWN,
    FactType.ENUM: _EQUALITY | _KNOWN,
    FactType.CONCEPT: _EQUALITY | _KNOWN | {"in_class"},
    FactType.NUMBER: _BOUNDS | _KNOWN,
    FactType.QUANTITY: _BOUNDS | _KNOWN,
    FactType.TIME: _TIMES | _KNOWN,
    FactType.CODE: frozenset(),
    FactType.TEXT: frozenset(),
    FactType.LIST: frozenset(),
}
_REFUSED: Condition = NotConfigured(Ref(None, "as_of"), "refused")
"""Stands for a condition that a problem was noted for; no program is made then."""


@dataclass(frozen=True, slots=True)
class Results:
    """The rules that a condition may refer to."""

    rules: frozenset[str]
    by_kind: Mapping[str, tuple[str, ...]]
    by_advice: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ConditionCompiler:
    """Compile conditions in one world."""

    scope: Scope
    concepts: Concepts
    results: Results
    parameters: Mapping[str, ParameterValue | None]
    """By name, None where the site has not set it."""
    adoptions: Adoptions
    problems: Problems
    units: Units
    known_allowed: bool = False
    own_list: str | None = None
    in_quantifier: bool = False

    def compile(self, condition: written.Condition, path: Path) -> Condition:
        """Compile a condition; where it is refused, a problem is noted."""
        match condition:
            case written.All(all=parts):
                return AllOf(self._parts(parts, (*path, "all")))
            case written.Any_(any=parts):
                return AnyOf(self._parts(parts, (*path, "any")))
            case written.Not(not_=part):
                return Not(self.compile(part, (*path, "not")))
            case written.Exists(exists=quantifier):
                return self._quantified("exists", quantifier, (*path, "exists"))
            case written.Every(every=quantifier):
                return self._quantified("every", quantifier, (*path, "every"))
            case written.RuleApplies(rule=named):
                return self._rule(named.applies, (*path, "rule", "applies"))
            case written.KindApplies(kind=named):
                return self._any_applies("kind", named.any_applies, self.results.by_kind, path)
            case written.AdviceApplies(advice=named):
                return self._any_applies("advice", named.any_applies, self.results.by_advice, path)
            case written.Adopted(parameter=name, test=adopted):
                path = (*path, f"${name}")
                return self.adoptions.test(name, adopted, path, self.problems) or _REFUSED
            case _:
                return self._leaf(condition.fact, condition.test, path)

    def for_each(self, variable: str, list_name: str) -> ConditionCompiler:
        """Give the compiler for a step that is evaluated per item."""
        return replace(self._bound(variable, list_name), own_list=list_name)

    def judging(self, *, known_allowed: bool) -> ConditionCompiler:
        """Give the compiler for a step that may, or may not, use `known`."""
        return replace(self, known_allowed=known_allowed)

    def _bound(self, variable: str, list_name: str) -> ConditionCompiler:
        return replace(
            self, scope=self.scope.binding(variable, list_name), units=self.units.within(variable, list_name)
        )

    def _parts(self, parts: list[written.Condition], path: Path) -> tuple[Condition, ...]:
        """Sort the parts by their text: their order in the file means nothing."""
        compiled = [self.compile(part, (*path, number)) for number, part in enumerate(parts)]
        return tuple(sorted(compiled, key=lambda part: text_of(part, self.units)))

    def _quantified(self, quantifier: str, node: written.Quantifier, path: Path) -> Condition:
        variable, list_name = binding_of(node.each)
        if self.in_quantifier:
            self.problems.add(path, "a quantifier cannot stand inside another")
            return _REFUSED
        if not check_binding(variable, list_name, self.scope, (*path, "each"), self.problems):
            return _REFUSED
        if node.other and self.own_list != list_name:
            self.problems.add((*path, "other"), f"`other` needs a rule that is `for_each` over `{list_name}`")
        inside = replace(self._bound(variable, list_name), in_quantifier=True)
        part = inside.compile(node.where, (*path, "where"))
        return Quantified(quantifier, list_name, variable, part, without_own=node.other)

    def _rule(self, name: str, path: Path) -> Condition:
        if name not in self.results.rules:
            self.problems.add(path, f"there is no rule `{name}`", suggestion=nearest(name, self.results.rules))
        return Applies((name,), f"rule {name}")

    def _any_applies(self, what: str, name: str, groups: Mapping[str, tuple[str, ...]], path: Path) -> Condition:
        if name not in groups:
            path = (*path, what, "any_applies")
            self.problems.add(path, f"no rule has the {what} `{name}`", suggestion=nearest(name, groups))
            return _REFUSED
        return Applies(groups[name], f"{what} {name}")

    def _leaf(self, name: str, test: written.Test, path: Path) -> Condition:
        path = (*path, name)
        derived = self.scope.derivation(name)
        if derived is not None:
            return self._on_derived(derived, test, path)
        found = self.scope.fact(name)
        if found is None:
            suggestion = nearest(name, self.scope.names())
            self.problems.add(path, f"there is no fact `{name}`", suggestion=suggestion, at_key=True)
            return _REFUSED
        return self._on_fact(*found, test, path)

    def _on_derived(self, derived: Leaf, test: written.Test, path: Path) -> Condition:
        values = test.value if isinstance(test.value, list) else [test.value]
        are_booleans = all(isinstance(value, bool) for value in values)
        if test.operator not in _EQUALITY or not are_booleans or test.before or test.after:
            self.problems.add(
                path, "a derived fact is boolean", expected="`is`, `is_not` or `in`, with `true` or `false`"
            )
            return _REFUSED
        if len(set(values)) > 1:
            return AnyOf((derived, Not(derived)))
        return derived if (test.operator == "is_not") != values[0] else Not(derived)

    def _on_fact(self, fact: Ref, declared: Declaration, test: written.Test, path: Path) -> Condition:
        operator = test.operator
        allowed = OPERATORS_BY_TYPE[declared.type]
        if operator not in allowed:
            expected = ", ".join(f"`{name}`" for name in sorted(allowed)) or "no condition on it"
            self.problems.add(path, f"`{operator}` does not go with the type `{declared.type}`", expected=expected)
            return _REFUSED
        anchored = test.before or test.after
        if (anchored is not None) != (declared.type is FactType.TIME and operator != "known"):
            said = "a time needs `before` or `after`" if anchored is None else "`before` and `after` go with times"
            self.problems.add(path, said)
            return _REFUSED
        if operator == "known":
            return self._known(fact, test, path)
        return self._compared(fact, declared, test, path)

    def _known(self, fact: Ref, test: written.Test, path: Path) -> Condition:
        if not self.known_allowed:
            problem = "`known` is allowed only in rules that say `judges: data_quality`"
            self.problems.add((*path, "known"), problem)
        return IsKnown(fact) if test.known else Not(IsKnown(fact))

    def _compared(self, fact: Ref, declared: Declaration, test: written.Test, path: Path) -> Condition:
        operator, path = test.operator, (*path, test.operator)
        if operator == "in_class":
            return self._in_class(fact, test, path)
        if declared.type is FactType.TIME:
            return self._between_times(fact, declared, test, path)
        values = test.value if isinstance(test.value, list) else [test.value]
        given = [self._put_in(value, path) for value in values]
        for value, resolved in zip(values, given, strict=True):
            if resolved is None:
                return NotConfigured(fact, str(value)[1:])
        if operator in _EQUALITY:
            words = self._words(declared, given, path)
            return Not(OneOf(fact, words)) if operator == "is_not" else OneOf(fact, words)
        return self._within(fact, declared, operator, given, path)

    def _put_in(self, value: written.Scalar, path: Path) -> Any:
        """Give the value, or that of the parameter it names; None if the site has not set it."""
        if not isinstance(value, str) or not value.startswith("$"):
            return value
        name = value[1:]
        if name not in self.parameters:
            suggestion = nearest(name, self.parameters)
            self.problems.add(path, f"there is no parameter `{name}`", suggestion=suggestion and f"${suggestion}")
        resolved = self.parameters.get(name)
        if isinstance(resolved, Bounds):
            return resolved.from_ if resolved.strict == "from" else resolved.to
        if is_interval(resolved) and path[-1] != "inside":
            said = f"the parameter `{name}` is a hold interval, which only `inside` asks for"
            self.problems.add(path, said)
            return None
        return resolved

    def _in_class(self, fact: Ref, test: written.Test, path: Path) -> Condition:
        name = str(test.in_class)
        if name not in self.concepts.classes:
            suggestion = nearest(name, self.concepts.classes)
            self.problems.add(path, f"there is no class `{name}`", suggestion=suggestion)
        return InClass(fact, name, self.concepts.members(name))

    def _words(self, declared: Declaration, values: list[Any], path: Path) -> frozenset[Any]:
        for value in values:
            if declared.type is FactType.BOOLEAN:
                if not isinstance(value, bool):
                    self.problems.add(path, f"{quoted(value)} is not a boolean", expected="`true` or `false`")
                continue
            allowed = declared.values if declared.type is FactType.ENUM else tuple(self.concepts.substances)
            if not isinstance(value, str) or value not in allowed:
                self.problems.add(
                    path,
                    f"{quoted(value)} is not a value of `{declared.name}`",
                    expected=f"one of {', '.join(allowed)}" if declared.type is FactType.ENUM else "a substance",
                    suggestion=nearest(str(value), allowed),
                )
        return frozenset(values)

    def _within(self, fact: Ref, declared: Declaration, operator: str, values: list[Any], path: Path) -> Condition:
        numbers = [self._number(declared, value, path) for value in values]
        if any(number is None for number in numbers):
            return _REFUSED
        region = region_of(operator, numbers)
        if region.is_empty:
            self.problems.add(path, "the lower bound is above the upper bound")
        return Within(fact, region.low, region.high, region.low_included, region.high_included)

    def _number(self, declared: Declaration, value: Any, path: Path) -> Fraction | None:
        if declared.type is FactType.QUANTITY:
            if isinstance(value, str):
                return quantity_in(value, str(declared.unit), path, self.problems)
            self.problems.add(path, f"`{value}` has no unit", expected=f"a quantity in `{declared.unit}`")
            return None
        try:
            return read_number(value)
        except InputError as error:
            self.problems.add(path, error.problem, expected="a number without a unit")
            return None

    def _between_times(self, fact: Ref, declared: Declaration, test: written.Test, path: Path) -> Condition:
        values = test.value if isinstance(test.value, list) else [test.value]
        given = [self._put_in(value, path) for value in values]
        anchor = self._anchor(test, path)
        for value, resolved in zip(values, given, strict=True):
            if resolved is None:
                return NotConfigured(fact, str(value)[1:])
        if anchor is None:
            return _REFUSED
        times = times_of((fact, declared), anchor, is_before=test.before is not None)
        if test.inside is not None:
            return inside(times, test.inside[1:], given[0], path, self.problems) or _REFUSED
        return elapsed(times, test.operator, given, path, self.problems) or _REFUSED

    def _anchor(self, test: written.Test, path: Path) -> tuple[Ref, Declaration] | None:
        """Find the time that another one is measured to."""
        name = test.before or test.after or ""
        found = self.scope.fact(name)
        if found is not None and found[1].type is FactType.TIME:
            return found
        times = [name for name in self.scope.names() if self._is_time(name)]
        path = (*path[:-1], "before" if test.before else "after")
        self.problems.add(path, f"there is no time `{name}`", suggestion=nearest(name, times))
        return None

    def _is_time(self, name: str) -> bool:
        found = self.scope.fact(name)
        return found is not None and found[1].type is FactType.TIME


def binding_of(each: str) -> tuple[str, str]:
    """Split `med in medications` into variable and list."""
    variable, _, list_name = each.partition(" in ")
    return variable, list_name


def check_binding(variable: str, list_name: str, scope: Scope, path: Path, problems: Problems) -> bool:
    """Check that a variable can be bound to a list; a problem is noted where it cannot."""
    declared = scope.dictionary.get(list_name)
    if declared is None or declared.type is not FactType.LIST:
        lists = [name for name, fact in scope.dictionary.items() if fact.type is FactType.LIST]
        problems.add(path, f"there is no list `{list_name}`", suggestion=nearest(list_name, lists))
        return False
    if variable in scope.variables or any(name.partition(".")[0] == variable for name in scope.dictionary):
        problems.add(path, f"the variable `{variable}` is taken", expected="a name that no fact begins with")
        return False
    return True
