"""What must not be overlooked: a restart that is forgotten, an urgent procedure inside a hold interval."""

from __future__ import annotations

from typing import Any

import pytest
from small_sheets import END, line

HEPARIN = {"text": "heparin", "status": "on_hold"}
DONE = {"status": "done"}
AFTER = {"procedure_end": END, "bleeding": False}


def alerts(item: dict[str, Any], **known: Any) -> list[tuple[str, str]]:
    """Give the alerts of a patient's one line, each as its code and severity."""
    return [(alert["code"], alert["severity"]) for alert in line(item, **known)["alerts"]]


@pytest.mark.parametrize(
    ("as_of", "found"),
    [
        ("2026-12-15T16:59:00-05:00", []),
        ("2026-12-15T17:00:00-05:00", [("held_too_long", "high")]),
        ("2026-12-15T23:59:00-05:00", [("held_too_long", "high")]),
        ("2026-12-16T00:00:00-05:00", [("held_too_long", "critical")]),
    ],
)
def test_an_anticoagulant_on_hold_after_its_restart_has_come(as_of: str, found: list[tuple[str, str]]) -> None:
    """Eight hours after 09:00: from 17:00 on, and critical from the next day on."""
    assert alerts(HEPARIN, procedure=DONE, postop=AFTER, as_of=as_of) == found


def test_the_alert_tells_since_when() -> None:
    """The earliest restart stands in it."""
    [alert] = line(HEPARIN, procedure=DONE, postop=AFTER, as_of="2026-12-16T09:00:00-05:00")["alerts"]
    assert "Tue 2026-12-15 17:00 -05:00" in alert["text"]


@pytest.mark.parametrize(
    ("as_of", "found"),
    [
        ("2026-12-15T23:59:00-05:00", []),
        ("2026-12-16T00:00:00-05:00", [("held_too_long", "high")]),
        ("2026-12-17T00:00:00-05:00", [("held_too_long", "critical")]),
    ],
)
def test_a_restart_that_is_told_as_a_day_has_come_with_the_day(as_of: str, found: list[tuple[str, str]]) -> None:
    """The day after the procedure, from its first minute on."""
    held = {"text": "phenprocoumon", "status": "on_hold"}
    assert alerts(held, procedure=DONE, postop=AFTER, as_of=as_of) == found


@pytest.mark.parametrize(
    ("as_of", "found"),
    [("2026-12-15T23:59:00-05:00", []), ("2026-12-16T00:00:00-05:00", [("held_too_long", "high")])],
)
@pytest.mark.parametrize("postop", [{"procedure_end": END}, {"procedure_end": END, "bleeding": True}, {}])
def test_a_restart_without_a_date_is_forgotten_from_the_next_day_on(
    as_of: str, found: list[tuple[str, str]], postop: dict[str, Any]
) -> None:
    """What is asked and never answered, or was ruled out and never looked at again; the start stands for the end."""
    assert alerts(HEPARIN, procedure=DONE, postop=postop, as_of=as_of) == found


def test_a_procedure_that_is_done_nobody_knows_when_counts_as_long_ago() -> None:
    """Neither start nor end is recorded; nor need a rule on restart speak of the drug."""
    for text in ("heparin", "warfarin"):
        held = {"text": text, "status": "on_hold"}
        assert alerts(held, procedure={**DONE, "start": None}) == [("held_too_long", "high")]


@pytest.mark.parametrize(
    ("item", "postop"),
    [
        ({"text": "heparin", "status": "active"}, AFTER),
        ({"text": "ibuprofen", "status": "on_hold"}, AFTER),
        ({"text": "phenprocoumon", "status": "active"}, AFTER),
        ({"text": "heparin", "status": "active"}, {"procedure_end": END}),
    ],
)
def test_no_alert_where_nothing_is_held_too_long(item: dict[str, Any], postop: dict[str, Any]) -> None:
    """Taken again, or no antithrombotic."""
    assert alerts(item, procedure=DONE, postop=postop, as_of="2026-12-20T09:00:00-05:00") == []


def test_a_procedure_that_is_given_up_alerts_by_rule() -> None:
    """What applies of kind `restart` before a procedure is done speaks of a drug that is held for nothing."""
    assert alerts(HEPARIN, procedure={"status": "cancelled"}) == [("held_too_long", "critical")]
    assert alerts({"text": "heparin", "status": "active"}, procedure={"status": "cancelled"}) == []


LATE = {"text": "ibuprofen", "status": "active", "last_dose": "2026-12-10"}
NOT_KNOWN = {"text": "ibuprofen", "status": "active"}
NOT_DATED = {"text": "ibuprofen"}
URGENT = {"urgency": "urgent"}


@pytest.mark.parametrize(
    ("item", "procedure", "said"),
    [
        (LATE, URGENT, "is inside its hold interval"),
        (LATE, {"urgency": "emergency"}, "is inside its hold interval"),
        (NOT_KNOWN, URGENT, "may be inside its hold interval"),
    ],
)
def test_an_urgent_procedure_inside_the_interval(item: dict[str, Any], procedure: dict[str, Any], said: str) -> None:
    """It names what is inside, and leaves the decision to people."""
    [alert] = line(item, procedure=procedure, as_of="2026-12-11T09:00:00-05:00")["alerts"]
    assert (alert["code"], alert["severity"]) == ("inside_interval", "critical")
    assert said in alert["text"]
    assert "for the proceduralist and the prescriber together" in alert["text"]


@pytest.mark.parametrize(
    ("item", "procedure"),
    [(LATE, {}), (LATE, {"urgency": "elective"}), (NOT_DATED, URGENT), ({**LATE, "last_dose": "2026-12-01"}, {})],
)
def test_no_alert_where_it_is_not_urgent_or_not_known_to_be_inside(
    item: dict[str, Any], procedure: dict[str, Any]
) -> None:
    """Elective, not said, or a state that says nothing about the interval."""
    assert alerts(item, procedure=procedure, as_of="2026-12-11T09:00:00-05:00") == []


TAKEN = "2026-12-11T07:00:00-05:00"


@pytest.mark.parametrize(
    ("item", "known"),
    [
        ({"text": "warfarin", "status": "active", "last_dose": TAKEN}, {"history": {"valve": True}}),
        ({"text": "heparin", "status": "active", "last_dose": TAKEN}, {"history": {"valve": None}}),
    ],
)
def test_an_urgent_procedure_and_an_anticoagulant_without_a_date(item: dict[str, Any], known: dict[str, Any]) -> None:
    """The prescriber's, or not decidable: nobody knows that it is outside its interval, and its last dose is told."""
    [alert] = line(item, procedure=URGENT, as_of="2026-12-11T09:00:00-05:00", **known)["alerts"]
    assert (alert["code"], alert["severity"]) == ("inside_interval", "critical")
    assert "may be inside its hold interval" in alert["text"]
    assert "Last dose Fri 2026-12-11 07:00 -05:00." in alert["text"]


@pytest.mark.parametrize(
    ("procedure", "as_of", "found"),
    [
        ({}, "2026-12-15T23:59:00-05:00", []),
        ({}, "2026-12-16T00:00:00-05:00", [("held_too_long", "high")]),
        ({"start": None}, "2026-11-21T09:00:00-05:00", [("held_too_long", "high")]),
        ({"status": "postponed", "start": None}, "2026-11-21T09:00:00-05:00", [("held_too_long", "high")]),
    ],
)
def test_an_anticoagulant_on_hold_and_no_procedure_is_ahead(
    procedure: dict[str, Any], as_of: str, found: list[tuple[str, str]]
) -> None:
    """The planned day has passed and nobody said what became of it, or there is no day at all."""
    assert alerts(HEPARIN, procedure=procedure, as_of=as_of) == found
    assert alerts({"text": "heparin", "status": "active"}, procedure=procedure, as_of=as_of) == []
    assert alerts({"text": "ibuprofen", "status": "on_hold"}, procedure=procedure, as_of=as_of) == []


@pytest.mark.parametrize(
    ("last_dose", "as_of", "found"),
    [
        ("2026-12-01T20:00:00-05:00", "2026-12-02T01:59:00-05:00", []),
        ("2026-12-01T20:00:00-05:00", "2026-12-02T02:00:00-05:00", [("held_too_long", "high")]),
        ("2026-12-01", "2026-12-02T06:00:00-05:00", [("held_too_long", "high")]),
        ("2026-12-14T20:00:00-05:00", "2026-12-15T02:00:00-05:00", [("held_too_long", "high")]),
        ("2026-12-15T00:30:00-05:00", "2026-12-15T07:00:00-05:00", []),
    ],
)
def test_an_anticoagulant_on_hold_long_before_it_has_to_be(
    last_dose: str, as_of: str, found: list[tuple[str, str]]
) -> None:
    """Its six hours are over before the last permitted dose, and it could still be taken until then."""
    held = {**HEPARIN, "last_dose": last_dose}
    assert alerts(held, as_of=as_of) == found
    assert alerts({**held, "status": "stopped"}, as_of=as_of) == []


@pytest.mark.parametrize(
    ("as_of", "found"),
    [("2026-12-15T16:59:00-05:00", []), ("2026-12-15T17:00:00-05:00", [("held_too_long", "moderate")])],
)
def test_an_anticoagulant_that_was_stopped_is_asked_about_after_the_procedure(
    as_of: str, found: list[tuple[str, str]]
) -> None:
    """Stopped for the procedure or for good: the record does not say; of other medicines nobody is asked."""
    stopped = {"text": "heparin", "status": "stopped"}
    assert alerts(stopped, procedure=DONE, postop=AFTER, as_of=as_of) == found
    assert alerts({**stopped, "text": "ibuprofen"}, procedure=DONE, postop=AFTER, as_of=as_of) == []
    assert alerts({**stopped, "text": "small white pill"}, procedure=DONE, postop=AFTER, as_of=as_of) == []
