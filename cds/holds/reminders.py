"""Which lines are reminders now: open, or with a deadline that is near; and which of them have to be told again."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cds.facts.durations import Duration
from cds.facts.zones import Zone
from cds.holds.changes import is_changed
from cds.holds.model import Line, Seen, Sheet
from cds.holds.seen import Memory, seen_of
from cds.holds.urgency import may_be_antithrombotic
from cds.holds.written_times import instant_of, span_of


def reminders_in(sheet: Sheet, within: Duration, earlier: Memory) -> list[Line]:
    """Give the lines to tell: reminders that were none at the earlier worklist, and what was told and has changed.

    What is acknowledged as it stands is not told again.
    """
    return [line for line in sheet["lines"] if "acknowledged" not in line and _is_to_tell(sheet, line, within, earlier)]


def is_reminder(sheet: Sheet, line: Line, within: Duration) -> bool:
    """Tell whether a line is open, or its last permitted dose or its restart lies no further ahead than `within`."""
    if line["tier"] != "know":
        return True
    deadline = line["last_permitted_dose"] if line["state"] == "planned" else _restart(line)
    return _is_within(deadline, sheet, within)


def remembered(
    sheet: Sheet, within: Duration | None, *, hidden: Collection[str] = (), earlier: Memory | None = None
) -> Iterator[Seen]:
    """Give what is to be remembered of a sheet: every line, and whether it was told as a reminder.

    `hidden` are the bindings that a filter hides: remembered as they were shown last, or as not told.
    """
    known = earlier or {}
    for line in sheet["lines"]:
        if line["binding"] in hidden:
            yield known.get((sheet["subject"], line["binding"])) or seen_of(sheet, line)
        else:
            yield seen_of(sheet, line, told=within is not None and is_reminder(sheet, line, within))


def _is_to_tell(sheet: Sheet, line: Line, within: Duration, earlier: Memory) -> bool:
    """Tell what has become a reminder, and whatever changes of one: who has acted on it has to know."""
    before = earlier.get((sheet["subject"], line["binding"]))
    if before is None or not before["told"]:
        return is_reminder(sheet, line, within)
    return is_changed(sheet, line, earlier)


def _restart(line: Line) -> str | None:
    """Give the earliest restart of what may be an antithrombotic."""
    return None if line["restart"] is None or not may_be_antithrombotic(line) else line["restart"]["at"]


def _is_within(deadline: str | None, sheet: Sheet, within: Duration) -> bool:
    """Compare in calendar days for a duration in days, else as elapsed time to the last moment of the deadline."""
    zone, as_of = Zone(sheet["zone"]), instant_of(sheet["as_of"])
    ahead = span_of(deadline, zone)
    if ahead is None:
        return False
    if within.in_days:
        return zone.day_of(ahead.high) - zone.day_of(as_of) <= within.amount
    return ahead.high - as_of <= within.amount
