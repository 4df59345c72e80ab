"""Tiers and order: what is critical and open interrupts, what is open is on today's list, the rest is to know."""

from __future__ import annotations

from typing import Any

import pytest

from cds.holds.urgency import line_key, sheet_key, tier_of
from cds.ir.program import HOLD_STATES

OPEN = ("unidentified", "prescriber", "contested", "undecidable", "overdue", "due")


def a_line(state: str | None = "planned", severity: str = "high", **known: Any) -> Any:
    """Give what the order of a line hangs on."""
    line = {
        "state": state,
        "severity": severity,
        "alerts": [],
        "restart": None,
        "is_antithrombotic": True,
        "substance": "warfarin",
        "last_permitted_dose": None,
        **known,
    }
    return {**line, "tier": tier_of(line)}  # type: ignore[arg-type]


def an_alert(severity: str, code: str = "held_too_long") -> dict[str, str]:
    """Give an alert."""
    return {"code": code, "severity": severity, "text": "x"}


@pytest.mark.parametrize("state", [*HOLD_STATES, None])
def test_an_open_state_is_never_just_to_know(state: str | None) -> None:
    """Six states are open; a critical one interrupts."""
    is_open = state in OPEN
    assert a_line(state)["tier"] == ("act" if is_open else "know")
    assert a_line(state, "critical")["tier"] == ("interrupt" if is_open else "know")


def test_an_alert_raises_a_line() -> None:
    """A critical one interrupts whatever the state is; any other one is on today's list."""
    assert a_line("satisfied", alerts=[an_alert("critical")])["tier"] == "interrupt"
    assert a_line("satisfied", alerts=[an_alert("high")])["tier"] == "act"


@pytest.mark.parametrize(("restart", "tier"), [("ask", "act"), ("no_date", "act"), ("from", "know")])
def test_an_open_restart_of_an_antithrombotic_is_on_the_list(restart: str, tier: str) -> None:
    """A forgotten restart harms; that of another medicine can wait."""
    assert a_line(None, restart={"state": restart})["tier"] == tier
    assert a_line(None, restart={"state": restart}, is_antithrombotic=False)["tier"] == "know"
    assert a_line(None, restart={"state": restart}, is_antithrombotic=False, substance=None)["tier"] == tier


def test_lines_are_ordered_by_tier_then_alert_then_state_then_time() -> None:
    """Each comes before the next."""
    lines = [
        a_line("prescriber", "critical", alerts=[an_alert("critical")]),
        a_line("overdue", "critical", alerts=[an_alert("critical", "inside_interval")]),
        a_line("prescriber", "critical"),
        a_line("overdue"),
        a_line("due", last_permitted_dose="2026-11-30"),
        a_line("due", last_permitted_dose="2026-12-02"),
        a_line("undecidable"),
        a_line("unidentified"),
        a_line("contested"),
        a_line(None),
        a_line("planned"),
        a_line("satisfied"),
        a_line("continue"),
        a_line("no_rule"),
    ]
    keys = [line_key(line, "2026-12-15T08:00:00-05:00") for line in lines]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_without_a_deadline_the_start_counts_and_without_that_it_comes_last() -> None:
    """A line without any time stands behind all others of its state."""
    dated = line_key(a_line("undecidable"), "2026-12-15T08:00:00-05:00")
    assert dated < line_key(a_line("undecidable"), None)


def test_patients_are_ordered_by_their_most_urgent_line() -> None:
    """An acknowledged line does not count; a patient without lines comes last; then by subject."""
    procedure = {"start": None}
    overdue: Any = {"subject": "b", "procedure": procedure, "lines": [a_line("no_rule"), a_line("overdue")]}
    planned: Any = {"subject": "a", "procedure": procedure, "lines": [a_line("planned")]}
    noted: Any = {"subject": "c", "procedure": procedure, "lines": [{**a_line("overdue"), "acknowledged": {}}]}
    nothing: Any = {"subject": "d", "procedure": procedure, "lines": []}
    assert [one["subject"] for one in sorted([nothing, noted, planned, overdue], key=sheet_key)] == ["b", "a", "c", "d"]
