"""The arithmetic of a hold in words: every number of it, and for an anticoagulant the last dose as one to take."""

from __future__ import annotations

from typing import Any

import pytest

from cds.holds.arithmetic import arithmetic

START = "2026-11-27T08:00:00-05:00"
FIVE_DAYS = {"counting": "full_days", "low": 5, "high": 5}
SIX_HOURS = {"counting": "hours", "low": 4, "high": 6}
TWO_DOSES = {"counting": "doses", "low": 2, "high": 2, "per_day": 2}


def said(state: str, *, start: str | None = START, antithrombotic: bool = False, **known: Any) -> str:
    """Say the arithmetic of a hold of which this is known."""
    hold: Any = {
        "substance": "clopidogrel",
        "state": state,
        "reason": "before_deadline",
        "interval": FIVE_DAYS,
        "last_dose": "2026-11-24T21:00:00-05:00",
        "last_permitted_dose": "2026-11-21",
        "no_dose_from": "2026-11-22",
        "earliest_procedure": "2026-11-30T00:00:00-05:00",
        **known,
    }
    return arithmetic(hold, start, is_antithrombotic=antithrombotic, overridden_by="prescriber.recent-stent")


def test_overdue_tells_from_the_last_dose_to_the_earliest_procedure() -> None:
    """The example of the pharmacist: a last dose on Tuesday, five full days, a procedure on Monday at the earliest."""
    assert said("overdue") == (
        "Last dose Tue 2026-11-24 21:00 -05:00; 5 full days needed; last permitted dose was "
        "Sat 2026-11-21; procedure Fri 2026-11-27 08:00 -05:00; earliest procedure by this hold Mon 2026-11-30."
    )


@pytest.mark.parametrize(
    ("known", "earliest"),
    [
        ({"interval": SIX_HOURS, "earliest_procedure": "2026-11-30T00:00:00-05:00"}, "Mon 2026-11-30 00:00 -05:00"),
        ({"interval": TWO_DOSES, "earliest_procedure": "2026-11-30T00:00:00-05:00"}, "Mon 2026-11-30"),
        ({"earliest_procedure": "2026-11-30T09:15:00-05:00"}, "Mon 2026-11-30 09:15 -05:00"),
        ({"interval": None}, "Mon 2026-11-30 00:00 -05:00"),
        ({"earliest_procedure": None}, "(outside the calendar)"),
    ],
)
def test_the_earliest_procedure_is_a_day_only_where_days_are_counted(known: dict[str, Any], earliest: str) -> None:
    """Any time of the day will do after full days; after hours, or where it is now, the minute counts."""
    assert said("overdue", **known).endswith(f"earliest procedure by this hold {earliest}.")


@pytest.mark.parametrize("state", ["due", "planned"])
def test_before_the_deadline_it_counts_back_from_the_procedure(state: str) -> None:
    """An anticoagulant or antiplatelet drug has a last dose to take; anything else a last permitted one."""
    counted = "Sat 2026-11-21; then 5 full days without a dose; procedure Fri 2026-11-27 08:00 -05:00."
    assert said(state) == f"Last permitted dose {counted}"
    assert said(state, antithrombotic=True) == f"Last dose to take {counted}"


def test_satisfied_tells_last_dose_and_deadline() -> None:
    """What was taken, what was needed, and until when it was permitted."""
    assert said("satisfied", last_dose="2026-11-20") == (
        "Last dose Fri 2026-11-20; 5 full days needed; last permitted dose Sat 2026-11-21; "
        "procedure Fri 2026-11-27 08:00 -05:00."
    )


def test_doses_are_left_out() -> None:
    """An interval in doses is told as doses that are left out."""
    assert "then 2 doses at 2 a day left out" in said("planned", interval=TWO_DOSES)


def test_what_is_not_known_is_said_to_be_so() -> None:
    """No last dose, no start, no day in the calendar."""
    told = said("overdue", last_dose=None, last_permitted_dose=None, start=None)
    assert told.startswith("Last dose not known; ")
    assert "last permitted dose was (outside the calendar); procedure not dated" in told


def test_contested_tells_every_reading() -> None:
    """By each interval its own deadline; a reading without one has no date."""
    readings = [
        {"sources": {"x": "a"}, "interval": FIVE_DAYS, "last_permitted_dose": "2026-11-21"},
        {"sources": {"x": "b"}, "interval": SIX_HOURS, "last_permitted_dose": None},
    ]
    assert said("contested", reason="sources_differ", readings=readings) == (
        "By 5 full days: last permitted dose Sat 2026-11-21; by 4 to 6 hours: no date."
    )
    assert said("contested", reason="sources_differ", readings=[]).startswith("Sources differ")


def test_any_other_state_tells_its_reason() -> None:
    """What is missing, or which rule is open."""
    assert said("undecidable", reason="frequency_unknown", interval=TWO_DOSES) == (
        "How often it is taken is not known; the interval is 2 doses at 2 a day."
    )
    assert "prescriber.recent-stent" in said("undecidable", reason="withheld")
