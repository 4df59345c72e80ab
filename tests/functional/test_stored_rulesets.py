"""A stored ruleset decides as the folder does that it was loaded from, to the byte, for every shipped patient."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from program import PATIENTS, REPOSITORY

from cds.engine import decide
from cds.facts.schema import parse_facts, read_facts_text
from cds.ir.from_ruleset import compile_ruleset
from cds.ir.program import Program
from cds.ruleset.loader import load_ruleset
from cds.ruleset.stored import from_stored, stored_bytes

RULESETS = REPOSITORY / "rulesets"


@cache
def both(name: str) -> tuple[Program, Program]:
    """Compile a ruleset from its folder, and from its stored bytes."""
    loaded = load_ruleset(RULESETS / name, search=[RULESETS])
    return compile_ruleset(loaded), compile_ruleset(from_stored(stored_bytes(loaded)))


def decision(program: Program, path: Path, engines: tuple[str, ...], *, list_all: bool = False) -> bytes:
    """Decide for a patient's file."""
    facts = parse_facts(read_facts_text(path.read_bytes(), file=path.name), program.dictionary, program.concepts)
    return decide(program, facts, engines=engines, list_all=list_all).to_bytes()


@pytest.mark.parametrize("name", ["vertebral-augmentation", "example-hospital"])
def test_every_patient_gets_the_same_bytes(name: str) -> None:
    """By the reference for every patient, by both engines and with all rules listed for every tenth."""
    from_folder, from_bytes = both(name)
    assert from_bytes.identity == from_folder.identity
    patients = sorted(PATIENTS.glob("*.json"))
    assert patients
    for number, path in enumerate(patients):
        ways = [(("reference",), False)]
        if number % 10 == 0:
            ways += [(("durable", "reference"), False), (("reference",), True)]
        for engines, list_all in ways:
            expected = decision(from_folder, path, engines, list_all=list_all)
            assert decision(from_bytes, path, engines, list_all=list_all) == expected, path.name
