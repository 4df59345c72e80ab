"""Remarks on a line that change no state: how it is taken, and what else on the list it has to be read with."""

from __future__ import annotations

from collections.abc import Iterator

from cds.facts.model import Facts, Item, TimeSpan, Word
from cds.facts.time_text import span_text, with_weekdays
from cds.holds.model import MEDICATIONS, Line
from cds.outcome.holds import DATED_STATES, NO_LONGER_TAKEN, WITHOUT_A_DATE

_HELD = DATED_STATES | WITHOUT_A_DATE
"""States in which a dose may still matter; what nothing is held of gets no remark on stopping it."""


def notes_of(item: Item, line: Line, facts: Facts) -> list[str]:
    """Give the remarks on one line."""
    return [
        *_taken(item, line),
        *_taken_since(item, line, facts),
        *_course(item, line, facts),
        *_others(item, line, facts),
    ]


def _taken(item: Item, line: Line) -> Iterator[str]:
    as_needed = item.value("as_needed")
    if isinstance(as_needed, Word) and as_needed.value is True and line["state"] in _HELD:
        until = "" if line["last_permitted_dose"] is None else ", and tell that no dose may be taken after the deadline"
        yield f"Taken as needed: ask when the last dose was{until}."
    if line["route"] == "transdermal" and line["interval"] is not None:
        yield "A patch: it has to be taken off, not only not renewed."
    if line["route"] in {"subcutaneous", "intramuscular", "intravenous"}:
        yield f"Given by injection or infusion ({line['route']}): it may be given by somebody else."
    if line["record_status"] not in {None, "active"}:
        yield f"The record says: {str(line['record_status']).replace('_', ' ')}."


def _taken_since(item: Item, line: Line, facts: Facts) -> Iterator[str]:
    """Say that an earliest procedure is counted from a dose that may not be the last any more."""
    zone, last_dose, reported = facts.zone, item.value("last_dose"), item.value("last_dose_reported_at")
    told = [value.high for value in (last_dose, reported) if isinstance(value, TimeSpan)]
    is_taken = line["record_status"] not in NO_LONGER_TAKEN
    if line["state"] == "overdue" and is_taken and zone.day_of(max(told)) < zone.day_of(facts.as_of):
        yield "The earliest procedure is counted from the last dose that is known: ask whether one was taken since."


def _course(item: Item, line: Line, facts: Facts) -> Iterator[str]:
    """Say where a course ends before its deadline, or begins after the procedure."""
    zone, deadline = facts.zone, line["last_permitted_dose"]
    ended, started, start = item.value("ended"), item.value("started"), facts.value("procedure.start")
    if isinstance(ended, TimeSpan) and deadline is not None:
        end = span_text(ended.low, ended.high, zone)
        if end[:10] <= deadline[:10]:
            verb = "ended" if ended.high <= facts.as_of else "ends"
            yield f"The course {verb} {with_weekdays(end)}, not after the last permitted dose: confirm it."
    if isinstance(started, TimeSpan) and isinstance(start, TimeSpan) and started.low > start.high:
        begin = with_weekdays(span_text(started.low, started.high, zone))
        yield f"Recorded to start {begin}, after the procedure: confirm that no dose is taken before."


def _others(item: Item, line: Line, facts: Facts) -> Iterator[str]:
    """Name the other items with the same substance."""
    if line["substance"] is None:
        return
    same = [
        other
        for other in facts.list(MEDICATIONS).items
        if other.id != item.id and _substance(other) == line["substance"]
    ]
    if same:
        named = ", ".join(f"{other.label} ({other.id})" for other in same)
        yield f"Also on the list with the same ingredient: {named}."


def _substance(item: Item) -> str | None:
    value = item.value("substance")
    return str(value.value) if isinstance(value, Word) else None
