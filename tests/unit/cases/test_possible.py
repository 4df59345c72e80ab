"""What no patient and no adoption can bring about is not asked of cases (language §15.6)."""

from __future__ import annotations

import json

import pytest
from builders import MEDICATIONS, RESOLVED, loaded_from

from cds.ir.from_ruleset import compile_ruleset
from cds.verification.coverage.goals import Required

FACTS = """
facts:
  labs.inr: {type: number, minimum: "0", taken: true}
  patient.ready: {type: boolean}
  patient.sex: {type: enum, values: [female, male, other]}
  procedure.status: {type: enum, values: [booked, done], required: true}
  care.started: {type: time, not_after: as_of}
  care.planned: {type: time}
"""
POSITIONS = f"""
parameters:
  policy:
    positions:
      handout: {{value: wait, confirmed: primary}}
      hearsay: {{value: go, confirmed: unconfirmed}}
    resolve: {{adopt: handout, {json.dumps(RESOLVED)[1:]}
  limit: {{unset: "for the site"}}
"""


def what_is_asked(condition: str, more: str = "") -> list[str]:
    """Give the verdicts and leaves that a rule with this condition has to show."""
    loaded = loaded_from(MEDICATIONS, FACTS, POSITIONS, f"rules: {{rule: {{when: {condition}{more}}}}}")
    goals = Required(loaded, compile_ruleset(loaded), ["rule"]).goals()
    return sorted(goal.what for goal in goals if goal.measure in {"verdicts", "leaves"} and goal.of == "rule")


DECIDED = ["applies", "does not apply"]
ANY = ["applies", "cannot be decided", "does not apply"]


@pytest.mark.parametrize(
    ("condition", "leaves", "verdicts"),
    [
        ("{patient.ready: {is: true}}", ["patient.ready is true: false", "patient.ready is true: true"], ANY),
        (
            "{procedure.status: {is: done}}",
            ["procedure.status is done: false", "procedure.status is done: true"],
            DECIDED,
        ),
        ("{labs.inr: {at_least: 0}}", ["labs.inr at least 0: true"], ANY),
        ("{labs.inr: {more_than: 0}}", ["labs.inr more than 0: false", "labs.inr more than 0: true"], ANY),
        (
            "{labs.inr.taken: {at_least: 0 h, before: as_of}}",
            ["labs.inr.taken not after as_of: true"],
            ANY,
        ),
        ("{care.started: {at_least: 0 h, before: as_of}}", ["care.started not after as_of: true"], ANY),
        (
            "{care.planned: {at_least: 0 h, before: as_of}}",
            ["care.planned not after as_of: false", "care.planned not after as_of: true"],
            ANY,
        ),
        ("{$policy: {is: wait}}", ["adopted policy is wait: true"], DECIDED),
        ("{$policy: {is: go}}", ["adopted policy is go: false"], DECIDED),
        ("{$policy: {set: true}}", ["adopted policy is set: true"], DECIDED),
        ("{$limit: {set: true}}", ["adopted limit is set: false", "adopted limit is set: true"], DECIDED),
        ("{labs.inr: {more_than: $limit}}", [], ANY),
        ("{not: {patient.ready: {is: true}}}", ["patient.ready is true: false", "patient.ready is true: true"], ANY),
    ],
)
def test_only_what_can_be_is_asked(condition: str, leaves: list[str], verdicts: list[str]) -> None:
    """A leaf that is true for everybody need not be false, and a rule that is always decided not undecided."""
    assert what_is_asked(condition) == sorted([*leaves, *verdicts])


def test_what_only_judges_the_data_is_always_decided() -> None:
    """A rule that asks what is known cannot be undecided, but where its list is open."""
    judging = ", judges: data_quality"
    assert set(DECIDED) == {what for what in what_is_asked("{labs.inr: {known: false}}", judging) if ":" not in what}
    either = "{any: [{labs.inr: {known: false}}, {labs.inr: {more_than: 2}}]}"
    assert set(DECIDED) == {what for what in what_is_asked(either, judging) if ":" not in what}
    each = f"{judging}, for_each: med in medications"
    assert set(ANY) == {what for what in what_is_asked("{med.status: {known: false}}", each) if ":" not in what}


def test_leaves_inside_quantifiers_and_behind_derived_facts_are_asked_for() -> None:
    """What stands in a quantifier is a leaf of the rule; what is behind a derived fact is one of that fact."""
    exists = "{exists: {each: med in medications, where: {med.taken: {is: true}}}}"
    derive = "derive: {med.taken: {for_each: med in medications, when: {med.status: {is: active}}}}"
    loaded = loaded_from(MEDICATIONS, derive, f"rules: {{rule: {{when: {exists}}}}}")
    goals = Required(loaded, compile_ruleset(loaded), ["rule"]).goals()
    assert {(goal.of, goal.what) for goal in goals if goal.measure == "leaves"} == {
        ("rule", "med.taken: true"),
        ("rule", "med.taken: false"),
        ("derive:medications/taken", "med.status is active: true"),
        ("derive:medications/taken", "med.status is active: false"),
    }
