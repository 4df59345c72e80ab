"""Every case that ships beside the rules holds, on both engines, and together they show the whole ruleset."""

from __future__ import annotations

import pytest

from cds.actions import load_ruleset, run_rule_cases
from cds.verification.cases.reading import read_cases
from cds.verification.cases.running import Result
from cds.verification.coverage.measure import coverage_of

RULESET = load_ruleset()
CASES = [(case.rule, case.title) for case in read_cases(RULESET.loaded)]


@pytest.fixture(scope="module")
def results() -> dict[tuple[str, str], Result]:
    """Run all cases, once, those of one change of the ruleset together."""
    return {(result.case.rule, result.case.title): result for result in run_rule_cases(RULESET)}


@pytest.mark.parametrize(("rule", "title"), CASES)
def test_case_is_as_expected(rule: str, title: str, results: dict[tuple[str, str], Result]) -> None:
    """The rule says of this patient what its author expects."""
    assert results[rule, title].differences == ()


def test_cases_show_the_whole_ruleset(results: dict[tuple[str, str], Result]) -> None:
    """Every verdict, every leaf true and false, every position and every text is shown by some case."""
    assert coverage_of(RULESET.loaded, RULESET.program, results.values()).missing == ()
