"""The kind of the procedure comes from an order that stands, or from the record of the one that was done."""

from __future__ import annotations

from typing import Any

import pytest

from cds.facts.dictionary import Dictionary
from cds.facts.model import Reason, Unknown
from cds.facts.schema import parse_facts
from cds.fhir.reading import NoteKind
from cds.terminology.codes import System
from cds.terminology.concepts import Concepts

Json = dict[str, Any]
VERTEBROPLASTY, KYPHOPLASTY = "22511", "22514"
END = "2026-11-20T09:00:00-05:00"
DONE = {"procedure_status": "done", "procedure_end": END}


def act(kind: str, status: str, code: str = KYPHOPLASTY, system: System = System.CPT, **more: Any) -> Json:
    """Make an order or a procedure."""
    coded = {"coding": [{"system": system.uri, "code": code}]}
    return {"resourceType": kind, "id": "a", "status": status, "code": coded, **more}


def kind_of(reading: Any) -> Any:
    """Give what the document says of the kind."""
    return reading.document["procedure"].get("kind")


def kinds(reading: Any) -> set[NoteKind]:
    """Give what became of the resources."""
    return {note.kind for note in reading.notes}


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("22510", "vertebroplasty"),
        ("22511", "vertebroplasty"),
        ("22512", "vertebroplasty"),
        ("22513", "kyphoplasty"),
        ("22514", "kyphoplasty"),
        ("22515", "kyphoplasty"),
    ],
)
def test_an_order_that_stands_says_the_kind(only: Any, code: str, kind: str) -> None:
    """By its code; nothing else of the procedure is taken from it."""
    reading = only(act("ServiceRequest", "active", code, occurrenceDateTime="2026-12-01"))
    assert reading.document["procedure"] == {"status": "booked", "kind": kind}
    assert kinds(reading) == {NoteKind.READ}


@pytest.mark.parametrize(
    ("kind", "status", "is_read"),
    [
        ("ServiceRequest", "draft", True),
        ("ServiceRequest", "on-hold", True),
        ("ServiceRequest", "revoked", False),
        ("ServiceRequest", "completed", False),
        ("ServiceRequest", "unknown", False),
        ("Procedure", "preparation", True),
        ("Procedure", "in-progress", True),
        ("Procedure", "completed", False),
        ("Procedure", "not-done", False),
    ],
)
def test_another_procedure_is_not_the_planned_one(
    only: Any,
    kind: str,
    status: str,
    is_read: bool,  # noqa: FBT001  # a case, not a switch
) -> None:
    """One that is over was another; one that was called off is none."""
    reading = only(act(kind, status))
    assert (kind_of(reading) is not None) is is_read
    assert kinds(reading) == {NoteKind.READ if is_read else NoteKind.NOT_CURRENT}


@pytest.mark.parametrize(
    ("more", "is_read"),
    [
        ({"performedDateTime": "2026-11-20"}, True),
        ({"performedDateTime": "2026-11-20T22:00:00-05:00"}, True),
        ({"performedPeriod": {"start": "2026-11-20T08:00:00-05:00", "end": END}}, True),
        ({"performedDateTime": "2026-11"}, True),
        ({"performedDateTime": "2026-11-19"}, False),
        ({"performedDateTime": "2019-05-01"}, False),
        ({"performedPeriod": {"start": "2026-11-20"}}, False),
        ({}, False),
    ],
)
def test_the_done_procedure_is_the_one_of_that_day(
    only: Any,
    more: Json,
    is_read: bool,  # noqa: FBT001  # a case, not a switch
) -> None:
    """A record of the day on which it ended; an old one, or one without a time, may be another."""
    reading = only(act("Procedure", "completed", **more), **DONE)
    assert (kind_of(reading) is not None) is is_read


def test_without_an_end_no_done_procedure_is_it(only: Any) -> None:
    """Nothing tells which of several it would be."""
    done = act("Procedure", "completed", performedDateTime="2026-11-20")
    assert kind_of(only(done, procedure_status="done")) is None


@pytest.mark.parametrize("kind", ["ServiceRequest", "Procedure"])
def test_an_order_is_not_the_record_of_what_was_done(only: Any, kind: str) -> None:
    """Nor is a procedure that is only prepared."""
    status = "active" if kind == "ServiceRequest" else "preparation"
    assert kinds(only(act(kind, status), **DONE)) == {NoteKind.NOT_CURRENT}


def test_what_the_caller_says_holds(only: Any) -> None:
    """The record is noted beside it."""
    reading = only(act("ServiceRequest", "active", VERTEBROPLASTY), procedure_kind="kyphoplasty")
    assert kind_of(reading) == "kyphoplasty"
    assert kinds(reading) == {NoteKind.SAID_BESIDE}


def test_two_orders_that_differ_contradict(only: Any, dictionary: Dictionary, concepts: Concepts) -> None:
    """Both are shown."""
    reading = only(
        act("ServiceRequest", "active", VERTEBROPLASTY), act("ServiceRequest", "active", KYPHOPLASTY, id="b")
    )
    found = parse_facts(reading.document, dictionary, concepts).value("procedure.kind")
    assert found == Unknown(Reason.CONTRADICTED, ("kyphoplasty", "vertebroplasty"))


@pytest.mark.parametrize(
    ("code", "system", "guess"),
    [
        ("V44.5", System.OPCS_4, "kyphoplasty"),
        ("0PS43ZZ", System.ICD_10_PCS, "kyphoplasty"),
        ("0PU43JZ", System.ICD_10_PCS, "vertebroplasty"),
    ],
)
def test_a_code_that_is_not_confirmed_is_shown_and_not_read(only: Any, code: str, system: System, guess: str) -> None:
    """It is a guess to confirm."""
    reading = only(act("ServiceRequest", "active", code, system))
    assert kind_of(reading) is None
    assert [(note.kind, note.detail) for note in reading.notes] == [(NoteKind.GUESS, guess)]


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"doNotPerform": True}, NoteKind.DENIED),
        ({"status": "entered-in-error"}, NoteKind.STATUS),
        ({"modifierExtension": [{"url": "https://example.org/x"}]}, NoteKind.MODIFIED),
        ({"subject": {"reference": "Device/d"}}, NoteKind.OF_SOMETHING_ELSE),
        ({"code": {"text": "kyphoplasty"}}, NoteKind.NO_FACT),
    ],
)
def test_what_is_not_relied_on_is_noted(only: Any, more: Json, kind: NoteKind) -> None:
    """An order not to, an error, something not understood: none says the kind."""
    reading = only(act("ServiceRequest", "active") | more)
    assert kind_of(reading) is None
    assert kinds(reading) == {kind}
