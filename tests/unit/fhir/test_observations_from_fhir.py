"""The newest observation that can be relied on becomes a fact; what cannot be said exactly stays unknown."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.errors import FactsError
from cds.facts.dictionary import Declaration, Dictionary, FactCode, FactType
from cds.fhir.reading import NoteKind
from cds.terminology.codes import Code, System

Json = dict[str, Any]
UCUM = "http://unitsofmeasure.org"
INR, PLATELETS, CREATININE, PAIN, HEIGHT, TEMPERATURE = "6301-6", "777-3", "2160-0", "72514-3", "8302-2", "8310-5"
DRAWN = "2026-11-20T07:10:00-05:00"


def inr(value: Any, when: str | None = DRAWN, *, id_: str = "o", **more: Any) -> Json:
    """Make an INR observation."""
    return observation(INR, {"value": value, "code": "{INR}", "system": UCUM}, when, id_=id_, **more)


def observation(code: str, quantity: Json | None, when: str | None = DRAWN, *, id_: str = "o", **more: Any) -> Json:
    """Make a final observation."""
    timed = {} if when is None else {"effectiveDateTime": when}
    valued = {} if quantity is None else {"valueQuantity": quantity}
    coded = {"coding": [{"system": "http://loinc.org", "code": code}]}
    return {"resourceType": "Observation", "id": id_, "status": "final", "code": coded, **timed, **valued, **more}


def labs(reading: Any) -> Any:
    """Give what the document says of the laboratory."""
    return reading.document.get("labs", {})


def kinds(reading: Any) -> list[NoteKind]:
    """Give what became of the observations."""
    return [note.kind for note in reading.notes if note.resource.startswith("Observation")]


def test_a_value_keeps_its_digits_and_its_time(only: Any) -> None:
    """A decimal is never a float on the way, and the time of the draw goes with it."""
    reading = only(inr(Decimal("1.23456789012345678901")))
    assert labs(reading) == {"inr": {"value": "1.23456789012345678901", "taken": DRAWN}}


@pytest.mark.parametrize("status", ["final", "amended", "corrected"])
def test_a_final_observation_is_used(only: Any, status: str) -> None:
    """Final, amended and corrected ones count."""
    assert labs(only(inr(Decimal("1.1"), status=status)))


@pytest.mark.parametrize("status", ["registered", "preliminary", "cancelled", "entered-in-error", "unknown"])
def test_any_other_status_is_not_relied_on(only: Any, status: str) -> None:
    """It is noted with its status and leaves the older one in place."""
    reading = only(inr(9, "2026-11-21T07:00:00-05:00", status=status), inr(1, id_="older"))
    assert labs(reading) == {"inr": {"value": "1", "taken": DRAWN}}
    assert kinds(reading) == [NoteKind.READ, NoteKind.STATUS]


@given(
    days=st.lists(st.integers(1, 20), min_size=1, max_size=6, unique=True),
    data=st.data(),
)
def test_the_newest_wins_in_any_order(only: Any, days: list[int], data: st.DataObject) -> None:
    """Whatever the order in the Bundle, the last one taken is the fact and the others are counted."""
    shuffled = data.draw(st.permutations(days))
    reading = only(*(inr(day, f"2026-11-{day:02}T07:00:00-05:00", id_=f"o{day}") for day in shuffled))
    assert labs(reading)["inr"]["value"] == str(max(days))
    assert sum(note.count for note in reading.notes if note.kind is NoteKind.SUPERSEDED) == len(days) - 1


def test_two_that_differ_at_the_same_time_are_in_conflict(only: Any) -> None:
    """Neither is chosen."""
    reading = only(inr(1, id_="a"), inr(2, id_="b"))
    assert labs(reading)["inr"] == {"conflicting": [{"value": "1", "taken": DRAWN}, {"value": "2", "taken": DRAWN}]}


def test_a_date_does_not_come_before_an_instant_of_its_day(only: Any) -> None:
    """Which of the two is newer is not known, so they are in conflict; the day after is newer for certain."""
    assert "conflicting" in labs(only(inr(1, "2026-11-20", id_="a"), inr(2, id_="b")))["inr"]
    assert labs(only(inr(1, "2026-11-21", id_="a"), inr(2, id_="b")))["inr"]["value"] == "1"


def test_one_without_a_time_may_be_the_newest(only: Any) -> None:
    """It is in conflict with a dated one of another value, and by itself a value without a time."""
    assert "conflicting" in labs(only(inr(1, None, id_="a"), inr(2, id_="b")))["inr"]
    assert labs(only(inr(1, None)))["inr"] == "1"


def test_two_of_the_same_value_are_one_report(only: Any) -> None:
    """The later of two overlapping reports of one value stands."""
    assert labs(only(inr(1, "2026-11-20", id_="a"), inr(1, id_="b")))["inr"] == {"value": "1", "taken": DRAWN}


def test_one_from_after_as_of_is_left_out(only: Any) -> None:
    """A decision as of a time knows nothing later, and says so."""
    reading = only(inr(9, "2026-11-21T09:00:01-05:00", id_="a"), inr(1, id_="b"))
    assert labs(reading)["inr"]["value"] == "1"
    assert NoteKind.AFTER_AS_OF in kinds(reading)


def test_a_newest_one_that_cannot_be_read_is_not_replaced_by_an_older_one(only: Any) -> None:
    """An INR above 10 is not an INR of 1.1 from the week before: the fact stays unknown."""
    over = inr(10, id_="new")
    over["valueQuantity"]["comparator"] = ">"
    reading = only(over, inr(1, "2026-11-10T07:00:00-05:00", id_="old"))
    assert labs(reading) == {}
    assert kinds(reading) == [NoteKind.OPEN_ENDED, NoteKind.SUPERSEDED]


@pytest.mark.parametrize("comparator", ["<", "<="])
def test_less_than_is_an_interval_from_what_is_least(only: Any, comparator: str) -> None:
    """The dictionary's minimum is the other end."""
    quantity = {"value": Decimal("0.3"), "code": "mg/dL", "system": UCUM, "comparator": comparator}
    reading = only(observation(CREATININE, quantity))
    assert labs(reading)["creatinine"]["value"] == {"from": "0 mg/dL", "to": "0.3 mg/dL"}


def test_more_than_is_an_interval_up_to_what_is_most(only: Any, dictionary: Dictionary) -> None:
    """The pain score ends at ten."""
    quantity = {"value": 7, "code": "{score}", "system": UCUM, "comparator": ">="}
    score = replace(dictionary["fracture.pain_score"], taken=True)
    reading = only(observation(PAIN, quantity), dictionary={**dictionary, score.name: score})
    assert reading.document["fracture"]["pain_score"]["value"] == {"from": "7", "to": "10"}


@pytest.mark.parametrize(
    "quantity",
    [
        {"value": 210},
        {"value": 210, "unit": "10*9/L"},
        {"value": 210, "code": "10*9/L"},
        {"value": 210, "code": "10*9/L", "system": "http://example.org/units"},
        {"value": 210, "system": UCUM},
    ],
)
def test_a_quantity_without_a_ucum_unit_is_unknown(only: Any, quantity: Json) -> None:
    """A unit for people only is not a unit to compute with."""
    reading = only(observation(PLATELETS, quantity))
    assert labs(reading) == {}
    assert kinds(reading) == [NoteKind.NO_UNIT]


def test_a_quantity_keeps_the_unit_it_came_with(only: Any) -> None:
    """It is converted where facts are read, exactly."""
    reading = only(observation(CREATININE, {"value": 80, "code": "umol/L", "system": UCUM}))
    assert labs(reading)["creatinine"]["value"] == "80 umol/L"


@pytest.mark.parametrize("unit", ["mg/dL", "K/uL", "nonsense"])
def test_a_unit_of_another_kind_is_an_error_with_its_place(only: Any, unit: str) -> None:
    """An impossible unit is not an unknown value."""
    with pytest.raises(FactsError) as refused:
        only(observation(PLATELETS, {"value": 210, "code": unit, "system": UCUM}))
    assert refused.value.place.path == "$.entry[1].resource.valueQuantity"


def test_an_old_value_with_an_impossible_unit_does_not_matter(only: Any) -> None:
    """Only the newest is read."""
    old = observation(PLATELETS, {"value": 210, "code": "mg/dL", "system": UCUM}, "2020-01-01", id_="old")
    new = observation(PLATELETS, {"value": 210, "code": "10*9/L", "system": UCUM}, id_="new")
    assert labs(only(old, new))["platelets"]["value"] == "210 10*9/L"


@pytest.mark.parametrize(
    "quantity",
    [
        {"value": Decimal("1.1")},
        {"value": Decimal("1.1"), "code": "1", "system": UCUM},
        {"value": Decimal("1.1"), "code": "{INR}", "system": UCUM},
        {"value": Decimal("1.1"), "unit": "INR"},
        {"value": Decimal("1.1"), "unit": "ratio"},
    ],
)
def test_a_number_has_no_unit_or_one_without_dimension(only: Any, quantity: Json) -> None:
    """An INR is a ratio, however that is written."""
    assert labs(only(observation(INR, quantity)))["inr"]["value"] == "1.1"


@pytest.mark.parametrize("quantity", [{"value": 1, "code": "s", "system": UCUM}, {"value": 1, "unit": "%"}])
def test_a_number_with_a_unit_is_unknown(only: Any, quantity: Json) -> None:
    """Seconds are not an INR."""
    reading = only(observation(INR, quantity))
    assert labs(reading) == {}
    assert kinds(reading) == [NoteKind.UNIT]


def test_a_value_of_another_kind_is_unknown(only: Any) -> None:
    """Text, a code or nothing at all is no number."""
    for code, quantity in ((INR, {"code": "1", "system": UCUM}), (PLATELETS, {"code": "10*9/L", "system": UCUM})):
        assert kinds(only(observation(code, quantity))) == [NoteKind.NO_VALUE]
    assert kinds(only(observation(PLATELETS, None, valueInteger=210))) == [NoteKind.NO_VALUE]
    for more in ({}, {"valueString": "1.1"}, {"valueCodeableConcept": {"text": "normal"}}, {"valueBoolean": True}):
        reading = only(observation(INR, None, **more))
        assert labs(reading) == {}
        assert kinds(reading) == [NoteKind.NO_VALUE]


def test_a_component_is_read_as_an_observation_is(only: Any) -> None:
    """A panel holds its values in components."""
    panel = observation("24323-8", None)
    panel["component"] = [{"code": inr(1)["code"], "valueQuantity": {"value": Decimal("1.4")}}]
    assert labs(only(panel))["inr"] == {"value": "1.4", "taken": DRAWN}


def test_a_period_is_an_interval_of_time(only: Any) -> None:
    """What was taken over hours was taken somewhere within them."""
    period = {"start": "2026-11-20T06:00:00-05:00", "end": "2026-11-20T07:00:00-05:00"}
    reading = only(inr(1, None, effectivePeriod=period))
    assert labs(reading)["inr"]["taken"] == {"from": period["start"], "to": period["end"]}
    assert labs(only(inr(1, None, effectiveInstant=DRAWN)))["inr"]["taken"] == DRAWN
    with pytest.raises(FactsError, match="ends before it starts"):
        only(inr(1, None, effectivePeriod={"start": period["end"], "end": period["start"]}))


@pytest.mark.parametrize(
    ("when", "is_read"), [("2026-11-21T00:00:00-05:00", True), ("2026-11-21", True), (DRAWN, False), (None, False)]
)
def test_a_fact_without_a_time_takes_only_what_is_of_today(
    only: Any,
    dictionary: Dictionary,
    when: str | None,
    is_read: bool,  # noqa: FBT001  # a case, not a switch
) -> None:
    """A pain score of another day would look as if it were of now, unless the fact says when it was taken."""
    score = dictionary["fracture.pain_score"]
    pain = observation(PAIN, {"value": 8, "code": "{score}", "system": UCUM}, when)
    reading = only(pain, dictionary={**dictionary, score.name: replace(score, taken=False)})
    assert reading.document.get("fracture") == ({"pain_score": "8"} if is_read else None)
    assert kinds(reading) == [NoteKind.READ if is_read else NoteKind.NO_PLACE_FOR_TIME]
    timed = only(pain, dictionary={**dictionary, score.name: replace(score, taken=True)})
    assert timed.document["fracture"] == {"pain_score": {"value": "8", "taken": when} if when else "8"}


@pytest.mark.parametrize(
    ("end", "is_read"),
    [(None, False), ("2026-11-20T07:09:59-05:00", True), (DRAWN, False), ("2026-11-20", False)],
)
def test_a_fact_of_after_the_procedure_is_never_from_before(only: Any, end: str | None, is_read: bool) -> None:  # noqa: FBT001  # a case, not a switch
    """A normal temperature before the operation says nothing of fever after it."""
    reading = only(
        observation(TEMPERATURE, {"value": 37, "code": "Cel", "system": UCUM}),
        procedure_status="done",
        procedure_end=end,
    )
    assert ("temperature" in reading.document.get("postop", {})) is is_read


@pytest.mark.parametrize("subject", ["Device/d", "Group/g", "Location/l"])
def test_what_is_about_something_else_is_passed_over(only: Any, subject: str) -> None:
    """An observation of a device is not one of the patient."""
    reading = only(inr(1, subject={"reference": subject}))
    assert labs(reading) == {}
    assert kinds(reading) == [NoteKind.OF_SOMETHING_ELSE]


def test_a_modifier_extension_takes_the_meaning_away(only: Any) -> None:
    """What changes the meaning in an unknown way is not used."""
    reading = only(inr(1, modifierExtension=[{"url": "https://example.org/not"}]))
    assert labs(reading) == {}
    assert kinds(reading) == [NoteKind.MODIFIED]


def test_a_boolean_and_a_whole_number_are_read(only: Any, dictionary: Dictionary) -> None:
    """They have no unit; a boolean may be false when the record says false."""
    said = Declaration(
        "patient.smoker", FactType.BOOLEAN, ask="", taken=True, codes=(FactCode(Code(System.LOINC, "a")),)
    )
    count = Declaration("labs.count", FactType.NUMBER, ask="", taken=True, codes=(FactCode(Code(System.LOINC, "b")),))
    more = {**dictionary, said.name: said, count.name: count}
    reading = only(
        observation("a", None, id_="1", valueBoolean=False),
        observation("b", None, id_="2", valueInteger=12),
        dictionary=more,
    )
    assert reading.document["patient"] == {"smoker": {"value": False, "taken": DRAWN}}
    assert reading.document["labs"] == {"count": {"value": "12", "taken": DRAWN}}


def test_a_code_that_is_not_confirmed_is_shown_and_not_read(only: Any) -> None:
    """It may stand for the fact; whoever knows the code says so."""
    reading = only(observation("14979-9", {"value": 30, "code": "s", "system": UCUM}))
    assert labs(reading) == {}
    assert [(note.kind, note.fact) for note in reading.notes] == [(NoteKind.GUESS, "labs.aptt")]


def test_an_open_end_needs_a_limit_of_the_fact(only: Any, dictionary: Dictionary) -> None:
    """Without a declared minimum, less than is unknown; with one it is an interval."""
    quantity = {"value": 5, "code": "10*9/L", "system": UCUM, "comparator": "<"}
    declared = dictionary["labs.platelets"]
    for minimum, said in ((None, None), (Fraction(1, 2), {"from": "0.5 10*9/L", "to": "5 10*9/L"})):
        changed = {**dictionary, declared.name: replace(declared, minimum=minimum)}
        found = labs(only(observation(PLATELETS, quantity), dictionary=changed))
        assert found.get("platelets", {}).get("value") == said
