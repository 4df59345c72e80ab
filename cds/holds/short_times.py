"""Times as short as a list allows: `Tue 24 Nov 21:00`, with the year where it is another than that of the list."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from cds.errors import InputError
from cds.facts.instants import parse_exact_instant
from cds.facts.zones import SECOND, Zone
from cds.holds.model import Sheet
from cds.holds.written_times import day_words

_WRITTEN = re.compile(
    r"\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[ T](?P<clock>[0-9]{2}:[0-9]{2})(?P<second>:[0-9]{2}(?:\.[0-9]+)?)?"
    r" ?(?P<offset>Z|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?))?"
    r"(?![0-9T])"
)
_SHIFTS = (30 * 60 * SECOND, 3600 * SECOND, 2 * 3600 * SECOND)
"""By how much clocks are put back, in some zone or other."""


def short_times(text: str, sheet: Sheet) -> str:
    """Shorten the times in a text of a sheet; the year of its `as_of` and the offsets of its zone are left out."""
    return shortened(text, sheet["zone"], sheet["as_of"][:4])


@lru_cache(maxsize=4096)
def shortened(text: str, zone: str, year: str) -> str:
    """Shorten the times in a text; an offset stays where the zone alone would not tell the instant."""
    return _WRITTEN.sub(lambda written: _short(written, zone, year), text)


def _short(written: re.Match[str], zone: str, year: str) -> str:
    try:
        day = date.fromisoformat(written["day"])
    except ValueError:
        return written[0]
    said = day_words(day.toordinal())
    if written["day"][:4] != year:
        said += f" {written['day'][:4]}"
    if written["clock"] is None:
        return said
    second = written["second"] or ""
    said += f" {written['clock']}{'' if second == ':00' else second}"
    instant = f"{written['day']}T{written['clock']}{second}{written['offset']}"
    return said if _is_plain(instant, zone) else f"{said} {written['offset']}"


def _is_plain(instant: str, zone: str) -> bool:
    """Tell whether the zone's clock shows this time just once, and under this offset."""
    try:
        at, there = parse_exact_instant(instant), Zone(zone)
    except InputError:
        return False
    wall = there.wall_clock(at).replace(tzinfo=None)
    if there.wall_clock(at).utcoffset() != _offset(instant):
        return False
    near = (at + sign * shift for shift in _SHIFTS for sign in (1, -1))
    return all(there.wall_clock(other).replace(tzinfo=None) != wall for other in near)


def _offset(instant: str) -> timedelta | None:
    return datetime.fromisoformat(instant).utcoffset()
