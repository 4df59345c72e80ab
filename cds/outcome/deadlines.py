"""Deadlines: the last permitted dose before a procedure, and the first procedure after a dose (language §10.3)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from cds.facts.model import TimeSpan
from cds.facts.zones import Zone
from cds.ir.program import Interval

MICROSECONDS_AN_HOUR = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last permitted dose: a whole day, or an instant."""

    last: int
    """The last microsecond at which a dose is permitted, however early the procedure starts."""
    by_day: bool
    latest: int
    """The same for the latest start; another instant only where the start is known as an interval."""


def deadline_for(interval: Interval, start: TimeSpan, zone: Zone) -> Deadline:
    """Give the last permitted dose before a procedure, by the longer end of the interval."""
    last = _last_permitted(interval, start.low, zone)
    latest = last if start.high == start.low else _last_permitted(interval, start.high, zone)
    return Deadline(last, interval.counting != "hours", latest)


def earliest_after(interval: Interval, last_dose: int, zone: Zone) -> int:
    """Give the first instant at which a procedure would satisfy the interval after a last dose."""
    if interval.counting == "hours":
        return last_dose + interval.high * MICROSECONDS_AN_HOUR
    return zone.start_of_day(zone.day_of(last_dose) + full_days(interval) + 1)


def full_days(interval: Interval) -> int:
    """Give the full days without a dose that an interval in days or doses means."""
    if interval.counting == "doses" and interval.per_day:
        return ceil(Fraction(interval.high, interval.per_day))
    return interval.high


def _last_permitted(interval: Interval, start: int, zone: Zone) -> int:
    if interval.counting == "hours":
        return start - interval.high * MICROSECONDS_AN_HOUR
    return zone.end_of_day(zone.day_of(start) - full_days(interval) - 1)
