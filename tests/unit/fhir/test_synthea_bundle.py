"""A synthetic record as a real one is shaped: 25 years of entries, old orders that are still active."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from cds.facts.dictionary import Dictionary
from cds.facts.model import Word
from cds.facts.schema import parse_facts, read_facts_text
from cds.fhir.reading import NoteKind
from cds.terminology.concepts import Concepts

BESIDE = sorted(Path(__file__).parents[4].glob("*/data/fhir/synthea-osteoporosis-warfarin.json"))
RECORD = Path(os.environ.get("CDS_SYNTHEA_BUNDLE", BESIDE[0] if BESIDE else ""))
pytestmark = pytest.mark.skipif(not RECORD.is_file(), reason="no record beside the repository or in CDS_SYNTHEA_BUNDLE")


@pytest.fixture(scope="module")
def reading(read: Any) -> Any:
    """Read the record, two weeks after its last entry."""
    return read(read_facts_text(RECORD.read_bytes(), file=None), as_of="2020-11-01T09:00:00-05:00")


def test_the_record_can_be_parsed(reading: Any, dictionary: Dictionary, concepts: Concepts) -> None:
    """Every medication of the record is recognised, and the list is open."""
    facts = parse_facts(reading.document, dictionary, concepts)
    listed = facts.list("medications")
    assert not listed.complete
    assert len(reading.document["medications"]["items"]) == 11
    assert all(isinstance(item.value("substance"), Word) for item in listed.items)
    assert Word("warfarin") in [item.value("substance") for item in listed.items]


def test_an_old_order_is_active_and_dated(reading: Any) -> None:
    """Warfarin of 1995 stands as the record has it: how stale it is, a rule judges by its date."""
    items = {item["text"]: item for item in reading.document["medications"]["items"]}
    warfarin = items["Warfarin Sodium 5 MG Oral Tablet"]
    assert (warfarin["status"], warfarin["authored"]) == ("active", "1995-09-02T17:49:34+00:00")
    assert not any("last_dose" in item for item in items.values())


def test_only_what_the_codes_say_is_read(reading: Any) -> None:
    """Laboratory and weight with their times, atrial fibrillation, age and sex; nothing that would look current."""
    document = reading.document
    assert document["patient"]["age"] == "83 a"
    assert document["history"] == {"atrial_fibrillation": True}
    assert sorted(document["labs"]) == ["hemoglobin", "platelets"]
    assert all(set(said) == {"value", "taken"} for said in document["labs"].values())
    assert sorted(document["fracture"]) == ["pain_score"]
    assert "postop" not in document
    assert "conditions" not in document


def test_what_was_not_read_is_counted(reading: Any) -> None:
    """Ten types of resources, and the observations and conditions that stand for no fact."""
    counts = {(note.kind, note.resource): note.count for note in reading.notes}
    assert counts[NoteKind.TYPE_NOT_READ, "Claim"] == 36
    assert counts[NoteKind.NO_FACT, "Procedure"] == 21
    assert counts[NoteKind.NO_FACT, "Condition"] == 10
    assert counts[NoteKind.NO_FACT, "Observation"] == 61
