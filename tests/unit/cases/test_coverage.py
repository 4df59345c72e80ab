"""What cases show of a ruleset, and what they do not (language §15.6)."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_rulesets import BASE, IBUPROFEN, results_of, ruleset_in

from cds.ir.from_ruleset import compile_ruleset
from cds.verification.coverage.measure import Coverage, coverage_of

PLATELETS = """
  check.platelets:
    - {case: few, given: {labs.platelets.value: 49 10*9/L}, expect: applies}
    - {case: enough, given: {labs.platelets.value: 50 10*9/L}, expect: does_not_apply}
    - {case: refused, given: {labs.platelets: {unknown: refused}}, expect: cannot_decide}
    - {case: theirs, THIRTY, adopting: {fewest_platelets: society}, expect: does_not_apply}
    - {case: done, given: {procedure.status: done}, expect: does_not_apply}
""".replace("THIRTY", "given: {labs.platelets.value: 30 10*9/L}")
COUNT = """
  check.count-too-old:
    - {case: no limit, expect: cannot_decide}
    - {case: too old, setting: {oldest_count: 6 h}, expect: applies}
    - {case: young enough, setting: {oldest_count: 7 d}, expect: does_not_apply}
"""
WAITING = """
  wait.policy:
    - {case: waiting, given: {care.started: "2026-11-10"}, expect: applies}
    - {case: waited, given: {care.started: "2026-10-10"}, expect: does_not_apply}
    - {case: nobody knows, expect: skipped}
    - {case: go, given: {care.started: "2026-11-10"}, adopting: {policy: society}, expect: does_not_apply}
"""
NSAID = f"""
  hold.nsaid:
    - {{case: taken, given: {IBUPROFEN}, expect: applies}}
    - {{case: stopped, given: {{medications.m1: {{text: ibuprofen, status: stopped}}}}, expect: does_not_apply}}
    - {{case: other, given: {{medications.m1: {{text: dipyridamole, status: active}}}}, expect: does_not_apply}}
    - {{case: nobody knows, given: {{medications.m1: {{text: ibuprofen}}}}, expect: cannot_decide}}
    - {{case: by the society, given: {IBUPROFEN}, adopting: {{nsaid_hold: society}}, expect: applies}}
"""
ALL = f"{BASE}{PLATELETS}{COUNT}{WAITING}{NSAID}"


def coverage(folder: Path, text: str = ALL, *, area: str | None = None) -> Coverage:
    """Measure the small ruleset with these cases."""
    loaded = ruleset_in(folder, small=text)
    return coverage_of(loaded, compile_ruleset(loaded), results_of(loaded), area=area)


def missing(folder: Path, text: str) -> list[tuple[str, str, str]]:
    """Give what the cases do not show."""
    return [(goal.measure, goal.of, goal.what) for goal in coverage(folder, text).missing]


def test_cases_that_show_everything(tmp_path: Path) -> None:
    """Nothing is missing, and each measure says how much there was to show."""
    found = coverage(tmp_path)
    assert found.missing == ()
    assert found.is_whole
    assert (found.cases, found.failed) == (17, 0)
    assert {measure: found.of(measure) for measure in ("verdicts", "leaves", "positions", "texts")} == {
        "verdicts": (12, 12),
        "leaves": (14, 14),
        "positions": (8, 8),
        "texts": (4, 4),
    }


def test_without_cases_nothing_is_shown(tmp_path: Path) -> None:
    """Every goal is then missing."""
    loaded = ruleset_in(tmp_path)
    found = coverage_of(loaded, compile_ruleset(loaded), [])
    assert found.goals == set(found.missing)
    assert not found.is_whole


@pytest.mark.parametrize(
    ("without", "expected"),
    [
        ("{case: few,", {("verdicts", "check.platelets", "applies"), ("texts", "check.platelets", "its text")}),
        ("{case: refused,", {("verdicts", "check.platelets", "cannot be decided")}),
        ("{case: theirs,", {("positions", "$fewest_platelets", "society")}),
        ("{case: done,", {("leaves", "group before", "procedure.status is booked: false")}),
        ("{case: no limit,", {("verdicts", "check.count-too-old", "cannot be decided")}),
        ("{case: young", {("verdicts", "check.count-too-old", "does not apply")}),
        (
            "{case: go,",
            {("leaves", "wait.policy", "adopted policy is wait: false"), ("positions", "$policy", "society")},
        ),
        ("{case: waited,", {("leaves", "wait.policy", "care.started at most 21 d before as_of: false")}),
        ("{case: stopped,", {("leaves", "hold.nsaid", "med.status is active: false")}),
        ("{case: other,", {("leaves", "hold.nsaid", "med.substance in class nsaid: false")}),
        ("{case: nobody knows, given", {("verdicts", "hold.nsaid", "cannot be decided")}),
    ],
)
def test_what_only_one_case_shows_is_missing_without_it(
    without: str, expected: set[tuple[str, str, str]], tmp_path: Path
) -> None:
    """Each case of the whole is needed for what it alone shows."""
    kept = [line for line in ALL.splitlines() if without not in line]
    assert len(kept) == len(ALL.splitlines()) - 1
    assert expected <= set(missing(tmp_path, "\n".join(kept)))


def test_a_leaf_that_a_setting_makes_is_true_and_false_there(tmp_path: Path) -> None:
    """While the limit is not set there is nothing to compare; once a case sets it, both sides are asked for."""
    text = ALL.replace(
        "{case: young enough, setting: {oldest_count: 7 d}", "{case: again, setting: {oldest_count: 6 h}"
    )
    text = text.replace("{oldest_count: 6 h}, expect: does_not_apply}", "{oldest_count: 6 h}, expect: applies}")
    unknown = "{case: unknown, setting: {oldest_count: 6 h}, given: {labs.platelets: absent}, expect: cannot_decide}"
    text = text.replace("    - {case: too old", f"    - {unknown}\n    - {{case: too old")
    assert ("leaves", "check.count-too-old", "labs.platelets.taken more than 6 h before as_of: false") in missing(
        tmp_path, text
    )


def test_an_open_list_does_not_stand_for_an_open_question(tmp_path: Path) -> None:
    """A rule that can be undecided at an item has to be shown undecided there."""
    text = ALL.replace("{medications.m1: {text: ibuprofen}}", "{medications.reconciled: false}")
    assert missing(tmp_path, text) == [("verdicts", "hold.nsaid", "cannot be decided")]


def test_what_a_case_says_of_another_rule_shows_nothing_of_it(tmp_path: Path) -> None:
    """Only a rule's own cases count for it."""
    text = ALL.replace(NSAID, "").replace("{case: few, given: {", f"{{case: few, given: {{{IBUPROFEN[1:-1]}, ")
    assert ("verdicts", "hold.nsaid", "applies") in missing(tmp_path, text)


def test_a_case_that_is_not_as_expected_shows_nothing(tmp_path: Path) -> None:
    """A wrong case covers nothing, and the whole is not whole."""
    found = coverage(tmp_path, ALL.replace("10*9/L}, expect: applies}", "10*9/L}, expect: skipped}"))
    assert found.failed == 1
    assert not found.is_whole
    assert ("check.platelets", "applies") in {(goal.of, goal.what) for goal in found.missing}


def test_unconfirmed_positions_are_to_be_shown(tmp_path: Path) -> None:
    """Nobody can adopt them: that a decision shows them is what a case can prove."""
    text = "\n".join(line for line in ALL.splitlines() if "text: ibuprofen, status: active" not in line)
    text = text.replace("{medications.m1: {text: ibuprofen}}", "{medications.reconciled: false}")
    assert ("positions", "$nsaid_hold", "hearsay") in missing(tmp_path, text)


def test_an_area_is_measured_by_itself(tmp_path: Path) -> None:
    """The rules of other files are not asked for."""
    assert coverage(tmp_path, area="small").is_whole
    assert coverage(tmp_path / "other", area="large").goals == frozenset()
