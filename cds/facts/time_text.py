"""Times as decisions write them: in the site's zone, as exact as they are known; and as people read them."""

from __future__ import annotations

import re
from datetime import date

from cds.facts.instants import format_day, format_instant
from cds.facts.zones import FIRST_DAY, LAST_DAY, Zone

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WRITTEN = re.compile(
    r"\b(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:T(?P<minute>[0-9]{2}:[0-9]{2})(?::00)?(?P<second>:[0-9]{2}(?:\.[0-9]+)?)?(?P<offset>Z|[+-][0-9:]{5,8}))?"
    r"(?![0-9T])"
)


def day_text(instant: int, zone: Zone) -> str:
    """Write the day of an instant in the zone: `2026-11-21`."""
    return format_day(zone.day_of(instant))


def span_text(low: int, high: int, zone: Zone) -> str:
    """Write a time: an instant, a whole day as its date, anything else as `from ... to ...`."""
    if low == high:
        return format_instant(low, zone)
    days = whole_days(low, high, zone)
    if days is None:
        return f"from {format_instant(low, zone)} to {format_instant(high, zone)}"
    first, last = days
    return format_day(first) if first == last else f"from {format_day(first)} to {format_day(last)}"


def whole_days(low: int, high: int, zone: Zone) -> tuple[int, int] | None:
    """Give the first and the last day of a time that is known as whole days in the zone."""
    first, last = zone.day_of(low), zone.day_of(high)
    is_whole = low == zone.start_of_day(first) and high == zone.end_of_day(last)
    return (first, last) if is_whole else None


def reckoned_text(instant: int, zone: Zone, *, by_day: bool) -> str | None:
    """Write a time that was counted from another one, as its day or as an instant; None if no calendar has it."""
    day = zone.day_of(instant)
    if not FIRST_DAY < day < LAST_DAY:
        return None
    return format_day(day) if by_day else format_instant(instant, zone)


def with_weekdays(text: str) -> str:
    """Write the times in a text for people: `Mon 2026-11-23`, `Mon 2026-11-23 08:00 -05:00`."""
    return _WRITTEN.sub(_for_people, text)


def _for_people(written: re.Match[str]) -> str:
    try:
        weekday = _WEEKDAYS[date.fromisoformat(written["day"]).weekday()]
    except ValueError:
        return written[0]
    clock = f" {written['minute']}{written['second'] or ''} {written['offset']}" if written["minute"] else ""
    return f"{weekday} {written['day']}{clock}"
