"""The order in which anything is written changes no byte of a decision (language §1.2, §8.10)."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from strategies.given import Case, cases, examples
from strategies.patients import parsed
from strategies.programs import compiled, written
from strategies.rulesets import SMALL, Size
from strategies.shuffling import shuffled

from cds.engine import decide
from cds.ir.from_ruleset import compile_ruleset
from cds.ruleset.loader import load_ruleset


@examples(100)
@given(cases(Size()))
def test_shuffled_facts_give_the_same_bytes(made: Case) -> None:
    """Facts, their keys, list items and conflicting reports in another order give the same decision."""
    again = parsed(made.program, shuffled(made.chance, made.patient))
    assert again.document == made.facts.document
    assert decide(made.program, again).to_bytes() == decide(made.program, made.facts).to_bytes()


@examples(100)
@given(cases(Size()))
def test_shuffled_rules_give_the_same_bytes(made: Case) -> None:
    """Rules, parts of conditions, derivations, sources and keys in another order give the same ruleset and decision."""
    program = compiled(shuffled(made.chance, made.ruleset))
    assert program.identity == made.program.identity
    before, after = (decide(each, made.facts, list_all=True).to_bytes() for each in (made.program, program))
    assert after == before


@examples(40)
@given(cases(SMALL))
def test_files_divided_in_any_way_give_the_same_bytes(made: Case) -> None:
    """Written as YAML, in one file or spread over several, a ruleset has the same digest and decides the same."""
    expected = decide(made.program, made.facts, list_all=True).to_bytes()
    for chance in (None, made.chance):
        with TemporaryDirectory() as folder:
            program = compile_ruleset(load_ruleset(written(made.ruleset, Path(folder), chance)))
        assert program.identity == made.program.identity
        assert decide(program, made.facts, list_all=True).to_bytes() == expected
