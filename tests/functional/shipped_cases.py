"""The cases that ship beside the rules, run once a session for all tests that look at them."""

from __future__ import annotations

from functools import cache

from cds.actions import load_ruleset, run_rule_cases
from cds.verification.cases.running import Result

RULESET = load_ruleset()


@cache
def results() -> dict[tuple[str, str], Result]:
    """Run all cases, those of one change of the ruleset together; give each by its rule and title."""
    return {(result.case.rule, result.case.title): result for result in run_rule_cases(RULESET)}
