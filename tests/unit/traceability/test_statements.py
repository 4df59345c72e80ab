"""Every numbered statement is carried by something, or has a reason why not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cds.actions import statements
from cds.errors import RulesetError
from cds.ruleset.loader import LoadedRuleset

Beside = Callable[..., LoadedRuleset]
HEAD = "schema: cds-statements/1\nsources: {handout: {prefix: S0, count: 4}}\n"
WHOLE = f"""{HEAD}
carried_by: [{{statements: [S0-03], fact: patient.ready}}]
not_rules: [{{because: "A price.", statements: [S0-04]}}]
"""


def test_rules_positions_facts_and_reasons_carry(beside: Beside) -> None:
    """A statement goes to a rule, a parameter, a fact, or to the reason why it is no rule."""
    traces = statements(beside(statements=WHOLE))
    assert [(trace.statement, trace.carried_by, trace.because) for trace in traces] == [
        ("S0-01", ("rule wait.ready",), None),
        ("S0-02", ("parameter limit",), None),
        ("S0-03", ("fact patient.ready",), None),
        ("S0-04", (), "A price."),
    ]
    assert not any(trace.problem for trace in traces)


def test_a_lost_statement_is_a_problem(beside: Beside) -> None:
    """What nothing carries and nobody explains is said."""
    lost = [trace for trace in statements(beside(statements=HEAD)) if trace.problem]
    assert [(trace.statement, trace.problem) for trace in lost] == [
        ("S0-03", "nothing carries it, and no reason is given"),
        ("S0-04", "nothing carries it, and no reason is given"),
    ]


def test_carried_and_declared_no_rule_is_a_problem(beside: Beside) -> None:
    """Both at once cannot be."""
    both = WHOLE.replace("[S0-04]", "[S0-04, S0-01]")
    (found,) = (trace for trace in statements(beside(statements=both)) if trace.problem)
    assert found.statement == "S0-01"
    assert found.problem == "it is carried, and also declared not to be a rule"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WHOLE.replace("handout", "handouts"), "there is no source `handouts`"),
        (WHOLE.replace("patient.ready", "patient.reedy"), "there is no fact `patient.reedy`"),
        (WHOLE.replace("count: 4", "count: 1"), "there is no statement `S0-02`, which parameter limit names"),
        (WHOLE.replace("[S0-04]", "[S0-04, S0-04]"), "a reason for `S0-04` is given twice"),
        (WHOLE.replace("[S0-04]", "[S0-04, S0-77]"), "there is no statement `S0-77`, which `not_rules` names"),
    ],
)
def test_what_is_not_there_is_refused(beside: Beside, text: str, said: str) -> None:
    """A slip in the companion is told with its place."""
    loaded = beside(statements=text)
    with pytest.raises(RulesetError, match=r"statements\.yaml") as caught:
        statements(loaded)
    assert said in str(caught.value)


def test_a_ruleset_without_numbered_statements_has_no_traces(beside: Beside) -> None:
    """Nothing is numbered, nothing is lost."""
    assert statements(beside()) == ()
