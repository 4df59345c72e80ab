"""Many sheets as one worklist: order, counts, bytes, and what is remembered."""

from __future__ import annotations

import json
from itertools import permutations

import jsonschema
import pytest
from made_up_sheets import METFORMIN, NAPROXEN, UNKNOWN, WARFARIN, loaded, overdue, sheet, start, worklist

from cds import actions
from cds.actions.worklists import Given, decided_patients
from cds.canonical import canonical_bytes
from cds.errors import InputError
from cds.facts.durations import parse_duration
from cds.holds.filters import Filters
from cds.holds.seen import memory_of
from cds.holds.short_times import shortened
from cds.holds.spread import spread_text
from cds.holds.worklist import COUNTS, Decided, Gathered, Showing, gather
from cds.holds.worklist_schema import worklist_schema

NEW_YORK = "America/New_York"


def test_the_most_urgent_patient_stands_first_in_whatever_order_they_come() -> None:
    """Late comes before what cannot be identified, that before a deadline far ahead; ties go by subject."""
    sheets = [sheet("a", NAPROXEN), sheet("b", UNKNOWN), overdue("c"), sheet("d", NAPROXEN), sheet("e")]
    for order in permutations(sheets):
        assert [one.subject for one in worklist(*order).patients] == ["c", "b", "a", "d", "e"]


def test_every_state_tier_and_patient_is_counted() -> None:
    """States count lines; a name is there even where nothing is counted."""
    counts = worklist(sheet("a", NAPROXEN, METFORMIN), overdue("b")).counts
    assert tuple(counts) == COUNTS
    told = {name: count for name, count in counts.items() if count}
    assert told == {"patients": 2, "medications": 3, "planned": 1, "overdue": 1, "no_rule": 1, "act": 1, "know": 2}


def test_the_pieces_are_the_canonical_bytes_of_one_document_that_keeps_its_schema() -> None:
    """Joined piece by piece, the document is what canonical bytes of the whole would be, and its schema holds."""
    failure = {"input": "x.json", "problem": "this is not JSON"}
    found = [Decided("a.json", sheet("a", NAPROXEN, WARFARIN)), failure, Decided("b.json", overdue("b"))]
    for showing in (Showing(), Showing(earlier={})):
        listed = gather(found, notice=["Said with all."], showing=showing)  # type: ignore[list-item]
        document = json.loads(b"".join(listed.parts()))
        assert b"".join(listed.parts()) == canonical_bytes(document)
        jsonschema.Draft202012Validator(worklist_schema()).validate(document)
        assert document["failed"] == [failure]
        assert document["notice"] == ["Said with all."]
        assert [patient["input"] for patient in document["patients"]] == ["b.json", "a.json"]
        assert [seen["subject"] for seen in document["seen"]] == ["a", "a", "b"]


def test_an_empty_worklist_is_a_document_too() -> None:
    """Nothing but failures, or nothing at all, still keeps the schema."""
    jsonschema.Draft202012Validator(worklist_schema()).validate(json.loads(b"".join(worklist().parts())))


def test_two_patients_with_one_subject_are_both_there() -> None:
    """The same subject twice is shown twice, each with the input it came from."""
    listed = worklist(sheet("a", NAPROXEN), overdue("a"))
    assert [one["input"] for one in listed.sheets()] == ["2.json", "1.json"]
    assert listed.counts["patients"] == 2


def test_what_is_not_shown_is_remembered() -> None:
    """A filter hides lines, but the next worklist can still tell what changed of them; what is gone is told."""
    hidden = worklist(sheet("a", NAPROXEN), overdue("b"), showing=Showing(Filters(states=("overdue",))))
    assert hidden.counts["hidden_patients"] == 1
    memory = memory_of(hidden.document()["seen"])
    assert set(memory) == {("a", "medications/m1"), ("b", "medications/m1")}
    later = worklist(overdue("b"), showing=Showing(earlier=memory))
    assert later.gone is not None
    assert [seen["subject"] for seen in later.gone] == ["a"]
    assert next(later.sheets())["lines"][0].get("changes") == []


def test_reminders_hide_what_is_far_ahead() -> None:
    """With a time to be due within, patients without a reminder are hidden and counted, also those without lines."""
    showing = Showing(within=("48h", parse_duration("48 h")))
    listed = worklist(sheet("a", NAPROXEN), overdue("b"), sheet("c"), showing=showing)
    assert [one.subject for one in listed.patients] == ["b"]
    assert listed.counts["hidden_patients"] == 2
    assert listed.filters == {"due_within": "48h"}


def test_what_a_filter_hid_was_not_told_and_is_told_once_it_is_shown() -> None:
    """A patient whose day comes into view later is told then, and not again; what was told stays so while hidden."""
    patient, two_days = sheet("a", UNKNOWN), ("48h", parse_duration("48 h"))
    runs = [Filters(last_day="2026-12-01"), Filters(), Filters(last_day="2026-12-01"), Filters()]
    earlier, shown = None, []
    for filters in runs:
        listed = worklist(patient, showing=Showing(filters, earlier=earlier, within=two_days))
        shown.append(listed.counts["medications"])
        earlier = memory_of(listed.document()["seen"])
    assert shown == [0, 1, 0, 0]


def test_a_patient_who_fails_one_day_is_compared_with_the_day_before() -> None:
    """What was told stays told, and what changed meanwhile is told; without a failure it is forgotten."""
    near, two_days = sheet("a", NAPROXEN, as_of="2026-11-28T09:00:00-05:00"), ("48h", parse_duration("48 h"))
    moved = sheet("a", NAPROXEN, as_of="2026-11-28T09:00:00-05:00", procedure=start("2026-12-30"))

    def run(*found: object, earlier: object = None) -> Gathered:
        known = None if earlier is None else memory_of(earlier.document()["seen"])  # type: ignore[attr-defined]
        return gather(found, showing=Showing(earlier=known, within=two_days))  # type: ignore[arg-type]

    first = run(Decided("a.json", near))
    failed = run({"input": "a.json", "problem": "this is not JSON"}, earlier=first)
    assert [one["subject"] for one in failed.gone or ()] == ["a"]
    assert run(Decided("a.json", near), earlier=failed).counts["medications"] == 0
    assert run(Decided("a.json", moved), earlier=failed).counts["medications"] == 1
    assert run(earlier=failed).document()["seen"] == []


def test_one_bad_patient_is_told_and_stops_nobody() -> None:
    """A failure names the input, the place in it and what was expected; the patients around it are decided."""
    good = json.dumps({**_document(), "subject": "good"}).encode()
    typo = json.dumps({**_document(), "subject": "bad", "procedure": {"kind": "kyphoplsty"}}).encode()
    unread = InputError("this file cannot be read (Permission denied)")
    given = [Given("1", good), Given("2", typo), Given("3", b"{\n  broken"), Given("4", unread), Given("5", good)]
    found = [*actions.hold_sheets(loaded(), given, engines="reference")]
    assert [isinstance(one, Decided) for one in found] == [True, False, False, False, True]
    assert found[1]["problem"].startswith("$.procedure")  # type: ignore[index]
    assert found[1]["problem"].endswith("did you mean `kyphoplasty`?")  # type: ignore[index]
    assert found[2]["problem"].startswith("line 2, column 3: this is not JSON")  # type: ignore[index]
    assert found[3] == {"input": "4", "problem": "this file cannot be read (Permission denied)"}


def test_a_fault_of_ours_is_not_quoted() -> None:
    """An error of the program could hold a patient's values in its words: they stay out of the list."""

    def fails(*_: object) -> None:
        raise ValueError("warfarin 5 mg of Mrs Example")

    given = [Given("1", json.dumps(_document()).encode())]
    (failure,) = decided_patients(given, loaded(), fails, actions.Beside())  # type: ignore[arg-type]
    assert failure == {"input": "1", "problem": "a fault of cds; no advice is given"}


def test_what_is_said_beside_all_is_checked_once() -> None:
    """A zone that does not exist is refused before anybody is decided."""
    with pytest.raises(InputError, match="Amerika"):
        actions.hold_sheets(loaded(), [], beside=actions.Beside(zone="Amerika/New_York"))


def test_the_spread_of_positions_is_told_the_earliest_first() -> None:
    """Deadlines that differ from the adopted one are told with source and interval; what is hearsay is marked."""
    (line,) = sheet("a", NAPROXEN)["lines"]
    assert line["last_permitted_dose"] == "2026-11-30"
    assert shortened(spread_text(line), NEW_YORK, "2026") == (
        "Other positions: philadelphia-pain-page 5 full days, Wed 2 Dec; asra-2018 4 full days, Thu 3 Dec; "
        "vertebroplasty-hold-sheet 3 full days, Fri 4 Dec."
    )
    unconfirmed = {**line, "other_deadlines": [{**line["other_deadlines"][0], "confirmed": "unconfirmed"}]}
    assert "4 full days, unconfirmed, 2026-12-03" in spread_text(unconfirmed)  # type: ignore[arg-type]
    assert spread_text({**line, "other_deadlines": []}) == ""
    reading = {"sources": {"$x": "sir-2019"}, "interval": line["interval"], "last_permitted_dose": "2026-11-30"}
    contested = {**line, "other_deadlines": [], "last_permitted_dose": None, "readings": [reading]}
    assert spread_text(contested) == "No position is adopted: sir-2019 7 full days, 2026-11-30."  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "short"),
    [
        ("by Tue 2026-11-24 21:00 -05:00.", "by Tue 24 Nov 21:00."),
        ("2026-11-24T21:00:30-05:00: late", "Tue 24 Nov 21:00:30: late"),
        ("from 2026-12-31 to 2027-01-01", "from Thu 31 Dec to Fri 1 Jan 2027"),
        ("2026-11-24T21:00:00+01:00", "Tue 24 Nov 21:00 +01:00"),
        (
            "2026-11-01T01:30:00-04:00, then 2026-11-01T01:30:00-05:00",
            "Sun 1 Nov 01:30 -04:00, then Sun 1 Nov 01:30 -05:00",
        ),
        ("2026-13-45 and 2026-11-24", "2026-13-45 and Tue 24 Nov"),
    ],
)
def test_short_times_tell_the_instant(written: str, short: str) -> None:
    """The year and the offset are left out only where the list's year and zone tell them; no hour is told twice."""
    assert shortened(written, NEW_YORK, "2026") == short


def _document() -> dict[str, object]:
    return {
        "schema": "cds-facts/1",
        "subject": "x",
        "as_of": "2026-11-23T09:00:00-05:00",
        "zone": NEW_YORK,
        "procedure": start("2026-12-08"),
    }
