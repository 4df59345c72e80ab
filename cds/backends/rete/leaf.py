"""Leaves of the IR as comparisons of properties.

The bounds of a time leaf are a lower and an upper half, each a comparison of two intervals: the later time's and the
earlier's, moved. Moving by microseconds or by whole days is left to the engine, which adds the constant itself.
Moving by calendar days depends on the zone: `cds.facts.instants` moves the time and the engine compares, so about
the moving itself the agreement of two engines says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from cds.backends.rete.column import BEYOND, FAR, Column, Form, scaled, token
from cds.backends.rete.formula import (
    ALWAYS,
    NEVER,
    UNDECIDABLE,
    Comparison,
    Formula,
    Or,
    Shifted,
    Ternary,
    conjunction,
)
from cds.errors import EngineFailure
from cds.ir.nodes import (
    Adopted,
    AllOf,
    AnyOf,
    Condition,
    Counting,
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

MAX_WORDS = 12
"""More words than these are asked for as if they were a class: whether the word is one of them."""

FactLeaf = OneOf | InClass | Within | IsKnown | NotConfigured
Lists = Mapping[str, str]
"""By variable, the list that its item is of."""


class Columns:
    """Name the properties that a program needs, each once."""

    def __init__(self, scales: Mapping[tuple[str | None, str], int]) -> None:
        self._scales = scales
        self._columns: dict[tuple[str | None, str, Form, frozenset[str], int], Column] = {}

    def __iter__(self) -> Iterator[Column]:
        """Give all columns."""
        return iter(self._columns.values())

    def column(
        self, list_name: str | None, fact: str, form: Form, *, members: frozenset[str] = frozenset(), number: int = 0
    ) -> Column:
        """Give the column of a fact in a form."""
        key = (list_name, fact, form, members, number)
        found = self._columns.get(key)
        if found is None:
            name = f"{form.value}{len(self._columns)}"
            found = self._columns[key] = Column(name, list_name, fact, form, members, number)
        return found

    def number(self, list_name: str | None, fact: str) -> Column:
        """Give the column of a number, in the scale of its thresholds."""
        return self.column(list_name, fact, Form.NUMBER, number=self._scales[list_name, fact])


def scales_of(conditions: Iterable[tuple[Condition, Lists]]) -> dict[tuple[str | None, str], int]:
    """Give by list and fact the least scale at which all its thresholds are whole."""
    scales: dict[tuple[str | None, str], int] = {}
    for condition, lists in conditions:
        for leaf, where in _withins(condition, lists):
            key = (list_of(leaf.fact, where), leaf.fact.name)
            bounds = [bound.denominator for bound in (leaf.low, leaf.high) if bound is not None]
            scales[key] = lcm(scales.get(key, 1), *bounds)
    return scales


def list_of(fact: Ref, lists: Lists) -> str | None:
    """Give the list that a fact's item is of, None for the patient."""
    return None if fact.variable is None else lists[fact.variable]


def on_fact(leaf: FactLeaf, lists: Lists, columns: Columns) -> Ternary:
    """Give a leaf on one fact.

    Raises:
        EngineFailure: a threshold is out of the engine's range.
    """
    list_name, fact = list_of(leaf.fact, lists), leaf.fact.name
    match leaf:
        case OneOf():
            return _one_of(leaf, list_name, columns)
        case InClass(members=members):
            return flag(columns.column(list_name, fact, Form.MEMBER, members=members).name)
        case Within():
            return _within(leaf, columns.number(list_name, fact))
        case IsKnown():
            return flag(columns.column(list_name, fact, Form.KNOWN).name)
        case _:
            return UNDECIDABLE


def on_parameter(leaf: Adopted) -> Ternary:
    """Give a test on a parameter: it looks at no property at all."""
    always = Ternary(ALWAYS, NEVER)
    return UNDECIDABLE if leaf.holds is None else always if leaf.holds else always.negated()


def flag(name: str) -> Ternary:
    """Give the condition that a property is 1; it is false if the property is 0."""
    return Ternary(Comparison(name, "$eq", 1), Comparison(name, "$eq", 0))


@dataclass(frozen=True, slots=True)
class Half:
    """One bound of a time leaf, twice: compare the later time with the earlier, or the earlier with the later."""

    from_later: Ternary
    from_earlier: Ternary

    def negated(self) -> Half:
        """Give the negation."""
        return Half(self.from_later.negated(), self.from_earlier.negated())


def halves(leaf: Elapsed, lists: Lists, columns: Columns, *, outer: str | None = None) -> list[Half]:
    """Give the bounds of a time leaf; properties of the item bound to `outer` get the prefix of outer ones.

    Raises:
        EngineFailure: a duration is out of the engine's range.
    """
    found = []
    if leaf.low is not None:
        start, end, add = _ends(leaf, leaf.low, lists, columns, outer)
        found.append(_passed(start, end, add, included=leaf.low_included))
    if leaf.high is not None:
        start, end, add = _ends(leaf, leaf.high, lists, columns, outer)
        found.append(_passed(start, end, add, included=not leaf.high_included).negated())
    return found


def is_known_time(fact: Ref, lists: Lists, columns: Columns) -> Ternary:
    """Give the condition that a time is known, which is never false: all that a time leaf without bounds says."""
    column = columns.column(list_of(fact, lists), fact.name, Form.TIME)
    return Ternary(Comparison(column.low, "$gt", -BEYOND), NEVER)


def _withins(condition: Condition, lists: Lists) -> Iterator[tuple[Within, Lists]]:
    match condition:
        case Within():
            yield condition, lists
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _withins(part, lists)
        case Not(part):
            yield from _withins(part, lists)
        case Quantified(list=list_name, variable=variable, part=part):
            yield from _withins(part, {**lists, variable: list_name})
        case _:
            return


def _one_of(leaf: OneOf, list_name: str | None, columns: Columns) -> Ternary:
    if not leaf.values:
        return Ternary(NEVER, Comparison(columns.column(list_name, leaf.fact.name, Form.KNOWN).name, "$eq", 1))
    if len(leaf.values) > MAX_WORDS:
        return flag(
            columns.column(list_name, leaf.fact.name, Form.MEMBER, members=frozenset(map(str, leaf.values))).name
        )
    is_boolean = all(isinstance(value, bool) for value in leaf.values)
    name = columns.column(list_name, leaf.fact.name, Form.TRUTH if is_boolean else Form.WORD).name
    words = sorted(int(value) if isinstance(value, bool) else token(value) for value in leaf.values)
    equal: list[Formula] = [Comparison(name, "$eq", word) for word in words]
    true = equal[0] if len(equal) == 1 else Or(tuple(equal), exclusive=True)
    return Ternary(true, conjunction(Comparison(name, "$neq", word) for word in words))


def _within(leaf: Within, column: Column) -> Ternary:
    """T if the whole interval lies between the bounds, F if it lies beyond one of them."""
    true: list[Formula] = []
    false: list[Formula] = []
    if leaf.low is not None:
        low = _threshold(leaf.low, column)
        true.append(Comparison(column.low, "$gte" if leaf.low_included else "$gt", low))
        false.append(Comparison(column.high, "$lt" if leaf.low_included else "$lte", low))
    if leaf.high is not None:
        high = _threshold(leaf.high, column)
        true.append(Comparison(column.high, "$lte" if leaf.high_included else "$lt", high))
        false.append(Comparison(column.low, "$gt" if leaf.high_included else "$gte", high))
    if not true:
        return Ternary(Comparison(column.low, "$ex", 1), NEVER)
    return Ternary(conjunction(true), false[0] if len(false) == 1 else Or(tuple(false), exclusive=True))


def _threshold(bound: Fraction, column: Column) -> int:
    number = scaled(bound, column.number)
    if abs(number) >= FAR:
        raise EngineFailure(f"a threshold of `{column.fact}` is out of the engine's range")
    return number


def _ends(leaf: Elapsed, bound: int, lists: Lists, columns: Columns, outer: str | None) -> tuple[Column, Column, int]:
    """Give the columns of the earlier and the later time, and what the engine adds to the earlier."""
    if abs(bound) >= FAR:
        raise EngineFailure(f"a duration from `{leaf.earlier}` to `{leaf.later}` is out of the engine's range")

    def column(fact: Ref, form: Form, moved_by: int = 0) -> Column:
        found = columns.column(list_of(fact, lists), fact.name, form, number=moved_by)
        return found.of_outer() if fact.variable is not None and fact.variable == outer else found

    form = Form.DAY if leaf.counting is Counting.WHOLE_DAYS else Form.TIME
    if leaf.counting is Counting.CALENDAR and bound:
        return column(leaf.earlier, Form.MOVED, bound), column(leaf.later, form), 0
    return column(leaf.earlier, form), column(leaf.later, form), bound


def _passed(start: Column, end: Column, add: int, *, included: bool) -> Half:
    """Compare `start + add <= end`, or `<` where the bound does not count."""
    reached, short = ("$gte", "$lt") if included else ("$gt", "$lte")
    from_later = Ternary(
        Comparison(end.low, reached, Shifted(start.high, add)), Comparison(end.high, short, Shifted(start.low, add))
    )
    reached, short = ("$lte", "$gt") if included else ("$lt", "$gte")
    from_earlier = Ternary(
        Comparison(start.high, reached, Shifted(end.low, -add)), Comparison(start.low, short, Shifted(end.high, -add))
    )
    return Half(from_later, from_earlier)
