"""A compiled ruleset: its steps, its tables and its identity."""

from __future__ import annotations

import pytest
from builders import BASE, MEDICATIONS, loaded_from, overlaid_from, program_of

from cds.errors import RulesetError
from cds.ir.from_ruleset import compile_ruleset
from cds.ir.nodes import AllOf, Derived
from cds.ir.program import (
    Advice,
    Citation,
    DispositionRow,
    HoldAdvice,
    OnUnknown,
    Settings,
    Severity,
)

FACTS = """
facts:
  fracture.painful: {type: boolean}
  procedure.status: {type: enum, values: [booked, done], required: true}
"""
PAINFUL = "{fracture.painful: {is: true}}"


def test_a_rule_keeps_what_it_says() -> None:
    """With its citations sorted, and the confirmation of each source."""
    program = program_of(
        FACTS,
        f"""
    groups: {{before: {{applies_when: {{procedure.status: {{is: booked}}}}}}}}
    rules:
      rule:
        kind: aftercare
        severity: high
        text: What to do
        restart: The day after
        group: before
        finding: pain
        when: {PAINFUL}
        on_unknown: {{skip: it is asked elsewhere}}
        overrides: [b, a]
        because: it is closer
        sources: [{{id: society, locator: Table 1, strength: should}}, handout]
      a: {{when: {PAINFUL}}}
      b: {{when: {PAINFUL}, on_unknown: assume_applies}}
    """,
    )
    rule = program.rules["rule"]
    assert (rule.kind, rule.severity, rule.advice, rule.severity.word) == ("aftercare", Severity.HIGH, "note", "high")
    assert (rule.text, rule.restart, rule.finding, rule.group) == ("What to do", "The day after", "pain", "before")
    assert (rule.on_unknown, rule.skip_because) == (OnUnknown.SKIP, "it is asked elsewhere")
    assert (rule.overrides, rule.because) == (("a", "b"), "it is closer")
    assert rule.sources == (
        Citation("handout", None, None, "primary"),
        Citation("society", "Table 1", "should", "secondary"),
    )
    assert program.rules["a"].text == "Title of a"
    assert program.rules["b"].on_unknown is OnUnknown.ASSUME_APPLIES


def test_a_group_is_a_part_of_its_rules_conditions() -> None:
    """Outside the phase of care the rule is FALSE (§8.6)."""
    program = program_of(
        FACTS,
        f"""
    groups: {{before: {{applies_when: {{procedure.status: {{is: booked}}}}}}}}
    rules: {{rule: {{group: before, when: {PAINFUL}}}}}
    """,
    )
    world = program.worlds[0]
    condition = world.conditions["rule"]
    assert isinstance(condition, AllOf)
    assert condition.parts[0] == world.group_conditions["before"]


def test_steps_stand_in_layers() -> None:
    """Derivations before the rules that use them, conditions of disposition rows last."""
    program = program_of(
        MEDICATIONS,
        """
    derive: {med.is_nsaid: {for_each: med in medications, when: {med.substance: {in_class: nsaid}}}}
    rules:
      nsaid: {for_each: med in medications, when: {med.is_nsaid: {is: true}}}
      any-nsaid: {when: {rule: {applies: nsaid}}}
    dispositions:
      - {code: defer, when: {rule: {applies: any-nsaid}}, text: Defer}
      - {code: proceed, text: Proceed}
    """,
    )
    assert program.layers == (("derive:medications/is_nsaid",), ("nsaid",), ("any-nsaid",), ("disposition:0",))
    assert [step.id for step in program.steps] == [id_ for layer in program.layers for id_ in layer]
    assert set(program.rules) == {"nsaid", "any-nsaid"}
    assert program.step["derive:medications/is_nsaid"].list == "medications"
    assert program.worlds[0].conditions["nsaid"] == Derived("derive:medications/is_nsaid", "med")


def test_opposition_goes_both_ways() -> None:
    """`hold` opposes `continue`, so `continue` opposes `hold` (§9.1)."""
    advice = program_of("{}").advice
    assert advice["hold"] == Advice("hold", "Stop before the procedure", frozenset({"continue"}), HoldAdvice.DATED)
    assert advice["continue"].opposes == {"hold"}
    assert advice["note"].hold is None


def test_disposition_rows_keep_their_tests() -> None:
    """Only the last row has none."""
    rows = program_of(
        FACTS,
        f"""
    dispositions:
      - {{code: emergency, when: {PAINFUL}, if_unknown: needs_information, text: E}}
      - {{code: defer, hold: {{any_state: [overdue, due]}}, text: D}}
      - {{code: needs_information, cannot_decide: {{at_least: high}}, text: N}}
      - {{code: proceed, text: P}}
    """,
    ).dispositions
    assert rows == (
        DispositionRow("emergency", "E", step="disposition:0", if_unknown="needs_information"),
        DispositionRow("defer", "D", hold_states=frozenset({"overdue", "due"})),
        DispositionRow("needs_information", "N", undecided_at_least=Severity.HIGH),
        DispositionRow("proceed", "P"),
    )
    assert [row.is_last for row in rows] == [False, False, False, True]


def test_the_reminder_window_is_hours_or_days() -> None:
    """Hours elapse, days are those of the calendar; without a window nothing is ever due."""
    assert program_of("settings: {reminder_window: 48 h}").settings == Settings(reminder_hours=48)
    assert program_of("settings: {reminder_window: 3 d}").settings == Settings(reminder_days=3)
    assert program_of("{}").settings == Settings()


def test_identity_is_that_of_the_loaded_ruleset() -> None:
    """Id, version, digest and where it stands in its life."""
    loaded = loaded_from('lifecycle: {status: draft, review_by: "2027-01-01", effective_from: "2026-01-01"}')
    identity = program_of('lifecycle: {status: draft, review_by: "2027-01-01", effective_from: "2026-01-01"}').identity
    assert (identity.id, identity.version, identity.status) == ("small", "1.0.0", "draft")
    assert identity.digest == loaded.digest
    assert (identity.review_by, identity.effective_from, identity.effective_until) == ("2027-01-01", "2026-01-01", None)
    assert identity.title in BASE


def test_a_reference_to_a_rule_that_is_switched_off_is_refused() -> None:
    """What a site has switched off has no result (§12.2)."""
    rules = f"rules: {{one: {{when: {PAINFUL}}}, two: {{when: {{rule: {{applies: one}}}}}}}}"
    overlay = 'switch_off: [{rule: one, because: "not here", by: the site, decided: "2026-11-20"}]'
    with pytest.raises(RulesetError, match="the rule `one` is switched off"):
        overlaid_from(overlay, FACTS, rules)


def test_an_override_of_a_rule_that_is_switched_off_has_no_effect() -> None:
    """The naming rule may be another's, so that it is not refused (§12.2)."""
    rules = f"rules: {{one: {{when: {PAINFUL}}}, two: {{when: {PAINFUL}, overrides: [one]}}}}"
    overlay = 'switch_off: [{rule: one, because: "not here", by: the site, decided: "2026-11-20"}]'
    assert set(compile_ruleset(overlaid_from(overlay, FACTS, rules)).rules) == {"two"}
