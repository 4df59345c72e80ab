"""How long it takes to be ready: importing, loading, compiling."""

from __future__ import annotations

import subprocess
import sys

from benchmarked import RULESET, document
from pytest_benchmark.fixture import BenchmarkFixture

from cds.backends.durable import Durable
from cds.facts.schema import parse_facts
from cds.ir.from_ruleset import compile_ruleset
from cds.ir.program import Program
from cds.ruleset.loader import load_ruleset


def test_load_and_compile(benchmark: BenchmarkFixture) -> None:
    """From the folder of YAML files to a program. Target: 150 ms."""
    assert benchmark(lambda: compile_ruleset(load_ruleset(RULESET))).steps


def test_load(benchmark: BenchmarkFixture) -> None:
    """From the folder to a checked document with its digest."""
    assert benchmark(load_ruleset, RULESET).digest


def test_compile(benchmark: BenchmarkFixture) -> None:
    """From the document to a program."""
    assert benchmark(compile_ruleset, load_ruleset(RULESET)).steps


def test_first_evaluation_of_durable(benchmark: BenchmarkFixture, program: Program) -> None:
    """A new engine plans the networks of the program, creates them, and answers once."""
    facts = parse_facts(document("complete"), program.dictionary, program.concepts)

    def first() -> object:
        engine = Durable()
        try:
            return engine.evaluate(program, facts)
        finally:
            engine.close()

    assert benchmark(first)


def _python(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)


def test_import_cds(benchmark: BenchmarkFixture) -> None:
    """A new interpreter that imports the package; read the minimum. Target, the bare interpreter taken off: 0.25 s."""
    benchmark.pedantic(_python, ["import cds"], rounds=15)


def test_import_engine(benchmark: BenchmarkFixture) -> None:
    """A new interpreter that imports what deciding needs: loader, compiler, facts and engines."""
    code = "import cds.engine, cds.facts.schema, cds.ir.from_ruleset, cds.ruleset.loader"
    benchmark.pedantic(_python, [code], rounds=15)


def test_bare_interpreter(benchmark: BenchmarkFixture) -> None:
    """A new interpreter that imports nothing, for comparison."""
    benchmark.pedantic(_python, ["pass"], rounds=15)
