"""Times as decisions write them: in the site's zone, as exact as they are known."""

from __future__ import annotations

from cds.facts.instants import format_day, format_instant
from cds.facts.zones import Zone


def day_text(instant: int, zone: Zone) -> str:
    """Write the day of an instant in the zone: `2026-11-21`."""
    return format_day(zone.day_of(instant))


def span_text(low: int, high: int, zone: Zone) -> str:
    """Write a time: an instant, a whole day as its date, anything else as `from ... to ...`."""
    if low == high:
        return format_instant(low, zone)
    first, last = zone.day_of(low), zone.day_of(high)
    if low == zone.start_of_day(first) and high == zone.end_of_day(last):
        return format_day(first) if first == last else f"from {format_day(first)} to {format_day(last)}"
    return f"from {format_instant(low, zone)} to {format_instant(high, zone)}"
