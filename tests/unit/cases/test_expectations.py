"""A decision is compared with what a case expects (language §15.3 to §15.5)."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_rulesets import BASE, IBUPROFEN, differences, results_of, ruleset_in

THIRTY = "given: {labs.platelets.value: 30 10*9/L}"
FEW = "given: {labs.platelets.value: 49 10*9/L}"
NOBODY_KNOWS = "given: {labs.platelets: {unknown: refused}}"
OPEN = "given: {medications.reconciled: false}"
TWO = "given: {medications.m1: {text: ibuprofen, status: active}, medications.m2: {text: aspirin, status: stopped}}"
AGGRENOX = "given: {medications.m1: {text: Aggrenox, status: active}}"
WAITING = 'given: {care.started: "2026-11-10"}'


@pytest.mark.parametrize(
    ("rule", "case"),
    [
        ("check.platelets", f"{FEW}, expect: applies"),
        ("check.platelets", "given: {labs.platelets.value: 50 10*9/L}, expect: does_not_apply"),
        ("check.platelets", f"{NOBODY_KNOWS}, expect: {{status: cannot_decide, ask: [labs.platelets]}}"),
        ("check.platelets", f"{FEW}, expect: {{status: applies, text: [Too few, correct], disposition: defer}}"),
        ("check.platelets", f"{FEW}, expect: {{status: applies, positions: [society], assumed: false, ask: []}}"),
        (
            "check.platelets",
            f"{FEW}, expect: {{status: applies, opposed_by: [], also: {{hold.nsaid: does_not_apply}}}}",
        ),
        ("check.platelets", f"{TWO}, expect: {{status: does_not_apply, also: {{wait.policy: skipped}}}}"),
        ("wait.policy", "expect: skipped"),
        ("wait.policy", f'{WAITING}, expect: {{status: applies, dates: {{wait_ends: "2026-12-01"}}}}'),
        ("hold.nsaid", "expect: does_not_apply"),
        ("hold.nsaid", f"{OPEN}, expect: {{status: cannot_decide, ask: [medications]}}"),
        ("hold.nsaid", f'{OPEN}, item: "*", expect: cannot_decide'),
        (
            "hold.nsaid",
            f"given: {IBUPROFEN}, expect: {{status: applies, state: planned, reason: before_deadline}}",
        ),
        (
            "hold.nsaid",
            (
                f'given: {IBUPROFEN}, expect: {{status: applies, last_permitted_dose: "2026-11-23", '
                'no_dose_from: "2026-11-24", other_deadlines: {society: "2026-11-29"}}'
            ),
        ),
        ("hold.nsaid", f"{TWO}, item: m1, expect: applies"),
        ("hold.nsaid", f"{TWO}, item: m2, expect: does_not_apply"),
        ("hold.nsaid", f'{AGGRENOX}, item: "m1#aspirin", expect: applies'),
        ("hold.nsaid", f'{AGGRENOX}, item: "m1#dipyridamole", expect: does_not_apply'),
        (
            "hold.nsaid",
            (
                "given: {medications.m1: {text: ibuprofen}, medications.m2: {text: little pill}}, item: m1, "
                "expect: {status: cannot_decide, ask: [medications.m1.status]}"
            ),
        ),
        (
            "check.platelets",
            f"given: {IBUPROFEN}, expect: {{status: does_not_apply, also: {{hold.nsaid: applies}}}}",
        ),
    ],
)
def test_what_is_as_expected_holds(rule: str, case: str, tmp_path: Path) -> None:
    """Each thing that can be expected is found where the decision says so."""
    assert differences(tmp_path, rule, case) == []


@pytest.mark.parametrize(
    ("rule", "case", "said"),
    [
        ("check.platelets", f"{FEW}, expect: does_not_apply", ["status: does_not_apply / applies"]),
        (
            "check.platelets",
            f"{NOBODY_KNOWS}, expect: {{status: applies, ask: [], disposition: proceed}}",
            [
                "status: applies / cannot_decide",
                "ask: [] / ['labs.platelets']",
                "disposition: proceed / needs_information",
            ],
        ),
        (
            "check.platelets",
            f"{FEW}, expect: {{status: applies, text: [enough]}}",
            ["text: ['enough'] / Too few platelets: correct them."],
        ),
        (
            "check.platelets",
            f"{FEW}, expect: {{status: applies, positions: [hearsay], overridden_by: x, state: due}}",
            ["state: due / None", "overridden_by: x / None", "positions: ['hearsay'] / ['handout', 'society']"],
        ),
        (
            "check.platelets",
            f"{TWO}, expect: {{status: does_not_apply, also: {{hold.nsaid: applies, hold.other: applies}}}}",
            [
                (
                    "also: {'hold.nsaid': 'applies', 'hold.other': 'applies'} / "
                    "{'hold.nsaid': 'applies and does_not_apply', 'hold.other': 'there is no such rule'}"
                )
            ],
        ),
        (
            "wait.policy",
            f'{WAITING}, expect: {{status: applies, dates: {{wait_ends: "2026-12-02", other: "2026-12-02"}}}}',
            ["dates: {'wait_ends': '2026-12-02', 'other': '2026-12-02'} / {'wait_ends': '2026-12-01', 'other': None}"],
        ),
        (
            "hold.nsaid",
            f"{TWO}, expect: applies",
            ["a decision: one / the list has several items; expected `item`: one of `m1`, `m2`"],
        ),
        (
            "hold.nsaid",
            f"{TWO}, item: m3, expect: applies",
            ["a decision: one / there is no item `m3`; expected one of `m1`, `m2`"],
        ),
        (
            "hold.nsaid",
            "item: m1, expect: applies",
            ["a decision: one / there is no item `m1`; expected one of none: the list is empty"],
        ),
        (
            "check.platelets",
            "item: m1, expect: applies",
            ["a decision: one / `item` goes with rules over a list, and `check.platelets` is about the patient"],
        ),
        (
            "check.platelets",
            "given: {labs.platelet: 49 10*9/L}, expect: applies",
            ["a decision: one / $.labs.platelet: `platelet` is not the name of a fact; did you mean `platelets`?"],
        ),
    ],
)
def test_what_is_not_as_expected_is_told(rule: str, case: str, said: list[str], tmp_path: Path) -> None:
    """Each difference is told with what was expected and what was found, and what cannot be decided with the reason."""
    assert differences(tmp_path, rule, case) == said


def test_results_come_in_the_order_of_the_cases(tmp_path: Path) -> None:
    """Cases are run by what they change, and told as they were written."""
    case = "    - {{case: it {}, adopting: {{fewest_platelets: {}}}, {}, expect: {}}}\n"
    adoptions = [("society", "does_not_apply"), ("handout", "applies")] * 2
    cases = [case.format(number, source, THIRTY, status) for number, (source, status) in enumerate(adoptions)]
    results = results_of(ruleset_in(tmp_path, small=f"{BASE}  check.platelets:\n{''.join(cases)}"))
    assert [(result.case.title, result.holds) for result in results] == [(f"it {number}", True) for number in range(4)]
