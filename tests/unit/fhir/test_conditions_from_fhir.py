"""A condition that is present and confirmed makes a fact true; nothing in a record makes one false."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.errors import FactsError
from cds.facts.dictionary import Dictionary
from cds.facts.model import Reason, TimeSpan, Unknown, Word
from cds.facts.schema import parse_facts
from cds.fhir.reading import NoteKind
from cds.terminology.codes import System
from cds.terminology.concepts import Concepts

Json = dict[str, Any]
OSTEOMYELITIS, EMBOLISM, FIBRILLATION = "60168000", "59282003", "49436004"
CLINICAL = ["active", "recurrence", "relapse", "inactive", "remission", "resolved", None, "odd"]
VERIFICATION = ["confirmed", "provisional", "differential", "unconfirmed", "refuted", "entered-in-error", None, "odd"]


def condition(code: str, clinical: str | None = "active", verification: str | None = "confirmed", **more: Any) -> Json:
    """Make a condition."""
    statuses = {
        f"{field}Status": {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": word}]}
        for field, system, word in (
            ("clinical", "condition-clinical", clinical),
            ("verification", "condition-ver-status", verification),
        )
        if word is not None
    }
    coded = {"coding": [{"system": "http://snomed.info/sct", "code": code}]}
    return {"resourceType": "Condition", "id": "c", "code": coded, **statuses, **more}


def said(reading: Any, group: str = "conditions") -> Any:
    """Give what the document says in a group."""
    return reading.document.get(group, {})


@pytest.mark.parametrize("clinical", ["active", "recurrence", "relapse"])
@pytest.mark.parametrize("verification", ["confirmed", None])
def test_a_present_condition_makes_its_fact_true(only: Any, clinical: str, verification: str | None) -> None:
    """Present and confirmed; many records leave the confirmation out."""
    assert said(only(condition(OSTEOMYELITIS, clinical, verification))) == {"osteomyelitis": True}


@given(
    clinical=st.sampled_from(CLINICAL),
    verification=st.sampled_from(VERIFICATION),
    code=st.sampled_from([OSTEOMYELITIS, EMBOLISM, FIBRILLATION, "0"]),
    ended=st.sampled_from([{}, {"abatementDateTime": "2020"}, {"abatementString": "long ago"}]),
)
def test_no_condition_ever_makes_a_fact_false(
    only: Any, clinical: str | None, verification: str | None, code: str, ended: Json
) -> None:
    """True, or not said: refuted, resolved and wrong entries leave the fact unknown, and leave a note."""
    reading = only(condition(code, clinical, verification, **ended))
    values = [*said(reading).values(), *said(reading, "history").values()]
    assert all(value is True for value in values)
    assert reading.notes


@pytest.mark.parametrize("verification", ["provisional", "differential", "unconfirmed", "entered-in-error", "odd"])
def test_an_unconfirmed_condition_says_nothing(only: Any, verification: str) -> None:
    """The status is noted."""
    reading = only(condition(OSTEOMYELITIS, "active", verification))
    assert said(reading) == {}
    assert [note.kind for note in reading.notes] == [NoteKind.STATUS]


def test_a_refuted_condition_says_nothing(only: Any) -> None:
    """That it was ruled out once does not say that it is not there now."""
    reading = only(condition(OSTEOMYELITIS, "inactive", "refuted"))
    assert said(reading) == {}
    assert [note.kind for note in reading.notes] == [NoteKind.DENIED]


@pytest.mark.parametrize("clinical", ["inactive", "remission", "resolved", None])
def test_what_is_over_is_true_of_history_only(only: Any, clinical: str | None) -> None:
    """A resolved embolism happened; a resolved infection is not there."""
    assert said(only(condition(EMBOLISM, clinical)), "history") == {"vte": True}
    reading = only(condition(OSTEOMYELITIS, clinical))
    assert said(reading) == {}
    assert [(note.kind, note.detail) for note in reading.notes] == [(NoteKind.NOT_CURRENT, clinical or "")]


@pytest.mark.parametrize(
    "ended", [{"abatementDateTime": "2026-01-01"}, {"abatementAge": {"value": 70}}, {"abatementString": "cured"}]
)
def test_an_end_outweighs_an_active_status(only: Any, ended: Json) -> None:
    """A condition that is called active and has ended is not taken for present."""
    assert said(only(condition(OSTEOMYELITIS, **ended))) == {}


def test_the_latest_event_lies_between_the_latest_onset_and_now(only: Any) -> None:
    """A record holds an embolism of 2019; that there was none since, it does not say."""
    reading = only(
        condition(EMBOLISM, "resolved", onsetDateTime="2012"),
        condition(EMBOLISM, "resolved", onsetDateTime="2019-06", id="d"),
    )
    assert said(reading, "history") == {"vte": True, "vte_date": {"from": "2019-06-01", "to": "2026-11-21"}}


def test_an_onset_without_a_date_gives_no_date(only: Any) -> None:
    """An age or a text at onset is not read."""
    assert said(only(condition(EMBOLISM, onsetString="in spring")), "history") == {"vte": True}


def test_the_start_of_a_period_is_an_onset(only: Any) -> None:
    """A period that began then."""
    reading = only(condition(EMBOLISM, onsetPeriod={"start": "2026-11-01", "end": "2026-11-05"}))
    assert said(reading, "history")["vte_date"] == {"from": "2026-11-01", "to": "2026-11-21"}


def test_a_condition_from_after_as_of_is_left_out(only: Any) -> None:
    """As of then it was not known."""
    reading = only(condition(OSTEOMYELITIS, onsetDateTime="2026-11-22"))
    assert said(reading) == {}
    assert [note.kind for note in reading.notes] == [NoteKind.AFTER_AS_OF]


def test_several_conditions_may_say_the_same(only: Any) -> None:
    """One that is present is enough, whatever another says."""
    reading = only(condition(OSTEOMYELITIS), condition(OSTEOMYELITIS, "resolved", id="d"))
    assert said(reading) == {"osteomyelitis": True}


def test_a_code_of_another_system_is_not_it(only: Any) -> None:
    """The same digits elsewhere are another code."""
    other = condition(OSTEOMYELITIS)
    other["code"]["coding"][0]["system"] = "http://example.org/codes"
    reading = only(other)
    assert said(reading) == {}
    assert [note.kind for note in reading.notes] == [NoteKind.NO_FACT]


def test_a_malformed_onset_is_refused_with_its_place(only: Any) -> None:
    """The error leads to the field."""
    with pytest.raises(FactsError) as refused:
        only(condition(OSTEOMYELITIS, onsetDateTime="last week"))
    assert refused.value.place.path == "$.entry[1].resource.onsetDateTime"


def test_a_modifier_extension_takes_the_meaning_away(only: Any) -> None:
    """What changes the meaning in an unknown way is not used."""
    reading = only(condition(OSTEOMYELITIS, modifierExtension=[{"url": "https://example.org/not"}]))
    assert said(reading) == {}
    assert [note.kind for note in reading.notes] == [NoteKind.MODIFIED]


def test_a_condition_of_a_group_is_passed_over(only: Any) -> None:
    """What is about several people is not about this one."""
    reading = only(condition(OSTEOMYELITIS, subject={"reference": "Group/g"}))
    assert said(reading) == {}
    assert [note.kind for note in reading.notes] == [NoteKind.OF_SOMETHING_ELSE]


def test_a_code_of_a_fact_that_is_not_boolean_says_nothing(only: Any) -> None:
    """A diagnosis with the code of a laboratory value has no value."""
    other = condition("6301-6")
    other["code"]["coding"][0]["system"] = "http://loinc.org"
    reading = only(other)
    assert "labs" not in reading.document
    assert [note.kind for note in reading.notes] == [NoteKind.NO_VALUE]


@pytest.mark.parametrize(
    ("onset", "is_read"), [("2026-11-20T10:00:00-05:00", True), ("2026-11-20T08:00:00-05:00", False), (None, False)]
)
def test_a_sign_after_the_procedure_is_never_from_before(
    only: Any,
    onset: str | None,
    is_read: bool,  # noqa: FBT001  # a case, not a switch
) -> None:
    """Breathlessness that began before the operation is no sign of a complication."""
    reading = only(
        condition("267036007", onsetDateTime=onset),
        procedure_status="done",
        procedure_end="2026-11-20T09:00:00-05:00",
    )
    assert ("dyspnea" in said(reading, "postop")) is is_read
    assert (NoteKind.BEFORE_PROCEDURE_END in {note.kind for note in reading.notes}) is not is_read


def diagnosis(*codes: str, id_: str = "c", **more: Any) -> Json:
    """Make a present condition with codes of ICD-10-CM."""
    made = condition("0", id=id_, **more)
    made["code"] = {"coding": [{"system": System.ICD_10_CM.uri, "code": code} for code in codes]}
    return made


def etiology(reading: Any) -> Any:
    """Give what the document says of the cause of the fracture."""
    return said(reading, "fracture").get("etiology")


@pytest.mark.parametrize(
    ("codes", "value"),
    [
        (["M80.08XA"], "osteoporosis"),
        (["M80.88XS"], "osteoporosis"),
        (["S32.010A"], "trauma"),
        (["S22.082A"], "trauma"),
        (["M84.58XA", "C79.51"], "metastasis"),
        (["M84.58XA", "C90.00"], "multiple_myeloma"),
        (["M84.58XS", "C41.2"], "other"),
        (["M48.56XA"], None),
        (["M84.58XA"], None),
        (["C79.51"], None),
        (["M81.0"], None),
        (["D18.09"], None),
    ],
)
def test_the_cause_is_read_from_codes_that_say_it(only: Any, codes: list[str], value: str | None) -> None:
    """A tumour is the cause only where the fracture is one of tumour disease; a collapse alone has no cause."""
    assert etiology(only(*(diagnosis(code, id_=f"c{n}") for n, code in enumerate(codes)))) == value
    assert etiology(only(diagnosis(*codes))) == value


def test_codes_that_say_different_causes_contradict(only: Any, dictionary: Dictionary, concepts: Concepts) -> None:
    """Both are shown, none is chosen."""
    reading = only(diagnosis("M80.08XA", id_="a"), diagnosis("S32.010A", id_="b"))
    found = parse_facts(reading.document, dictionary, concepts).value("fracture.etiology")
    assert found == Unknown(Reason.CONTRADICTED, ("osteoporosis", "trauma"))


@pytest.mark.parametrize("clinical", ["resolved", "inactive", None])
def test_a_tumour_that_is_over_is_no_company(only: Any, clinical: str | None) -> None:
    """The code that has to stand beside another has to be of something present."""
    tumour = diagnosis("C79.51", id_="t")
    tumour["clinicalStatus"] = condition("0", clinical).get("clinicalStatus")
    reading = only(diagnosis("M84.58XA"), tumour)
    assert etiology(reading) is None
    assert (NoteKind.NOT_ALONE, "metastasis") in {(note.kind, note.detail) for note in reading.notes}


def test_a_code_that_is_not_confirmed_is_a_guess(only: Any) -> None:
    """It is shown with what it may stand for; the fact stays unknown, whatever other codes say."""
    guess = only(condition("443165006"))
    assert said(guess, "fracture") == {}
    assert {(note.kind, note.fact, note.detail) for note in guess.notes} == {
        (NoteKind.GUESS, "fracture.etiology", "osteoporosis"),
        (NoteKind.GUESS, "fracture.onset", ""),
    }


def test_a_guess_that_a_confirmed_code_says_is_none(only: Any) -> None:
    """The same condition by two codings: one is enough."""
    both = diagnosis("M80.08XA", onsetDateTime="2026-10-27")
    both["code"]["coding"].append({"system": "http://snomed.info/sct", "code": "443165006"})
    reading = only(both)
    assert said(reading, "fracture") == {"etiology": "osteoporosis", "onset": "2026-10-27"}
    assert {note.kind for note in reading.notes} == {NoteKind.READ}


@pytest.mark.parametrize(
    ("onset", "said_onset"),
    [
        ("2026-10-27", "2026-10-27"),
        ("2026-10-27T22:00:00-04:00", "2026-10-27T22:00:00-04:00"),
        ("2026-10", {"from": "2026-10-01", "to": "2026-10-31"}),
        (None, None),
    ],
)
def test_the_onset_of_a_vertebral_fracture_is_that_of_its_condition(
    only: Any, onset: str | None, said_onset: Any
) -> None:
    """As exactly as the record says it, and not at all where it does not."""
    reading = only(diagnosis("M48.56XA", onsetDateTime=onset))
    assert said(reading, "fracture").get("onset") == said_onset
    assert (NoteKind.NO_VALUE in {note.kind for note in reading.notes}) is (onset is None)


def test_two_fractures_have_no_common_onset(only: Any, dictionary: Dictionary, concepts: Concepts) -> None:
    """Which of them hurts, the record does not say."""
    reading = only(
        diagnosis("M80.08XA", onsetDateTime="2019-03-01", id_="a"),
        diagnosis("M80.08XA", onsetDateTime="2026-10-27", id_="b"),
    )
    found = parse_facts(reading.document, dictionary, concepts).value("fracture.onset")
    assert isinstance(found, Unknown)
    assert found.reason is Reason.CONTRADICTED


def test_the_sequel_of_a_fracture_has_no_onset_of_its_own(only: Any) -> None:
    """When the sequel began is not when the fracture did."""
    assert "onset" not in said(only(diagnosis("M80.08XS", onsetDateTime="2026-10-27")), "fracture")


def test_a_day_of_onset_is_the_day_in_the_zone(only: Any, dictionary: Dictionary, concepts: Concepts) -> None:
    """An instant before midnight elsewhere is the day here."""
    facts = parse_facts(
        only(diagnosis("M48.56XA", onsetDateTime="2026-10-28T03:00:00Z")).document, dictionary, concepts
    )
    onset = facts.value("fracture.onset")
    assert isinstance(onset, TimeSpan)
    assert facts.zone.day_of(onset.low) == facts.zone.day_of(onset.high)
    assert facts.zone.wall_clock(onset.low).date().isoformat() == "2026-10-27"


@pytest.mark.parametrize("code", ["Z33.1", "O09.90", "Z34.90", "Z32.01"])
def test_a_present_pregnancy_is_one(only: Any, dictionary: Dictionary, concepts: Concepts, code: str) -> None:
    """By any of the codes that say it."""
    facts = parse_facts(only(diagnosis(code)).document, dictionary, concepts)
    assert facts.value("patient.pregnancy") == Word("yes")


def test_a_fracture_with_injury_of_the_cord_is_a_deficit(only: Any) -> None:
    """The more cautious reading: an emergency is told, and whoever knows better corrects it."""
    assert said(only(condition("1734006")), "neuro") == {"deficit": True}
