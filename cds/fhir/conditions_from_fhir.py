"""Facts from conditions: one that is present and confirmed makes a fact true; none ever makes a fact false."""

from __future__ import annotations

from cds.facts.dictionary import Declaration, FactType
from cds.facts.instants import format_day
from cds.fhir.bundle import Found, Record, is_of_something_else
from cds.fhir.coded import Bindings, status_of
from cds.fhir.context import Context
from cds.fhir.reading import Draft, NoteKind
from cds.fhir.resources import Condition
from cds.fhir.times import FhirTime

_PRESENT = frozenset({"active", "recurrence", "relapse"})
_DENYING = "refuted"
_CONFIRMED = "confirmed"
_HISTORY = "history."
_NOW_ALTHOUGH_HISTORY = frozenset({"history.active_cancer"})
"""Facts of the history group that say how it is, not that it ever was so."""


def conditions_from_fhir(record: Record, bindings: Bindings, context: Context, draft: Draft) -> None:
    """Say which facts the conditions make true.

    A fact of the history group is true also of what is over; its `_date`, the latest time that it happened, lies from
    the latest onset in the record to `as_of`, since a record never says that it holds the latest.

    Raises:
        FactsError: an onset is malformed.
    """
    without_fact = 0
    latest: dict[str, int] = {}
    for found in record.of(Condition):
        bound = bindings.of(found.resource.code)
        without_fact += not bound
        if not bound or not _is_relied_on(found, draft):
            continue
        onset = _onset(found, context)
        if context.is_after(onset):
            draft.note(NoteKind.AFTER_AS_OF, found.name, found.at)
            continue
        for declared in bound:
            if not _makes_true(declared, found, onset, context, draft):
                continue
            draft.say(declared.name, value=True)
            draft.note(NoteKind.READ, found.name, found.at, fact=declared.name)
            if onset is not None and declared.name.startswith(_HISTORY):
                latest[declared.name] = max(onset.span.low, latest.get(declared.name, onset.span.low))
    if without_fact:
        draft.note(NoteKind.NO_FACT, "Condition", count=without_fact)
    for name, instant in latest.items():
        _say_date(f"{name}_date", instant, context, draft)


def _is_relied_on(found: Found[Condition], draft: Draft) -> bool:
    verification = status_of(found.resource.verification_status, "condition-ver-status")
    if verification == _DENYING:
        draft.note(NoteKind.DENIED, found.name, found.at)
    elif verification not in (None, _CONFIRMED):
        draft.note(NoteKind.STATUS, found.name, found.at, detail=verification or "")
    elif found.resource.modifier_extension:
        draft.note(NoteKind.MODIFIED, found.name, found.at)
    elif is_of_something_else(found.resource):
        draft.note(NoteKind.OF_SOMETHING_ELSE, found.name, found.at)
    else:
        return True
    return False


def _makes_true(
    declared: Declaration, found: Found[Condition], onset: FhirTime | None, context: Context, draft: Draft
) -> bool:
    clinical = status_of(found.resource.clinical_status, "condition-clinical")
    is_lasting = declared.name.startswith(_HISTORY) and declared.name not in _NOW_ALTHOUGH_HISTORY
    if declared.type is not FactType.BOOLEAN:
        draft.note(NoteKind.NO_VALUE, found.name, found.at, fact=declared.name)
    elif context.is_too_early(declared, onset):
        draft.note(NoteKind.BEFORE_PROCEDURE_END, found.name, found.at, fact=declared.name)
    elif not is_lasting and (clinical not in _PRESENT or _has_ended(found.resource)):
        draft.note(NoteKind.NOT_CURRENT, found.name, found.at, fact=declared.name, detail=clinical or "")
    else:
        return True
    return False


def _has_ended(condition: Condition) -> bool:
    ends = (
        condition.abatement_date_time,
        condition.abatement_age,
        condition.abatement_period,
        condition.abatement_range,
        condition.abatement_string,
    )
    return any(end is not None for end in ends)


def _onset(found: Found[Condition], context: Context) -> FhirTime | None:
    if found.resource.onset_date_time is not None:
        return context.time(found.resource.onset_date_time, found, "onsetDateTime")
    period = found.resource.onset_period
    if period is not None and period.start is not None:
        return context.time(period.start, found, "onsetPeriod", "start")
    return None


def _say_date(fact: str, instant: int, context: Context, draft: Draft) -> None:
    declared = draft.dictionary.get(fact)
    if declared is not None and declared.type is FactType.TIME:
        draft.say(fact, {"from": format_day(context.zone.day_of(instant)), "to": context.day})
