"""Every case that ships beside the rules holds, on both engines, and together they show the whole ruleset."""

from __future__ import annotations

import pytest
from shipped_cases import RULESET, results

from cds.verification.cases.reading import read_cases
from cds.verification.coverage.measure import coverage_of

pytestmark = pytest.mark.xdist_group("shipped cases")  # that are run once, for this file and one more
CASES = [(case.rule, case.title) for case in read_cases(RULESET.loaded)]


@pytest.mark.parametrize(("rule", "title"), CASES)
def test_case_is_as_expected(rule: str, title: str) -> None:
    """The rule says of this patient what its author expects."""
    assert results()[rule, title].differences == ()


def test_cases_show_the_whole_ruleset() -> None:
    """Every verdict, every leaf true and false, every position and every text is shown by some case."""
    assert coverage_of(RULESET.loaded, RULESET.program, results().values()).missing == ()
