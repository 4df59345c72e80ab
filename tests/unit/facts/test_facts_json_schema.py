"""The JSON Schema of facts documents."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import jsonschema
import pytest

from cds.errors import FactsError
from cds.facts.dictionary import Declaration, FactType
from cds.facts.json_schema import facts_schema
from cds.facts.schema import parse_facts
from cds.terminology.codes import System

FRAME = {"schema": "cds-facts/1", "subject": "x", "as_of": "2026-11-21T09:00-05:00", "zone": "UTC"}
BOOKED = {**FRAME, "procedure": {"status": "booked"}}
LOINC = System.LOINC.uri
ACCEPTED: list[dict[str, Any]] = [
    {},
    {"patient": {"age": "74 a", "weight": {"value": "61 kg", "taken": "2026-11-19"}, "sex": None}},
    {"patient": {"age": {"from": "74 a", "to": "75 a"}, "weight": "61 kg", "note": {"unknown": "refused"}}},
    {"labs": {"inr": {"value": 1.5, "taken": None}, "creatinine": "115/3 mg/dL"}},
    {"labs": {"inr": {"conflicting": [{"value": 1, "taken": "2026-11-19"}, "1.5"]}}},
    {"labs": {"sample": {"system": LOINC, "code": "1", "display": None}}},
    {"fracture": {"painful": {"conflicting": [True, False]}, "pain_score": "1e1"}},
    {"fracture": {"levels": {"items": [{"id": "f1", "level": "L1", "height": {"value": "2 cm"}}]}}},
    {"medications": {"reconciled": None, "items": [{"id": "m1", "text": "x", "frequency": "2/d"}]}},
    {"medications": {"unknown": "not_assessed"}},
    {"procedure": {"status": {"conflicting": ["booked", "booked"]}, "start": "2026-12-01T08:00:00.5Z"}},
]
REFUSED: list[dict[str, Any]] = [
    {"schema": "cds-facts/2"},
    {"subject": " "},
    {"as_of": "2026-11-21"},
    {"procedure": {}},
    {"procedure": {"status": None}},
    {"procedure": {"status": "postponed"}},
    {"labs": {"inrr": 1}},
    {"labs": {"inr": True}},
    {"labs": {"inr": {"value": "1.1 mg/dL"}}},
    {"labs": {"inr": {"from": 1}}},
    {"labs": {"creatinine": 0.9}},
    {"labs": {"creatinine": "0.9"}},
    {"labs": {"sample": {"system": "loinc", "code": "1"}}},
    {"fracture": {"painful": "true"}},
    {"fracture": {"painful": {"unknown": "contradicted"}}},
    {"fracture": {"painful": {"conflicting": [True]}}},
    {"fracture": {"onset": "27.10.2026"}},
    {"fracture": {"levels": {"items": [{"id": "f1"}]}}},
    {"medications": []},
    {"medications": {"reconciled": True}},
    {"medications": {"items": [{"id": "m 1"}]}},
    {"medications": {"items": [{"id": "m1", "substance": "warfarin"}]}},
]


@pytest.fixture(scope="module")
def schema(dictionary: Any) -> dict[str, Any]:
    """Give the schema of the small dictionary."""
    return facts_schema(dictionary)


def test_the_schema_is_a_schema(schema: dict[str, Any]) -> None:
    """It is valid under draft 2020-12 and can be written as JSON."""
    jsonschema.Draft202012Validator.check_schema(json.loads(json.dumps(schema)))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["required"] == ["schema", "subject", "procedure"]


@pytest.mark.parametrize("said", ACCEPTED)
def test_accepts_what_is_read(dictionary: Any, concepts: Any, schema: dict[str, Any], said: dict[str, Any]) -> None:
    """A document that is read fits the schema, and so does its normal form."""
    jsonschema.Draft202012Validator(schema).validate(BOOKED | said)
    exact = json.loads(json.dumps(BOOKED | said), parse_float=str)
    facts = parse_facts(exact, dictionary, concepts)
    jsonschema.Draft202012Validator(schema).validate(facts.document)


@pytest.mark.parametrize("said", REFUSED)
def test_refuses_what_is_not_read(dictionary: Any, concepts: Any, schema: dict[str, Any], said: dict[str, Any]) -> None:
    """A document of another form fits neither."""
    assert not jsonschema.Draft202012Validator(schema).is_valid(BOOKED | said)
    with pytest.raises(FactsError):
        parse_facts(json.loads(json.dumps(BOOKED | said), parse_float=str), dictionary, concepts)


def test_descriptions_ask_the_question_with_unit_and_limits() -> None:
    """Whoever fills in a document sees what is asked."""
    age = Declaration(
        "age", FactType.QUANTITY, ask="How old?", unit="a", minimum=Fraction(0), maximum=Fraction(130), taken=True
    )
    taken = Declaration("age.taken", FactType.TIME, ask="When?", not_after_as_of=True)
    properties = facts_schema({"age": age, "age.taken": taken})["properties"]
    assert properties["age"]["description"] == (
        "How old? In `a` or a unit that converts to it. At least 0 a. At most 130 a."
    )
    report = next(form for form in properties["age"]["anyOf"] if "value" in form.get("properties", {}))
    assert report["properties"]["taken"]["description"] == "When? Not after `as_of`."


def test_as_of_and_zone_need_not_be_in_the_document(schema: dict[str, Any]) -> None:
    """They may be given beside it."""
    jsonschema.Draft202012Validator(schema).validate(
        {key: value for key, value in BOOKED.items() if key not in {"as_of", "zone"}}
    )
