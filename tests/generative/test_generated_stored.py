"""Generated rulesets, stored and read back: the same bytes again, and the same decisions."""

from __future__ import annotations

from hypothesis import given
from strategies.given import Case, cases, examples
from strategies.patients import parsed
from strategies.programs import loaded
from strategies.rulesets import SMALL, Size

from cds.engine import decide
from cds.ir.from_ruleset import compile_ruleset
from cds.ruleset.stored import from_stored, stored_bytes


def stores(made: Case) -> None:
    """Store the ruleset of a case, read it back, and decide by both."""
    content = stored_bytes(loaded(made.ruleset))
    again = from_stored(content)
    assert stored_bytes(again) == content
    program = compile_ruleset(again)
    facts = parsed(program, made.patient)
    for list_all in (False, True):
        decisions = [
            decide(ruleset, given_facts, list_all=list_all).to_bytes()
            for ruleset, given_facts in ((made.program, made.facts), (program, facts))
        ]
        assert decisions[0] == decisions[1]


@examples(150)
@given(cases(SMALL))
def test_small_rulesets_decide_alike_when_stored(made: Case) -> None:
    """A stored ruleset reads back as the same bytes, and decides by both engines as it did."""
    stores(made)


@examples(60)
@given(cases(Size()))
def test_larger_rulesets_decide_alike_when_stored(made: Case) -> None:
    """The same with more rules, deeper conditions and up to eight worlds."""
    stores(made)
