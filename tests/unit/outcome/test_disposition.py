"""The disposition: the declared table, read over all worlds, most cautious first (language §11)."""

from __future__ import annotations

from typing import Any

import pytest
from builders import MEDICATIONS, decision_of, listed, patient, program_of

from cds.trace.sentences import STANDING

FACTS = """
facts:
  a.emergency: {type: boolean}
  a.barrier: {type: boolean}
  labs.inr: {type: number}
rules:
  emergency: {kind: red_flag, severity: critical, when: {a.emergency: {is: true}}}
  barrier: {severity: moderate, when: {a.barrier: {is: true}}}
"""
TABLE = """
dispositions:
  - {code: emergency, when: {kind: {any_applies: red_flag}}, if_unknown: needs_information, text: First E}
  - {code: defer, when: {rule: {applies: barrier}}, text: Defer}
  - {code: needs_information, cannot_decide: {at_least: high}, text: Ask}
  - {code: emergency, when: {labs.inr: {at_least: 9}}, text: Second E}
  - {code: proceed, text: "No barrier under {ruleset} {version}."}
"""


def disposition(*fragments: str, **known: Any) -> Any:
    """Give the disposition of a patient."""
    program = program_of(*(fragments or (FACTS, TABLE)))
    return decision_of(program, patient(program, **known))["disposition"]


@pytest.mark.parametrize(
    ("known", "code", "text"),
    [
        ({"a": {"emergency": True, "barrier": True}}, "emergency", "First E."),
        ({"a": {"emergency": False, "barrier": True}}, "defer", "Defer."),
        ({"a": {"barrier": True}}, "defer", "Defer."),
        ({"a": {"barrier": False}}, "needs_information", "Ask."),
        ({"a": {"emergency": False}}, "proceed", "No barrier under small 1.0.0."),
        ({"a": {"emergency": False, "barrier": False}, "labs": {"inr": "9"}}, "emergency", "First E."),
    ],
)
def test_the_most_cautious_proposal_stands(known: dict[str, Any], code: str, text: str) -> None:
    """A row that is UNKNOWN proposes its `if_unknown` or nothing; a code stands where its first row stands."""
    found = disposition(**known)
    assert (found["code"], found["text"], found["other"]) == (code, f"{text} {STANDING['draft']}", [])


def test_only_a_severity_that_is_bad_enough_counts_as_undecided() -> None:
    """A moderate question does not hold everything up."""
    assert disposition(a={"emergency": False}, labs={"inr": "1"})["code"] == "proceed"


@pytest.mark.parametrize("severity", ["critical", "high"])
def test_an_undecided_rule_of_that_severity_or_worse_counts(severity: str) -> None:
    """`at_least: high` is high or critical."""
    worse = f"rules: {{barrier: {{severity: {severity}}}}}"
    assert disposition(FACTS, worse, TABLE, a={"emergency": False})["code"] == "needs_information"


@pytest.mark.parametrize(
    ("text", "complete", "code"),
    [("ibuprofen", True, "proceed_with_conditions"), ("the white ones", True, "defer"), ("warfarin", True, "proceed")],
)
def test_holds_are_tested_by_their_states(text: str, code: str, *, complete: bool) -> None:
    """Two-valued: some hold has one of the states, or none has."""
    rules = """
    parameters:
      washout:
        positions: {handout: {value: {full_days: 7}, confirmed: primary}}
        resolve: {adopt: handout, because: "x", by: "y", decided: "2026-11-01"}
    rules:
      stop: {kind: hold, for_each: m in medications, advise: hold, interval: $washout,
             when: {m.substance: {in_class: nsaid}}}
    dispositions:
      - {code: defer, hold: {any_state: [undecidable, overdue]}, text: D}
      - {code: proceed_with_conditions, hold: {any_state: [planned, due]}, text: C}
      - {code: proceed, text: P}
    """
    medications = listed({"text": text}, complete=complete)
    start = {"start": "2026-12-01T08:00:00-05:00"}
    assert disposition(MEDICATIONS, rules, medications=medications, procedure=start)["code"] == code


def test_over_worlds_the_most_cautious_stands_and_the_others_are_listed() -> None:
    """In the order of the table (§11.3)."""
    worlds = """
    parameters:
      limit:
        positions:
          handout: {value: 2, confirmed: primary}
          society: {value: 4, confirmed: primary}
        resolve: {adopt: none, because: "x", by: "y", decided: "2026-11-01"}
    dispositions:
      - {code: not_recommended, when: {labs.inr: {at_least: $limit}}, text: N}
      - {code: proceed, text: P}
    """
    found = disposition(FACTS, worlds, labs={"inr": "3"})
    assert (found["code"], found["other"]) == ("not_recommended", ["proceed"])
    assert disposition(FACTS, worlds, labs={"inr": "5"})["other"] == []
