"""Every medication of a record is on the list, with no more said of it than the record says."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.errors import FactsError
from cds.facts.dictionary import Dictionary
from cds.facts.model import Item, Unknown, Word
from cds.facts.schema import parse_facts
from cds.fhir.reading import NoteKind
from cds.terminology.concepts import Concepts

Json = dict[str, Any]
RXNORM, ATC = "http://www.nlm.nih.gov/research/umls/rxnorm", "http://www.whocc.no/atc"
WARFARIN = {"coding": [{"system": RXNORM, "code": "11289"}]}


def request(**more: Any) -> Json:
    """Make an active order of warfarin."""
    made = {"resourceType": "MedicationRequest", "id": "r", "status": "active", "intent": "order"}
    return {**made, "medicationCodeableConcept": WARFARIN, **more}


def statement(**more: Any) -> Json:
    """Make a statement that warfarin is taken."""
    made = {"resourceType": "MedicationStatement", "id": "s", "status": "active"}
    return {**made, "medicationCodeableConcept": WARFARIN, **more}


def item(reading: Any) -> Any:
    """Give the only item of the list."""
    (found,) = reading.document["medications"]["items"]
    return found


def kinds(reading: Any) -> set[NoteKind]:
    """Give what became of the medications, apart from being read."""
    return {note.kind for note in reading.notes} - {NoteKind.READ}


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        (request(), "active"),
        (request(intent="plan"), "intended"),
        (request(intent="proposal"), "intended"),
        (request(status="on-hold"), "on_hold"),
        (request(status="stopped"), "stopped"),
        (request(status="completed"), "completed"),
        (request(status="entered-in-error"), "entered_in_error"),
        (request(status="cancelled"), "unknown"),
        (request(status="draft"), "unknown"),
        (request(status="unknown"), "unknown"),
        (request(status="something"), "unknown"),
        (statement(), "active"),
        (statement(status="intended"), "intended"),
        (statement(status="on-hold"), "on_hold"),
        (statement(status="stopped"), "stopped"),
        (statement(status="completed"), "completed"),
        (statement(status="entered-in-error"), "entered_in_error"),
        (statement(status="not-taken"), "unknown"),
        (statement(status="unknown"), "unknown"),
    ],
)
def test_a_status_says_no_more_than_fhir_says(only: Any, resource: Json, status: str) -> None:
    """Cancelled and not taken do not say that none was ever taken, so they are unknown."""
    assert item(only(resource))["status"] == status


def test_a_list_is_never_complete_and_never_empty(only: Any) -> None:
    """A record that holds a medication holds perhaps not all; one that holds none says nothing."""
    assert only(request()).document["medications"]["reconciled"] is False
    assert "medications" not in only().document


def test_an_order_not_to_give_is_no_medication(only: Any) -> None:
    """It is noted, and nothing is concluded from it."""
    reading = only(request(doNotPerform=True))
    assert "medications" not in reading.document
    assert kinds(reading) == {NoteKind.DENIED}


def test_an_order_is_never_a_last_dose(only: Any) -> None:
    """Nor is its end; it says when it was written."""
    ended = {
        "boundsPeriod": {"start": "2026-10-01", "end": "2026-11-01"},
        "frequency": 1,
        "period": 1,
        "periodUnit": "d",
    }
    found = item(
        only(
            request(
                status="completed",
                authoredOn="2026-10-01",
                dosageInstruction=[{"timing": {"repeat": ended}}],
                dispenseRequest={"validityPeriod": {"end": "2026-11-01"}},
            )
        )
    )
    assert found["authored"] == "2026-10-01"
    assert not {"last_dose", "last_dose_reported_at", "ended", "started"} & found.keys()


REPORTED = {
    "status": "stopped",
    "effectivePeriod": {"start": "2026-10-01", "end": "2026-11-10"},
    "dateAsserted": "2026-11-12T10:00:00-05:00",
}


@pytest.mark.parametrize("status", ["stopped", "completed"])
def test_a_report_after_the_end_is_a_last_dose(only: Any, status: str) -> None:
    """Somebody said on the 12th that it ended on the 10th."""
    found = item(only(statement(**REPORTED | {"status": status})))
    assert (found["last_dose"], found["last_dose_reported_at"]) == ("2026-11-10", "2026-11-12T10:00:00-05:00")
    assert (found["started"], found["ended"]) == ("2026-10-01", "2026-11-10")


@pytest.mark.parametrize(
    "change",
    [
        {"status": "active"},
        {"status": "not-taken"},
        {"status": "on-hold"},
        {"dateAsserted": None},
        {"dateAsserted": "2026-11-09"},
        {"dateAsserted": "2026-11"},
        {"dateAsserted": "2026-11-22"},
        {"effectivePeriod": {"start": "2026-10-01"}},
        {"effectivePeriod": {"end": "2026-11-22"}},
        {"effectivePeriod": None, "effectiveDateTime": "2026-11-10"},
        {"derivedFrom": [{"reference": "MedicationRequest/r"}]},
    ],
)
def test_anything_less_is_no_last_dose(only: Any, change: Json) -> None:
    """Told before the end, told later than now, still taken, taken from an order: the last dose stays unknown."""
    found = item(only(statement(**REPORTED | change)))
    assert not {"last_dose", "last_dose_reported_at"} & found.keys()


def test_a_time_after_as_of_is_left_out_and_the_medication_kept(only: Any) -> None:
    """A prescription of tomorrow is on the list without its date."""
    reading = only(request(authoredOn="2026-11-22"))
    assert "authored" not in item(reading)
    assert kinds(reading) == {NoteKind.AFTER_AS_OF}


def test_a_month_is_an_interval_of_days(only: Any) -> None:
    """A partial date says what it says."""
    assert item(only(request(authoredOn="2026-02")))["authored"] == {"from": "2026-02-01", "to": "2026-02-28"}


@pytest.mark.parametrize(
    ("timing", "frequency"),
    [
        ({"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}, "2/d"),
        ({"repeat": {"frequency": 1, "period": 8, "periodUnit": "h"}}, "3/d"),
        ({"repeat": {"frequency": 1, "period": Decimal("0.5"), "periodUnit": "d"}}, "2/d"),
        ({"repeat": {"frequency": 14, "period": 1, "periodUnit": "wk"}}, "2/d"),
        ({"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}}, None),
        ({"repeat": {"frequency": 1, "period": 5, "periodUnit": "h"}}, None),
        ({"repeat": {"frequency": 1, "period": 2, "periodUnit": "d"}}, None),
        ({"repeat": {"frequency": 1, "frequencyMax": 2, "period": 1, "periodUnit": "d"}}, None),
        ({"repeat": {"frequency": 1, "period": 4, "periodMax": 6, "periodUnit": "h"}}, None),
        ({"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "dayOfWeek": ["mon"]}}, None),
        ({"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "count": 1}}, None),
        ({"repeat": {"frequency": 1, "period": 0, "periodUnit": "d"}}, None),
        ({"repeat": {"frequency": 1, "period": 1, "periodUnit": "mo"}}, None),
        ({"repeat": {"period": 1, "periodUnit": "d"}}, None),
        ({"repeat": {}}, None),
        (
            {
                "code": {
                    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", "code": "BID"}]
                }
            },
            "2/d",
        ),
        (
            {
                "code": {
                    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", "code": "Q6H"}]
                }
            },
            None,
        ),
        ({"code": {"coding": [{"system": "http://example.org", "code": "BID"}]}}, None),
        (
            {
                "code": {
                    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", "code": "BID"}]
                },
                "repeat": {"frequency": 3, "period": 1, "periodUnit": "d"},
            },
            None,
        ),
    ],
)
def test_a_frequency_is_said_only_if_it_is_exact(only: Any, timing: Json, frequency: str | None) -> None:
    """So many times on each day, told in one way; anything else is unknown and noted."""
    reading = only(request(dosageInstruction=[{"timing": timing}]))
    assert item(reading).get("frequency") == frequency
    assert (NoteKind.NOT_EXACT in kinds(reading)) is (frequency is None)


def test_two_dosages_have_no_one_frequency(only: Any) -> None:
    """Nor has one that is taken as needed."""
    daily = {"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}}
    assert "frequency" not in item(only(request(dosageInstruction=[daily, daily])))
    assert "frequency" not in item(only(request(dosageInstruction=[daily | {"asNeededBoolean": True}])))


@pytest.mark.parametrize(
    ("dosages", "as_needed"),
    [
        ([], None),
        ([{}], None),
        ([{"asNeededBoolean": True}], True),
        ([{"asNeededBoolean": False}], False),
        ([{"asNeededCodeableConcept": {"text": "pain"}}], True),
        ([{"asNeededBoolean": True}, {"asNeededBoolean": False}], None),
        ([{"asNeededBoolean": True}, {}], None),
    ],
)
def test_as_needed_is_said_with_one_voice(only: Any, dosages: list[Json], as_needed: bool | None) -> None:  # noqa: FBT001  # a case, not a switch
    """Dosages that differ leave it unknown."""
    assert item(only(request(dosageInstruction=dosages))).get("as_needed") is as_needed


def route(code: str, system: str = "http://snomed.info/sct") -> Json:
    """Make a dosage with a route."""
    return {"route": {"coding": [{"system": system, "code": code}]}}


@pytest.mark.parametrize(
    ("dosages", "word"),
    [
        ([route("26643006")], "oral"),
        ([route("6064005")], "topical"),
        ([route("54485002")], "ophthalmic"),
        ([route("34206005"), route("34206005")], "subcutaneous"),
        ([route("26643006"), route("47625008")], None),
        ([route("26643006", "http://example.org")], None),
        ([route("60213007")], None),
        ([{"route": {"text": "by mouth"}}], None),
    ],
)
def test_a_route_is_said_by_its_code_only(only: Any, dosages: list[Json], word: str | None) -> None:
    """A route in words, of another system or of two kinds is unknown and noted."""
    reading = only(request(dosageInstruction=dosages))
    assert item(reading).get("route") == word
    assert (NoteKind.NO_WORD in kinds(reading)) is (word is None)


@given(own=st.from_regex(r"[A-Za-z0-9\-.]{1,64}", fullmatch=True))
def test_an_id_is_short_and_stays(only: Any, own: str) -> None:
    """The same resource has the same id in every Bundle, and a request never has the id of a statement."""
    first, second = (only(request(id=own), statement(id=own)).document["medications"]["items"] for _ in range(2))
    assert first == second
    assert len({each["id"] for each in first}) == 2
    assert all(re.fullmatch(r"[A-Za-z0-9._-]{1,64}", each["id"]) for each in first)


@pytest.mark.parametrize("own", ["", " ", "a b", "x" * 200, "\ud800", "é"])
def test_an_id_that_is_none_is_replaced(only: Any, own: str) -> None:
    """Whatever stands there, the item has an id that can be used."""
    assert re.fullmatch(r"request-[0-9a-f]{16}", item(only(request(id=own)))["id"])


def test_two_orders_without_an_id_are_two_items(only: Any) -> None:
    """Even if they say the same."""
    order = request()
    del order["id"]
    assert len(only(order, order).document["medications"]["items"]) == 2


def recognised(reading: Any, dictionary: Dictionary, concepts: Concepts) -> dict[str, Any]:
    """Give the substances that the item is recognised as, by their bindings, or why not."""

    def said(of: Item) -> Any:
        value = of.value("substance")
        return value.value if isinstance(value, Word) else value.reason.value if isinstance(value, Unknown) else None

    items = parse_facts(reading.document, dictionary, concepts).list("medications").items
    return {item.binding.removeprefix("medications/request-r"): said(item) for item in items}


def concept(*codings: tuple[str, str, str | None], text: str | None = None) -> Json:
    """Make a concept of codings, each by system, code and display."""
    coding = [
        {"system": system, "code": code} | ({"display": shown} if shown else {}) for system, code, shown in codings
    ]
    return {"coding": coding} | ({"text": text} if text else {})


@pytest.mark.parametrize(
    ("medication", "expected"),
    [
        (concept((RXNORM, "11289", None)), {"": "warfarin"}),
        (concept(("http://example.org", "w", "warfarin 5 mg"), (ATC, "B01AA03", None)), {"": "warfarin"}),
        (concept((RXNORM, "0", "warfarin sodium 5 MG Oral Tablet"), text="blood thinner"), {"": "warfarin"}),
        (concept((ATC, "B01AA03", None), (RXNORM, "1191", None)), {"": "contradicted"}),
        (
            concept((ATC, "B01AA03", None), (RXNORM, "1191", None), text="aspirin 81 mg"),
            {"#aspirin": "aspirin", "#warfarin": "warfarin"},
        ),
        (concept((RXNORM, "0", "aspirin"), text="warfarin"), {"#aspirin": "aspirin", "#warfarin": "warfarin"}),
        (concept((RXNORM, "11289", "ibuprofen")), {"": "contradicted"}),
        (
            concept((RXNORM, "11289", "warfarin"), text="warfarin - stopped"),
            {"#?": "unidentified", "#warfarin": "warfarin"},
        ),
        (concept((RXNORM, "0", "aspirin / mysterine"), text="aspirin"), {"#?": "unidentified", "#aspirin": "aspirin"}),
        (concept(text="Mystery 10 mg"), {"": "unidentified"}),
        (concept((RXNORM, "1 2", None), (RXNORM, "x" * 65, None), text="apixaban"), {"": "apixaban"}),
        (concept(text="api\u0000xaban\n5 mg"), {"": "unidentified"}),
        (concept(text="\u0007apixaban\r\n5 mg"), {"": "apixaban"}),
        ({}, {"": "unidentified"}),
    ],
)
def test_nothing_that_a_concept_names_is_lost(
    only: Any, dictionary: Dictionary, concepts: Concepts, medication: Json, expected: Json
) -> None:
    """What codes, displays and text name is recognised, or shown as a contradiction."""
    reading = only(request(medicationCodeableConcept=medication))
    assert recognised(reading, dictionary, concepts) == expected


def test_a_known_code_is_preferred(only: Any) -> None:
    """One that the table knows, then RxNorm, then the first of a known system."""
    known = concept((RXNORM, "0", None), (ATC, "B01AA03", None))
    unknown = concept((ATC, "Z99", None), (RXNORM, "0", None))
    assert item(only(request(medicationCodeableConcept=known)))["code"]["code"] == "B01AA03"
    assert item(only(request(medicationCodeableConcept=unknown)))["code"] == {"system": RXNORM, "code": "0"}


def referring(reference: Json, *, contained: list[Json] | None = None) -> Json:
    """Make an order that refers to a Medication."""
    order = request(medicationReference=reference, contained=contained or [])
    del order["medicationCodeableConcept"]
    return order


@pytest.mark.parametrize(
    "reference", ["Medication/m", "https://one.example/fhir/Medication/m", "Medication/m/_history/2"]
)
def test_a_medication_in_the_bundle_is_found(
    only: Any, dictionary: Dictionary, concepts: Concepts, reference: str
) -> None:
    """By its id, from whatever server and version."""
    medication = {"resourceType": "Medication", "id": "m", "code": WARFARIN}
    reading = only(medication, referring({"reference": reference}))
    assert recognised(reading, dictionary, concepts) == {"": "warfarin"}


def test_a_contained_medication_is_found(only: Any, dictionary: Dictionary, concepts: Concepts) -> None:
    """Within the order itself; a malformed one is refused with its place."""
    contained = [{"resourceType": "Medication", "id": "m", "code": WARFARIN}]
    reading = only(referring({"reference": "#m"}, contained=contained))
    assert recognised(reading, dictionary, concepts) == {"": "warfarin"}
    contained[0]["code"] = "warfarin"
    with pytest.raises(FactsError) as refused:
        only(referring({"reference": "#m"}, contained=contained))
    assert refused.value.place.path == "$.entry[1].resource.contained[0].code"


@pytest.mark.parametrize("reference", [{"reference": "Medication/m"}, {"reference": "#m"}, {}, {"display": " "}])
def test_a_medication_that_is_not_there_stays_on_the_list(
    only: Any, dictionary: Dictionary, concepts: Concepts, reference: Json
) -> None:
    """Nobody knows what it is, so a person has to look; the words of the reference may tell."""
    reading = only(referring(reference))
    assert recognised(reading, dictionary, concepts) == {"": "unidentified"}
    assert NoteKind.UNRESOLVED in kinds(reading)
    named = only(referring(reference | {"display": "Eliquis 5 mg"}))
    assert recognised(named, dictionary, concepts) == {"": "apixaban"}


@pytest.mark.parametrize(
    ("ingredients", "expected"),
    [
        ([WARFARIN], {"": "warfarin"}),
        ([WARFARIN, concept(text="aspirin")], {"#aspirin": "aspirin", "#warfarin": "warfarin"}),
        ([concept(text="aspirin"), concept(text="mysterine")], {"#?": "unidentified", "#aspirin": "aspirin"}),
        ([concept(text="aspirin"), {}], {"#?": "unidentified", "#aspirin": "aspirin"}),
        ([concept(text="aspirin"), None], {"#?": "unidentified", "#aspirin": "aspirin"}),
    ],
)
def test_every_ingredient_counts(
    only: Any, dictionary: Dictionary, concepts: Concepts, ingredients: list[Json | None], expected: Json
) -> None:
    """A product whose ingredients are listed has all of them, the unnamed one too."""
    parts = [{} if part is None else {"itemCodeableConcept": part} for part in ingredients]
    medication = {"resourceType": "Medication", "id": "m", "code": {"text": "aspirin"}, "ingredient": parts}
    if ingredients == [WARFARIN]:
        medication["code"] = {"text": "blue tablet"}
    reading = only(medication, referring({"reference": "Medication/m"}))
    assert recognised(reading, dictionary, concepts) == expected


def test_a_modifier_extension_leaves_only_the_name(only: Any) -> None:
    """What changes the meaning in an unknown way: the medication stays, its status and dates do not."""
    reading = only(request(modifierExtension=[{"url": "https://example.org/not"}], authoredOn="2026-11-01"))
    assert item(reading) == {
        "id": "request-r",
        "code": {"system": RXNORM, "code": "11289"},
        "status": "unknown",
    }
    assert kinds(reading) == {NoteKind.MODIFIED}


@pytest.mark.parametrize("make", [request, statement])
def test_an_order_for_a_group_is_passed_over(only: Any, make: Any) -> None:
    """What is ordered for several people is not on this one's list."""
    reading = only(make(subject={"reference": "Group/g"}))
    assert "medications" not in reading.document
    assert kinds(reading) == {NoteKind.OF_SOMETHING_ELSE}


def test_a_statement_with_a_modifier_extension_gives_no_last_dose(only: Any) -> None:
    """Its end may mean anything."""
    found = item(only(statement(**REPORTED, modifierExtension=[{"url": "https://example.org/not"}])))
    assert found.keys() == {"id", "code", "status"}


def test_a_frequency_of_too_many_digits_is_refused_with_its_place(only: Any) -> None:
    """A number beyond all limits is an error, not an unknown."""
    repeat = {"frequency": 10**40, "period": 1, "periodUnit": "d"}
    with pytest.raises(FactsError) as refused:
        only(request(dosageInstruction=[{"timing": {"repeat": repeat}}]))
    assert refused.value.place.path == "$.entry[1].resource.dosageInstruction[0].timing.repeat"


def test_a_route_without_a_word_in_the_ruleset_is_noted(only: Any, dictionary: Dictionary) -> None:
    """A ruleset may know fewer routes."""
    listed = dictionary["medications"]
    fewer = replace(listed, items={**listed.items, "route": replace(listed.items["route"], values=("oral",))})
    reading = only(request(dosageInstruction=[route("6064005")]), dictionary={**dictionary, "medications": fewer})
    assert "route" not in item(reading)
    assert {(n.fact, n.detail) for n in reading.notes if n.kind is NoteKind.NO_WORD} == {
        ("medications.route", "topical")
    }


def test_what_the_ruleset_does_not_declare_is_left_out(only: Any, dictionary: Dictionary) -> None:
    """A field without a fact is noted; without the list itself nothing is said."""
    listed = dictionary["medications"]
    undated = replace(listed, items={name: fact for name, fact in listed.items.items() if name != "authored"})
    reading = only(request(authoredOn="2026-11-01"), dictionary={**dictionary, "medications": undated})
    assert "authored" not in item(reading)
    assert {n.fact for n in reading.notes if n.kind is NoteKind.NOT_DECLARED} == {"medications.authored"}
    bare = {name: fact for name, fact in dictionary.items() if name != "medications"}
    reading = only(request(), dictionary=bare)
    assert "medications" not in reading.document
    assert NoteKind.NOT_DECLARED in kinds(reading)
