"""`import cds` in another program: load, parse, decide."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from program import BUNDLE, NAPROXEN, START, WHEN, patient
from program import cds as run

import cds


@pytest.fixture(scope="module")
def ruleset() -> cds.Ruleset:
    """Load the shipped ruleset once."""
    return cds.load_ruleset("vertebral-augmentation")


def test_a_program_gets_the_bytes_of_the_command_line(ruleset: cds.Ruleset) -> None:
    """Deciding from a document, or from facts parsed before, gives what `cds evaluate --json` prints."""
    printed = run("evaluate", NAPROXEN, "--json").out
    assert cds.decide(ruleset, patient()).to_bytes() + b"\n" == printed
    assert cds.decide(ruleset, cds.parse_facts(patient(), ruleset)).to_bytes() + b"\n" == printed


def test_time_and_zone_may_come_from_the_program(ruleset: cds.Ruleset) -> None:
    """`as_of` may be given to `decide`, `as_of` and `zone` to `parse_facts`; another than the facts' is refused."""
    whole, bare = patient(), patient(as_of=None)
    expected = cds.decide(ruleset, whole).to_bytes()
    assert cds.decide(ruleset, bare, as_of=whole["as_of"]).to_bytes() == expected
    facts = cds.parse_facts(patient(as_of=None, zone=None), ruleset, as_of=whole["as_of"], zone=whole["zone"])
    assert cds.decide(ruleset, facts, as_of=whole["as_of"]).to_bytes() == expected
    with pytest.raises(cds.FactsError, match="another `as_of`"):
        cds.decide(ruleset, facts, as_of="2026-11-24T09:00:00-05:00")


def test_a_bundle_can_be_parsed(ruleset: cds.Ruleset) -> None:
    """A Bundle with what it does not say gives facts that decide as on the command line."""
    bundle: dict[str, Any] = json.loads(BUNDLE.read_text(encoding="utf-8"), parse_float=Decimal)
    facts = cds.parse_facts(bundle, ruleset, as_of=WHEN[1], zone=WHEN[3], procedure={"start": START[1]})
    assert cds.decide(ruleset, facts).to_bytes() + b"\n" == run("evaluate", BUNDLE, *WHEN, *START, "--json").out


def test_a_ruleset_may_be_named_by_its_folder(ruleset: cds.Ruleset) -> None:
    """The folder and the id give the same content."""
    folder = ruleset.loaded.folder
    assert folder is not None
    assert cds.load_ruleset(folder).loaded.digest == ruleset.loaded.digest


def test_errors_can_be_told_apart(ruleset: cds.Ruleset) -> None:
    """What is wrong with facts and with rulesets are errors of their own, and both the user's fault."""
    with pytest.raises(cds.FactsError, match="names no schema"):
        cds.decide(ruleset, {})
    with pytest.raises(cds.RulesetError, match="there is no ruleset `nothing`"):
        cds.load_ruleset("nothing")
    assert issubclass(cds.FactsError, cds.InputError)
    assert issubclass(cds.RulesetError, cds.InputError)
    assert issubclass(cds.EngineDisagreement, cds.CdsError)


def test_threads_sharing_a_ruleset_get_the_bytes_of_one(ruleset: cds.Ruleset) -> None:
    """Eight threads with one loaded ruleset decide as one does."""
    documents = [patient(subject=f"thread-{number}") for number in range(8)] * 4
    alone = [cds.decide(ruleset, document).to_bytes() for document in documents]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda document: cds.decide(ruleset, document).to_bytes(), documents))
    assert together == alone
