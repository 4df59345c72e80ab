"""Facts from conditions: one that is present and confirmed makes a fact known; none ever makes a fact false."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from cds.facts.dictionary import FactType
from cds.facts.instants import format_day
from cds.fhir.bundle import Found, Record, is_of_something_else
from cds.fhir.coded import Bindings, Meaning, codes_of, status_of
from cds.fhir.context import Context
from cds.fhir.reading import Draft, Json, NoteKind
from cds.fhir.resources import Condition
from cds.fhir.times import FhirTime
from cds.terminology.codes import Code

_PRESENT = frozenset({"active", "recurrence", "relapse"})
_DENYING = "refuted"
_CONFIRMED = "confirmed"
_HISTORY = "history."
_NOW_ALTHOUGH_HISTORY = frozenset({"history.active_cancer"})
"""Facts of the history group that say how it is, not that it ever was so."""
_READ = frozenset({FactType.BOOLEAN, FactType.ENUM, FactType.TIME})


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A condition that is relied on: it was so at some time that is not after `as_of`."""

    found: Found[Condition]
    onset: FhirTime | None

    @property
    def is_present(self) -> bool:
        """Tell whether it is so now."""
        return _clinical(self.found) in _PRESENT and not _has_ended(self.found.resource)


def conditions_from_fhir(record: Record, bindings: Bindings, context: Context, draft: Draft) -> None:
    """Say which facts the conditions make known: a boolean true, an enum its value, a time the onset.

    A fact of the history group is true also of what is over; its `_date`, the latest time that it happened, lies from
    the latest onset in the record to `as_of`, since a record never says that it holds the latest.

    Raises:
        FactsError: an onset is malformed.
    """
    recorded = _recorded(record, bindings, context, draft)
    beside = {code for each in recorded if each.is_present for code in codes_of(each.found.resource.code)}
    latest: dict[str, int] = {}
    for each in recorded:
        for meaning in bindings.of(each.found.resource.code):
            if not _counts(meaning, each, beside, context, draft):
                continue
            name, value = meaning.declared.name, _value(meaning, each.onset)
            if value is None:
                draft.note(NoteKind.NO_VALUE, each.found.name, each.found.at, fact=name)
                continue
            draft.say(name, value)
            draft.note(NoteKind.READ, each.found.name, each.found.at, fact=name)
            if each.onset is not None and name.startswith(_HISTORY):
                latest[name] = max(each.onset.span.low, latest.get(name, each.onset.span.low))
    for name, instant in latest.items():
        _say_date(f"{name}_date", instant, context, draft)


def _recorded(record: Record, bindings: Bindings, context: Context, draft: Draft) -> list[_Recorded]:
    """Give the conditions that are relied on, those without a fact too: their codes may count beside others."""
    recorded: list[_Recorded] = []
    without_fact = 0
    company = bindings.company()
    for found in record.of(Condition):
        is_bound = bool(bindings.of(found.resource.code))
        without_fact += not is_bound
        if not (is_bound or not company.isdisjoint(codes_of(found.resource.code))) or not _is_relied_on(found, draft):
            continue
        onset = _onset(found, context)
        if context.is_after(onset):
            draft.note(NoteKind.AFTER_AS_OF, found.name, found.at)
        else:
            recorded.append(_Recorded(found, onset))
    if without_fact:
        draft.note(NoteKind.NO_FACT, "Condition", count=without_fact)
    return recorded


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


def _counts(meaning: Meaning, recorded: _Recorded, beside: Collection[Code], context: Context, draft: Draft) -> bool:
    """Tell whether a condition makes a fact known; if not, note why."""
    declared, found = meaning.declared, recorded.found
    is_lasting = declared.name.startswith(_HISTORY) and declared.name not in _NOW_ALTHOUGH_HISTORY
    if declared.type not in _READ:
        draft.note(NoteKind.NO_VALUE, found.name, found.at, fact=declared.name)
    elif context.is_too_early(declared, recorded.onset):
        draft.note(NoteKind.BEFORE_PROCEDURE_END, found.name, found.at, fact=declared.name)
    elif not is_lasting and not recorded.is_present:
        draft.note(NoteKind.NOT_CURRENT, found.name, found.at, fact=declared.name, detail=_clinical(found) or "")
    elif meaning.by.together_with and not any(code in beside for code in meaning.by.together_with):
        draft.note(NoteKind.NOT_ALONE, found.name, found.at, fact=declared.name, detail=meaning.by.value or "")
    elif not meaning.by.confirmed:
        draft.note(NoteKind.GUESS, found.name, found.at, fact=declared.name, detail=meaning.by.value or "")
    else:
        return True
    return False


def _value(meaning: Meaning, onset: FhirTime | None) -> Json:
    """Give what a condition says of a fact, None if it does not say when."""
    if meaning.declared.type is FactType.TIME:
        return None if onset is None else onset.said
    return meaning.by.value if meaning.declared.type is FactType.ENUM else True


def _clinical(found: Found[Condition]) -> str | None:
    return status_of(found.resource.clinical_status, "condition-clinical")


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
