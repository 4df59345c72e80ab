"""Times as decisions write them, read back for a drawing or a calendar, and written short for people."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from cds.facts.zones import Zone

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Span(NamedTuple):
    """A time as far as it is known, in microseconds since 1970-01-01T00:00Z."""

    low: int
    high: int

    @property
    def middle(self) -> int:
        """Give the middle, where one point has to stand for it."""
        return (self.low + self.high) // 2


def span_of(told: str | None, zone: Zone) -> Span | None:
    """Read a time as a decision writes it: an instant, a day, or `from ... to ...`; None stays None."""
    if told is None:
        return None
    first, _, last = told.removeprefix("from ").partition(" to ")
    return Span(_part(first, zone).low, _part(last or first, zone).high)


def instant_of(told: str) -> int:
    """Read an instant as a decision writes it: in years long past, offsets have seconds, which no document may give."""
    return (datetime.fromisoformat(told) - _EPOCH) // _MICROSECOND


def short_date(told: str, *, year: int) -> str:
    """Write a time for a drawing: `Wed 25 Nov`, with the time of day if it is known, and another year than `year`."""
    first, _, last = told.removeprefix("from ").partition(" to ")
    if last:
        return f"{short_date(first, year=year)} to {short_date(last, year=year)}"
    day, clock = first[:10], first[11:16]
    said = day_words(date.fromisoformat(day).toordinal())
    said += f" {day[:4]}" if int(day[:4]) != year else ""
    return f"{said} {clock}" if clock else said


def day_words(day: int) -> str:
    """Write a day number: `Wed 25 Nov`."""
    found = date.fromordinal(day)
    return f"{_WEEKDAYS[found.weekday()]} {found.day} {_MONTHS[found.month - 1]}"


def _part(told: str, zone: Zone) -> Span:
    if "T" in told:
        return Span(instant_of(told), instant_of(told))
    day = date.fromisoformat(told).toordinal()
    return Span(zone.start_of_day(day), zone.end_of_day(day))
