"""What a worklist is to show: a filter leaves out only what is known not to match."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from cds.errors import InputError, nearest
from cds.facts.instants import parse_day
from cds.facts.tokens import quoted
from cds.holds.model import ALERTS, TIERS, Line, Sheet
from cds.ir.program import HOLD_STATES

SHOWN_STATES = (*HOLD_STATES, *ALERTS)
"""What `--state` may name: the state of a line, or an alert that it has."""
_DATE = len("2026-11-21")
_SPAN = "from "


@dataclass(frozen=True, slots=True)
class Filters:
    """What to show; an empty filter shows everything. Days are written `2026-11-21`, in the zone of each patient."""

    states: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    first_day: str | None = None
    last_day: str | None = None

    def told(self) -> dict[str, str]:
        """Give the filters that are set, by the names of their options."""
        several = {"state": self.states, "tier": self.tiers, "class": self.classes, "unit": self.units}
        days = {"from": self.first_day, "to": self.last_day}
        said = {name: ", ".join(values) for name, values in several.items() if values}
        return said | {name: day for name, day in days.items() if day is not None}


def check_filters(filters: Filters, classes: Collection[str]) -> None:
    """Check the names and days of filters; `classes` are those of the ruleset.

    Raises:
        InputError: there is no such state, tier or class, a day is none, or the last day is before the first.
    """
    _check_names("state", filters.states, SHOWN_STATES)
    _check_names("tier", filters.tiers, TIERS)
    _check_names("class", filters.classes, sorted(classes))
    days = [parse_day(day) for day in (filters.first_day, filters.last_day) if day is not None]
    if days != sorted(days):
        problem = f"the last day, {quoted(filters.last_day)}, is before the first, {quoted(filters.first_day)}"
        raise InputError(problem, expected="the earlier day as `--from`, the later one as `--to`")


def lines_shown(sheet: Sheet, filters: Filters) -> list[Line]:
    """Give the lines of a patient that are not known to be other than what is asked for."""
    if not (_may_be_of_unit(sheet, filters.units) and _may_be_between(sheet["procedure"]["start"], filters)):
        return []
    return [line for line in sheet["lines"] if _may_match(line, filters)]


def shows_patient(sheet: Sheet, filters: Filters) -> bool:
    """Tell whether a patient without any line is shown: only where no filter asks for lines."""
    asks_for_lines = filters.states or filters.tiers or filters.classes
    in_time_and_place = _may_be_of_unit(sheet, filters.units) and _may_be_between(sheet["procedure"]["start"], filters)
    return not asks_for_lines and in_time_and_place


def _check_names(what: str, names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            expected = f"one of {', '.join(f'`{one}`' for one in known)}"
            raise InputError(f"there is no {what} {quoted(name)}", expected=expected, suggestion=nearest(name, known))


def _may_match(line: Line, filters: Filters) -> bool:
    if filters.states and not any(word in filters.states for word in _words(line)):
        return False
    if filters.tiers and line["tier"] not in filters.tiers:
        return False
    is_identified = line["substance"] is not None and line["state"] != "unidentified"
    return not (filters.classes and is_identified and set(filters.classes).isdisjoint(line["classes"]))


def _words(line: Line) -> Iterator[str | None]:
    yield line["state"]
    yield from (alert["code"] for alert in line["alerts"])


def _may_be_of_unit(sheet: Sheet, units: Sequence[str]) -> bool:
    unit = sheet["unit"]
    return not units or unit is None or unit.casefold() in {name.casefold() for name in units}


def _may_be_between(start: str | None, filters: Filters) -> bool:
    """Tell whether a procedure may be on one of the days; a start that is known as a span may be on any day of it."""
    if start is None:
        return True
    low, _, high = start.removeprefix(_SPAN).partition(" to ")
    is_too_early = filters.first_day is not None and (high or low)[:_DATE] < filters.first_day
    is_too_late = filters.last_day is not None and low[:_DATE] > filters.last_day
    return not is_too_early and not is_too_late
