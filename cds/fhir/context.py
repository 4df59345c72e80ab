"""What reading a record needs besides the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from cds.errors import FactsError, InputError, Place
from cds.facts.dictionary import Declaration
from cds.facts.instants import format_day, parse_exact_instant
from cds.facts.zones import Zone
from cds.fhir.bundle import Found
from cds.fhir.resources import Period
from cds.fhir.times import FhirTime, fhir_time
from cds.terminology.concepts import Concepts

_AFTER_PROCEDURE = "postop."
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Context:
    """The time and place of the decision, the end of the procedure if there was one, and the table of substances."""

    as_of: int
    zone: Zone
    procedure_end: FhirTime | None
    concepts: Concepts

    @property
    def day(self) -> str:
        """Give the day of `as_of` in the zone."""
        return format_day(self.zone.day_of(self.as_of))

    def time(self, text: str, found: Found[Any], *field: str | int) -> FhirTime:
        """Read a time of a resource.

        Raises:
            FactsError: it is not one.
        """
        try:
            return fhir_time(text, self.zone)
        except InputError as error:
            raise found.refusal(error, *field) from error

    def period(self, period: Period, found: Found[Any], field: str) -> FhirTime | None:
        """Read a time of a resource that has a start and an end.

        Raises:
            FactsError: they are not times, or the end is before the start.
        """
        if period.start is None or period.end is None:
            return None
        start, end = self.time(period.start, found, field, "start"), self.time(period.end, found, field, "end")
        try:
            return start.until(end)
        except InputError as error:
            raise found.refusal(error, field) from error

    def is_after(self, time: FhirTime | None) -> bool:
        """Tell whether a time is certainly after `as_of`."""
        return time is not None and time.is_certainly_after(self.as_of)

    def is_today(self, time: FhirTime) -> bool:
        """Tell whether all of a time lies on the day of `as_of`."""
        return self.zone.day_of(time.span.low) == self.zone.day_of(time.span.high) == self.zone.day_of(self.as_of)

    def is_too_early(self, declared: Declaration, time: FhirTime | None) -> bool:
        """Tell whether a fact is about the time after the procedure, and this time is not certainly then."""
        if not declared.name.startswith(_AFTER_PROCEDURE):
            return False
        return time is None or self.procedure_end is None or not self.procedure_end.is_certainly_before(time)


def context_of(*, as_of: str, zone: str, procedure_end: str | None, concepts: Concepts) -> Context:
    """Read the time and place of a decision.

    Raises:
        FactsError: one of them is not what it should be.
    """
    place = _placed("zone", lambda: Zone(zone))
    return Context(
        as_of=_placed("as_of", lambda: parse_exact_instant(as_of)),
        zone=place,
        procedure_end=_placed("procedure_end", lambda: fhir_time(procedure_end, place) if procedure_end else None),
        concepts=concepts,
    )


def _placed(name: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except InputError as error:
        raise FactsError(
            error.problem, place=Place(path=name), expected=error.expected, suggestion=error.suggestion
        ) from error
