"""What the benchmarks run on: the shipped ruleset, and two patients with ten medications each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cds.facts.model import Facts
from cds.facts.schema import parse_facts
from cds.ir.from_ruleset import compile_ruleset
from cds.ir.program import Program
from cds.ruleset.loader import load_ruleset

RULESET = Path(__file__).parents[2] / "rulesets" / "vertebral-augmentation"
PATIENTS = Path(__file__).parent


def document(name: str) -> Any:
    """Read one of the patients of this folder."""
    return json.loads((PATIENTS / f"{name}.json").read_text(encoding="utf-8"))


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
