"""A code that nobody has confirmed identifies nothing by itself: neither a medicine nor a fact of a record."""

from __future__ import annotations

from typing import Any

import pytest
from shipped_cases import RULESET

import cds
from cds.facts.model import Facts, Unknown
from cds.terminology.codes import Code
from cds.terminology.match import recognise

DOCUMENT = RULESET.loaded.document
MEDICINES = [
    Code(binding.system, binding.code)
    for substance in DOCUMENT.substances.values()
    for binding in substance.codes
    if binding.unconfirmed
] + [Code(each.system, str(each.code)) for each in DOCUMENT.products if each.unconfirmed and each.system]
FACTS = [
    (name, Code(binding.system, binding.code))
    for name, fact in DOCUMENT.facts.items()
    for binding in fact.codes
    if binding.unconfirmed
]
CONFIRMED = {
    "conditions.bleeding_disorder": ("icd-10-cm", "D66"),
    "labs.platelets": ("loinc", "777-3"),
    "procedure.kind": ("cpt", "22514"),
}
"""For each kind of resource a code that is confirmed."""


@pytest.mark.parametrize("code", MEDICINES, ids=str)
def test_a_medicine_is_a_guess_to_confirm(code: Code) -> None:
    """What the code may mean is shown; the substance is not known, so that a person identifies it."""
    (found,) = recognise(RULESET.program.concepts, code, None)
    assert found.substance is None
    assert found.shown


@pytest.mark.parametrize(("fact", "code"), FACTS, ids=str)
def test_a_fact_of_a_record_stays_unknown(fact: str, code: Code) -> None:
    """The record that holds it does not answer the question."""
    assert isinstance(_read(fact, code).value(fact), Unknown)


@pytest.mark.parametrize("fact", CONFIRMED)
def test_a_confirmed_code_answers(fact: str) -> None:
    """The same record with a confirmed code does: it is the code that is not believed."""
    binding = next(each for each in DOCUMENT.facts[fact].codes if (each.system, each.code) == CONFIRMED[fact])
    assert binding.confirmed
    assert not isinstance(_read(fact, Code(binding.system, binding.code)).value(fact), Unknown)


def _read(fact: str, code: Code) -> Facts:
    """Read the record of a patient with one more resource, of that code and with a value in the unit of the fact."""
    resource = {
        "id": "coded",
        "subject": {"reference": "Patient/p"},
        "code": {"coding": [{"system": code.system.uri, "code": code.code}]},
        **_RESOURCES.get(code.system, _CONDITION),
    }
    if resource["resourceType"] == "Observation":
        unit = DOCUMENT.facts[fact].unit
        resource["valueQuantity"] = {"value": 200, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    patient = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1951-11-22"}
    entries = [{"resource": patient}, {"resource": resource}]
    return cds.parse_facts(
        {"resourceType": "Bundle", "type": "collection", "entry": entries},
        RULESET,
        as_of="2026-11-21T09:00:00-05:00",
        zone="America/New_York",
        procedure={"end": "2026-11-18T09:00:00-05:00"} if fact.startswith("postop.") else {"status": "booked"},
    )


_TERMS = "http://terminology.hl7.org/CodeSystem/condition-"
_CONDITION: dict[str, Any] = {
    "resourceType": "Condition",
    "clinicalStatus": {"coding": [{"system": f"{_TERMS}clinical", "code": "active"}]},
    "verificationStatus": {"coding": [{"system": f"{_TERMS}ver-status", "code": "confirmed"}]},
    "onsetDateTime": "2026-11-19",
}
_OBSERVATION = {"resourceType": "Observation", "status": "final", "effectiveDateTime": "2026-11-20T07:10:00-05:00"}
_PROCEDURE = {"resourceType": "Procedure", "status": "preparation"}
_RESOURCES = {"loinc": _OBSERVATION, "cpt": _PROCEDURE, "opcs-4": _PROCEDURE, "icd-10-pcs": _PROCEDURE}
"""By code system, what a record keeps such codes in; a condition for the others."""
