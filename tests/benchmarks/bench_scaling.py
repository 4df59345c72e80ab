"""What rules cost that cannot concern the patient: the shipped ruleset with many more holds of other substances."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from benchmarked import RULESET, document
from pytest_benchmark.fixture import BenchmarkFixture

from cds.backends.durable import Durable
from cds.backends.reference import Reference
from cds.engine import decide
from cds.facts.model import Facts
from cds.facts.schema import parse_facts
from cds.ir.from_ruleset import compile_ruleset
from cds.ir.program import Program
from cds.ruleset.loader import LoadedRuleset, load_ruleset
from cds.ruleset.model import RulesetDocument

COUNTS = (0, 50, 200, 500, 1000, 2000)


@cache
def larger(count: int) -> tuple[Program, Facts]:
    """Give the shipped ruleset with so many more rules, and the complete patient."""
    shipped = load_ruleset(RULESET)
    data = shipped.document.model_dump(by_alias=True, exclude_unset=True)
    for number in range(count):
        data["substances"][f"other-{number}"] = {"names": [f"othersubstance{number:04}"]}
        data["rules"].append(_rule(number))
    loaded = LoadedRuleset(RulesetDocument.model_validate(data), f"sha256:{count:064}", shipped.places)
    program = compile_ruleset(loaded)
    return program, parse_facts(document("complete"), program.dictionary, program.concepts)


def _rule(number: int) -> dict[str, Any]:
    return {
        "id": f"hold.other-{number}",
        "kind": "hold",
        "title": f"Hold of another substance, {number}",
        "for_each": "med in medications",
        "when": {
            "all": [
                {"med.substance": {"is": f"other-{number}"}},
                {"med.status": {"is_not": "entered_in_error"}},
                {"not": {"med.last_dose": {"more_than": "30 d", "before": "as_of"}}},
            ]
        },
        "then": {"advise": "hold", "interval": "$nsaid_hold_short_acting", "severity": "high"},
        "on_unknown": "ask",
        "sources": ["seed-0"],
    }


@pytest.mark.parametrize("count", COUNTS)
def test_decide(benchmark: BenchmarkFixture, count: int) -> None:
    """A decision with both engines."""
    program, facts = larger(count)
    decide(program, facts)
    assert benchmark(decide, program, facts).digest


@pytest.mark.parametrize("count", COUNTS)
def test_reference(benchmark: BenchmarkFixture, count: int) -> None:
    """The reference engine alone."""
    program, facts = larger(count)
    assert benchmark(Reference().evaluate, program, facts)


@pytest.mark.parametrize("count", COUNTS)
def test_durable(benchmark: BenchmarkFixture, count: int) -> None:
    """The durable-rules engine alone, its networks compiled."""
    program, facts = larger(count)
    engine = Durable()
    engine.evaluate(program, facts)
    assert benchmark(engine.evaluate, program, facts)
