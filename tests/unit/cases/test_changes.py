"""A case decides under other adoptions and settings, as an overlay would (language §15.4)."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_rulesets import BASE, IBUPROFEN, differences, ruleset_in

from cds.ir.from_ruleset import compile_ruleset
from cds.verification.cases.changes import Changes
from cds.verification.cases.reading import read_cases

THIRTY = "given: {labs.platelets.value: 30 10*9/L}"


@pytest.mark.parametrize(
    ("rule", "case"),
    [
        ("check.platelets", f"{THIRTY}, expect: applies"),
        ("check.platelets", f"{THIRTY}, adopting: {{fewest_platelets: society}}, expect: does_not_apply"),
        ("check.platelets", f"{THIRTY}, adopting: {{fewest_platelets: none}}, expect: contested"),
        ("check.count-too-old", "expect: {status: cannot_decide, ask: [$oldest_count]}"),
        ("check.count-too-old", "setting: {oldest_count: 6 h}, expect: applies"),
        ("check.count-too-old", "setting: {oldest_count: 7 d}, expect: does_not_apply"),
        ("wait.policy", "adopting: {policy: society}, expect: does_not_apply"),
        (
            "hold.nsaid",
            (
                f"given: {IBUPROFEN}, adopting: {{nsaid_hold: society}}, "
                'expect: {status: applies, last_permitted_dose: "2026-11-29"}'
            ),
        ),
    ],
)
def test_a_change_is_for_its_case(rule: str, case: str, tmp_path: Path) -> None:
    """What is adopted or set decides the case; what is not stays as it is."""
    assert differences(tmp_path, rule, case) == []


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (
            "adopting: {nsaid_hold: hearsay}, expect: applies",
            "adopt.nsaid_hold.adopt: the position of `hearsay` is unconfirmed and cannot be adopted",
        ),
        (
            "adopting: {nsaid_holds: society}, expect: applies",
            "adopt.nsaid_holds: the base has no parameter or rule `nsaid_holds`; did you mean `nsaid_hold`?",
        ),
        (
            "setting: {nsaid_hold: {full_days: 2}}, expect: applies",
            (
                "set.nsaid_hold: the parameter `nsaid_hold` is not unset; expected a parameter that is `unset`; "
                "`adopt` chooses among the positions of others"
            ),
        ),
    ],
)
def test_what_an_overlay_could_not_do_a_case_cannot(case: str, said: str, tmp_path: Path) -> None:
    """A change that is refused is told at the place of the case."""
    (found,) = differences(tmp_path, "hold.nsaid", case)
    assert found.startswith(f"a decision: one / {tmp_path}/cases/small.yaml:11:")
    assert found.endswith(said)


def test_an_equal_change_is_compiled_once(tmp_path: Path) -> None:
    """Cases of one change in a row share a program; without a change it is the ruleset's own."""
    one = "{case: one, adopting: {policy: society, nsaid_hold: society}, expect: applies}"
    two = "{case: two, adopting: {nsaid_hold: society, policy: society}, expect: applies}"
    loaded = ruleset_in(tmp_path, small=f"{BASE}  hold.nsaid: [{one}, {two}, {{case: three, expect: applies}}]\n")
    program = compile_ruleset(loaded)
    changes = Changes(loaded, program)
    first, second, third = map(changes.program_for, read_cases(loaded))
    assert first is second is not program
    assert third is program
    assert first.identity.digest not in {program.identity.digest, loaded.digest}


def test_engines_answer_by_the_ruleset_itself_where_no_condition_changes(tmp_path: Path) -> None:
    """An interval is not compared in a condition; a limit and a policy are, and an open question makes worlds."""
    adoptions = ("nsaid_hold: society", "fewest_platelets: society", "policy: society", "nsaid_hold: none")
    cases = ", ".join(f"{{case: '{adoption}', adopting: {{{adoption}}}, expect: applies}}" for adoption in adoptions)
    loaded = ruleset_in(tmp_path, small=f"{BASE}  hold.nsaid: [{cases}]\n")
    program = compile_ruleset(loaded)
    changes = Changes(loaded, program)
    changed = [changes.program_for(case) for case in read_cases(loaded)]
    assert [changes.with_same_conditions(each) is program for each in changed] == [True, False, False, False]
    assert changes.with_same_conditions(program) is program
