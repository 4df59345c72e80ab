"""Conditions and dates as their author wrote them, in words. Names stand in backticks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cds.ir.parameters_from_ruleset import OPEN, value_text
from cds.ir.text import word
from cds.ruleset import conditions as written
from cds.ruleset.model import Parameter, Then
from cds.verification.pages.marked import name

_OPERATORS = {
    "is": "is",
    "is_not": "is not",
    "in": "is one of",
    "in_class": "is in the class",
    "at_least": "at least",
    "more_than": "more than",
    "at_most": "at most",
    "less_than": "less than",
    "between": "between",
    "inside": "inside",
}
_JOINED = {"all of:": " and ", "any of:": " or "}


@dataclass(frozen=True, slots=True)
class Outline:
    """A condition: what it says, and below it the conditions that it joins."""

    text: str
    parts: tuple[Outline, ...] = ()

    def lines(self, depth: int = 0) -> Iterator[tuple[int, str]]:
        """Give each line with its depth."""
        yield depth, self.text
        for part in self.parts:
            yield from part.lines(depth + 1)

    @property
    def line(self) -> str:
        """Give the whole in one line."""
        if not self.parts:
            return self.text
        inner = [f"({part.line})" if len(part.parts) > 1 else part.line for part in self.parts]
        if self.text in _JOINED:
            return _JOINED[self.text].join(inner)
        return f"{self.text} {' '.join(inner)}"


def outlined(condition: written.Condition, parameters: Mapping[str, Parameter]) -> Outline:
    """Give a condition as an outline; each parameter in it with the value that is adopted."""
    match condition:
        case written.All(all=[part]) | written.Any_(any=[part]):
            return outlined(part, parameters)
        case written.All(all=parts):
            return Outline("all of:", tuple(outlined(part, parameters) for part in parts))
        case written.Any_(any=parts):
            return Outline("any of:", tuple(outlined(part, parameters) for part in parts))
        case written.Not(not_=part):
            return Outline("not:", (outlined(part, parameters),))
        case written.Exists(exists=quantifier):
            return _quantified("there is", quantifier, parameters)
        case written.Every(every=quantifier):
            return _quantified("every", quantifier, parameters)
        case written.RuleApplies(rule=named):
            return Outline(f"the rule {name(named.applies)} applies")
        case written.KindApplies(kind=named):
            return Outline(f"any rule of the kind {name(named.any_applies)} applies")
        case written.AdviceApplies(advice=named):
            return Outline(f"any rule with the advice {name(named.any_applies)} applies")
        case written.Adopted(parameter=parameter, test=test):
            return Outline(_adopted(parameter, test, parameters))
        case _:
            return Outline(_leaf(condition.fact, condition.test, parameters))


def adopted_text(parameter: str, parameters: Mapping[str, Parameter]) -> str:
    """Give the value that is adopted for a parameter, or why there is none."""
    found = parameters[parameter]
    if found.resolve is None:
        return "not configured"
    if found.resolve.adopt == OPEN:
        return "open"
    return value_text(found.positions[found.resolve.adopt].value)


def amount_text(said: str, parameters: Mapping[str, Parameter], *, named: bool = True) -> str:
    """Give a duration, or what is adopted for a parameter, with the parameter's name or without."""
    if not said.startswith("$"):
        return said
    adopted = adopted_text(said[1:], parameters)
    return f"{name(said)} ({adopted})" if named else adopted


def date_texts(then: Then, parameters: Mapping[str, Parameter], *, named: bool = True) -> dict[str, str]:
    """Give, by name, how the dates of an advice are counted; parameters with their names or without."""
    return {
        label: f"{amount_text(date.by, parameters, named=named)} {_anchor(date.before, date.after)}"
        for label, date in sorted(then.dates.items())
    }


def _anchor(before: str | None, after: str | None) -> str:
    return f"before {name(before)}" if before else f"after {name(after)}" if after else ""


def _quantified(which: str, quantifier: written.Quantifier, parameters: Mapping[str, Parameter]) -> Outline:
    variable, _, list_name = quantifier.each.partition(" in ")
    among = f"other {name(list_name)}" if quantifier.other else name(list_name)
    return Outline(f"{which} {name(variable)} in {among}, for which:", (outlined(quantifier.where, parameters),))


def _adopted(parameter: str, test: written.AdoptedTest, parameters: Mapping[str, Parameter]) -> str:
    about = f"{name(f'${parameter}')} ({adopted_text(parameter, parameters)})"
    if test.set is not None:
        return f"{about} is {'' if test.set else 'not '}configured"
    words = [test.is_] if test.is_ is not None else test.in_ or []
    return f"{about} {'is' if len(words) == 1 else 'is one of'} {', '.join(map(word, words))}"


def _leaf(fact: str, test: written.Test, parameters: Mapping[str, Parameter]) -> str:
    if test.known is not None:
        return f"{name(fact)} is {'' if test.known else 'not '}known"
    values = test.value if isinstance(test.value, list) else [test.value]
    shown = [_value(value, parameters) for value in values]
    said = " and ".join(shown) if test.operator == "between" else ", ".join(shown)
    return f"{name(fact)} {_OPERATORS[test.operator]} {said} {_anchor(test.before, test.after)}".rstrip()


def _value(value: Any, parameters: Mapping[str, Parameter]) -> str:
    if isinstance(value, str):
        return amount_text(value, parameters)
    return word(value) if isinstance(value, bool) else str(value)
