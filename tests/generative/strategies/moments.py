"""Zones, days on which their clocks change, and times as documents write them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from strategies.chance import Chance

from cds.facts.instants import Zone, format_day, format_instant, format_utc
from cds.facts.zones import DAY, SECOND

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
STEPS = (0, 0, 0, 1, -1, SECOND, -SECOND, MINUTE, -MINUTE, HOUR, -HOUR, DAY, -DAY)
CHANGES: Mapping[str, tuple[str, ...]] = {
    "UTC": ("2028-02-29", "2026-12-31"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
    "America/Sao_Paulo": ("2018-11-04", "2018-02-18"),
    "America/Havana": ("2026-03-08", "2026-11-01"),
    "Africa/Casablanca": ("2026-02-15", "2026-03-22"),
    "Asia/Kathmandu": ("2026-02-28", "1986-01-01"),
    "Pacific/Apia": ("2011-12-30", "2011-12-31"),
}
"""By zone, days around which its clock changes, or days that are odd in another way."""


@cache
def zone_named(name: str) -> Zone:
    """Give a zone, loaded once."""
    return Zone(name)


def now(chance: Chance) -> tuple[Zone, int]:
    """Choose a zone and an instant for `as_of`, near one of the zone's odd days."""
    name = chance.one_of(list(CHANGES))
    zone = zone_named(name)
    day = zone.start_of_day(date.fromisoformat(chance.one_of(CHANGES[name])).toordinal())
    return zone, day + chance.whole(-10, 40) * DAY // 2 + chance.whole(0, 24 * 60) * MINUTE


def text(chance: Chance, instant: int, zone: Zone) -> str:
    """Write an instant in UTC or with the zone's offset."""
    return format_utc(instant) if chance.maybe(50) else format_instant(instant, zone)


def day_text(instant: int, zone: Zone) -> str | None:
    """Write the day of an instant; None for a day that the zone's calendar skipped."""
    day = zone.day_of(instant)
    return format_day(day) if zone.start_of_day(day) <= zone.end_of_day(day) else None
