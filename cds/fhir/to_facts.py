"""From a FHIR R4 Bundle to a facts document. What the record does not say stays unknown.

How each resource is read, and what is never concluded from a record, is told in `docs/fhir.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cds.errors import FactsError, InputError, Place
from cds.facts.dictionary import Dictionary
from cds.fhir.allergies_from_fhir import allergies_from_fhir
from cds.fhir.bundle import Found, Record, open_bundle
from cds.fhir.coded import bindings_of
from cds.fhir.conditions_from_fhir import conditions_from_fhir
from cds.fhir.context import Context, context_of
from cds.fhir.medications_from_fhir import medications_from_fhir
from cds.fhir.observations_from_fhir import observations_from_fhir
from cds.fhir.procedures_from_fhir import procedures_from_fhir
from cds.fhir.reading import Draft, NoteKind, Reading
from cds.fhir.resources import Patient
from cds.fhir.times import whole_years
from cds.terminology.concepts import Concepts

__all__ = ["Reading", "bundle_to_facts"]

SCHEMA = "cds-facts/1"
_SHORTENED = 16
_SEX = {"female": "female", "male": "male", "other": "other"}


def bundle_to_facts(  # noqa: PLR0913 - all but the Bundle by keyword, each said by the caller
    bundle: Mapping[str, Any],
    *,
    as_of: str,
    zone: str,
    dictionary: Dictionary,
    concepts: Concepts,
    procedure_status: str = "booked",
    procedure_kind: str | None = None,
    procedure_start: str | None = None,
    procedure_end: str | None = None,
    subject: str | None = None,
) -> Reading:
    """Read a Bundle as a `cds-facts/1` document, which is still to be parsed, and tell what became of each resource.

    The Bundle has to be read from its text with exact decimals (`cds.facts.schema.read_facts_text`). `as_of` is an
    instant with an offset, `zone` an IANA name. Which procedure is meant, and when, the caller says; only its kind may
    come from the record.
    Without a `subject`, a pseudonym is made from the id of the Patient; it hides the id, it does not anonymise.

    Raises:
        FactsError: it is no Bundle that can be read, a resource is malformed, or it is about several patients.
    """
    draft = Draft(dictionary)
    context = context_of(as_of=as_of, zone=zone, procedure_end=procedure_end, concepts=concepts)
    record = open_bundle(bundle, draft)
    bindings = bindings_of(dictionary)
    heading = {"schema": SCHEMA, "subject": subject or _pseudonym(record), "as_of": as_of, "zone": zone}
    said = {
        "procedure.status": procedure_status,
        "procedure.kind": procedure_kind,
        "procedure.start": procedure_start,
        "postop.procedure_end": procedure_end,
    }
    for fact, value in said.items():
        if value is not None:
            draft.say(fact, value)
    if record.patient is not None:
        _say_patient(record.patient, context, draft)
    observations_from_fhir(record, bindings, context, draft)
    conditions_from_fhir(record, bindings, context, draft)
    medications_from_fhir(record, context, draft)
    allergies_from_fhir(record, concepts, draft)
    procedures_from_fhir(record, bindings, said, context, draft)
    return draft.finished(heading)


def _pseudonym(record: Record) -> str:
    patient = record.patient
    identity = (patient.resource.id or patient.full_url) if patient is not None else None
    if identity is None:
        raise FactsError(
            "the Bundle has no Patient with an id", place=Place(path="$.entry"), expected="a Patient, or a `subject`"
        )
    digest = sha256(identity.encode(errors="surrogatepass")).hexdigest()
    return f"fhir-{digest[:_SHORTENED]}"


def _say_patient(found: Found[Patient], context: Context, draft: Draft) -> None:
    patient = found.resource
    if patient.deceased_boolean or patient.deceased_date_time is not None:
        draft.note(NoteKind.DECEASED, found.name, found.at)
    if patient.birth_date is not None:
        try:
            least, most = whole_years(patient.birth_date, context.day)
        except InputError as error:
            raise found.refusal(error, "birthDate") from error
        age = f"{least} a" if least == most else {"from": f"{least} a", "to": f"{most} a"}
        _say_if_declared("patient.age", age, found, draft)
    if patient.gender is not None:
        _say_if_declared("patient.sex", _SEX.get(patient.gender), found, draft)


def _say_if_declared(fact: str, value: Any, found: Found[Patient], draft: Draft) -> None:
    declared = draft.dictionary.get(fact)
    if declared is None:
        draft.note(NoteKind.NOT_DECLARED, found.name, found.at, fact=fact)
    elif value is None or (declared.values and value not in declared.values):
        draft.note(NoteKind.NO_WORD, found.name, found.at, fact=fact)
    else:
        draft.say(fact, value)
        draft.note(NoteKind.READ, found.name, found.at, fact=fact)
