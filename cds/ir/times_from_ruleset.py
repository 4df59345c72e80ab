"""Tests on times: how long before another one lies, and whether it is inside a hold interval (language §7.7, §7.13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cds.errors import InputError
from cds.facts.dictionary import Declaration
from cds.facts.instants import Duration, parse_duration
from cds.ir.nodes import AllOf, Condition, Counting, Elapsed, Ref
from cds.ir.parameters_from_ruleset import interval_of
from cds.ir.regions import region_of
from cds.ir.text import MICROSECONDS_AN_HOUR
from cds.ruleset.model import ParameterValue
from cds.ruleset.places import Path
from cds.ruleset.problems import Problems


@dataclass(frozen=True, slots=True)
class Times:
    """Two times of a test, the one that is meant to be earlier first."""

    earlier: Ref
    later: Ref
    by_day: bool
    """Whether one of them is known by its day only."""


def times_of(measured: tuple[Ref, Declaration], anchor: tuple[Ref, Declaration], *, is_before: bool) -> Times:
    """Put a measured time and the one it is measured to in order."""
    earlier, later = (measured[0], anchor[0]) if is_before else (anchor[0], measured[0])
    return Times(earlier, later, by_day=measured[1].by_day or anchor[1].by_day)


def elapsed(times: Times, operator: str, values: Sequence[Any], path: Path, problems: Problems) -> Condition | None:
    """Compare what lies between two times with durations; where that is refused, a problem is noted."""
    durations = [duration for value in values if (duration := _duration(value, path, problems)) is not None]
    if len(durations) < len(values):
        return None
    counting = _counting(durations, by_day=times.by_day, path=path, problems=problems)
    if counting is None:
        return None
    region = region_of(operator, [duration.amount for duration in durations])
    if region.low is None:
        region = replace(region, low=0)  # before means before (language §7.7)
    if region.is_empty:
        problems.add(path, "no time can fulfil this", expected="the lower bound first, or one above 0")
    return Elapsed(
        times.earlier, times.later, counting, region.low, region.high, region.low_included, region.high_included
    )


def inside(times: Times, name: str, value: ParameterValue, path: Path, problems: Problems) -> Condition | None:
    """Ask whether a time lies later than a hold interval permits; where that is refused, a problem is noted."""
    interval = interval_of(value)
    if interval is None or interval.counting == "doses":
        said = "counts doses" if interval else "is no hold interval"
        problems.add(path, f"the parameter `{name}` {said}", expected="`full_days` or `hours`")
        return None
    if times.by_day:
        problems.add(path, "`inside` needs two instants", expected="times without `granularity: day`")
        return None
    if interval.counting == "hours":
        if interval.high == 0:
            problems.add(path, "no time can fulfil this", expected="an interval longer than 0 hours")
        high = interval.high * MICROSECONDS_AN_HOUR
        return Elapsed(times.earlier, times.later, Counting.ELAPSED, low=0, high=high, high_included=False)
    not_after = Elapsed(times.earlier, times.later, Counting.ELAPSED, low=0, high=None)
    too_late = Elapsed(times.earlier, times.later, Counting.WHOLE_DAYS, low=None, high=interval.high)
    return AllOf((too_late, not_after))


def _duration(value: Any, path: Path, problems: Problems) -> Duration | None:
    try:
        return parse_duration(str(value))
    except InputError as error:
        problems.add(path, error.problem, expected=error.expected)
        return None


def _counting(durations: Sequence[Duration], *, by_day: bool, path: Path, problems: Problems) -> Counting | None:
    units = {duration.in_days for duration in durations}
    if len(units) > 1:
        problems.add(path, "one bound counts elapsed time, the other calendar days")
        return None
    if by_day and units == {False}:
        problems.add(path, "a fact of granularity `day` is compared in whole days", expected="`d` or `wk`")
        return None
    if by_day:
        return Counting.WHOLE_DAYS
    return Counting.CALENDAR if units == {True} else Counting.ELAPSED
