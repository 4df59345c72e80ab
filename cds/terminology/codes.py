"""One type per code system, so that a code of one system is never taken for a code of another."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class System(StrEnum):
    """A code system, by the short name that rulesets use."""

    RXNORM = "rxnorm"
    ATC = "atc"
    LOINC = "loinc"
    SNOMED_CT = "snomed-ct"
    ICD_10_CM = "icd-10-cm"
    ICD_10_PCS = "icd-10-pcs"
    CPT = "cpt"
    OPCS_4 = "opcs-4"
    LOCAL = "local"

    @property
    def uri(self) -> str:
        """Give the URI that FHIR and `cds-facts/1` use for this system."""
        return _URIS[self]


_URIS = {
    System.RXNORM: "http://www.nlm.nih.gov/research/umls/rxnorm",
    System.ATC: "http://www.whocc.no/atc",
    System.LOINC: "http://loinc.org",
    System.SNOMED_CT: "http://snomed.info/sct",
    System.ICD_10_CM: "http://hl7.org/fhir/sid/icd-10-cm",
    System.ICD_10_PCS: "http://www.cms.gov/Medicare/Coding/ICD10",
    System.CPT: "http://www.ama-assn.org/go/cpt",
    System.OPCS_4: "https://fhir.hl7.org.uk/Id/opcs-4",
    System.LOCAL: "urn:cds:local",
}
SYSTEM_OF_URI = {uri: system for system, uri in _URIS.items()}


@dataclass(frozen=True, slots=True, order=True)
class Code:
    """A code within its system."""

    system: System
    code: str

    def __str__(self) -> str:
        """Render as `system|code`."""
        return f"{self.system}|{self.code}"
