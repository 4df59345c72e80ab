"""The list of allergies; that there are none is never concluded, whatever the record says."""

from __future__ import annotations

from cds.fhir.bundle import Found, Record
from cds.fhir.coded import codes_of, status_of
from cds.fhir.items import Items
from cds.fhir.medication_names import printable_texts
from cds.fhir.reading import Draft, NoteKind
from cds.fhir.resources import AllergyIntolerance
from cds.terminology.codes import Code, System

LIST = "allergies"
_NONE_KNOWN = frozenset(Code(System.SNOMED_CT, code) for code in ("716186003", "409137002"))
"""No known allergy, no known drug allergy."""
_OVER = frozenset({"inactive", "resolved"})
_WRONG = frozenset({"entered-in-error", "unclear"})


def allergies_from_fhir(record: Record, draft: Draft) -> None:
    """Say the list of allergies that are not refuted, resolved or recorded in error; unconfirmed ones are on it."""
    items = Items(LIST, draft)
    for found in record.of(AllergyIntolerance):
        if _counts(found, draft):
            _take_in(found, items)
    items.say()


def _counts(found: Found[AllergyIntolerance], draft: Draft) -> bool:
    allergy = found.resource
    verification = status_of(allergy.verification_status, "allergyintolerance-verification")
    clinical = status_of(allergy.clinical_status, "allergyintolerance-clinical")
    if verification == "refuted" or not _NONE_KNOWN.isdisjoint(codes_of(allergy.code)):
        draft.note(NoteKind.DENIED, found.name, found.at)
    elif verification == "entered-in-error":
        draft.note(NoteKind.STATUS, found.name, found.at, detail=verification)
    elif clinical in _OVER:
        draft.note(NoteKind.NOT_CURRENT, found.name, found.at, detail=clinical)
    else:
        return True
    return False


def _take_in(found: Found[AllergyIntolerance], items: Items) -> None:
    allergy = found.resource
    item = items.begin(found, "allergy")
    if allergy.modifier_extension:
        items.draft.note(NoteKind.MODIFIED, found.name, found.at)
    codes = codes_of(allergy.code)
    if codes:
        items.put(item, "code", {"system": codes[0].system.uri, "code": codes[0].code}, found)
    text = next(iter(printable_texts(allergy.code)), None)
    if text is not None:
        items.put(item, "text", text, found)
    reactions = [
        text
        for reaction in allergy.reaction
        for manifestation in reaction.manifestation
        for text in printable_texts(manifestation)[:1]
    ]
    if reactions:
        items.put(item, "reaction", ", ".join(dict.fromkeys(reactions)), found)
