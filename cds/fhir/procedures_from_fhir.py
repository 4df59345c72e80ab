"""Which procedure is meant, from an order for it or from the record of it: only where the caller does not say it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from cds.facts.dictionary import FactType
from cds.fhir.bundle import Found, Record, is_of_something_else
from cds.fhir.coded import Bindings, Meaning
from cds.fhir.context import Context
from cds.fhir.reading import Draft, NoteKind
from cds.fhir.resources import Act, Procedure, ServiceRequest
from cds.fhir.times import FhirTime

_DONE = "done"
_WRONG = "entered-in-error"
_STILL_TO_COME = {
    ServiceRequest.__name__: frozenset({"draft", "active", "on-hold"}),
    Procedure.__name__: frozenset({"preparation", "in-progress"}),
}
"""The states in which a resource of each type is about a procedure that is planned or under way."""
_OVER = "completed"


def procedures_from_fhir(
    record: Record, bindings: Bindings, said: Mapping[str, str | None], context: Context, draft: Draft
) -> None:
    """Say the kind of the procedure that the caller means; `said` is what the caller says, by the names of the facts.

    For a procedure that is to come an order that stands counts, for one that is done the record of a procedure on the
    day that it ended. Any other procedure in a record is another one.

    Raises:
        FactsError: a time is malformed.
    """
    without_fact: Counter[str] = Counter()
    acts: tuple[Found[Any], ...] = (*record.of(ServiceRequest), *record.of(Procedure))
    for found in acts:
        act: Act = found.resource
        meanings = [meaning for meaning in bindings.of(act.code) if meaning.declared.type is FactType.ENUM]
        without_fact[act.resource_type] += not meanings
        for meaning in meanings:
            if _counts(meaning, found, said, context, draft):
                draft.say(meaning.declared.name, meaning.by.value)
                draft.note(NoteKind.READ, found.name, found.at, fact=meaning.declared.name)
    for kind, count in (+without_fact).items():
        draft.note(NoteKind.NO_FACT, kind, count=count)


def _counts(
    meaning: Meaning,
    found: Found[Any],
    said: Mapping[str, str | None],
    context: Context,
    draft: Draft,
) -> bool:
    """Tell whether a resource is about the procedure that is meant; if not, note why."""
    name, act = meaning.declared.name, found.resource
    if act.status == _WRONG:
        draft.note(NoteKind.STATUS, found.name, found.at, fact=name, detail=act.status)
    elif act.modifier_extension:
        draft.note(NoteKind.MODIFIED, found.name, found.at, fact=name)
    elif is_of_something_else(act):
        draft.note(NoteKind.OF_SOMETHING_ELSE, found.name, found.at, fact=name)
    elif isinstance(act, ServiceRequest) and act.do_not_perform:
        draft.note(NoteKind.DENIED, found.name, found.at, fact=name)
    elif not _is_the_one(found, context, is_done=said.get("procedure.status") == _DONE):
        draft.note(NoteKind.NOT_CURRENT, found.name, found.at, fact=name, detail=act.status)
    elif said.get(name) is not None:
        draft.note(NoteKind.SAID_BESIDE, found.name, found.at, fact=name)
    elif not meaning.by.confirmed:
        draft.note(NoteKind.GUESS, found.name, found.at, fact=name, detail=meaning.by.value or "")
    else:
        return True
    return False


def _is_the_one(found: Found[Any], context: Context, *, is_done: bool) -> bool:
    act: Act = found.resource
    if not is_done:
        return act.status in _STILL_TO_COME[act.resource_type]
    if not isinstance(act, Procedure) or act.status != _OVER or context.procedure_end is None:
        return False
    performed = _performed(found, context)
    return performed is not None and _share_a_day(performed, context.procedure_end, context)


def _performed(found: Found[Procedure], context: Context) -> FhirTime | None:
    procedure = found.resource
    if procedure.performed_date_time is not None:
        return context.time(procedure.performed_date_time, found, "performedDateTime")
    period = procedure.performed_period
    return context.period(period, found, "performedPeriod") if period is not None else None


def _share_a_day(one: FhirTime, other: FhirTime, context: Context) -> bool:
    day_of = context.zone.day_of
    return day_of(one.span.low) <= day_of(other.span.high) and day_of(other.span.low) <= day_of(one.span.high)
