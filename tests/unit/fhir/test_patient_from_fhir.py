"""Age and sex from the Patient, and a pseudonym in place of its id."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from cds.errors import FactsError
from cds.fhir.reading import NoteKind
from cds.fhir.times import whole_years

Json = dict[str, Any]


def bundle(**patient: Any) -> Json:
    """Make a Bundle of a Patient."""
    entry = {"resource": {"resourceType": "Patient", "id": "p"} | patient}
    return {"resourceType": "Bundle", "type": "collection", "entry": [entry]}


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("1951-11-21", "75 a"),
        ("1951-11-22", "74 a"),
        ("2026-11-21", "0 a"),
        ("1951-12", "74 a"),
        ("1951-10", "75 a"),
        ("1951-11", {"from": "74 a", "to": "75 a"}),
        ("1951", {"from": "74 a", "to": "75 a"}),
        ("2026", "0 a"),
    ],
)
def test_age_is_in_whole_years_at_as_of(read: Any, born: str, age: Any) -> None:
    """A year or a month of birth gives all ages that it allows."""
    assert read(bundle(birthDate=born)).document["patient"] == {"age": age}


def test_age_is_of_the_day_in_the_zone(read: Any) -> None:
    """At ten in the evening of the 20th in New York it is the 21st in Berlin."""
    told = {"as_of": "2026-11-20T22:00:00-05:00"}
    assert read(bundle(birthDate="1951-11-21"), **told).document["patient"]["age"] == "74 a"
    in_berlin = read(bundle(birthDate="1951-11-21"), zone="Europe/Berlin", **told)
    assert in_berlin.document["patient"]["age"] == "75 a"


@given(
    born=st.dates(date(1900, 1, 1), date(2026, 1, 1)),
    on_day=st.dates(date(2026, 1, 1), date(2032, 12, 31)),
)
def test_age_agrees_with_another_library(born: date, on_day: date) -> None:
    """Whole years, with 29 February turning a year on 1 March."""
    years = relativedelta(on_day, born).years
    if (born.month, born.day) == (2, 29) and (on_day.month, on_day.day) == (2, 28):
        years = on_day.year - born.year - 1
    assert whole_years(born.isoformat(), on_day.isoformat()) == (years, years)


@pytest.mark.parametrize("born", ["2026-11-22", "2027", "1951-02-30", "1951-13", "0000", "21.11.1951", ""])
def test_an_impossible_birth_date_is_refused(read: Any, born: str) -> None:
    """Not born yet, or not a date."""
    with pytest.raises(FactsError) as refused:
        read(bundle(birthDate=born))
    assert refused.value.place.path == "$.entry[0].resource.birthDate"


@pytest.mark.parametrize(
    ("gender", "sex"), [("female", "female"), ("male", "male"), ("other", "other"), ("unknown", None)]
)
def test_sex_is_the_administrative_gender(read: Any, gender: str, sex: str | None) -> None:
    """Unknown stays unknown, with a note."""
    reading = read(bundle(gender=gender))
    assert reading.document.get("patient", {}).get("sex") == sex
    assert (NoteKind.NO_WORD in {note.kind for note in reading.notes}) is (sex is None)


@pytest.mark.parametrize("dead", [{"deceasedBoolean": True}, {"deceasedDateTime": "2026-11-01"}])
def test_a_death_is_noted(read: Any, dead: Json) -> None:
    """A record of a death is told to whoever asks for a decision."""
    assert NoteKind.DECEASED in {note.kind for note in read(bundle(**dead)).notes}
    assert NoteKind.DECEASED not in {note.kind for note in read(bundle(deceasedBoolean=False)).notes}


def test_the_subject_is_a_pseudonym(read: Any) -> None:
    """The id of the Patient is not in the document, the same one gives the same subject, and a given one wins."""
    subject = read(bundle(id="secret-id")).document["subject"]
    assert subject.startswith("fhir-")
    assert "secret-id" not in str(read(bundle(id="secret-id")).document)
    assert subject == read(bundle(id="secret-id", gender="male")).document["subject"]
    assert subject != read(bundle(id="other-id")).document["subject"]
    assert read(bundle(id="secret-id"), subject="demo").document["subject"] == "demo"


def test_an_odd_id_is_still_a_pseudonym(read: Any) -> None:
    """Half of a surrogate pair can be hashed as anything else can."""
    assert read(bundle(id="\ud800")).document["subject"].startswith("fhir-")


def test_a_ruleset_without_age_and_sex_gets_neither(read: Any) -> None:
    """What has no place is noted, never said."""
    reading = read(bundle(gender="male", birthDate="1950-01-01"), dictionary={})
    assert "patient" not in reading.document
    told = {note.fact for note in reading.notes if note.kind is NoteKind.NOT_DECLARED}
    assert told == {"patient.age", "patient.sex"}
