"""Facts from observations: the newest final one of each, whatever the order in the Bundle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cds.errors import InputError
from cds.facts.dictionary import Declaration
from cds.fhir.bundle import Found, Record, is_of_something_else
from cds.fhir.coded import Bindings, Meaning
from cds.fhir.context import Context
from cds.fhir.quantities_from_fhir import Unusable, value_for
from cds.fhir.reading import Draft, NoteKind
from cds.fhir.resources import Measured, Observation
from cds.fhir.times import FhirTime

_USED = frozenset({"final", "amended", "corrected"})


@dataclass(frozen=True, slots=True)
class _Report:
    """One observed value that stands for a fact, not yet read; `field` leads to it within the resource."""

    found: Found[Observation]
    measured: Measured
    field: tuple[str | int, ...]
    time: FhirTime | None


def observations_from_fhir(record: Record, bindings: Bindings, context: Context, draft: Draft) -> None:
    """Say what the observations say of the facts that their codes stand for.

    Raises:
        FactsError: a time is malformed, or the newest value of a fact has an impossible unit.
    """
    reports: dict[str, list[_Report]] = {}
    declared: dict[str, Declaration] = {}
    without_fact = 0
    for found in record.of(Observation):
        bound = list(_bound(found, bindings))
        without_fact += not bound
        if not bound or not _is_usable(found, draft):
            continue
        for meaning in (meaning for meaning, _, _ in bound if not meaning.by.confirmed):
            draft.note(NoteKind.GUESS, found.name, found.at, fact=meaning.declared.name)
        time = _time(found, context)
        if context.is_after(time):
            draft.note(NoteKind.AFTER_AS_OF, found.name, found.at)
            continue
        for meaning, measured, field in bound:
            if meaning.by.confirmed:
                name = meaning.declared.name
                declared[name] = meaning.declared
                reports.setdefault(name, []).append(_Report(found, measured, field, time))
    if without_fact:
        draft.note(NoteKind.NO_FACT, "Observation", count=without_fact)
    for name in sorted(reports):
        _say(declared[name], reports[name], context, draft)


def _bound(found: Found[Observation], bindings: Bindings) -> Iterator[tuple[Meaning, Measured, tuple[str | int, ...]]]:
    observation = found.resource
    for meaning in bindings.of(observation.code):
        yield meaning, observation, ()
    for number, component in enumerate(observation.component):
        for meaning in bindings.of(component.code):
            yield meaning, component, ("component", number)


def _is_usable(found: Found[Observation], draft: Draft) -> bool:
    if found.resource.status not in _USED:
        draft.note(NoteKind.STATUS, found.name, found.at, detail=found.resource.status)
    elif found.resource.modifier_extension:
        draft.note(NoteKind.MODIFIED, found.name, found.at)
    elif is_of_something_else(found.resource):
        draft.note(NoteKind.OF_SOMETHING_ELSE, found.name, found.at)
    else:
        return True
    return False


def _time(found: Found[Observation], context: Context) -> FhirTime | None:
    observation = found.resource
    if observation.effective_date_time is not None:
        return context.time(observation.effective_date_time, found, "effectiveDateTime")
    if observation.effective_instant is not None:
        return context.time(observation.effective_instant, found, "effectiveInstant")
    period = observation.effective_period
    return context.period(period, found, "effectivePeriod") if period is not None else None


def _say(declared: Declaration, reports: list[_Report], context: Context, draft: Draft) -> None:
    newest = _newest(reports)
    superseded = len(reports) - len(newest)
    if superseded:
        draft.note(NoteKind.SUPERSEDED, "Observation", fact=declared.name, count=superseded)
    values = [(report, _value(declared, report, context)) for report in newest]
    for report, value in values:
        if isinstance(value, Unusable):
            draft.note(value.kind, report.found.name, report.found.at, fact=declared.name, detail=value.detail)
    if any(isinstance(value, Unusable) for _, value in values):
        return
    for report, value in _one_of_each(values):
        time = report.time
        is_timed = declared.taken and time is not None
        draft.say(declared.name, {"value": value, "taken": time.said} if is_timed and time else value)
        draft.note(NoteKind.READ, report.found.name, report.found.at, fact=declared.name)


def _value(declared: Declaration, report: _Report, context: Context) -> Any:
    time = report.time
    if context.is_too_early(declared, time):
        return Unusable(NoteKind.BEFORE_PROCEDURE_END)
    if not declared.taken and (time is None or not context.is_today(time)):
        return Unusable(NoteKind.NO_PLACE_FOR_TIME)
    try:
        return value_for(declared, report.measured)
    except InputError as error:
        raise report.found.refusal(error, *report.field, "valueQuantity") from error


def _newest(reports: list[_Report]) -> list[_Report]:
    """Leave out those that are certainly older than another; one without a time may be the newest."""
    latest = max((report.time.span.low for report in reports if report.time is not None), default=None)
    return [report for report in reports if report.time is None or latest is None or report.time.span.high >= latest]


def _one_of_each(values: list[tuple[_Report, Any]]) -> list[tuple[_Report, Any]]:
    """Keep the latest report of each value."""
    kept: dict[str, tuple[_Report, Any]] = {}
    for report, value in sorted(values, key=lambda pair: _order(pair[0])):
        kept[repr(value)] = (report, value)
    return list(kept.values())


def _order(report: _Report) -> tuple[int, int, str]:
    span = report.time.span if report.time is not None else None
    return (span.low, span.high, report.found.name) if span is not None else (0, 0, report.found.name)
