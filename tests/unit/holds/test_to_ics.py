"""A worklist as a calendar, read by three calendar libraries."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from typing import Any

import icalendar
import ics
import pytest
import vobject
from made_up_sheets import METFORMIN, NAPROXEN, UNKNOWN, WARFARIN, overdue, sheet, start

from cds.errors import InputError
from cds.holds.model import Sheet
from cds.holds.to_ics import worklist_ics

HEPARIN = {"text": "heparin sodium", "status": "active", "route": "intravenous", "intent": "therapeutic"}
APIXABAN = {"text": "Eliquis 5 mg", "status": "on_hold", "route": "oral", "last_dose": "2026-12-05T20:00:00-05:00"}
ENDED = {"procedure_end": "2026-12-08T09:05:00-05:00", "haemostasis_confirmed": True, "neuro_exam": "intact"}


def events(*sheets: Sheet, earlier: tuple[Sheet, ...] = ()) -> list[Any]:
    """Give the events, as icalendar reads them."""
    return icalendar.Calendar.from_ical(worklist_ics(sheets, earlier=earlier)).walk("VEVENT")


def imported(*calendars: bytes) -> dict[str, dict[str, Any]]:
    """Import calendars one after the other, as RFC 5546 has it: by UID, the higher sequence wins."""
    held: dict[str, dict[str, Any]] = {}
    for calendar in calendars:
        for event in vobject.readOne(calendar.decode()).contents.get("vevent", []):
            known = held.get(event.uid.value)
            if known is not None and int(known["sequence"]) > int(event.sequence.value):
                continue
            said = {"sequence": event.sequence.value, "start": event.dtstart.value, "status": event.status.value}
            held[event.uid.value] = said
    return {uid: said for uid, said in held.items() if said["status"] != "CANCELLED"}


def test_other_libraries_read_every_event() -> None:
    """Three libraries find the same events, with the same days and the same words."""
    calendar = worklist_ics([sheet("a", NAPROXEN, WARFARIN, METFORMIN, UNKNOWN), overdue("b")])
    ours = {(str(one["uid"]), str(one["summary"])) for one in icalendar.Calendar.from_ical(calendar).walk("VEVENT")}
    theirs = {(one.uid, one.name) for one in ics.Calendar(calendar.decode()).events}
    others = {(one.uid.value, one.summary.value) for one in vobject.readOne(calendar.decode()).contents["vevent"]}
    assert ours == theirs == others
    assert len(ours) == 2


def test_days_and_doses_give_whole_days_and_hours_an_instant() -> None:
    """A deadline that is a day is that whole day everywhere; one that is an instant is told in UTC."""
    (by_day,) = events(sheet("a", NAPROXEN))
    assert by_day["dtstart"].dt == date(2026, 11, 30)
    assert by_day["dtend"].dt == date(2026, 12, 1)
    (by_hour,) = events(sheet("a", HEPARIN))
    assert by_hour["dtstart"].dt == datetime(2026, 12, 8, 7, tzinfo=UTC)
    assert by_hour["dtstart"].to_ical() == b"20261208T070000Z"
    all_day = {one.name: one.all_day for one in ics.Calendar(worklist_ics([sheet("a", NAPROXEN)]).decode()).events}
    assert all_day == {"Last permitted dose: naproxen (a)": True}


def test_an_antithrombotic_has_a_last_dose_to_take() -> None:
    """Only other medicines have a last permitted dose; a missed deadline says so first."""
    assert [str(one["summary"]) for one in events(sheet("a", WARFARIN))] == ["Last dose to take: warfarin (a)"]
    assert [str(one["summary"]) for one in events(sheet("a", NAPROXEN))] == ["Last permitted dose: naproxen (a)"]
    assert [str(one["summary"]) for one in events(overdue("a"))] == ["Overdue: Last permitted dose: naproxen (a)"]


def test_nothing_without_a_date_becomes_an_event() -> None:
    """What is satisfied needs no reminder, and what is open has no date to remind of."""
    stopped = {**NAPROXEN, "status": "stopped", "last_dose": "2026-11-01"}
    assert events(sheet("a", METFORMIN, UNKNOWN, stopped), sheet("b", NAPROXEN, procedure=start(None))) == []


def test_a_restart_is_reviewed_only_once_the_procedure_has_ended() -> None:
    """Without the end of the procedure, or with a condition open, there is no such event."""
    done = {"procedure": {"status": "done", "start": "2026-12-08T08:00:00-05:00"}, "as_of": "2026-12-09T11:00:00-05:00"}
    (review,) = events(sheet("a", APIXABAN, postop=ENDED, **done))
    assert str(review["summary"]) == "Review restart: apixaban (a)"
    assert review["dtstart"].dt == datetime(2026, 12, 9, 14, 5, tzinfo=UTC)
    assert events(sheet("a", APIXABAN, postop={"procedure_end": ENDED["procedure_end"]}, **done)) == []
    assert events(sheet("a", APIXABAN, **done)) == []


def test_importing_again_changes_nothing() -> None:
    """The same worklist is the same bytes, and imported twice it is there once."""
    first = worklist_ics([sheet("a", NAPROXEN, WARFARIN), sheet("b", NAPROXEN)])
    assert first == worklist_ics([sheet("b", NAPROXEN), sheet("a", NAPROXEN, WARFARIN)])
    assert imported(first, first) == imported(first)
    assert len(imported(first)) == 3


def test_a_procedure_that_moves_moves_the_event() -> None:
    """The same event, a new day, a higher sequence; however often the old calendar comes in again."""
    before = worklist_ics([sheet("a", NAPROXEN)])
    later = {"as_of": "2026-11-23T09:00:01-05:00", "procedure": start("2026-12-10")}
    after = worklist_ics([sheet("a", NAPROXEN, **later)], earlier=[sheet("a", NAPROXEN)])
    held = imported(before, after, before)
    assert [said["start"] for said in held.values()] == [date(2026, 12, 2)]
    assert imported(before).keys() == held.keys()


@pytest.mark.parametrize(
    "now",
    [
        {"procedure": {"status": "cancelled", "start": "2026-12-08T08:00:00-05:00"}},
        {"procedure": {"status": "booked"}},
    ],
)
def test_what_no_longer_stands_is_cancelled(now: dict[str, Any]) -> None:
    """A hold that has lost its date is withdrawn, with the words that this is no word on doses."""
    before = sheet("a", NAPROXEN)
    after = sheet("a", NAPROXEN, as_of="2026-11-24T09:00:00-05:00", **now)
    (event,) = events(after, earlier=(before,))
    assert event["status"] == "CANCELLED"
    assert str(event["summary"]).startswith("Withdrawn: ")
    assert "no word on whether doses may be taken" in str(event["description"])
    assert imported(worklist_ics([before]), worklist_ics([after], earlier=[before])) == {}


def test_a_medicine_that_has_left_the_list_is_cancelled_and_an_absent_patient_is_left_alone() -> None:
    """Who could not be read this time keeps the reminders."""
    before = (sheet("a", NAPROXEN, WARFARIN), sheet("b", NAPROXEN))
    after = sheet("a", NAPROXEN, as_of="2026-11-24T09:00:00-05:00")
    said = sorted((str(one["status"]), str(one["summary"])) for one in events(after, earlier=before))
    assert said == [
        ("CANCELLED", "Withdrawn: Last dose to take: warfarin (a)"),
        ("CONFIRMED", "Last permitted dose: naproxen (a)"),
    ]


def test_two_brands_of_one_ingredient_are_two_events() -> None:
    """What is on the list twice is held twice."""
    found = events(sheet("a", NAPROXEN, {**NAPROXEN, "text": "Aleve"}))
    assert len({str(one["uid"]) for one in found}) == 2


def test_nothing_of_the_record_is_in_it_but_the_subject() -> None:
    """Neither the text of a medicine nor the unit; who reads it is told for whom it is, and by what."""
    shown = sheet("a", {**NAPROXEN, "text": "naproxen for Mrs. Miller"}, patient={"unit": "Miller ward"})
    assert b"Miller" not in worklist_ics([shown])
    (event,) = events(shown)
    assert "For healthcare professionals; not patient instructions." in str(event["description"])
    assert "DRAFT: no clinician has signed this content off." in str(event["description"])


def test_an_event_is_private_and_blocks_no_time() -> None:
    """It carries the time of the sheet, not of the clock, and no alarm."""
    (event,) = events(sheet("a", NAPROXEN))
    assert (event["class"], event["transp"], event["status"]) == ("PRIVATE", "TRANSPARENT", "CONFIRMED")
    assert event["dtstamp"].dt == event["last-modified"].dt == datetime(2026, 11, 23, 14, tzinfo=UTC)
    assert event.walk("VALARM") == []
    assert icalendar.Calendar.from_ical(worklist_ics([]))["method"] == "PUBLISH"


def test_the_latest_sheet_of_a_patient_counts() -> None:
    """Two sheets of one patient give the events of the one with the later time, in any order."""
    old, new = sheet("a", NAPROXEN), sheet("a", as_of="2026-11-24T09:00:00-05:00")
    assert events(old, new) == events(new, old) == []


def test_two_sheets_of_one_patient_at_one_time_both_count() -> None:
    """Where nobody can tell which of them is the later, no medicine of either is left out."""
    both = (sheet("a", WARFARIN), sheet("a", METFORMIN, NAPROXEN))
    assert {str(one["summary"]) for one in events(*both)} == {
        "Last dose to take: warfarin (a)",
        "Last permitted dose: naproxen (a)",
    }
    assert events(*both, earlier=both) == events(*both)


def test_a_missing_package_is_named_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has not installed the packages for sheets is told how."""
    monkeypatch.setitem(sys.modules, "icalendar", None)
    with pytest.raises(InputError, match=r"pip install cds\[sheets\]"):
        worklist_ics([])
