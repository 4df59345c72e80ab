"""Instants and days in text: ISO 8601 with an offset, or a date that stands for its whole day in the zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from cds.errors import InputError
from cds.facts.durations import Duration, parse_duration
from cds.facts.model import TimeSpan
from cds.facts.tokens import quoted
from cds.facts.zones import DAY, TZDATA_VERSION, Zone

__all__ = [
    "EXPECTED",
    "TZDATA_VERSION",
    "Duration",
    "Zone",
    "day_span",
    "format_day",
    "format_instant",
    "format_utc",
    "parse_day",
    "parse_duration",
    "parse_exact_instant",
    "parse_instant",
]

EXPECTED_INSTANT = "date, time and offset, for example `2026-11-21T09:00:00-05:00`"
EXPECTED = f"{EXPECTED_INSTANT}, or a date such as `2026-11-21`"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_NO_OFFSET = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = _EPOCH.replace(tzinfo=None)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND + DAY
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND - DAY
"""A day inside the years 1 to 9999 of UTC, so that every zone's calendar has a day for the instant."""


def parse_instant(text: str, zone: Zone, *, by_day: bool = False) -> TimeSpan:
    """Read a time: an instant with an offset, or a date as the whole of that day in the zone.

    With `by_day` an instant, too, stands for the whole of its day in the zone.

    Raises:
        InputError: it is neither, there is no such day or time, or it lies outside the years 1 to 9999.
    """
    if _DATE.fullmatch(text):
        return day_span(parse_day(text), zone)
    instant = parse_exact_instant(text, expected=EXPECTED)
    return day_span(zone.day_of(instant), zone) if by_day else TimeSpan(instant, instant)


def parse_exact_instant(text: str, *, expected: str = EXPECTED_INSTANT) -> int:
    """Read an instant with an offset, in microseconds since 1970-01-01T00:00Z.

    Raises:
        InputError: it is not written so, there is no such time, or it lies outside the years 1 to 9999.
    """
    if not _INSTANT.fullmatch(text):
        missing = _NO_OFFSET.fullmatch(text)
        raise InputError(f"{quoted(text)} {'has no offset' if missing else 'is not a time'}", expected=expected)
    try:
        instant = (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND
    except ValueError as error:
        raise InputError(f"{quoted(text)} is not on the clock or the calendar", expected=expected) from error
    if not _FIRST <= instant <= _LAST:
        raise InputError(f"{quoted(text)} lies outside the years 1 to 9999", expected=expected)
    return instant


def parse_day(text: str) -> int:
    """Read a date as the ordinal of its day.

    Raises:
        InputError: it is not written `YYYY-MM-DD`, or the calendar has no such day.
    """
    if not _DATE.fullmatch(text):
        raise InputError(f"{quoted(text)} is not a date", expected="a date such as `2026-11-21`")
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError as error:
        raise InputError(f"{quoted(text)} is not on the calendar", expected="a date such as `2026-11-21`") from error


@lru_cache(maxsize=4096)
def day_span(day: int, zone: Zone) -> TimeSpan:
    """Give the whole of a day in a zone.

    Raises:
        InputError: the zone skipped that day.
    """
    span = TimeSpan(zone.start_of_day(day), zone.end_of_day(day))
    if span.high < span.low:
        raise InputError(f"there was no {format_day(day)} in `{zone.name}`: the calendar skipped it")
    return span


def format_instant(instant: int, zone: Zone) -> str:
    """Write an instant with the zone's offset: `2026-11-21T09:00:00-05:00`."""
    return zone.wall_clock(instant).isoformat()


def format_utc(instant: int) -> str:
    """Write an instant in UTC with microseconds, the form that equal instants share."""
    moment = _NAIVE_EPOCH + timedelta(microseconds=instant)
    return f"{moment.isoformat(timespec='microseconds')}Z"


def format_day(day: int) -> str:
    """Write a day as `2026-11-21`."""
    return date.fromordinal(day).isoformat()
