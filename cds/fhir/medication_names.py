"""What a medication is called in a record: one code and one text, by which nothing that it names is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from unicodedata import category

from cds.fhir.bundle import Found, Record, model_of
from cds.fhir.coded import codes_of
from cds.fhir.resources import CodeableConcept, Ingredient, Medication, MedicationUse, Reference
from cds.terminology.codes import Code, System
from cds.terminology.concepts import Concepts
from cds.terminology.index import index_of
from cds.terminology.match import recognise
from cds.terminology.reading import Reading, read

_BESIDE = " / "
_CONTROLS = frozenset({"Cc", "Cs"})
_UNNAMED = "unnamed ingredient"


@dataclass(frozen=True, slots=True)
class Names:
    """The code as a facts document has it, the text, and a reference that led nowhere."""

    code: dict[str, str] | None
    text: str | None
    unresolved: str | None = None


def named(found: Found[Any], record: Record, concepts: Concepts) -> Names:
    """Choose the code and the text by which a medication is to be recognised.

    The code is one that the table knows, RxNorm before others, else the first of a known system. Of several texts it is
    the first that denies, else that names something with a part that is not understood, else that is understood, else
    that names anything, else the first. What the other codes and texts name besides is added to it.

    Raises:
        FactsError: a Medication within the resource is malformed.
    """
    said = _said(found, record)
    coded = [code for concept in said.concepts for code in codes_of(concept)]
    written = [*said.texts, *([_BESIDE.join(_ingredient_names(said, concepts))] if said.ingredients else [])]
    beside = [code for ingredient in said.ingredients for code in codes_of(ingredient.item_codeable_concept)]
    return replace(chosen_names(coded, written, concepts, beside=beside), unresolved=said.unresolved)


def chosen_names(
    codes: Sequence[Code],
    texts: Sequence[str],
    concepts: Concepts,
    *,
    beside: Sequence[Code] = (),
    meant: Callable[[str], str] = str,
) -> Names:
    """Choose one code and one text of several, and add to the text what the others, and codes `beside` them, name.

    `meant` gives what of a text is to be recognised, if not all of it.
    """
    code = _chosen_code(codes, concepts)
    text = min(texts, key=lambda text: _rank(read(index_of(concepts), meant(text))), default=None)
    named_by_all = _substances([*codes, *beside], map(meant, texts), concepts)
    lost = named_by_all - _substances([code] if code else [], [meant(text)] if text else [], concepts)
    if lost:
        names = sorted(concepts.substances[substance].names[0] for substance in lost)
        text = _BESIDE.join([text, *names] if text else names)
    as_said = {"system": code.system.uri, "code": code.code} if code is not None else None
    return Names(as_said, text)


def printable_texts(concept: CodeableConcept | None) -> tuple[str, ...]:
    """Give what a concept is called, without control characters: its text, then what its codes display."""
    said = (_printable(text) for text in _texts(concept)) if concept is not None else ()
    return tuple(dict.fromkeys(text for text in said if text))


@dataclass(frozen=True, slots=True)
class _Said:
    """What a record says of a product: for the whole of it, for its ingredients, and a reference that led nowhere."""

    concepts: tuple[CodeableConcept, ...] = ()
    texts: tuple[str, ...] = ()
    ingredients: tuple[Ingredient, ...] = ()
    unresolved: str | None = None


def _said(found: Found[Any], record: Record) -> _Said:
    use: MedicationUse = found.resource
    if use.medication_codeable_concept is not None:
        return _Said((use.medication_codeable_concept,), printable_texts(use.medication_codeable_concept))
    reference = use.medication_reference or Reference()
    shown = printable_texts(CodeableConcept(text=reference.display))
    medication = _medication(reference.reference, found, record) if reference.reference else None
    if medication is None:
        return _Said(texts=shown, unresolved=reference.reference or "medicationReference")
    concepts = (medication.code,) if medication.code is not None else ()
    return _Said(concepts, (*printable_texts(medication.code), *shown), medication.ingredient)


def _ingredient_names(said: _Said, concepts: Concepts) -> Iterator[str]:
    """Name each ingredient by its text, else by what its code is recognised as; none is left out."""
    for ingredient in said.ingredients:
        concept = ingredient.item_codeable_concept
        reference = ingredient.item_reference or Reference()
        named = (*printable_texts(concept), *printable_texts(CodeableConcept(text=reference.display)))
        known = sorted(_substances(codes_of(concept), (), concepts))
        yield next(iter((*named, *(concepts.substances[name].names[0] for name in known))), _UNNAMED)


def _medication(reference: str, found: Found[Any], record: Record) -> Medication | None:
    if not reference.startswith("#"):
        other = record.medication(reference)
        return other.resource if other is not None else None
    for number, raw in enumerate(found.resource.contained):
        if raw.get("resourceType") == "Medication" and raw.get("id") == reference[1:]:
            return model_of(Medication, raw, (*found.path, "contained", number))
    return None


def _texts(concept: CodeableConcept) -> Iterator[str]:
    if concept.text:
        yield concept.text
    yield from (coding.display for coding in concept.coding if coding.display)


def _printable(text: str) -> str:
    return " ".join("".join(" " if category(letter) in _CONTROLS else letter for letter in text).split())


def _chosen_code(codes: Sequence[Code], concepts: Concepts) -> Code | None:
    """Take a code that is recognised before one that is not, RxNorm before others, the first before the next."""
    return min(
        codes,
        key=lambda code: (not _substances([code], [], concepts), code.system is not System.RXNORM),
        default=None,
    )


def _rank(reading: Reading) -> int:
    """Rank what most needs to be seen first: a denial, then an ingredient that is not understood beside one that is."""
    if reading.is_denied:
        return 0
    if not reading.named:
        return 4
    if reading.parts_unexplained:
        return 1
    return 3 if reading.unexplained_beside_names else 2


def _substances(codes: Iterable[Code], texts: Iterable[str], concepts: Concepts) -> frozenset[str]:
    found = [recognise(concepts, code, None) for code in codes] + [recognise(concepts, None, text) for text in texts]
    return frozenset(entry.substance for entries in found for entry in entries if entry.substance)
