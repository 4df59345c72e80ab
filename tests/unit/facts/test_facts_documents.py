"""Whole documents: the frame, names, required facts, the normal form."""

from __future__ import annotations

import json
import pickle
from types import MappingProxyType
from typing import Any

import pytest

from cds.errors import FactsError, InputError, Place
from cds.facts.dictionary import Declaration, FactType
from cds.facts.instants import Zone, parse_exact_instant
from cds.facts.model import ABSENT, TimeSpan, Word
from cds.facts.schema import parse_facts, read_facts_text
from cds.facts.shape import shape_of
from cds.terminology.concepts import Concepts

UTC_AS_OF = "2026-11-21T14:00:00.000000Z"


def test_reads_the_frame(read: Any) -> None:
    """Subject, time and zone are read, and `as_of` is a fact like others."""
    facts = read()
    instant = parse_exact_instant(UTC_AS_OF)
    assert (facts.subject, facts.as_of, facts.zone) == ("demo-001", instant, Zone("America/New_York"))
    assert facts.as_of_text == "2026-11-21T09:00:00-05:00"
    assert facts.value("as_of") == TimeSpan(instant, instant)
    assert facts.value("patient.age") is ABSENT
    assert facts.document == {
        "schema": "cds-facts/1",
        "subject": "demo-001",
        "as_of": UTC_AS_OF,
        "zone": "America/New_York",
        "procedure": {"status": "booked"},
    }


def test_as_of_and_zone_may_come_from_beside_the_document(read: Any) -> None:
    """Both places may say the same, in whatever notation."""
    here = read()
    for said in ({"as_of": None, "zone": None}, {"as_of": UTC_AS_OF}, {"zone": None}):
        beside = {"as_of": "2026-11-21T15:00+01:00", "zone": "America/New_York"}
        assert read(beside=beside, **said).document == here.document


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"schema": None}, '$.schema: the document names no schema; expected `"schema": "cds-facts/1"`'),
        ({"schema": "cds-facts/2"}, "$.schema: `cds-facts/2` is not a schema that can be read"),
        ({"schema": 1}, "$.schema: `1` is not a schema that can be read"),
        ({"schema": ["cds-facts/1"]}, "$.schema: a list in brackets is not a schema that can be read"),
        ({"subject": None}, "$.subject: the document names no subject; expected an id of the patient"),
        ({"subject": ""}, "$.subject: the text is blank"),
        ({"subject": 12}, "$.subject: `12` is not text"),
        (
            {"subject": "x\nsigned"},
            "$.subject: the subject has characters that cannot be seen; expected one line of text",
        ),
        (
            {"subject": "x\u202e1"},
            "$.subject: the subject has characters that cannot be seen; expected one line of text",
        ),
        ({"subject": "x" * 129}, "$.subject: the subject is too long; expected at most 128 characters"),
        ({"as_of": None}, "$.as_of: `as_of` is missing; expected it in the document or beside it"),
        ({"zone": None}, "$.zone: `zone` is missing; expected it in the document or beside it"),
        ({"as_of": "2026-11-21"}, "$.as_of: `2026-11-21` is not a time; expected date, time and offset, for example"),
        ({"as_of": "2026-11-21T09:00"}, "$.as_of: `2026-11-21T09:00` has no offset"),
        ({"as_of": 5}, "$.as_of: `5` is not text; expected text in quotes"),
        ({"zone": "America/New_York "}, "did you mean `America/New_York`?"),
        ({"zone": "Mars/Olympus"}, "$.zone: `Mars/Olympus` is not a time zone"),
        ({"zone": {"unknown": "refused"}}, "$.zone: an object in braces is not text"),
        (
            {"beside": {"as_of": "2026-11-21T09:00:01-05:00"}},
            "is not the `as_of` given beside the document, `2026-11-21T09:00:01-05:00`; expected one of them, or both",
        ),
        (
            {"beside": {"zone": "US/Eastern"}},
            "$.zone: `America/New_York` is not the `zone` given beside the document, `US/Eastern`",
        ),
        ({"beside": {"as_of": "now"}}, "as_of, given beside the document: `now` is not a time"),
        ({"as_of": None, "beside": {"as_of": "now"}}, "as_of, given beside the document: `now` is not a time"),
        ({"beside": {"zone": "EST5"}}, "zone, given beside the document: `EST5` is not a time zone"),
        ({"procedure": None}, "$.procedure.status: `procedure.status` is required; expected a known value"),
        ({"procedure": {"status": None}}, "$.procedure.status: `procedure.status` is required"),
        ({"procedure": {"status": {"unknown": "refused"}}}, "`procedure.status` is required"),
        ({"procedure": {"status": {"conflicting": ["booked", "done"]}}}, "`procedure.status` is required"),
        ({"procedure": {"status": "bookd"}}, "did you mean `booked`?"),
        ({"labs": None, "lab": {}}, "$.lab: `lab` is not the name of a fact; did you mean `labs`?"),
        ({"labs": {"inrr": 1}}, "$.labs.inrr: `inrr` is not the name of a fact; did you mean `inr`?"),
        (
            {"labs": {"weight": "61 kg"}},
            "$.labs.weight: `weight` is not the name of a fact; did you mean `patient.weight`?",
        ),
        ({"creatinin": 1}, "$.creatinin: `creatinin` is not the name of a fact; did you mean `labs.creatinine`?"),
        ({"labs": {"zzz": 1}}, "$.labs.zzz: `zzz` is not the name of a fact"),
        ({"labs": {"subject": 1}}, "$.labs.subject: `subject` is not the name of a fact"),
        ({"labs.inr": 1}, "$['labs.inr']: `labs.inr` is not the name of a fact"),
        ({"labs": {5: 1}}, "$.labs['5']: `5` is not the name of a fact"),
        ({"labs": []}, "$.labs: a list in brackets stands where the facts of `labs` are expected; expected an object"),
        ({"labs": {"unknown": "refused"}}, "$.labs.unknown: `unknown` is not the name of a fact"),
    ],
)
def test_refuses_a_document(refused: Any, said: Any, message: str) -> None:
    """Everything that can be wrong with the frame and the names is told with its place."""
    assert message in refused(**said)


def test_a_null_group_is_refused(dictionary: Any, concepts: Concepts) -> None:
    """A group is written or left out; only its facts can be null."""
    document = {"schema": "cds-facts/1", "subject": "x", "as_of": UTC_AS_OF, "zone": "UTC", "labs": None}
    with pytest.raises(FactsError, match=r"\$\.labs: `null` stands where the facts of `labs` are expected"):
        parse_facts(document, dictionary, concepts)


def test_errors_name_file_and_line(dictionary: Any, concepts: Concepts) -> None:
    """A place that is known from outside stands before the path."""
    place = Place("patient.json", 7)
    with pytest.raises(FactsError, match=r"^patient.json:7: \$.schema: "):
        parse_facts({}, dictionary, concepts, place=place)
    with pytest.raises(FactsError, match=r"^patient.json:7: a list in brackets is not a facts document"):
        parse_facts([], dictionary, concepts, place=place)  # type: ignore[arg-type]
    document = {"schema": "cds-facts/1", "subject": "x", "as_of": UTC_AS_OF, "zone": "UTC", "labs": {"inr": "high"}}
    with pytest.raises(FactsError, match=r"^patient.json:7: \$.labs.inr: `high` is not a number"):
        parse_facts(document, dictionary, concepts, place=place)


def test_a_long_list_of_allowed_values_is_cut(concepts: Concepts) -> None:
    """A message stays readable."""
    values = tuple(f"value_{number:02}" for number in range(20))
    dictionary = {"kind": Declaration("kind", FactType.ENUM, ask="", values=values)}
    document = {"schema": "cds-facts/1", "subject": "x", "as_of": UTC_AS_OF, "zone": "UTC", "kind": "?"}
    with pytest.raises(FactsError, match=r"`value_11` and 8 more$"):
        parse_facts(document, dictionary, concepts)


def test_any_mapping_will_do(dictionary: Any, concepts: Concepts, read: Any) -> None:
    """The document itself may be a mapping that cannot be changed."""
    assert parse_facts(MappingProxyType(read().document), dictionary, concepts).document == read().document


SAME = [
    {
        "patient": {"age": "74 a", "weight": {"value": "61 kg", "taken": "2026-11-19"}, "note": "caf\u00e9"},
        "labs": {"inr": {"value": 1.1, "taken": "2026-11-20T07:10:00-05:00"}},
        "fracture": {"onset": "2026-10-27", "painful": True},
        "medications": {
            "reconciled": True,
            "items": [
                {"id": "m1", "text": "warfarin", "last_dose": "2026-11-20T21:00:00-05:00", "dose": "5 mg"},
                {"id": "m2", "text": "ibuprofen"},
            ],
        },
    },
    {
        "medications": {
            "items": [
                {"text": "ibuprofen", "id": "m2"},
                {"dose": "5000 ug", "id": "m1", "last_dose": "2026-11-21T02:00Z", "text": "warfarin"},
            ],
            "reconciled": True,
        },
        "postop": {},
        "fracture": {"painful": True, "onset": "2026-10-28T01:00:00Z"},
        "labs": {"inr": {"taken": "2026-11-20T13:10:00.000000+01:00", "value": "1.10"}},
        "patient": {
            "note": "cafe\u0301",
            "weight": {"taken": {"from": "2026-11-19", "to": "2026-11-19"}, "value": "61000 g"},
            "age": {"from": "888 mo", "to": "74.0 a"},
        },
    },
]


def test_equal_facts_have_one_normal_form(read: Any) -> None:
    """Order, layout, offsets and units do not matter."""
    first, second = (read(**read_facts_text(json.dumps(said), file=None)) for said in SAME)
    assert json.dumps(first.document, sort_keys=True) == json.dumps(second.document, sort_keys=True)
    assert (first.values, first.lists) == (second.values, second.lists)


def test_null_and_absent_are_told_apart(read: Any) -> None:
    """A fact that was asked for in vain is not one that nobody asked for."""
    assert read(patient={"age": None}).document["patient"] == {"age": None}
    assert "patient" not in read(patient={"age": {"unknown": "absent"}}).document
    assert "patient" not in read(patient={}).document


def test_facts_travel_between_processes(read: Any) -> None:
    """Facts are pickled whole, zone included."""
    facts = read(fracture={"painful": True})
    again = pickle.loads(pickle.dumps(facts))  # noqa: S301 - our own bytes
    assert (again.document, again.values, again.zone) == (facts.document, facts.values, facts.zone)
    assert again.value("fracture.painful") == Word(value=True)


def test_the_shape_of_a_dictionary_is_worked_out_once(dictionary: Any) -> None:
    """The same dictionary has one shape, an equal one its own."""
    assert shape_of(dictionary) is shape_of(dictionary)
    assert shape_of(dict(dictionary)) is not shape_of(dictionary)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("labs", "labs.inr"), "`labs.inr` lies below `labs`, which is a fact"),
        (("a.b.c", "a.b"), "`a.b.c` lies below `a.b`, which is a fact"),
    ],
)
def test_a_fact_cannot_be_a_group_as_well(names: tuple[str, ...], message: str) -> None:
    """A dictionary whose names cannot be written side by side is refused."""
    with pytest.raises(InputError, match=message):
        shape_of({name: Declaration(name, FactType.BOOLEAN, ask="") for name in names})


def test_a_list_cannot_hold_a_list() -> None:
    """Lists are one level deep."""
    inner = Declaration("inner", FactType.LIST, ask="")
    with pytest.raises(InputError, match="the list `outer` holds a list"):
        shape_of({"outer": Declaration("outer", FactType.LIST, ask="", items={"inner": inner})})
