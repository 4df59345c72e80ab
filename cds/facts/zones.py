"""Time zones from the `tzdata` package alone, so that the same release gives the same days on every machine.

Instants are microseconds since 1970-01-01T00:00Z, days are proleptic Gregorian ordinals (1 is 0001-01-01). Counting
goes on beyond the years 1 to 9999, so that what lies there is still before or after everything within; only writing a
time (`wall_clock`) needs the calendar.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import tzdata

from cds.errors import InputError, nearest
from cds.facts.tokens import quoted

TZDATA_VERSION: str = tzdata.IANA_VERSION
"""The release of the IANA time zone database in use, for example `2025b`."""

SECOND = 1_000_000
DAY = 86_400 * SECOND
FIRST_DAY = date.min.toordinal()
LAST_DAY = date.max.toordinal()

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()
_NAIVE_EPOCH = _EPOCH.replace(tzinfo=None)
_MICROSECOND = timedelta(microseconds=1)
_FIRST_WALL = (FIRST_DAY - _EPOCH_DAY) * DAY
_LAST_WALL = (LAST_DAY + 1 - _EPOCH_DAY) * DAY - 1
_BEFORE_ALL = _FIRST_WALL - 2 * DAY
_AFTER_ALL = _LAST_WALL + 2 * DAY
_STEP = DAY // 4
"""No zone changes its offset twice within six hours; a test holds every zone of the release to it."""
_REACH = 3 * DAY
"""Offsets lie within 16 hours of UTC, so moving two times that are further apart never turns them round."""


class Zone:
    """A time zone by its IANA name; two are equal if their names are."""

    __slots__ = ("_changes", "_info", "name")

    def __init__(self, name: str) -> None:
        """Load a zone.

        Raises:
            InputError: the release has no zone of that name.
        """
        self.name = name
        self._info, self._changes = _load(name)

    def day_of(self, instant: int) -> int:
        """Give the day that the calendar shows at an instant."""
        return self._wall(instant)[0] // DAY + _EPOCH_DAY

    def start_of_day(self, day: int) -> int:
        """Give the first instant of a day; of a day that the zone skipped, the instant when it was skipped."""
        wall = (day - _EPOCH_DAY) * DAY
        before, after = self._offsets(wall)
        if before >= after:
            return wall - before
        return self._change_between(wall - after, wall - before)

    def end_of_day(self, day: int) -> int:
        """Give the last microsecond of a day; of a day that the zone skipped, the one before `start_of_day`."""
        wall = (day + 1 - _EPOCH_DAY) * DAY - 1
        before, after = self._offsets(wall)
        if before >= after:
            return wall - after
        return self._change_between(wall - after, wall - before) - 1

    def shift_days(self, instant: int, days: int) -> int:
        """Move an instant by whole calendar days to the same wall time (language §7.7).

        A wall time that does not exist is moved forward by the gap. One that exists twice is the first, or the second
        if the instant was itself the second of its pair. What would leave the calendar stays just beyond its end.
        """
        wall, is_second = self._wall(instant)
        wall = min(max(wall + days * DAY, _BEFORE_ALL), _AFTER_ALL)
        before, after = self._offsets(wall)
        return wall - (after if is_second and before >= after else before)

    def shift_days_span(self, low: int, high: int, days: int) -> tuple[int, int]:
        """Give the earliest and the latest of `shift_days` over all instants from `low` to `high`, both included.

        The two need not come from the ends: where the clock goes back, or where a shifted time falls into a gap,
        a later instant can be moved to an earlier one.
        """
        instants = {low, high}
        if low < high:
            for start, end in _ends(low, high):
                instants.update(self._turning_points(start, end, days))
        shifted = [self.shift_days(instant, days) for instant in instants if low <= instant <= high]
        return min(shifted), max(shifted)

    def wall_clock(self, instant: int) -> datetime:
        """Give date and time of an instant, with the zone's offset.

        Raises:
            InputError: it lies outside the years 1 to 9999.
        """
        try:
            return (_EPOCH + timedelta(microseconds=instant)).astimezone(self._info)
        except OverflowError as error:
            raise InputError("a time lies outside the years 1 to 9999") from error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Zone) and self.name == other.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"Zone({self.name!r})"

    def __reduce__(self) -> tuple[type[Zone], tuple[str]]:
        return Zone, (self.name,)

    def _wall(self, instant: int) -> tuple[int, bool]:
        """Give the wall time in microseconds, and whether it is the second of a pair."""
        return _wall_time(self._info, instant)

    def _offsets(self, wall: int) -> tuple[int, int]:
        """Give the offsets before and after a change: equal if there is none, rising for a gap, falling for a pair."""
        return _wall_offsets(self._info, wall)

    def _offset_at(self, instant: int) -> int:
        return self._wall(instant)[0] - instant

    def _change_between(self, before: int, after: int) -> int:
        """Find the first instant with another offset than that at `before`, knowing that `after` has one."""
        offset = self._offset_at(before)
        seconds = range(before + SECOND, after + SECOND, SECOND)
        found = bisect_left(seconds, x=True, key=lambda instant: self._offset_at(instant) != offset)
        return seconds[found] // SECOND * SECOND  # offsets change on whole seconds, `before` need not lie on one

    def _changes_of(self, year: int) -> tuple[int, ...]:
        """Give the instants within a year of UTC at which the offset changes, found once a year."""
        if year not in self._changes:
            first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
            steps = range((first - _EPOCH_DAY) * DAY, (last + 1 - _EPOCH_DAY) * DAY + 1, _STEP)
            offsets = [self._offset_at(step) for step in steps]
            self._changes[year] = tuple(
                self._change_between(step, step + _STEP)
                for step, offset, following in zip(steps, offsets, offsets[1:], strict=False)
                if offset != following
            )
        return self._changes[year]

    def _changes_between(self, low: int, high: int) -> Iterator[int]:
        """Give the instants after `low` and up to `high` at which the offset changes."""
        for year in range(_year_of(low), _year_of(high) + 1):
            changes = self._changes_of(year)
            yield from changes[bisect_right(changes, low) : bisect_right(changes, high)]

    def _turning_points(self, low: int, high: int, days: int) -> Iterator[int]:
        """Give the instants at which `shift_days` jumps, and those just before them.

        It jumps where the clock changes at the instant, and where the shifted wall time enters or leaves a gap or a
        pair. Between jumps it runs evenly, so that its extremes lie at these instants or at the ends.
        """
        for change in self._changes_between(low, high):
            yield from (change - 1, change)
        reached = self.shift_days(low, days) - _REACH, self.shift_days(high, days) + _REACH
        for change in self._changes_between(*reached):
            for offset in (self._offset_at(change - 1), self._offset_at(change)):
                wall = change + offset - days * DAY
                for instant in (wall - offset_here for offset_here in self._offsets(wall)):
                    yield from (instant - 1, instant)


@lru_cache(maxsize=4096)
def _wall_time(info: ZoneInfo, instant: int) -> tuple[int, bool]:
    """Convert an instant; a decision asks for the same few again and again."""
    inside = min(max(instant, _FIRST_WALL + DAY), _LAST_WALL - DAY)
    local = (_EPOCH + timedelta(microseconds=inside)).astimezone(info)
    return instant + _offset(local), local.fold == 1


@lru_cache(maxsize=4096)
def _wall_offsets(info: ZoneInfo, wall: int) -> tuple[int, int]:
    """Find the two offsets of a wall time; the ends of the same few days are asked for again and again, too."""
    inside = min(max(wall, _FIRST_WALL), _LAST_WALL)
    local = (_NAIVE_EPOCH + timedelta(microseconds=inside)).replace(tzinfo=info)
    return _offset(local), _offset(local.replace(fold=1))


@cache
def zone_names() -> frozenset[str]:
    """Give the names of all zones in the release."""
    return frozenset(files(tzdata).joinpath("zones").read_text(encoding="utf-8").split()) - {"Factory"}


@cache
def _load(name: str) -> tuple[ZoneInfo, dict[int, tuple[int, ...]]]:
    """Load a zone once, with an empty table for the changes of each year."""
    if name not in zone_names():
        raise InputError(
            f"{quoted(name)} is not a time zone",
            expected="an IANA name such as `America/New_York`",
            suggestion=nearest(name, zone_names()),
        )
    with files(tzdata).joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name), {}


def _ends(low: int, high: int) -> tuple[tuple[int, int], ...]:
    """Give the parts of an interval in which the extremes of a shift can lie: three days at either end."""
    if high - low <= 2 * _REACH:
        return ((low, high),)
    return ((low, low + _REACH), (high - _REACH, high))


def _offset(local: datetime) -> int:
    offset = local.utcoffset() or timedelta()
    return offset // _MICROSECOND


def _year_of(instant: int) -> int:
    inside = min(max(instant, _FIRST_WALL), _LAST_WALL)
    return (_NAIVE_EPOCH + timedelta(microseconds=inside)).year
