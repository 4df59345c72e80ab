"""What changed since an earlier worklist, which lines are told again, and what an acknowledgement stops."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cds import actions
from cds.actions.acknowledging import acknowledged_in, keep
from cds.errors import InputError
from cds.facts.durations import parse_duration
from cds.holds.acknowledgements import (
    REASONS,
    Acknowledgement,
    acknowledge,
    read_acknowledgements,
    with_acknowledgements,
)
from cds.holds.changes import with_changes
from cds.holds.model import Sheet
from cds.holds.reminders import remembered, reminders_in
from cds.holds.seen import Memory, memory_of

TWO_DAYS = parse_duration("48 h")
PATIENT: dict[str, Any] = {
    "schema": "cds-facts/1",
    "subject": "made-up-1",
    "as_of": "2026-11-18T09:00:00-05:00",
    "zone": "America/New_York",
    "procedure": {"status": "booked", "start": "2026-12-01T08:00:00-05:00"},
    "history": dict.fromkeys(("coronary_stent", "mechanical_valve", "vte", "stroke"), False),
    "medications": {
        "reconciled": True,
        "items": [
            {"id": "m1", "text": "naproxen 500 mg", "status": "active", "route": "oral"},
            {"id": "m2", "text": "paracetamol 500 mg", "status": "active", "route": "oral"},
        ],
    },
}


loaded = cache(actions.load_ruleset)


def sheet(**changed: Any) -> Sheet:
    """Give the sheet of the patient with other facts at the top level."""
    ruleset = loaded()
    return actions.hold_sheet(ruleset, actions.patient_of({**deepcopy(PATIENT), **changed}, ruleset).facts)


def memory(of: Sheet, earlier: Memory | None = None) -> Memory:
    """Give what a worklist of this sheet remembers."""
    return (
        memory_of(remembered(of, TWO_DAYS)) if earlier is None else {**earlier, **memory_of(remembered(of, TWO_DAYS))}
    )


def told(of: Sheet, earlier: Memory) -> list[str]:
    """Give which bindings are told."""
    return [line["binding"] for line in reminders_in(of, TWO_DAYS, earlier)]


MOVED = {"procedure": {"status": "booked", "start": "2026-12-04T08:00:00-05:00"}}


def test_a_procedure_that_moves_is_told_with_both_deadlines() -> None:
    """The deadline of naproxen moves with the procedure, and both are named with their weekday."""
    changed = with_changes(sheet(**MOVED), memory(sheet()))
    first = next(line for line in changed["lines"] if line["binding"] == "medications/m1")
    assert [change["text"] for change in first["changes"]] == ["Deadline moved from Mon 2026-11-23 to Thu 2026-11-26."]
    assert [change["text"] for change in changed["changes"]] == [
        "Procedure moved from Tue 2026-12-01 08:00 -05:00 to Fri 2026-12-04 08:00 -05:00."
    ]


def test_nothing_changed_says_nothing() -> None:
    """The same facts an hour later change nothing."""
    later = with_changes(sheet(as_of="2026-11-18T10:00:00-05:00"), memory(sheet()))
    assert later["changes"] == []
    assert [line["changes"] for line in later["lines"]] == [[], []]


def test_a_medication_that_was_not_there_is_new() -> None:
    """A medication that the earlier worklist did not have says so, with its state."""
    first = with_changes(sheet(), {})["lines"][0]
    assert [change["code"] for change in first["changes"]] == ["new"]
    assert first["changes"][0]["text"] == "New: planned."


def test_a_time_that_becomes_known_is_no_move() -> None:
    """From no date to a date is a change, not a move."""
    unknown = sheet(procedure={"status": "booked"})
    line = with_changes(sheet(), memory(unknown))["lines"][0]
    texts = [change["text"] for change in line["changes"]]
    assert "Deadline changed from not known to Mon 2026-11-23." in texts
    assert "State changed from undecidable to planned." in texts


def test_what_is_far_ahead_is_no_reminder() -> None:
    """A planned hold with its deadline five days ahead is not told, a medication without a rule never."""
    assert told(sheet(), {}) == []


@pytest.mark.parametrize(
    ("as_of", "within", "expected"),
    [
        ("2026-11-18T09:00:00-05:00", "5 d", ["medications/m1"]),
        ("2026-11-17T23:59:00-05:00", "5 d", []),
        ("2026-11-19T00:00:00-05:00", "120 h", ["medications/m1"]),
        ("2026-11-18T23:59:59-05:00", "120 h", []),
    ],
)
def test_a_deadline_comes_within_the_window(as_of: str, within: str, expected: list[str]) -> None:
    """In days the calendar counts; in hours it is the last moment of Mon 23 Nov, a microsecond before midnight."""
    near = sheet(as_of=as_of)
    assert near["lines"][0]["state"] == "planned"
    assert [line["binding"] for line in reminders_in(near, parse_duration(within), {})] == expected


def test_what_was_told_and_has_not_changed_is_not_told_again() -> None:
    """A scheduler that passes its previous output on hears of a line once, until the line changes."""
    first = sheet(as_of="2026-11-22T09:00:00-05:00")
    assert told(first, {}) == ["medications/m1"]
    second = sheet(as_of="2026-11-22T15:00:00-05:00")
    after = memory(second, memory(first))
    assert told(second, memory(first)) == []
    third = sheet(as_of="2026-11-24T09:00:00-05:00")
    assert told(third, after) == ["medications/m1"], "past the deadline, with the last dose unknown"


def test_a_line_that_comes_near_without_changing_is_told() -> None:
    """What was remembered as no reminder becomes one by time alone."""
    earlier = memory(sheet(as_of="2026-11-18T09:00:00-05:00"))
    assert told(sheet(as_of="2026-11-22T09:00:00-05:00"), earlier) == ["medications/m1"]


def test_an_acknowledged_line_is_not_told_while_it_stays() -> None:
    """The acknowledgement holds for the line as it was seen; the moved procedure opens it again."""
    now = sheet(as_of="2026-11-22T09:00:00-05:00")
    seen = memory(now)["made-up-1", "medications/m1"]
    one = acknowledge(seen, reason="patient_informed", by="pharmacist 7", at="2026-11-22T09:30:00-05:00", clock="given")
    known = read_acknowledgements([one.to_bytes()])
    marked = with_acknowledgements(now, known)
    assert marked["lines"][0]["acknowledged"] == {
        "by": "pharmacist 7",
        "at": "2026-11-22T09:30:00-05:00",
        "reason": "patient_informed",
    }
    assert told(marked, {}) == []
    moved = with_acknowledgements(sheet(as_of="2026-11-25T09:00:00-05:00", **MOVED), known)
    assert told(moved, {}) == ["medications/m1"]


AFTER: dict[str, Any] = {
    "procedure": {"status": "done", "start": "2026-12-01T08:00:00-05:00"},
    "postop": {"procedure_end": "2026-12-01T09:00:00-05:00", "haemostasis_confirmed": True, "neuro_exam": "intact"},
    "medications": {"reconciled": True, "items": [{"id": "m1", "text": "warfarin 5 mg", "status": "on_hold"}]},
}


def test_a_line_without_a_state_can_be_acknowledged_and_read_back() -> None:
    """After the procedure a line has no state, and a file of acknowledgements stays readable."""
    after = sheet(**AFTER, as_of="2026-12-02T09:00:00-05:00")
    seen = memory(after)["made-up-1", "medications/m1"]
    noted = acknowledge(seen, reason="prescriber_informed", by="RPh 1", at="2026-12-02T10:00:00Z", clock="given")
    read = read_acknowledgements([noted.to_bytes()])
    assert read["made-up-1", "medications/m1"] == noted
    assert with_acknowledgements(after, read)["lines"][0]["acknowledged"]["by"] == "RPh 1"


def test_an_alert_that_grows_is_told_again() -> None:
    """A forgotten restart is high on its day and critical the day after, whoever took note on the day."""
    today, tomorrow = (sheet(**AFTER, as_of=f"2026-12-0{day}T09:00:00-05:00") for day in (2, 3))
    known = memory(today)
    noted = acknowledge(
        known["made-up-1", "medications/m1"],
        reason="prescriber_informed",
        by="RPh 1",
        at="2026-12-02T10:00:00Z",
        clock="given",
    )
    read = read_acknowledgements([noted.to_bytes()])
    assert told(with_acknowledgements(today, read), known) == []
    assert told(with_acknowledgements(tomorrow, read), known) == ["medications/m1"]
    (changed,) = with_changes(tomorrow, known)["lines"]
    assert [change["text"] for change in changed["changes"]] == ["Severity changed from high to critical."]


def test_a_restart_that_is_near_is_a_reminder_once() -> None:
    """The day after the procedure lies within two days; with a shorter time ahead it is not told yet."""
    after = sheet(**AFTER, as_of="2026-12-01T12:00:00-05:00")
    assert told(after, {}) == ["medications/m1"]
    assert told(after, memory(after)) == []
    assert list(reminders_in(after, parse_duration("24 h"), {})) == []


def test_what_was_told_is_told_when_it_changes_though_it_is_no_reminder_any_more() -> None:
    """Who was told a last dose has to know that the procedure is weeks later, or given up; and is told once."""
    near = sheet(as_of="2026-11-22T09:00:00-05:00")
    postponed = {"procedure": {"status": "booked", "start": "2026-12-22T08:00:00-05:00"}}
    for later in (postponed, {"procedure": {"status": "cancelled", "start": "2026-12-01T08:00:00-05:00"}}):
        moved = sheet(as_of="2026-11-22T10:00:00-05:00", **later)
        assert told(moved, {}) == []
        assert told(moved, memory(near)) == ["medications/m1"]
        assert told(moved, memory(moved)) == []


def test_the_latest_acknowledgement_counts() -> None:
    """A file of acknowledgements only grows."""
    now = sheet()
    seen = memory(now)["made-up-1", "medications/m1"]
    at = "2026-11-22T09:30:00-05:00"
    one = acknowledge(seen, reason="patient_informed", by="a", at=at, clock="given")
    two = acknowledge(seen, reason="other", by="b", at=at, clock="system", comment="on the phone")
    read = read_acknowledgements([one.to_bytes(), b"\n", two.to_bytes()])
    assert read["made-up-1", "medications/m1"].by == "b"


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"reason": "patient_informd"}, "did you mean `patient_informed`"),
        ({"reason": "other"}, "needs a comment"),
        ({"by": ""}, "`by` is not as it should be"),
        ({"at": "yesterday"}, "yesterday"),
        ({"comment": "x" * 201}, "`comment` is not as it should be"),
    ],
)
def test_a_wrong_acknowledgement_is_refused(said: dict[str, str], problem: str) -> None:
    """Every mistake is named; a comment is never repeated."""
    seen = memory(sheet())["made-up-1", "medications/m1"]
    right = {"reason": "patient_informed", "by": "a", "at": "2026-11-22T09:30:00-05:00", "clock": "given"}
    with pytest.raises(InputError, match=problem):
        acknowledge(seen, **{**right, **said})


def test_a_line_that_was_cut_off_acknowledges_nothing(tmp_path: Path) -> None:
    """A full disk in the middle of a line loses that line, neither the ones before nor the ones after it."""
    now = memory(sheet())
    at = "2026-11-22T09:30:00-05:00"
    one, two = (
        acknowledge(now["made-up-1", f"medications/{name}"], reason="patient_informed", by="a", at=at, clock="given")
        for name in ("m1", "m2")
    )
    path = tmp_path / "acks.jsonl"
    path.write_bytes(one.to_bytes() + two.to_bytes()[:40])
    assert list(acknowledged_in(path)) == [("made-up-1", "medications/m1")]
    keep([two], path)
    assert sorted(acknowledged_in(path)) == [("made-up-1", "medications/m1"), ("made-up-1", "medications/m2")]


def test_a_line_that_is_no_acknowledgement_names_its_place() -> None:
    """The file and the line are told, the content is not."""
    with pytest.raises(InputError, match=r"acks\.jsonl:2") as raised:
        read_acknowledgements([b"\n", b'{"schema":"cds-acknowledgement/1","by":"Jane Roe"}'], file="acks.jsonl")
    assert "Jane" not in str(raised.value)


def test_every_reason_has_words() -> None:
    """The coded list and its words are the same list."""
    allowed = Acknowledgement.model_json_schema()["properties"]["reason"]["enum"]
    assert list(REASONS) == allowed
