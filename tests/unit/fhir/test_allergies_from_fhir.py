"""Allergies that stand are on the list; that there are none is never concluded."""

from __future__ import annotations

from typing import Any

import pytest

from cds.facts.dictionary import Dictionary
from cds.facts.model import Reason, Unknown, Word
from cds.facts.schema import parse_facts
from cds.fhir.reading import NoteKind
from cds.terminology.codes import System
from cds.terminology.concepts import Concepts

Json = dict[str, Any]
ICD_10_CM, RXNORM = System.ICD_10_CM.uri, System.RXNORM.uri
ASPIRIN_LATEX = ["aspirin", "latex"]


def allergy(**more: Any) -> Json:
    """Make an allergy to latex."""
    coded = {"coding": [{"system": "http://snomed.info/sct", "code": "300916003", "display": "Allergy to latex"}]}
    return {"resourceType": "AllergyIntolerance", "id": "a", "code": coded, **more}


def status(field: str, system: str, word: str) -> Json:
    """Make a status."""
    system = f"http://terminology.hl7.org/CodeSystem/allergyintolerance-{system}"
    return {field: {"coding": [{"system": system, "code": word}]}}


@pytest.mark.parametrize(
    "more",
    [
        {},
        status("clinicalStatus", "clinical", "active"),
        status("verificationStatus", "verification", "confirmed"),
        status("verificationStatus", "verification", "unconfirmed"),
    ],
)
def test_an_allergy_is_on_the_list(only: Any, more: Json) -> None:
    """An unconfirmed one too: that it is asked about costs little."""
    assert only(allergy(**more)).document["allergies"] == {
        "reconciled": False,
        "items": [
            {
                "id": "allergy-a",
                "code": {"system": "http://snomed.info/sct", "code": "300916003"},
                "text": "Allergy to latex",
            }
        ],
    }


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        (status("clinicalStatus", "clinical", "inactive"), NoteKind.NOT_CURRENT),
        (status("clinicalStatus", "clinical", "resolved"), NoteKind.NOT_CURRENT),
        (status("verificationStatus", "verification", "refuted"), NoteKind.DENIED),
        (status("verificationStatus", "verification", "entered-in-error"), NoteKind.STATUS),
        ({"code": {"text": "No known allergies"}}, NoteKind.DENIED),
        ({"code": {"text": "NKDA"}}, NoteKind.DENIED),
        ({"code": {"text": "None known", "coding": [{"display": "No known drug allergy"}]}}, NoteKind.DENIED),
    ],
)
def test_what_does_not_stand_is_noted(only: Any, more: Json, kind: NoteKind) -> None:
    """Neither an item nor a complete list: no known allergy is not the same as none."""
    reading = only(allergy(**more))
    assert "allergies" not in reading.document
    assert [note.kind for note in reading.notes] == [kind]


@pytest.mark.parametrize(
    "more",
    [
        {"code": {"coding": [{"system": "http://snomed.info/sct", "code": "716186003"}]}},
        {"code": {"text": "No known allergies except penicillin"}},
        {"code": {"text": "No known allergies", "coding": [{"display": "Penicillin"}]}},
        {"code": {"text": "NKDA"}, "reaction": [{"manifestation": [{"text": "rash"}]}]},
        {"code": {}},
    ],
)
def test_anything_beside_such_a_statement_keeps_the_item(
    only: Any, dictionary: Dictionary, concepts: Concepts, more: Json
) -> None:
    """A code without words is not known here, an exception and a reaction are no statement: each is asked about."""
    (item,) = parse_facts(only(allergy(**more)).document, dictionary, concepts).list("allergies").items
    assert item.value("substance") in {
        Unknown(Reason.UNIDENTIFIED),
        Unknown(Reason.UNIDENTIFIED, ("penicillin",)),
    }


@pytest.mark.parametrize(
    ("concept", "substances"),
    [
        ({"text": "Allergy to penicillin"}, ["penicillin"]),
        ({"coding": [{"display": "Radiographic contrast media"}]}, ["iodinated-contrast"]),
        ({"coding": [{"system": ICD_10_CM, "code": "Z91.041"}]}, ["iodinated-contrast"]),
        ({"coding": [{"system": ICD_10_CM, "code": "Z88.4"}], "text": "lidocaine"}, None),
        ({"coding": [{"system": RXNORM, "code": "1191"}, {"display": "Shellfish"}]}, None),
        ({"coding": [{"system": RXNORM, "code": "1191", "display": "Aspirin"}, {"display": "Latex"}]}, ASPIRIN_LATEX),
        ({"coding": [{"display": "Shellfish (substance)"}, {"system": RXNORM, "code": "0"}]}, ["shellfish"]),
    ],
)
def test_an_allergy_is_recognised_by_code_and_text(
    only: Any, dictionary: Dictionary, concepts: Concepts, concept: Json, substances: list[str] | None
) -> None:
    """A code that the table knows goes before one that it does not; a code and a text that differ contradict."""
    items = parse_facts(only(allergy(code=concept)).document, dictionary, concepts).list("allergies").items
    found = [item.value("substance") for item in items]
    if substances is None:
        assert [value.reason for value in found if isinstance(value, Unknown)] == [Reason.CONTRADICTED]
    else:
        assert found == [Word(substance) for substance in substances]


def test_the_substance_of_a_reaction_stands_in_for_a_code(
    only: Any, dictionary: Dictionary, concepts: Concepts
) -> None:
    """Some records name the allergen only there."""
    concept = allergy(reaction=[{"substance": {"text": "PMMA"}}, {"substance": {"text": "bone cement"}}])
    del concept["code"]
    (item,) = parse_facts(only(concept).document, dictionary, concepts).list("allergies").items
    assert item.value("substance") == Word("bone-cement")


def test_reactions_are_told(only: Any) -> None:
    """Each manifestation once, in the record's words."""
    manifestations = [{"text": "rash"}, {"coding": [{"display": "Wheezing"}]}, {"text": "rash"}, {}]
    (item,) = only(allergy(reaction=[{"manifestation": manifestations}])).document["allergies"]["items"]
    assert item["reaction"] == "rash, Wheezing"


def test_a_modifier_extension_keeps_the_allergy(only: Any) -> None:
    """Whatever it changes, the allergy is asked about."""
    reading = only(allergy(modifierExtension=[{"url": "https://example.org/x"}]))
    assert len(reading.document["allergies"]["items"]) == 1
    assert NoteKind.MODIFIED in {note.kind for note in reading.notes}
