"""Dates and times as FHIR writes them: a year, a month, a day, or an instant with an offset."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from typing import Any

from cds.errors import InputError
from cds.facts.instants import day_span, parse_day, parse_instant
from cds.facts.model import TimeSpan
from cds.facts.tokens import quoted
from cds.facts.zones import Zone

_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?")
_FINER_THAN_MICROSECONDS = re.compile(r"(\.[0-9]{6})[0-9]+")
_LAST_MONTH = 12


@dataclass(frozen=True, slots=True)
class FhirTime:
    """A time as a facts document says it, and where it lies."""

    said: Any
    span: TimeSpan

    def is_certainly_after(self, instant: int) -> bool:
        """Tell whether all of it lies after an instant."""
        return self.span.low > instant

    def is_certainly_before(self, other: FhirTime) -> bool:
        """Tell whether all of it lies before all of the other."""
        return self.span.high < other.span.low

    def until(self, other: FhirTime) -> FhirTime:
        """Give the interval from this time to another.

        Raises:
            InputError: all of the other lies before all of this.
        """
        if other.is_certainly_before(self):
            raise InputError("the period ends before it starts", expected="a start that is not after the end")
        span = TimeSpan(min(self.span.low, other.span.low), max(self.span.high, other.span.high))
        return FhirTime({"from": _end(self.said, "from"), "to": _end(other.said, "to")}, span)


def fhir_time(text: str, zone: Zone) -> FhirTime:
    """Read a FHIR date, dateTime or instant; a year or a month is an interval of days.

    Raises:
        InputError: it is none of these, or not on the calendar.
    """
    days = _days_of(text)
    if days is None:
        exact = _FINER_THAN_MICROSECONDS.sub(r"\1", text)
        return FhirTime(exact, parse_instant(exact, zone))
    first, last = days
    span = TimeSpan(day_span(parse_day(first), zone).low, day_span(parse_day(last), zone).high)
    return FhirTime({"from": first, "to": last}, span)


def whole_years(birth_date: str, on_day: str) -> tuple[int, int]:
    """Give the fewest and the most whole years of age on a day, for a FHIR birth date that may be a year or a month.

    A person born on 29 February is a year older on 1 March of a common year.

    Raises:
        InputError: the birth date is not a date, or is after the day.
    """
    first, last = _days_of(birth_date) or (birth_date, birth_date)
    if parse_day(first) > parse_day(on_day):
        raise InputError("the birth date is after `as_of`", expected="a birth date that is not")
    return max(0, _years(last, on_day)), _years(first, on_day)


def _days_of(text: str) -> tuple[str, str] | None:
    partial = _PARTIAL.fullmatch(text)
    if partial is None:
        return None
    year = int(partial[1])
    first_month, last_month = (int(partial[2]),) * 2 if partial[2] else (1, _LAST_MONTH)
    if not (1 <= first_month <= _LAST_MONTH and year):
        raise InputError(f"{quoted(text)} is not on the calendar", expected="a year, or a year and a month")
    last_day = calendar.monthrange(year, last_month)[1]
    return f"{year:04}-{first_month:02}-01", f"{year:04}-{last_month:02}-{last_day:02}"


def _end(said: Any, end: str) -> str:
    return str(said[end] if isinstance(said, dict) else said)


def _years(born: str, on_day: str) -> int:
    parse_day(born)
    years = int(on_day[:4]) - int(born[:4])
    return years - (on_day[5:] < born[5:])
