"""What can become of a leaf or a condition at all, whatever is known of a patient."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from pydantic import BaseModel, RootModel

from cds.facts.dictionary import Declaration
from cds.ir.adopted_from_ruleset import Adoptions
from cds.ir.kleene import FALSE, TRUE, Truth
from cds.ir.nodes import (
    Adopted,
    AllOf,
    AnyOf,
    Applies,
    Condition,
    Derived,
    Elapsed,
    IsKnown,
    Not,
    NotConfigured,
    Quantified,
    Ref,
    Within,
)
from cds.ir.program import Program
from cds.ruleset import conditions as written
from cds.ruleset.model import Parameter, RulesetDocument
from cds.ruleset.problems import Problems
from cds.verification.coverage.leaves import Lists, Placed, lists_of

Truths = frozenset[Truth]
_BOTH: Truths = frozenset({TRUE, FALSE})
_ALWAYS: Truths = frozenset({TRUE})
_NEITHER: Truths = frozenset()


class Possible:
    """Tell what a ruleset's leaves can be, by what is declared of their facts and by what can be adopted."""

    def __init__(self, document: RulesetDocument, program: Program) -> None:
        self._program = program
        self._adopted = _adoptable(document)

    def truths(self, placed: Placed) -> Truths:
        """Give which of TRUE and FALSE some patient, or some adoption, can give a leaf."""
        match placed.leaf:
            case NotConfigured():
                return _NEITHER
            case Adopted(parameter, test):
                return self._adopted.get((parameter, test), _BOTH)
            case Elapsed(earlier, later, low=low, high=None) if not low and str(later) == "as_of":
                return _ALWAYS if self._declared(earlier, placed.lists).not_after_as_of else _BOTH
            case Within(fact, low, None, low_included=True) if low is not None:
                minimum = self._declared(fact, placed.lists).minimum
                return _ALWAYS if minimum is not None and low <= minimum else _BOTH
            case _:
                return _BOTH

    def unknown(self, condition: Condition, lists: Lists) -> bool:
        """Tell whether a condition can be UNKNOWN; a list can always be open.

        A fact of which the condition itself asks whether it is known does not make it so.
        """
        return self._unknown(condition, lists, frozenset(_asked_if_known(condition)))

    def _unknown(self, condition: Condition, lists: Lists, given: frozenset[Ref]) -> bool:
        match condition:
            case AllOf(parts) | AnyOf(parts):
                return any(self._unknown(part, lists, given) for part in parts)
            case Not(part):
                return self._unknown(part, lists, given)
            case Adopted(holds=holds):
                return holds is None
            case IsKnown():
                return False
            case Quantified() | Applies() | NotConfigured():
                return True
            case Derived(derivation):
                step = self._program.step[derivation]
                worlds = self._program.worlds
                return any(self.unknown(world.conditions[derivation], lists_of(step)) for world in worlds)
            case Elapsed(earlier, later):
                return not all(fact in given or self._is_given(fact, lists) for fact in (earlier, later))
            case _:
                return condition.fact not in given and not self._is_given(condition.fact, lists)

    def _is_given(self, fact: Ref, lists: Lists) -> bool:
        return str(fact) == "as_of" or self._declared(fact, lists).required

    def _declared(self, fact: Ref, lists: Lists) -> Declaration:
        if fact.variable is None:
            return self._program.dictionary[fact.name]
        return self._program.dictionary[lists[fact.variable]].items[fact.name]


def _asked_if_known(condition: Condition) -> Iterator[Ref]:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _asked_if_known(part)
        case Not(part):
            yield from _asked_if_known(part)
        case IsKnown(fact):
            yield fact


def _adoptable(document: RulesetDocument) -> Mapping[tuple[str, str], Truths]:
    """Give, by parameter and test, which truths the positions make that can be adopted."""
    found: dict[tuple[str, str], set[Truth]] = defaultdict(set)
    for part in (*document.rules, *document.derive, *document.groups.values(), *document.dispositions):
        for test in _tests_on_parameters(part):
            if document.parameters[test.parameter].unset is None:
                for leaf in _under_each_position(test, document.parameters):
                    found[leaf.parameter, leaf.test].add(TRUE if leaf.holds else FALSE)
    return {key: frozenset(truths) for key, truths in found.items()}


def _under_each_position(test: written.Adopted, parameters: Mapping[str, Parameter]) -> Iterator[Adopted]:
    for source, position in parameters[test.parameter].positions.items():
        if position.confirmed != "unconfirmed":
            adoptions = Adoptions(parameters, {test.parameter: source}, frozenset({test.parameter}))
            leaf = adoptions.test(test.parameter, test.test, (), Problems())
            if leaf is not None:
                yield leaf


def _tests_on_parameters(part: object) -> Iterator[written.Adopted]:
    """Walk a part of a document for its tests on parameters."""
    if isinstance(part, written.Adopted):
        yield part
    elif isinstance(part, BaseModel) and not isinstance(part, RootModel):
        for name in type(part).model_fields:
            yield from _tests_on_parameters(getattr(part, name))
    elif isinstance(part, list):
        for inner in part:
            yield from _tests_on_parameters(inner)
    elif isinstance(part, dict):
        for inner in part.values():
            yield from _tests_on_parameters(inner)
