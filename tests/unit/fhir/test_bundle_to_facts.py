"""A Bundle becomes a facts document that can be parsed, with a note on each resource; anything else is refused."""

from __future__ import annotations

import contextlib
import copy
import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.errors import FactsError
from cds.facts.dictionary import Dictionary
from cds.facts.model import TimeSpan, Word
from cds.facts.schema import parse_facts, read_facts_text
from cds.fhir.reading import Note, NoteKind
from cds.terminology.concepts import Concepts

Json = dict[str, Any]
AUTHORED = read_facts_text(
    (Path(__file__).parents[3] / "fixtures" / "fhir" / "vertebral-fracture-apixaban.json").read_bytes(), file=None
)


def test_the_authored_bundle_is_read_as_a_person_would(read: Any, bundle: Json) -> None:
    """Every fact of the document by hand: what is old, preliminary, refuted or without a unit is not in it."""
    document = read(
        bundle, procedure_kind="kyphoplasty", procedure_start="2026-12-01T08:00:00-05:00", subject="demo"
    ).document
    drawn = "2026-11-20T07:10:00-05:00"
    rxnorm = "http://www.nlm.nih.gov/research/umls/rxnorm"
    assert document == {
        "schema": "cds-facts/1",
        "subject": "demo",
        "as_of": "2026-11-21T09:00:00-05:00",
        "zone": "America/New_York",
        "patient": {"age": "74 a", "sex": "female", "weight": {"value": "61.5 kg", "taken": "2026-11-19"}},
        "fracture": {
            "etiology": "osteoporosis",
            "onset": "2026-10-27",
            "pain_score": {"value": "8", "taken": "2026-11-21T08:30:00-05:00"},
        },
        "history": {
            "atrial_fibrillation": True,
            "vte": True,
            "vte_date": {"from": "2019-06-02", "to": "2026-11-21"},
        },
        "labs": {
            "inr": {"value": "1.1", "taken": drawn},
            "platelets": {"value": "210 10*3/uL", "taken": drawn},
            "creatinine": {"value": "0.9 mg/dL", "taken": drawn},
        },
        "procedure": {"status": "booked", "kind": "kyphoplasty", "start": "2026-12-01T08:00:00-05:00"},
        "medications": {
            "reconciled": False,
            "items": [
                {
                    "id": "request-apixaban",
                    "code": {"system": rxnorm, "code": "1364445"},
                    "text": "Eliquis 5 mg",
                    "status": "active",
                    "frequency": "2/d",
                    "as_needed": False,
                    "route": "oral",
                    "authored": "2026-09-01",
                },
                {
                    "id": "request-compound",
                    "text": "acetaminophen / codeine",
                    "status": "unknown",
                    "authored": "2026-10-28T16:00:00-04:00",
                },
                {
                    "id": "statement-ibuprofen",
                    "code": {"system": rxnorm, "code": "310965"},
                    "text": "Advil 200 mg",
                    "status": "stopped",
                    "as_needed": True,
                    "started": "2026-10-28",
                    "ended": "2026-11-10",
                    "last_dose": "2026-11-10",
                    "last_dose_reported_at": "2026-11-20T07:00:00-05:00",
                },
            ],
        },
        "allergies": {
            "reconciled": False,
            "items": [
                {
                    "id": "allergy-latex",
                    "code": {"system": "http://snomed.info/sct", "code": "300916003"},
                    "text": "Allergy to latex",
                    "reaction": "rash",
                }
            ],
        },
    }


def test_every_resource_leaves_a_note(read: Any, bundle: Json) -> None:
    """What was not read is told with its reason, what was read with its fact."""
    notes = {(note.kind.value, note.resource, note.fact, note.detail, note.count) for note in read(bundle).notes}
    assert notes >= {
        ("before_procedure_end", "Observation/temperature", "postop.temperature", "", 1),
        ("denied", "Condition/spondylodiscitis", "", "", 1),
        ("denied", "MedicationRequest/no-heparin", "", "", 1),
        ("no_fact", "Observation", "", "", 1),
        ("no_unit", "Observation/hemoglobin", "labs.hemoglobin", "", 1),
        ("not_current", "Condition/old-sepsis", "conditions.systemic_infection", "resolved", 1),
        ("read", "Observation/inr", "labs.inr", "", 1),
        ("read", "MedicationRequest/apixaban", "medications", "", 1),
        ("status", "Observation/inr-preliminary", "", "preliminary", 1),
        ("superseded", "Observation", "labs.inr", "", 1),
        ("type_not_read", "DiagnosticReport", "", "", 1),
        ("read", "Condition/fracture", "fracture.etiology", "", 1),
        ("read", "Procedure/planned", "procedure.kind", "", 1),
    }


def test_the_document_can_be_parsed(read: Any, bundle: Json, dictionary: Dictionary, concepts: Concepts) -> None:
    """The strict reader accepts it, no list is complete, and what the record leaves out is absent."""
    facts = parse_facts(read(bundle).document, dictionary, concepts)
    assert facts.value("history.vte") == Word(value=True)
    assert not facts.list("medications").complete
    assert not facts.list("allergies").complete
    assert "conditions.osteomyelitis" not in facts.values
    first = facts.list("medications").items[0]
    assert (first.binding, first.value("substance")) == ("medications/request-apixaban", Word("apixaban"))
    assert isinstance(facts.value("labs.inr.taken"), TimeSpan)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_entries_changes_nothing(read: Any, bundle: Json, seed: int) -> None:
    """A Bundle is a set: its document is the same in any order."""
    expected = read(bundle).document
    random.Random(seed).shuffle(bundle["entry"])  # noqa: S311  # a shuffle for a test, nothing secret
    assert read(bundle).document == expected


def test_nothing_said_leaves_everything_unknown(only: Any) -> None:
    """A Patient alone gives the procedure that the caller told, and nothing else: no list, no false."""
    assert only().document == {
        "schema": "cds-facts/1",
        "subject": only().document["subject"],
        "as_of": "2026-11-21T09:00:00-05:00",
        "zone": "America/New_York",
        "procedure": {"status": "booked"},
    }


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ([], "$"),
        ("Bundle", "$"),
        (None, "$"),
        ({}, "$.resourceType"),
        ({"resourceType": "Patient"}, "$.resourceType"),
        ({"resourceType": "Bundle"}, "$.type"),
        ({"resourceType": "Bundle", "type": "history"}, "$.type"),
        ({"resourceType": "Bundle", "type": "collection", "entry": {}}, "$.entry"),
        ({"resourceType": "Bundle", "type": "collection", "entry": [1]}, "$.entry[0]"),
        ({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": 1}]}, "$.entry[0].resource"),
        ({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {}}]}, "$.entry[0].resource"),
        ({"resourceType": "Bundle", "type": "collection"}, "$.entry"),
    ],
)
def test_what_is_no_bundle_is_refused_with_its_place(read: Any, document: Any, place: str) -> None:
    """The error says where in the document, and what was expected."""
    with pytest.raises(FactsError) as refused:
        read(document)
    assert refused.value.place.path == place
    assert refused.value.expected


@pytest.mark.parametrize(
    ("field", "value", "place", "expected"),
    [
        ("status", 7, "status", "text"),
        ("status", None, "status", "text"),
        ("code", [], "code", "an object"),
        ("component", {}, "component", "a list"),
        ("valueQuantity", {"value": 1.5}, "valueQuantity.value", "a number, read as an exact decimal"),
        ("valueQuantity", {"value": True}, "valueQuantity.value", "a number, read as an exact decimal"),
        ("valueBoolean", "true", "valueBoolean", "true or false"),
        ("effectiveDateTime", "yesterday", "effectiveDateTime", None),
        ("effectiveDateTime", "2026-02-30", "effectiveDateTime", None),
        ("effectiveDateTime", "2026-13", "effectiveDateTime", None),
        ("effectiveDateTime", "2026-11-20T07:10:00", "effectiveDateTime", None),
    ],
)
def test_a_malformed_field_is_refused_with_its_place(
    only: Any, field: str, value: Any, place: str, expected: str | None
) -> None:
    """The path leads to the field within the resource, and no value of the patient is repeated but the bad token."""
    code = {"coding": [{"system": "http://loinc.org", "code": "6301-6"}]}
    observation = {"resourceType": "Observation", "id": "o", "status": "final", "code": code} | {field: value}
    with pytest.raises(FactsError) as refused:
        only(observation)
    assert refused.value.place.path == f"$.entry[1].resource.{place}"
    assert expected is None or refused.value.expected == expected


def test_a_missing_field_that_fhir_requires_is_refused(only: Any) -> None:
    """An Observation without a status cannot be judged."""
    with pytest.raises(FactsError, match=r"entry\[1\].resource.status: a required field is missing"):
        only({"resourceType": "Observation", "id": "o"})


def test_several_patients_are_refused(read: Any, bundle: Json) -> None:
    """Two Patients in one Bundle cannot be one document."""
    bundle["entry"].append({"resource": {"resourceType": "Patient", "id": "other"}})
    with pytest.raises(FactsError, match="several patients"):
        read(bundle)


@pytest.mark.parametrize("kind", ["Observation", "Condition", "MedicationRequest", "AllergyIntolerance"])
def test_a_resource_about_another_patient_is_refused(read: Any, bundle: Json, kind: str) -> None:
    """One reference to somebody else is enough: the record may be mixed up."""
    entry = next(entry for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind)
    field = "patient" if kind == "AllergyIntolerance" else "subject"
    entry["resource"][field] = {"reference": "Patient/someone-else"}
    with pytest.raises(FactsError, match="another patient") as refused:
        read(bundle)
    assert str(refused.value.place.path).endswith(field)


@pytest.mark.parametrize(
    "reference",
    ["Patient/p", "https://one.example/fhir/Patient/p", "Patient/p/_history/3", "#patient", "Patient?identifier=1|2"],
)
def test_the_patient_may_be_referred_to_in_several_ways(only: Any, reference: str) -> None:
    """By id, by URL, by version, within the resource, or by a search."""
    reading = only({"resourceType": "Procedure", "id": "a", "status": "completed", "subject": {"reference": reference}})
    assert reading.notes


def test_without_a_patient_all_must_name_the_same_person(read: Any, bundle: Json) -> None:
    """A Bundle without a Patient needs a subject from the caller, and still may not mix people."""
    bundle["entry"] = [entry for entry in bundle["entry"] if entry["resource"]["resourceType"] != "Patient"]
    assert read(bundle, subject="demo").document["subject"] == "demo"
    with pytest.raises(FactsError, match="no Patient with an id"):
        read(bundle)
    bundle["entry"][-1]["resource"]["subject"] = {"reference": "Patient/x"}
    bundle["entry"][-2]["resource"]["subject"] = {"reference": "Patient/x"}
    with pytest.raises(FactsError, match="another patient"):
        read(bundle, subject="demo")


def test_a_resource_that_stands_twice_is_read_once(read: Any, bundle: Json) -> None:
    """The same resource again changes nothing but a note; another one under its id is refused."""
    expected = read(bundle)
    bundle["entry"].append(copy.deepcopy(bundle["entry"][7]))
    again = read(bundle)
    assert again.document == expected.document
    assert Note(NoteKind.DUPLICATE, "Observation/inr", f"$.entry[{len(bundle['entry']) - 1}].resource") in again.notes
    bundle["entry"][-1]["resource"]["valueQuantity"]["value"] = 4
    with pytest.raises(FactsError, match="two different resources have one id"):
        read(bundle)


def test_a_bundle_with_further_pages_is_said_to_be_incomplete(read: Any, bundle: Json) -> None:
    """A next page, or a part of a search that failed, is noted."""
    bundle["link"] = [{"relation": "next", "url": "https://example.org/fhir?page=2"}]
    bundle["entry"].append({"resource": {"resourceType": "OperationOutcome"}, "search": {"mode": "outcome"}})
    notes = read(bundle).notes
    assert [(note.resource, note.detail) for note in notes if note.kind is NoteKind.INCOMPLETE] == [
        ("Bundle", "next"),
        ("OperationOutcome", ""),
    ]


@pytest.mark.parametrize(
    ("argument", "value"),
    [("as_of", "today"), ("as_of", "2026-11-21"), ("zone", "Mars/Olympus"), ("procedure_end", "later")],
)
def test_a_bad_time_or_zone_is_refused_by_its_name(only: Any, argument: str, value: str) -> None:
    """What the caller says beside the Bundle is checked too."""
    with pytest.raises(FactsError) as refused:
        only(**{argument: value})
    assert refused.value.place.path == argument


def paths(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the path of every place in a document."""
    yield path
    below = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in below:
        yield from paths(value, (*path, key))


ODD = st.sampled_from(
    [
        None,
        "",
        " ",
        "x" * 300,
        "\ud800",
        "2026-11-20",
        "2026",
        "0000",
        "9999-12-31T23:59:59Z",
        "#a",
        "urn:uuid:1",
        0,
        -1,
        10**40,
        True,
        False,
        Decimal("0.1"),
        Decimal("1e25"),
        Decimal("NaN"),
        Decimal("1e999999"),
        0.5,
        [],
        {},
        [[]],
        [None],
        {"resourceType": "Medication", "id": "a"},
        {"coding": [{"system": "http://loinc.org", "code": "6301-6"}]},
        "refuted",
        "<",
        "mg/dL",
        "preliminary",
        "MedicationStatement",
    ]
)


@given(data=st.data())
def test_a_changed_bundle_is_read_or_refused_and_never_crashes(
    read: Any, dictionary: Dictionary, concepts: Concepts, data: st.DataObject
) -> None:
    """One to three changes anywhere in the Bundle: the result parses, or the error is one for the user."""
    changed = copy.deepcopy(AUTHORED)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(paths(changed))[1:]))
        holder = changed
        for key in path[:-1]:
            holder = holder[key]
        if data.draw(st.booleans()):
            holder[path[-1]] = data.draw(ODD)
        else:
            del holder[path[-1]]
    subject = data.draw(st.sampled_from([None, "demo"]))
    with contextlib.suppress(FactsError):
        parse_facts(read(changed, subject=subject).document, dictionary, concepts)
