"""Allergies that stand are on the list; that there are none is never concluded."""

from __future__ import annotations

from typing import Any

import pytest

from cds.fhir.reading import NoteKind

Json = dict[str, Any]


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
        ({"code": {"coding": [{"system": "http://snomed.info/sct", "code": "716186003"}]}}, NoteKind.DENIED),
        ({"code": {"coding": [{"system": "http://snomed.info/sct", "code": "409137002"}]}}, NoteKind.DENIED),
    ],
)
def test_what_does_not_stand_is_noted(only: Any, more: Json, kind: NoteKind) -> None:
    """Neither an item nor a complete list: no known allergy is not the same as none."""
    reading = only(allergy(**more))
    assert "allergies" not in reading.document
    assert [note.kind for note in reading.notes] == [kind]


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
