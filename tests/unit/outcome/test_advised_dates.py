"""The dates that advice tells, for one patient (language §8.12)."""

from __future__ import annotations

from typing import Any

import pytest
from builders import MEDICATIONS, decision_of, listed, patient, program_of, recommendation
from hypothesis import given
from hypothesis import strategies as st

FACTS = """
facts:
  a.one: {type: boolean}
  onset: {type: time, granularity: day}
  ended: {type: time}
"""


def told(date: str, *more: str, **known: Any) -> Any:
    """Give the one date of a rule that applies, as a decision tells it."""
    rule = f"rules: {{rule: {{when: {{a.one: {{is: true}}}}, dates: {{it: {date}}}}}}}"
    program = program_of(MEDICATIONS, FACTS, *more, rule)
    (found,) = recommendation(decision_of(program, patient(program, a={"one": True}, **known)), "rule")["dates"]
    return found


@pytest.mark.parametrize(
    ("date", "ended", "at"),
    [
        ("{after: ended, by: 3 d}", "2026-11-20T08:30:00-05:00", "2026-11-23T08:30:00-05:00"),
        ("{before: ended, by: 3 d}", "2026-11-20T08:30:00-05:00", "2026-11-17T08:30:00-05:00"),
        ("{after: ended, by: 90 min}", "2026-11-20T08:30:00-05:00", "2026-11-20T10:00:00-05:00"),
        ("{before: ended, by: 12 h}", "2026-11-20T08:30:00-05:00", "2026-11-19T20:30:00-05:00"),
        ("{after: ended, by: 1 wk}", "2026-11-20", "2026-11-27"),
        ("{before: ended, by: 1 wk}", "2026-11-20", "2026-11-13"),
        ("{before: ended, by: 2 h}", "2026-11-20", "2026-11-19T22:00:00-05:00"),
        ("{after: ended, by: 2 h}", "2026-11-20", "2026-11-21T02:00:00-05:00"),
        ("{after: ended, by: 0 d}", "2026-11-20T08:30:00-05:00", "2026-11-20T08:30:00-05:00"),
        ("{after: ended, by: 1 d}", {"from": "2026-11-17", "to": "2026-11-20"}, "2026-11-21"),
        ("{before: ended, by: 1 d}", {"from": "2026-11-17", "to": "2026-11-20"}, "2026-11-16"),
        (
            "{after: ended, by: 1 d}",
            {"from": "2026-11-17T08:00:00-05:00", "to": "2026-11-17T09:00:00-05:00"},
            "2026-11-18T09:00:00-05:00",
        ),
        (
            "{before: ended, by: 1 d}",
            {"from": "2026-11-17T08:00:00-05:00", "to": "2026-11-17T09:00:00-05:00"},
            "2026-11-16T08:00:00-05:00",
        ),
        ("{after: ended, by: 1 min}", "2026-11-20T08:30:00.500000-05:00", "2026-11-20T08:31:01-05:00"),
        ("{before: ended, by: 1 min}", "2026-11-20T08:30:00.500000-05:00", "2026-11-20T08:29:00-05:00"),
        ("{after: ended, by: 1 d}", "2026-10-31T08:30:00-04:00", "2026-11-01T08:30:00-05:00"),
        ("{after: ended, by: 24 h}", "2026-10-31T08:30:00-04:00", "2026-11-01T07:30:00-05:00"),
    ],
)
def test_a_duration_moves_a_time(date: str, ended: Any, at: str) -> None:
    """On the safe side of what is not known exactly: early before it, late after it."""
    found = told(date, ended=ended)
    assert (found["by"], found["at"], found["to"], found["missing"]) == (None, at, None, None)


@pytest.mark.parametrize(
    ("side", "at", "to"), [("after", "2026-11-18", "2026-12-02"), ("before", "2026-10-07", "2026-10-21")]
)
def test_a_range_gives_two_dates(side: str, at: str, to: str) -> None:
    """The earlier first."""
    trial = """
    parameters:
      p:
        positions: {handout: {value: {from: 2 wk, to: 4 wk, strict: to}, confirmed: primary}}
        resolve: {adopt: handout, because: "x", by: "y", decided: "2026-11-01"}
    """
    found = told(f"{{{side}: onset, by: $p}}", trial, onset="2026-11-04")
    assert (found["by"], found["at"], found["to"]) == ("handout", at, to)


def test_a_day_that_the_calendar_of_a_zone_skipped_is_left_out() -> None:
    """On the safe side of it."""
    for side, onset, at in (("after", "2011-12-29", "2011-12-31"), ("before", "2011-12-31", "2011-12-29")):
        known = {"as_of": "2012-01-05T09:00:00+14:00", "zone": "Pacific/Apia", "onset": onset}
        assert told(f"{{{side}: onset, by: 1 d}}", **known)["at"] == at


def test_dates_are_told_only_where_the_advice_stands() -> None:
    """Neither where it cannot be decided, nor where it does not apply."""
    rule = "rules: {rule: {when: {a.one: {is: true}}, dates: {it: {after: as_of, by: 1 d}}}}"
    program = program_of(MEDICATIONS, FACTS, rule)
    for said, count in (({"one": True}, 1), ({}, 0), ({"one": False}, 0)):
        decision = decision_of(program, patient(program, a=said), list_all=True)
        assert len(recommendation(decision, "rule")["dates"]) == count


def test_a_hold_without_its_own_date_gives_no_other() -> None:
    """Where stopping is not ours to advise, or cannot be told, a later date could be read as advice to stop."""
    rules = """
    parameters:
      w:
        positions: {handout: {value: {doses: 2, per_day: 1}, confirmed: primary}}
        resolve: {adopt: none, because: "x", by: "y", decided: "2026-11-01"}
    rules:
      stop: {kind: hold, for_each: m in medications, advise: hold, interval: $w, when: {m.substance: {is: warfarin}},
             dates: {check: {before: procedure.start, by: 1 d}}}
      refer: {kind: hold, for_each: m in medications, advise: refer, when: {m.substance: {is: aspirin}},
              dates: {check: {before: procedure.start, by: 1 d}}}
    """
    program = program_of(MEDICATIONS, rules)
    for frequency, state, count in (("1 /d", "planned", 1), ("2 /d", "prescriber", 0), (None, "undecidable", 0)):
        medications = listed({"text": "warfarin", "frequency": frequency}, {"text": "aspirin"})
        facts = patient(program, procedure={"start": "2026-12-01T08:00:00-05:00"}, medications=medications)
        decision = decision_of(program, facts)
        found = recommendation(decision, "stop", "medications/m1")
        assert (found["hold"]["state"], len(found["dates"])) == (state, count)
        assert len(recommendation(decision, "refer", "medications/m2")["dates"]) == 1


@given(amount=st.integers(0, 5000), unit=st.sampled_from(["min", "h", "d", "wk"]), hour=st.integers(0, 23))
def test_so_much_has_passed_at_a_date_after_a_time(amount: int, unit: str, hour: int) -> None:
    """The condition that asks for it is TRUE there, and the one that asks for more is not."""
    ended = f"2026-10-31T{hour:02}:30:00-04:00"
    at = told(f"{{after: ended, by: {amount} {unit}}}", ended=ended)["at"]
    conditions = f"""rules:
      passed: {{when: {{ended: {{at_least: {amount} {unit}, before: as_of}}}}}}
      more: {{when: {{ended: {{more_than: {amount} {unit}, before: as_of}}}}}}
    """
    program = program_of(FACTS, conditions)
    decision = decision_of(program, patient(program, as_of=at, ended=ended), list_all=True)
    assert recommendation(decision, "passed")["status"] == "applies"
    assert recommendation(decision, "more")["status"] == "does_not_apply"
