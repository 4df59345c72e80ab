"""Codes and status words in FHIR's codeable concepts, and the facts that codes stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cds.facts.dictionary import Declaration, Dictionary, FactCode
from cds.fhir.resources import CodeableConcept
from cds.terminology.codes import SYSTEM_OF_URI, Code

_CODE = re.compile(r"\S{1,64}")
_HL7 = "http://terminology.hl7.org/CodeSystem/"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A fact that a code stands for, and how."""

    declared: Declaration
    by: FactCode


@dataclass(frozen=True, slots=True)
class Bindings:
    """The facts that each code stands for."""

    meanings: Mapping[Code, tuple[Meaning, ...]]

    def of(self, concept: CodeableConcept | None) -> tuple[Meaning, ...]:
        """Give what a concept's codes stand for, by name of the fact; a guess that a confirmed code says is none."""
        found = [meaning for code in codes_of(concept) for meaning in self.meanings.get(code, ())]
        confirmed = {(meaning.declared.name, meaning.by.value) for meaning in found if meaning.by.confirmed}
        kept = {
            (meaning.declared.name, meaning.by.value or "", meaning.by.together_with): meaning
            for meaning in found
            if meaning.by.confirmed or (meaning.declared.name, meaning.by.value) not in confirmed
        }
        return tuple(kept[key] for key in sorted(kept))

    def company(self) -> frozenset[Code]:
        """Give the codes beside which others count."""
        return frozenset(
            code for several in self.meanings.values() for meaning in several for code in meaning.by.together_with
        )


def bindings_of(dictionary: Dictionary) -> Bindings:
    """Arrange a dictionary's patient-level facts by their codes."""
    meanings: dict[Code, tuple[Meaning, ...]] = {}
    for declared in dictionary.values():
        for by in declared.codes:
            meanings[by.code] = (*meanings.get(by.code, ()), Meaning(declared, by))
    return Bindings(meanings)


def codes_of(concept: CodeableConcept | None) -> tuple[Code, ...]:
    """Give a concept's codes of the systems that are known here, in their order; what is no code is passed over."""
    codings = concept.coding if concept is not None else ()
    return tuple(
        Code(SYSTEM_OF_URI[coding.system], coding.code)
        for coding in codings
        if coding.code and coding.system in SYSTEM_OF_URI and _CODE.fullmatch(coding.code)
    )


def status_of(concept: CodeableConcept | None, system: str) -> str | None:
    """Give the status word of an HL7 code system, `unclear` if there is a status but not one such word."""
    if concept is None:
        return None
    found = {coding.code for coding in concept.coding if coding.system == _HL7 + system and coding.code}
    return found.pop() if len(found) == 1 else "unclear"
