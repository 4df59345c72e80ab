"""The figures on which a program's answers turn: patients are put exactly on them, and one step beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from cds.facts.zones import SECOND
from cds.ir.nodes import AllOf, AnyOf, Condition, Counting, Elapsed, Not, Quantified, Within
from cds.ir.program import Interval, Program

Name = tuple[str | None, str]
"""A fact: its list, None for one of the patient, and its name there."""


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a time lies from another where an answer turns; `by` is negative if it is the earlier one."""

    other: Name
    counting: Counting
    by: int


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The figures of one program."""

    numbers: Mapping[Name, tuple[Fraction, ...]]
    distances: Mapping[Name, tuple[Distance, ...]]


def thresholds_of(program: Program) -> Thresholds:
    """Collect the figures of all conditions in all worlds."""
    numbers: dict[Name, set[Fraction]] = defaultdict(set)
    distances: dict[Name, set[Distance]] = defaultdict(set)
    for world in program.worlds:
        for id_, condition in world.conditions.items():
            step = program.step[id_]
            lists = {step.variable: step.list} if step.variable and step.list else {}
            for leaf, where in _leaves(condition, lists):
                if isinstance(leaf, Within):
                    ends = (leaf.low, leaf.high)
                    numbers[where.get(leaf.fact.variable), leaf.fact.name].update(
                        end for end in ends if end is not None
                    )
                elif isinstance(leaf, Elapsed):
                    _add(leaf, where, distances)
        for rule, interval in world.intervals.items():
            list_name = program.rules[rule].list
            _add_hold(interval, list_name, distances)
            if interval.per_day is not None:
                numbers[list_name, "frequency"].add(Fraction(interval.per_day))
    return Thresholds(
        {name: tuple(sorted(found)) for name, found in numbers.items()},
        {name: tuple(sorted(found, key=str)) for name, found in distances.items()},
    )


def _add(leaf: Elapsed, lists: Mapping[str | None, str], distances: dict[Name, set[Distance]]) -> None:
    earlier: Name = (lists.get(leaf.earlier.variable), leaf.earlier.name)
    later: Name = (lists.get(leaf.later.variable), leaf.later.name)
    for bound in (leaf.low, leaf.high):
        if bound is not None:
            distances[later].add(Distance(earlier, leaf.counting, bound))
            distances[earlier].add(Distance(later, leaf.counting, -bound))


def _add_hold(interval: Interval, list_name: str | None, distances: dict[Name, set[Distance]]) -> None:
    """Put the start where the deadline is near, and doses and their reports on both sides of the deadline."""
    counting, unit = Counting.WHOLE_DAYS, 1
    if interval.counting == "hours":
        counting, unit = Counting.ELAPSED, 3600 * SECOND
    figures = {interval.low, interval.high, interval.high + 1, -(-interval.high // (interval.per_day or 1)) + 1}
    for figure in figures:
        distances[None, "procedure.start"].add(Distance((None, "as_of"), counting, figure * unit))
        for name in ("last_dose", "last_dose_reported_at"):
            distances[list_name, name].add(Distance((None, "procedure.start"), counting, -figure * unit))


def _leaves(
    condition: Condition, lists: Mapping[str | None, str]
) -> Iterator[tuple[Condition, Mapping[str | None, str]]]:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _leaves(part, lists)
        case Not(part):
            yield from _leaves(part, lists)
        case Quantified(list=list_name, variable=variable, part=part):
            yield from _leaves(part, {**lists, variable: list_name})
        case _:
            yield condition, lists
