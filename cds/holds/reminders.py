"""Which lines are reminders now: open, or with a deadline that is near; and which of them have to be told again."""

from __future__ import annotations

from collections.abc import Iterable

from cds.facts.durations import Duration
from cds.facts.instants import parse_day, parse_exact_instant
from cds.facts.zones import Zone
from cds.holds.changes import is_changed
from cds.holds.model import Line, Seen, Sheet
from cds.holds.seen import Memory, seen_of

_CLOCK = "T"


def reminders_in(sheet: Sheet, within: Duration, earlier: Memory) -> list[Line]:
    """Give the lines to tell: reminders that were none at the earlier worklist, or have changed since.

    What is acknowledged as it stands is not told again.
    """
    return [
        line
        for line in sheet["lines"]
        if "acknowledged" not in line and is_reminder(sheet, line, within) and _is_news(sheet, line, earlier)
    ]


def is_reminder(sheet: Sheet, line: Line, within: Duration) -> bool:
    """Tell whether a line is open, or its last permitted dose lies no further ahead than `within`."""
    if line["tier"] != "know":
        return True
    deadline = line["last_permitted_dose"]
    return line["state"] == "planned" and deadline is not None and _is_within(deadline, sheet, within)


def remembered(sheet: Sheet, within: Duration | None) -> Iterable[Seen]:
    """Give what is to be remembered of a sheet: every line, and whether it was a reminder."""
    for line in sheet["lines"]:
        yield seen_of(sheet, line, told=within is not None and is_reminder(sheet, line, within))


def _is_news(sheet: Sheet, line: Line, earlier: Memory) -> bool:
    before = earlier.get((sheet["subject"], line["binding"]))
    return before is None or not before["told"] or is_changed(sheet, line, earlier)


def _is_within(deadline: str, sheet: Sheet, within: Duration) -> bool:
    """Compare in calendar days for a duration in days, else as elapsed time to the last moment of the deadline."""
    zone, as_of = Zone(sheet["zone"]), parse_exact_instant(sheet["as_of"])
    last = parse_exact_instant(deadline) if _CLOCK in deadline else zone.end_of_day(parse_day(deadline))
    if within.in_days:
        return zone.day_of(last) - zone.day_of(as_of) <= within.amount
    return last - as_of <= within.amount
