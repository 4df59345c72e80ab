"""The list of medications from requests and statements; nothing in it is ever left out for want of understanding.

A request is an order and a statement is a report. Neither an order nor a dispense is a last dose, and no list is
complete because a record holds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cds.errors import InputError
from cds.fhir.bundle import Found, Record, is_of_something_else
from cds.fhir.context import Context
from cds.fhir.dosages_from_fhir import frequency_of, has_route, is_as_needed, route_of
from cds.fhir.items import Items
from cds.fhir.medication_names import named
from cds.fhir.reading import Draft, NoteKind
from cds.fhir.resources import Dosage, MedicationRequest, MedicationStatement, MedicationUse
from cds.fhir.times import FhirTime

LIST = "medications"
_STATUS = {
    "active": "active",
    "on-hold": "on_hold",
    "stopped": "stopped",
    "completed": "completed",
    "intended": "intended",
    "entered-in-error": "entered_in_error",
}
"""Any other word, `cancelled` and `not-taken` among them, is `unknown`: it does not say that none was ever taken."""
_PLANS = frozenset({"proposal", "plan", "option"})
_OVER = frozenset({"stopped", "completed"})


def medications_from_fhir(record: Record, context: Context, draft: Draft) -> None:
    """Say the list of medications, if the record has any.

    Raises:
        FactsError: a time or a number is malformed.
    """
    items = Items(LIST, draft)
    for request in record.of(MedicationRequest):
        if request.resource.do_not_perform:
            draft.note(NoteKind.DENIED, request.name, request.at)
        elif _is_for_the_patient(request, draft):
            _take_in_request(request, record, context, items)
    for statement in record.of(MedicationStatement):
        if _is_for_the_patient(statement, draft):
            _take_in_statement(statement, record, context, items)
    items.say()


def _is_for_the_patient(found: Found[Any], draft: Draft) -> bool:
    if is_of_something_else(found.resource):
        draft.note(NoteKind.OF_SOMETHING_ELSE, found.name, found.at)
        return False
    return True


def _take_in_request(found: Found[MedicationRequest], record: Record, context: Context, items: Items) -> None:
    request = found.resource
    item = _begun(found, "request", record, context, items)
    if request.modifier_extension:
        return
    if request.status == "active" and request.intent in _PLANS:
        item["status"] = "intended"
    _put_dosage(item, found, request.dosage_instruction, "dosageInstruction", items)
    _put_time(item, "authored", request.authored_on, found, "authoredOn", context, items)


def _take_in_statement(found: Found[MedicationStatement], record: Record, context: Context, items: Items) -> None:
    statement = found.resource
    item = _begun(found, "statement", record, context, items)
    if statement.modifier_extension:
        return
    _put_dosage(item, found, statement.dosage, "dosage", items)
    period = statement.effective_period
    if period is None:
        return
    context.period(period, found, "effectivePeriod")
    _put_time(item, "started", period.start, found, "effectivePeriod.start", context, items)
    ended = _put_time(item, "ended", period.end, found, "effectivePeriod.end", context, items)
    if ended is not None and statement.date_asserted is not None:
        _put_last_dose(item, found, ended, context, items)


def _put_last_dose(
    item: dict[str, Any], found: Found[MedicationStatement], ended: FhirTime, context: Context, items: Items
) -> None:
    """Say the end as the last dose, if it was reported after the end, by itself, of a medication that is over."""
    statement = found.resource
    if statement.status not in _OVER or statement.derived_from or statement.date_asserted is None:
        return
    asserted = context.time(statement.date_asserted, found, "dateAsserted")
    if context.is_after(asserted) or asserted.span.low < ended.span.low:
        items.draft.note(NoteKind.NOT_EXACT, found.name, found.at, detail="dateAsserted")
        return
    items.put(item, "last_dose", ended.said, found)
    items.put(item, "last_dose_reported_at", asserted.said, found)


def _begun(found: Found[Any], prefix: str, record: Record, context: Context, items: Items) -> dict[str, Any]:
    """Begin an item with what every medication has: its id, its names and its status."""
    use: MedicationUse = found.resource
    item = items.begin(found, prefix)
    names = named(found, record, context.concepts)
    if names.unresolved:
        items.draft.note(NoteKind.UNRESOLVED, found.name, found.at, detail=names.unresolved)
    if names.code is not None:
        items.put(item, "code", names.code, found, always=True)
    if names.text is not None:
        items.put(item, "text", names.text, found, always=True)
    status = "unknown" if use.modifier_extension else _STATUS.get(use.status, "unknown")
    if use.modifier_extension:
        items.draft.note(NoteKind.MODIFIED, found.name, found.at)
    if use.status not in _STATUS:
        items.draft.note(NoteKind.STATUS, found.name, found.at, detail=use.status)
    items.put(item, "status", status, found)
    return item


def _put_dosage(item: dict[str, Any], found: Found[Any], dosages: Sequence[Dosage], field: str, items: Items) -> None:
    try:
        frequency = frequency_of(dosages)
    except InputError as error:
        raise found.refusal(error, field, 0, "timing", "repeat") from error
    if frequency is not None:
        items.put(item, "frequency", frequency, found)
    elif any(dosage.timing is not None for dosage in dosages):
        items.draft.note(NoteKind.NOT_EXACT, found.name, found.at, fact=f"{LIST}.frequency", detail="timing")
    as_needed = is_as_needed(dosages)
    if as_needed is not None:
        items.put(item, "as_needed", as_needed, found)
    route = route_of(dosages)
    if route is not None:
        items.put(item, "route", route, found)
    elif has_route(dosages):
        items.draft.note(NoteKind.NO_WORD, found.name, found.at, fact=f"{LIST}.route", detail="route")


def _put_time(
    item: dict[str, Any],
    fact: str,
    written: str | None,
    found: Found[Any],
    field: str,
    context: Context,
    items: Items,
) -> FhirTime | None:
    """Put a time, unless it is after `as_of`; give it if it was put."""
    if written is None:
        return None
    time = context.time(written, found, *field.split("."))
    if context.is_after(time):
        items.draft.note(NoteKind.AFTER_AS_OF, found.name, found.at, fact=f"{LIST}.{fact}", detail=field)
        return None
    items.put(item, fact, time.said, found)
    return time
