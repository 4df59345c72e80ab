"""Codes and status words in FHIR's codeable concepts, and the facts that codes stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cds.facts.dictionary import Declaration, Dictionary
from cds.fhir.resources import CodeableConcept
from cds.terminology.codes import SYSTEM_OF_URI, Code

_CODE = re.compile(r"\S{1,64}")
_HL7 = "http://terminology.hl7.org/CodeSystem/"


@dataclass(frozen=True, slots=True)
class Bindings:
    """The facts that each code stands for."""

    facts: Mapping[Code, tuple[Declaration, ...]]

    def of(self, concept: CodeableConcept | None) -> tuple[Declaration, ...]:
        """Give the facts that a concept's codes stand for, each once, by name."""
        found = {declared.name: declared for code in codes_of(concept) for declared in self.facts.get(code, ())}
        return tuple(found[name] for name in sorted(found))


def bindings_of(dictionary: Dictionary) -> Bindings:
    """Arrange a dictionary's patient-level facts by their codes."""
    facts: dict[Code, tuple[Declaration, ...]] = {}
    for declared in dictionary.values():
        for code in declared.codes:
            facts[code] = (*facts.get(code, ()), declared)
    return Bindings(facts)


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
