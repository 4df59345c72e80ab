"""What the benchmarks run on, compiled and parsed."""

from __future__ import annotations

from typing import Any

import pytest
from benchmarked import RULESET, document

from cds.facts.model import Facts
from cds.facts.schema import parse_facts
from cds.ir.from_ruleset import compile_ruleset
from cds.ir.program import Program
from cds.ruleset.loader import load_ruleset


@pytest.fixture(scope="session")
def program() -> Program:
    """Give the shipped ruleset, compiled."""
    return compile_ruleset(load_ruleset(RULESET))


@pytest.fixture(scope="session", params=["complete", "sparse"])
def record(request: pytest.FixtureRequest) -> Any:
    """Give the complete and the sparse patient as documents."""
    return document(request.param)


@pytest.fixture(scope="session")
def facts(program: Program, record: Any) -> Facts:
    """Give the complete and the sparse patient, parsed."""
    return parse_facts(record, program.dictionary, program.concepts)
