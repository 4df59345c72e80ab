"""What conditions mean, once more and without any index: the oracle that the durable engine is compared with.

It shares no code with the engines but the nodes and the zone, and takes no short cut: every part of every condition
is looked at for every item.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from cds.facts.model import Facts, Item, Span, TimeSpan, Unknown, Value, Word
from cds.ir import nodes
from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth
from cds.ir.program import Program, Rule, World
from cds.ir.verdicts import Key

Bound = Mapping[str, Item]


def verdicts(program: Program, facts: Facts) -> dict[Key, Truth]:
    """Answer for every step, binding and world; what is FALSE is left out."""
    answers: dict[Key, Truth] = {}
    for world in program.worlds:
        oracle = Oracle(program, facts, world, answers)
        for step in program.steps:
            condition = world.conditions[step.id]
            for binding, bound in oracle.bindings(step.list, step.variable):
                answers[step.id, binding, world.number] = oracle.truth(condition, bound)
            if isinstance(step, Rule) and step.list and not facts.list(step.list).complete:
                answers[step.id, f"{step.list}/*", world.number] = oracle.rest(step)
    return {key: truth for key, truth in answers.items() if truth is not FALSE}


class Oracle:
    """The truth of conditions for one patient in one world."""

    def __init__(self, program: Program, facts: Facts, world: World, answers: Mapping[Key, Truth]) -> None:
        self.program = program
        self.facts = facts
        self.world = world
        self.answers = answers

    def bindings(self, list_name: str | None, variable: str | None) -> list[tuple[str, Bound]]:
        """Give each binding of a step with the item it binds."""
        if list_name is None or variable is None:
            return [("patient", {})]
        return [(item.binding, {variable: item}) for item in self.facts.list(list_name).items]

    def rest(self, rule: Rule) -> Truth:
        """Give the truth for what a list leaves out."""
        if rule.group is not None and self.truth(self.world.group_conditions[rule.group], {}) is not TRUE:
            return FALSE
        return UNKNOWN

    def truth(self, node: nodes.Condition, bound: Bound) -> Truth:
        """Give the truth of a condition."""
        match node:
            case nodes.AllOf(parts):
                return min((self.truth(part, bound) for part in parts), default=TRUE)
            case nodes.AnyOf(parts):
                return max((self.truth(part, bound) for part in parts), default=FALSE)
            case nodes.Not(part):
                return Truth(-self.truth(part, bound))
            case nodes.OneOf(fact=fact, values=values) | nodes.InClass(fact=fact, members=values):
                return self._word(self._value(fact, bound), values)
            case nodes.Within():
                return self._within(node, bound)
            case nodes.Elapsed():
                return self._elapsed(node, bound)
            case nodes.IsKnown(fact):
                return FALSE if isinstance(self._value(fact, bound), Unknown) else TRUE
            case nodes.NotConfigured() | nodes.Adopted():
                return _of_site(node)
            case nodes.Derived(step, variable):
                return self._answer(step, bound[variable].binding if variable else "patient")
            case nodes.Quantified():
                return self._quantified(node, bound)
            case nodes.Applies(rules):
                return max(self._applies(rule) for rule in rules)
            case _:
                assert_never(node)

    def _value(self, fact: nodes.Ref, bound: Bound) -> Value:
        return bound[fact.variable].value(fact.name) if fact.variable else self.facts.value(fact.name)

    def _answer(self, step: str, binding: str) -> Truth:
        return self.answers.get((step, binding, self.world.number), FALSE)

    def _word(self, value: Value, values: frozenset[str] | frozenset[bool]) -> Truth:
        if not isinstance(value, Word):
            return UNKNOWN
        return TRUE if value.value in values else FALSE

    def _within(self, node: nodes.Within, bound: Bound) -> Truth:
        value = self._value(node.fact, bound)
        if not isinstance(value, Span):
            return UNKNOWN
        low_ends = [self._side(end, node.low, node.low_included) for end in (value.low, value.high)]
        high_ends = [self._side(-end, _minus(node.high), node.high_included) for end in (value.low, value.high)]
        return min(_agreed(low_ends), _agreed(high_ends))

    def _elapsed(self, node: nodes.Elapsed, bound: Bound) -> Truth:
        earlier, later = self._value(node.earlier, bound), self._value(node.later, bound)
        if not isinstance(earlier, TimeSpan) or not isinstance(later, TimeSpan):
            return UNKNOWN
        low = self._gaps(node, earlier, later, node.low)
        high = self._gaps(node, earlier, later, node.high)
        low_ends = [self._side(gap, None if node.low is None else 0, node.low_included) for gap in low]
        high_ends = [self._side(-gap, None if node.high is None else 0, node.high_included) for gap in high]
        return min(_agreed(low_ends), _agreed(high_ends))

    def _gaps(self, node: nodes.Elapsed, earlier: TimeSpan, later: TimeSpan, bound: int | None) -> list[int]:
        """Give the least and the greatest of later minus the moved earlier time."""
        by, zone = bound or 0, self.facts.zone
        if node.counting is nodes.Counting.WHOLE_DAYS:
            starts = [zone.day_of(earlier.low) + by, zone.day_of(earlier.high) + by]
            ends = [zone.day_of(later.low), zone.day_of(later.high)]
        else:
            is_calendar = node.counting is nodes.Counting.CALENDAR
            moved = zone.shift_days_span(earlier.low, earlier.high, by) if is_calendar else None
            starts = list(moved or (earlier.low + by, earlier.high + by))
            ends = [later.low, later.high]
        return [ends[0] - starts[1], ends[1] - starts[0]]

    def _side(self, value: object, bound: object, included: bool) -> Truth:  # noqa: FBT001  # a truth table's column
        if bound is None:
            return TRUE
        return TRUE if value > bound or (included and value == bound) else FALSE  # type: ignore[operator]

    def _quantified(self, node: nodes.Quantified, bound: Bound) -> Truth:
        items = self.facts.list(node.list).items
        own = [item.binding for item in bound.values()] if node.without_own else []
        truths = [self.truth(node.part, {**bound, node.variable: item}) for item in items if item.binding not in own]
        closed = self.facts.list(node.list).complete
        if node.quantifier == "exists":
            return max([*truths, FALSE if closed else UNKNOWN])
        return min([*truths, TRUE if closed else UNKNOWN])

    def _applies(self, rule: str) -> Truth:
        step = self.program.step[rule]
        bindings = [binding for binding, _ in self.bindings(step.list, step.variable)]
        rest = [f"{step.list}/*"] if step.list else []
        return max(self._answer(rule, binding) for binding in [*bindings, *rest])


def _of_site(node: nodes.NotConfigured | nodes.Adopted) -> Truth:
    """Give what a site's choices alone decide."""
    holds = node.holds if isinstance(node, nodes.Adopted) else None
    return {None: UNKNOWN, True: TRUE, False: FALSE}[holds]


def _agreed(ends: list[Truth]) -> Truth:
    return ends[0] if len(set(ends)) == 1 else UNKNOWN


def _minus(bound: object) -> object:
    return None if bound is None else -bound  # type: ignore[operator]
