"""How long a decision takes on the shipped ruleset, and the parts of it."""

from __future__ import annotations

from typing import Any

from pytest_benchmark.fixture import BenchmarkFixture

from cds.backends.durable import Durable
from cds.backends.reference import Reference
from cds.engine import decide
from cds.facts.model import Facts
from cds.facts.schema import parse_facts
from cds.ir.program import Program
from cds.outcome.document import decision_document


def test_decide_with_both_engines(benchmark: BenchmarkFixture, program: Program, facts: Facts) -> None:
    """From parsed facts to a whole decision. Targets: 3 ms complete, 5 ms sparse."""
    decision = benchmark(decide, program, facts)
    assert decision.document["engines"] == ["durable", "reference"]


def test_decide_with_the_reference(benchmark: BenchmarkFixture, program: Program, facts: Facts) -> None:
    """The same, asked of the reference alone."""
    assert benchmark(decide, program, facts, engines=["reference"]).document["engines"] == ["reference"]


def test_verdicts_of_the_reference(benchmark: BenchmarkFixture, program: Program, facts: Facts) -> None:
    """The reference engine alone, without what is made of its verdicts. Target: 1 ms."""
    assert benchmark(Reference().evaluate, program, facts)


def test_verdicts_of_durable(benchmark: BenchmarkFixture, program: Program, facts: Facts) -> None:
    """The durable-rules engine alone, its networks compiled."""
    engine = Durable()
    engine.evaluate(program, facts)
    assert benchmark(engine.evaluate, program, facts)


def test_outcome_of_verdicts(benchmark: BenchmarkFixture, program: Program, facts: Facts) -> None:
    """From verdicts to the document: overrides, holds, reasons, questions, words, digest."""
    verdicts = Reference().evaluate(program, facts)
    document = benchmark(decision_document, program, facts, verdicts, engines=["reference"])
    assert document["recommendations"]


def test_bytes_of_a_decision(benchmark: BenchmarkFixture, program: Program, facts: Facts) -> None:
    """From the document to canonical bytes."""
    assert benchmark(decide(program, facts).to_bytes)


def test_parse_facts(benchmark: BenchmarkFixture, program: Program, record: Any) -> None:
    """From a document to parsed facts, recognising the medications."""
    assert benchmark(parse_facts, record, program.dictionary, program.concepts).subject
