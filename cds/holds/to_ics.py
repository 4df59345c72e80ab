"""A worklist as a calendar (RFC 5545): one event per last permitted dose, one per restart to review.

What a calendar user may rely on is told in `docs/holds.md`. Nothing of the record's free text is in it: patients are
named by the subject of their facts, which has to be a pseudonym, medicines by substance and class.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, cast
from uuid import NAMESPACE_URL, uuid5

from cds.canonical import canonical_bytes
from cds.errors import InputError
from cds.facts.time_text import with_weekdays
from cds.facts.zones import SECOND
from cds.holds.line_words import earliest_told
from cds.holds.model import Line, Sheet
from cds.holds.printed import standing_of
from cds.holds.written_times import instant_of
from cds.trace.hold_sentences import interval_text
from cds.trace.sentences import FOR_PROFESSIONALS

if TYPE_CHECKING:
    from icalendar import Event

_NAMES = uuid5(NAMESPACE_URL, "urn:cds:hold-reminders")
_STANDS = frozenset({"planned", "due", "overdue"})
"""States whose last permitted dose is a date to keep; a hold that is satisfied needs no reminder."""
_FIRST_SEQUENCE = instant_of("2020-01-01T00:00:00Z")
_LAST_SEQUENCE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class _Reminder:
    """What becomes an event: `at` is a day or an instant; `as_of` that of the sheet that speaks last of it."""

    uid: str
    at: str
    as_of: str
    summary: str
    description: str
    is_cancelled: bool = False


def worklist_ics(sheets: Iterable[Sheet], *, earlier: Iterable[Sheet] = ()) -> bytes:
    """Give the calendar of many sheets; events of `earlier` that no longer stand are cancelled.

    A patient of `earlier` who is not among `sheets` is left alone: a patient who could not be read this time keeps
    the reminders. Of several sheets of one subject the latest speak, all that are of the same instant.

    Raises:
        InputError: the packages for sheets are not installed.
    """
    try:
        from icalendar import Calendar  # noqa: PLC0415  # only a calendar needs it
    except ImportError as error:
        raise InputError(
            "a calendar needs a package that is not installed", expected="`pip install cds[sheets]`"
        ) from error
    current: dict[str, list[Sheet]] = {}
    for sheet in sorted(sheets, key=_sequence):
        same = [other for other in current.get(sheet["subject"], ()) if _sequence(other) == _sequence(sheet)]
        current[sheet["subject"]] = [*same, sheet]
    reminders = {one.uid: one for same in current.values() for sheet in same for one in _reminders(sheet)}
    for before in sorted(earlier, key=_sequence):
        for now in current.get(before["subject"], ())[-1:]:
            gone = (one for one in _reminders(before) if one.uid not in reminders or reminders[one.uid].is_cancelled)
            reminders |= {one.uid: _cancelled(one, now) for one in gone}
    calendar = Calendar()
    calendar.add("prodid", "-//cds//hold reminders//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for one in sorted(reminders.values(), key=lambda one: (one.at, one.uid)):
        calendar.add_component(_event(one))
    return cast("bytes", calendar.to_ical(sorted=True))


def _reminders(sheet: Sheet) -> Iterator[_Reminder]:
    for line in sheet["lines"]:
        deadline, restart = line["last_permitted_dose"], line["restart"]
        if line["state"] in _STANDS and deadline is not None:
            named = "Last dose to take" if line["is_antithrombotic"] else "Last permitted dose"
            late = "Overdue: " if line["state"] == "overdue" else ""
            yield _reminder(sheet, line, kind="last-permitted-dose", at=deadline, what=f"{late}{named}")
        if restart is not None and restart["at"] is not None and sheet["procedure"]["end"] is not None:
            yield _reminder(sheet, line, kind="review-restart", at=restart["at"], what="Review restart")


def _reminder(sheet: Sheet, line: Line, *, kind: str, at: str, what: str) -> _Reminder:
    key = [sheet["subject"], line["binding"], line["substance"], kind]
    return _Reminder(
        uid=str(uuid5(_NAMES, canonical_bytes(key).decode())),
        at=at,
        as_of=sheet["as_of"],
        summary=f"{what}: {_substance(line)} ({sheet['subject']})",
        description="\n".join(_description(sheet, line)),
    )


def _description(sheet: Sheet, line: Line) -> Iterator[str]:
    procedure, ruleset = sheet["procedure"], sheet["ruleset"]
    yield FOR_PROFESSIONALS
    if standing := standing_of(sheet):
        yield standing
    named_class = f" ({line['class']})" if line["class"] else ""
    state = f": {line['state']}" if line["state"] else ""
    yield f"{sheet['subject']}, {_substance(line)}{named_class}{state}"
    if line["interval"] is not None:
        yield f"Interval: {interval_text(line['interval'])}"
    if procedure["start"] is not None:
        yield f"Procedure: {with_weekdays(procedure['start'])} ({sheet['zone']})"
    if line["state"] == "overdue" and line["earliest_procedure"] is not None:
        yield f"Earliest procedure by this hold: {with_weekdays(earliest_told(line))}"
    yield f"As of {with_weekdays(sheet['as_of'])}, by {ruleset['id']} {ruleset['version']}."
    yield "See the hold sheet for conditions, questions and other positions before acting on it."


def _cancelled(one: _Reminder, now: Sheet) -> _Reminder:
    description = (
        f"{FOR_PROFESSIONALS}\nThis date no longer stands as of {with_weekdays(now['as_of'])}; that is no word on "
        "whether doses may be taken. See the hold sheet."
    )
    return _Reminder(one.uid, one.at, now["as_of"], f"Withdrawn: {one.summary}", description, is_cancelled=True)


def _event(one: _Reminder) -> Event:
    from icalendar import Event  # noqa: PLC0415  # only a calendar needs it

    event, as_of = Event(), _moment(one.as_of)
    event.add("uid", one.uid)
    event.add("dtstamp", as_of)
    event.add("last-modified", as_of)
    event.add("sequence", _sequence_of(one.as_of))
    event.add("summary", one.summary)
    event.add("description", one.description)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    event.add("status", "CANCELLED" if one.is_cancelled else "CONFIRMED")
    if "T" in one.at:
        event.add("dtstart", _moment(one.at))
    else:
        day = date.fromisoformat(one.at)
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
    return event


def _substance(line: Line) -> str:
    return (line["substance"] or "a medicine that is not named").replace("-", " ")


def _moment(told: str) -> datetime:
    return datetime.fromisoformat(told).astimezone(UTC).replace(microsecond=0)


def _sequence(sheet: Sheet) -> int:
    return _sequence_of(sheet["as_of"])


def _sequence_of(as_of: str) -> int:
    """Give a number that rises with `as_of`: seconds since 2020, within the 32 bits that calendars have for it."""
    return min(max((instant_of(as_of) - _FIRST_SEQUENCE) // SECOND, 0), _LAST_SEQUENCE)
