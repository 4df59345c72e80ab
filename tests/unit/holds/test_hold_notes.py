"""Remarks on a line: how it is taken, a course that ends or starts, the same ingredient elsewhere on the list."""

from __future__ import annotations

from typing import Any

import pytest
from small_sheets import line, sheet

IBUPROFEN = {"text": "ibuprofen", "status": "active"}


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"as_needed": True}, "Taken as needed"),
        ({"route": "transdermal"}, "A patch"),
        ({"route": "subcutaneous"}, "injection or infusion (subcutaneous)"),
        ({"status": "on_hold"}, "The record says: on hold."),
        ({"ended": "2026-12-07"}, "The course ends Mon 2026-12-07, not after the last permitted dose"),
        ({"started": "2026-12-16"}, "Recorded to start Wed 2026-12-16, after the procedure"),
    ],
)
def test_what_is_recorded_about_it(known: dict[str, Any], said: str) -> None:
    """One remark for each."""
    [note] = line({**IBUPROFEN, **known})["notes"]
    assert said in note


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"as_needed": False},
        {"route": "oral"},
        {"ended": "2026-12-08"},
        {"started": "2026-12-15"},
        {"started": "2026-11-01"},
    ],
)
def test_no_remark_without_a_reason(known: dict[str, Any]) -> None:
    """Taken by mouth and regularly; a course that ends too late, or starts on the day of the procedure."""
    assert line({**IBUPROFEN, **known})["notes"] == []


def test_a_course_without_dates_to_compare_has_no_remark() -> None:
    """No deadline, and no start of the procedure."""
    assert line({**IBUPROFEN, "ended": "2026-12-01", "started": "2026-12-20"}, procedure={"start": None})["notes"] == []


def test_the_same_ingredient_is_named_on_every_line_of_it() -> None:
    """Two brands of one drug, and one in a combination; another drug and an unknown one are not."""
    same = "Also on the list with the same ingredient: "
    texts = ("ibuprofen", "Advil", "Duo", "naproxen", "white pill")
    notes = {each["binding"]: each["notes"] for each in sheet(*({"text": text} for text in texts))["lines"]}
    assert notes["medications/m1"] == [f"{same}Advil (m2), Duo (m3)."]
    assert notes["medications/m3#ibuprofen"] == [f"{same}ibuprofen (m1), Advil (m2)."]
    assert notes["medications/m3#lisinopril"] == notes["medications/m4"] == notes["medications/m5"] == []


@pytest.mark.parametrize(
    ("known", "as_of", "is_said"),
    [
        ({}, "2026-12-10T23:59:00-05:00", False),
        ({}, "2026-12-11T00:00:00-05:00", True),
        ({"last_dose_reported_at": "2026-12-11T08:00:00-05:00"}, "2026-12-11T09:00:00-05:00", False),
        ({"status": "on_hold"}, "2026-12-11T09:00:00-05:00", False),
    ],
)
def test_a_dose_may_have_been_taken_since_the_one_that_is_counted_from(
    known: dict[str, Any], as_of: str, *, is_said: bool
) -> None:
    """From the day after on, unless the record says that it is not taken, or somebody asked today."""
    notes = line({**IBUPROFEN, "last_dose": "2026-12-10T08:00:00-05:00", **known}, as_of=as_of)["notes"]
    assert any("ask whether one was taken since" in note for note in notes) is is_said


def test_what_is_not_held_has_no_remark_on_stopping_it() -> None:
    """Nobody takes off a patch that has no hold, nor is told of a deadline that there is none of."""
    for item in ({"text": "lisinopril"}, {"text": "lisinopril", "as_needed": True}):
        assert line({**item, "status": "active", "route": "transdermal"})["notes"] == []
    held = {**IBUPROFEN, "route": "transdermal", "as_needed": True}
    assert (
        line(held, procedure={"status": "done"}, postop={"procedure_end": "2026-11-20T09:00:00-05:00"})["notes"] == []
    )


def test_a_deadline_is_spoken_of_only_where_one_is_told() -> None:
    """Nobody knows what it is: when it was taken is asked, and no more."""
    [note] = line({"text": "small white pill", "status": "active", "as_needed": True})["notes"]
    assert note == "Taken as needed: ask when the last dose was."
