"""The list of allergies; that there are none is never concluded, whatever the record says."""

from __future__ import annotations

from cds.fhir.bundle import Found, Record
from cds.fhir.coded import codes_of, status_of
from cds.fhir.items import Items
from cds.fhir.medication_names import chosen_names, printable_texts
from cds.fhir.reading import Draft, NoteKind
from cds.fhir.resources import AllergyIntolerance, CodeableConcept
from cds.terminology.allergy_text import allergen_text, says_none_known
from cds.terminology.concepts import Concepts

LIST = "allergies"
_OVER = frozenset({"inactive", "resolved"})


def allergies_from_fhir(record: Record, concepts: Concepts, draft: Draft) -> None:
    """Say the list of allergies that are not refuted, resolved or recorded in error; unconfirmed ones are on it."""
    items = Items(LIST, draft)
    for found in record.of(AllergyIntolerance):
        if _counts(found, draft):
            _take_in(found, concepts, items)
    items.say()


def _counts(found: Found[AllergyIntolerance], draft: Draft) -> bool:
    allergy = found.resource
    verification = status_of(allergy.verification_status, "allergyintolerance-verification")
    clinical = status_of(allergy.clinical_status, "allergyintolerance-clinical")
    if verification == "refuted" or _says_none_known(allergy):
        draft.note(NoteKind.DENIED, found.name, found.at)
    elif verification == "entered-in-error":
        draft.note(NoteKind.STATUS, found.name, found.at, detail=verification)
    elif clinical in _OVER:
        draft.note(NoteKind.NOT_CURRENT, found.name, found.at, detail=clinical)
    else:
        return True
    return False


def _says_none_known(allergy: AllergyIntolerance) -> bool:
    """Say whether all that is written of an allergy says that none is known; a code alone is not enough."""
    texts = printable_texts(allergy.code)
    return bool(texts) and not allergy.reaction and all(map(says_none_known, texts))


def _take_in(found: Found[AllergyIntolerance], concepts: Concepts, items: Items) -> None:
    allergy = found.resource
    item = items.begin(found, "allergy")
    if allergy.modifier_extension:
        items.draft.note(NoteKind.MODIFIED, found.name, found.at)
    named = [concept for concept in _named(allergy) if concept is not None]
    codes = [code for concept in named for code in codes_of(concept)]
    texts = [text for concept in named for text in printable_texts(concept)]
    names = chosen_names(codes, texts, concepts, meant=allergen_text)
    if names.code is not None:
        items.put(item, "code", names.code, found, always=True)
    if names.text is not None:
        items.put(item, "text", names.text, found, always=True)
    reactions = [
        text
        for reaction in allergy.reaction
        for manifestation in reaction.manifestation
        for text in printable_texts(manifestation)[:1]
    ]
    if reactions:
        items.put(item, "reaction", ", ".join(dict.fromkeys(reactions)), found)


def _named(allergy: AllergyIntolerance) -> tuple[CodeableConcept | None, ...]:
    """Give what an allergy is to: its code, or else the substances of its reactions."""
    return (allergy.code,) if allergy.code is not None else tuple(each.substance for each in allergy.reaction)
