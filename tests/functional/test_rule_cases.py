"""Every case that ships beside the rules holds, on both engines."""

from __future__ import annotations

import pytest

from cds import engine
from cds.actions import load_ruleset
from cds.verification.cases.changes import Changes, change_of
from cds.verification.cases.reading import Case, read_cases
from cds.verification.cases.running import run_case

RULESET = load_ruleset()
CASES = sorted(read_cases(RULESET.loaded), key=change_of)
CHANGES = Changes(RULESET.loaded, RULESET.program)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.title}")
def test_case_is_as_expected(case: Case) -> None:
    """The rule says of this patient what its author expects."""
    result = run_case(case, CHANGES, engine.decide)
    assert result.differences == ()
