"""The reference engine: the meaning of record (language §7, §8, §10.1), written to be read in one sitting.

It walks the condition of every step for every binding in every world. The one thing it does for speed is an index:
steps that ask for a substance are looked at only for items that are, or may be, of that substance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from cds.facts.instants import Zone
from cds.facts.model import Facts, Item, Span, TimeSpan, Unknown, Value, Word
from cds.ir.guards import StepIndex, index_of
from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth, every, exists, negation
from cds.ir.nodes import (
    Adopted,
    AllOf,
    AnyOf,
    Applies,
    Condition,
    Counting,
    Derived,
    Elapsed,
    InClass,
    IsKnown,
    Not,
    NotConfigured,
    OneOf,
    Quantified,
    Ref,
    Within,
)
from cds.ir.program import Program, Rule, Step, World
from cds.ir.verdicts import PATIENT, REST, Key, Verdicts


class Reference:
    """Evaluate a program by walking its conditions. It has no state."""

    name = "reference"

    def evaluate(self, program: Program, facts: Facts) -> Verdicts:
        """Answer for every step, binding and world; only TRUE and UNKNOWN answers are in the result."""
        index = index_of(program)
        verdicts: dict[Key, Truth] = {}
        for world in program.worlds:
            at = At(program, facts, world, verdicts)
            for layer in index.layers:
                _evaluate_layer(layer, at, verdicts)
        return verdicts


@dataclass(frozen=True, slots=True)
class At:
    """Where a condition is evaluated: the facts, the world, the verdicts so far, and the items bound to variables."""

    program: Program
    facts: Facts
    world: World
    verdicts: Mapping[Key, Truth]
    items: Mapping[str, Item] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)
    """By variable, the list that its item is of."""
    own: str | None = None
    """The binding of the item that the step itself is bound to."""

    def bound(self, step: Step, item: Item | None) -> At:
        """Give the same place for a step, with the step's own item bound if it is evaluated per item."""
        if item is None or step.variable is None or step.list is None:
            return At(self.program, self.facts, self.world, self.verdicts) if self.items else self
        items, lists = {step.variable: item}, {step.variable: step.list}
        return At(self.program, self.facts, self.world, self.verdicts, items, lists, item.binding)

    def also(self, quantified: Quantified, item: Item) -> At:
        """Give the same place with a quantifier's item bound too."""
        items = {**self.items, quantified.variable: item}
        lists = {**self.lists, quantified.variable: quantified.list}
        return At(self.program, self.facts, self.world, self.verdicts, items, lists, self.own)

    def value(self, fact: Ref) -> Value:
        """Look up a fact of the patient or of a bound item."""
        return self.facts.value(fact.name) if fact.variable is None else self.items[fact.variable].value(fact.name)

    def verdict(self, step: str, binding: str) -> Truth:
        """Look up an earlier verdict."""
        return self.verdicts.get((step, binding, self.world.number), FALSE)


def _evaluate_layer(layer: StepIndex, at: At, verdicts: dict[Key, Truth]) -> None:
    for step, binding, truth in _answers(layer, at):
        if truth is not FALSE:
            verdicts[step.id, binding, at.world.number] = truth


def _answers(layer: StepIndex, at: At) -> Iterator[tuple[Step, str, Truth]]:
    conditions = at.world.conditions
    for step in layer.patient_steps:
        yield step, PATIENT, truth_of(conditions[step.id], at)
    for list_name, steps in layer.by_list.items():
        fact_list = at.facts.list(list_name)
        for item in fact_list.items:
            places: dict[str | None, At] = {}
            for step in steps.concerning(item):
                place = places.get(step.variable)
                if place is None:
                    place = places[step.variable] = at.bound(step, item)
                yield step, item.binding, truth_of(conditions[step.id], place)
        if not fact_list.complete:
            for rule in steps.rules:
                yield rule, f"{list_name}/{REST}", _rest_of_list(rule, at)


def _rest_of_list(rule: Rule, at: At) -> Truth:
    """Answer for what a list may leave out: UNKNOWN, unless the rule's phase of care does not apply."""
    if rule.group is None:
        return UNKNOWN
    return UNKNOWN if truth_of(at.world.group_conditions[rule.group], at) is TRUE else FALSE


def truth_of(condition: Condition, at: At) -> Truth:
    """Evaluate a condition."""
    return _MEANING[type(condition)](condition, at)


def _all_of(node: AllOf, at: At) -> Truth:
    worst = TRUE
    for part in node.parts:
        truth = truth_of(part, at)
        if truth is FALSE:
            return FALSE
        worst = min(worst, truth)
    return worst


def _any_of(node: AnyOf, at: At) -> Truth:
    best = FALSE
    for part in node.parts:
        truth = truth_of(part, at)
        if truth is TRUE:
            return TRUE
        best = max(best, truth)
    return best


def _not(node: Not, at: At) -> Truth:
    return negation(truth_of(node.part, at))


def _one_of(node: OneOf, at: At) -> Truth:
    return _membership(at.value(node.fact), node.values)


def _in_class(node: InClass, at: At) -> Truth:
    return _membership(at.value(node.fact), node.members)


def _membership(value: Value, values: frozenset[str] | frozenset[bool]) -> Truth:
    if isinstance(value, Word):
        return TRUE if value.value in values else FALSE
    return UNKNOWN


def _within(node: Within, at: At) -> Truth:
    value = at.value(node.fact)
    if not isinstance(value, Span):
        return UNKNOWN
    truth = TRUE
    if node.low is not None:
        truth = _reaches(value, node.low, included=node.low_included)
    if node.high is not None:
        truth = min(truth, negation(_reaches(value, node.high, included=not node.high_included)))
    return truth


def _reaches(value: Span, bound: Fraction, *, included: bool) -> Truth:
    """Tell whether a value is at least the bound, or above it if the bound does not count."""
    if value.low >= bound if included else value.low > bound:
        return TRUE
    return UNKNOWN if (value.high >= bound if included else value.high > bound) else FALSE


def _elapsed(node: Elapsed, at: At) -> Truth:
    earlier, later = at.value(node.earlier), at.value(node.later)
    if not isinstance(earlier, TimeSpan) or not isinstance(later, TimeSpan):
        return UNKNOWN
    zone = at.facts.zone
    truth = TRUE
    if node.low is not None:
        truth = _has_passed(node.counting, zone, earlier, later, node.low, included=node.low_included)
    if node.high is not None:
        passed = _has_passed(node.counting, zone, earlier, later, node.high, included=not node.high_included)
        truth = min(truth, negation(passed))
    return truth


def _has_passed(
    counting: Counting, zone: Zone, earlier: TimeSpan, later: TimeSpan, bound: int, *, included: bool
) -> Truth:
    """Tell whether a duration has passed between two times, or more than it if the bound does not count."""
    start_low, start_high = _moved(counting, zone, earlier, bound)
    end_low, end_high = _moved(counting, zone, later, 0)
    if start_high <= end_low if included else start_high < end_low:
        return TRUE
    return UNKNOWN if (start_low <= end_high if included else start_low < end_high) else FALSE


def _moved(counting: Counting, zone: Zone, time: TimeSpan, by: int) -> tuple[int, int]:
    """Move a time by a duration: as microseconds, or as the number of its day if whole days count."""
    if counting is Counting.WHOLE_DAYS:
        return zone.day_of(time.low) + by, zone.day_of(time.high) + by
    if counting is Counting.CALENDAR and by:
        return zone.shift_days_span(time.low, time.high, by)
    return time.low + by, time.high + by


def _is_known(node: IsKnown, at: At) -> Truth:
    return FALSE if isinstance(at.value(node.fact), Unknown) else TRUE


def _derived(node: Derived, at: At) -> Truth:
    return at.verdict(node.derivation, PATIENT if node.variable is None else at.items[node.variable].binding)


def _quantified(node: Quantified, at: At) -> Truth:
    fact_list = at.facts.list(node.list)
    truths = (truth_of(node.part, at.also(node, item)) for item in items_meant(node, fact_list.items, at))
    combine = exists if node.quantifier == "exists" else every
    return combine(truths, complete=fact_list.complete)


def items_meant(node: Quantified, items: tuple[Item, ...], at: At) -> Iterator[Item]:
    """Give the items that a quantifier is about: all, or all but the step's own."""
    return (item for item in items if not (node.without_own and item.binding == at.own))


def _applies(node: Applies, at: At) -> Truth:
    return max(_result(rule, at) for rule in node.rules)


def _result(rule: str, at: At) -> Truth:
    """Give a rule's verdict; per item, `exists` over its list, of which `<list>/*` is the rest that it leaves out."""
    list_name = at.program.step[rule].list
    if list_name is None:
        return at.verdict(rule, PATIENT)
    bindings = [item.binding for item in at.facts.list(list_name).items]
    return max(at.verdict(rule, binding) for binding in [*bindings, f"{list_name}/{REST}"])


def _not_configured(_node: NotConfigured, _at: At) -> Truth:
    return UNKNOWN


def _adopted(node: Adopted, _at: At) -> Truth:
    return UNKNOWN if node.holds is None else TRUE if node.holds else FALSE


_MEANING: dict[type, Callable[[Any, At], Truth]] = {
    AllOf: _all_of,
    AnyOf: _any_of,
    Not: _not,
    OneOf: _one_of,
    InClass: _in_class,
    Within: _within,
    Elapsed: _elapsed,
    IsKnown: _is_known,
    Derived: _derived,
    Quantified: _quantified,
    Applies: _applies,
    NotConfigured: _not_configured,
    Adopted: _adopted,
}
