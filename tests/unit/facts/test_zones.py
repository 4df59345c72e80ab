"""Days and shifts in time zones."""

from __future__ import annotations

import pickle
import struct
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from itertools import pairwise

import pytest
import tzdata

from cds.errors import InputError
from cds.facts.instants import format_instant
from cds.facts.zones import DAY, LAST_DAY, TZDATA_VERSION, Zone, zone_names

HOUR = DAY // 24
SPAN_OF_HOURS = [
    ("America/New_York", "2026-03-08", "2026-03-08T00:00:00-05:00", "2026-03-08T23:59:59.999999-04:00", 23),
    ("America/New_York", "2026-11-01", "2026-11-01T00:00:00-04:00", "2026-11-01T23:59:59.999999-05:00", 25),
    ("America/New_York", "2028-02-29", "2028-02-29T00:00:00-05:00", "2028-02-29T23:59:59.999999-05:00", 24),
    ("Europe/Berlin", "2026-03-29", "2026-03-29T00:00:00+01:00", "2026-03-29T23:59:59.999999+02:00", 23),
    ("Europe/Berlin", "2026-10-25", "2026-10-25T00:00:00+02:00", "2026-10-25T23:59:59.999999+01:00", 25),
    ("Australia/Lord_Howe", "2026-10-04", "2026-10-04T00:00:00+10:30", "2026-10-04T23:59:59.999999+11:00", 23.5),
    ("Australia/Lord_Howe", "2026-04-05", "2026-04-05T00:00:00+11:00", "2026-04-05T23:59:59.999999+10:30", 24.5),
    ("America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00", "2018-11-04T23:59:59.999999-02:00", 23),
    ("America/Sao_Paulo", "2018-02-17", "2018-02-17T00:00:00-02:00", "2018-02-17T23:59:59.999999-03:00", 25),
    ("Asia/Beirut", "2026-03-29", "2026-03-29T01:00:00+03:00", "2026-03-29T23:59:59.999999+03:00", 23),
    ("America/Toronto", "1919-03-30", "1919-03-30T00:00:00-05:00", "1919-03-30T23:29:59.999999-05:00", 23.5),
    ("America/Toronto", "1919-03-31", "1919-03-31T00:30:00-04:00", "1919-03-31T23:59:59.999999-04:00", 23.5),
    # The clock went back at 00:01 on the 29th: that day began twice, and the day before ended twice.
    ("America/St_Johns", "2006-10-28", "2006-10-28T00:00:00-02:30", "2006-10-28T23:59:59.999999-03:30", 25),
    ("America/St_Johns", "2006-10-29", "2006-10-29T00:00:00-02:30", "2006-10-29T23:59:59.999999-03:30", 25),
    ("Pacific/Apia", "2011-12-29", "2011-12-29T00:00:00-10:00", "2011-12-29T23:59:59.999999-10:00", 24),
    ("Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00", "2011-12-29T23:59:59.999999-10:00", 0),
    ("Pacific/Apia", "2011-12-31", "2011-12-31T00:00:00+14:00", "2011-12-31T23:59:59.999999+14:00", 24),
    ("UTC", "1970-01-01", "1970-01-01T00:00:00+00:00", "1970-01-01T23:59:59.999999+00:00", 24),
]


@pytest.mark.parametrize(("name", "day", "first", "last", "hours"), SPAN_OF_HOURS)
def test_days_begin_and_end_by_the_clock_of_the_zone(name: str, day: str, first: str, last: str, hours: float) -> None:
    """A day has all instants of its date: 23, 24 or 25 hours, or none if the zone skipped it."""
    zone, ordinal = Zone(name), date.fromisoformat(day).toordinal()
    start, end = zone.start_of_day(ordinal), zone.end_of_day(ordinal)
    assert (format_instant(start, zone), format_instant(end, zone)) == (first, last)
    assert end - start + 1 == hours * HOUR
    if hours:
        assert zone.day_of(start) == zone.day_of(end) == ordinal


@pytest.mark.parametrize(
    ("name", "start", "days", "moved"),
    [
        ("America/New_York", "2026-11-24T08:00:00-05:00", -7, "2026-11-17T08:00:00-05:00"),
        ("America/New_York", "2026-03-07T08:00:00-05:00", 1, "2026-03-08T08:00:00-04:00"),
        # 02:30 does not exist on that day: it is moved forward by the hour that is missing.
        ("America/New_York", "2026-03-07T02:30:00-05:00", 1, "2026-03-08T03:30:00-04:00"),
        ("America/New_York", "2026-03-09T02:30:00-04:00", -1, "2026-03-08T03:30:00-04:00"),
        # 01:30 exists twice on that day: the first of the two.
        ("America/New_York", "2026-10-31T01:30:00-04:00", 1, "2026-11-01T01:30:00-04:00"),
        ("America/New_York", "2026-11-02T01:30:00-05:00", -1, "2026-11-01T01:30:00-04:00"),
        # The second of a pair stays the second, also of another pair a year and some days later.
        ("America/New_York", "2026-11-01T01:30:00-05:00", 0, "2026-11-01T01:30:00-05:00"),
        ("America/New_York", "2026-11-01T01:30:00-05:00", 371, "2027-11-07T01:30:00-05:00"),
        ("America/New_York", "2026-11-01T01:30:00-04:00", 371, "2027-11-07T01:30:00-04:00"),
        ("America/New_York", "2026-11-01T01:30:00-05:00", 7, "2026-11-08T01:30:00-05:00"),
        # The second of a pair, moved into a gap, is moved forward like any other.
        ("Australia/Lord_Howe", "2026-10-03T02:15:00+10:30", 1, "2026-10-04T02:45:00+11:00"),
        ("America/Sao_Paulo", "2018-11-03T00:30:00-03:00", 1, "2018-11-04T01:30:00-02:00"),
        ("Pacific/Apia", "2011-12-29T10:00:00-10:00", 1, "2011-12-31T10:00:00+14:00"),
        ("Pacific/Apia", "2011-12-29T10:00:00-10:00", 2, "2011-12-31T10:00:00+14:00"),
        ("UTC", "2028-02-29T00:00:00+00:00", 366, "2029-03-01T00:00:00+00:00"),
    ],
)
def test_a_shift_keeps_the_wall_time(name: str, start: str, days: int, moved: str) -> None:
    """Whole calendar days keep the wall time, whatever the clocks do in between (language 7.7)."""
    zone = Zone(name)
    assert format_instant(zone.shift_days(_us(start), days), zone) == moved


def test_the_second_of_a_pair_moved_into_a_gap_is_moved_forward() -> None:
    """A gap has no second time, so that a fold at the start changes nothing there."""
    zone = Zone("Europe/Dublin")
    second = _us("1971-10-31T02:30:00+00:00")
    for days in range(100, 400):
        wall = zone.wall_clock(second).replace(tzinfo=None) + timedelta(days=days)
        moved = zone.wall_clock(zone.shift_days(second, days)).replace(tzinfo=None)
        assert moved - wall in (timedelta(), timedelta(hours=1))
    assert format_instant(zone.shift_days(second, 141), zone) == "1972-03-20T02:30:00+01:00"


@pytest.mark.parametrize(
    ("name", "low", "high", "days", "moved"),
    [
        # Plain: the ends go with the ends.
        ("America/New_York", "2026-05-01T00:00:00-04:00", "2026-05-01T23:59:59.999999-04:00", 7, None),
        # A pair at the start: 01:59:59.999999 the first time lies before 01:00 the second time.
        (
            "America/New_York",
            "2026-11-01T01:50:00-04:00",
            "2026-11-01T01:10:00-05:00",
            7,
            ("2026-11-08T01:00:00-05:00", "2026-11-08T01:59:59.999999-05:00"),
        ),
        # A gap at the end: 02:59:59.999999 is moved to 03:59:59.999999, but 03:00 stays 03:00.
        (
            "America/New_York",
            "2026-03-07T02:50:00-05:00",
            "2026-03-07T03:10:00-05:00",
            1,
            ("2026-03-08T03:00:00-04:00", "2026-03-08T03:59:59.999999-04:00"),
        ),
    ],
)
def test_a_shifted_interval_has_the_extremes_of_all_its_instants(
    name: str, low: str, high: str, days: int, moved: tuple[str, str] | None
) -> None:
    """Where the clock changes, a later instant can be moved to an earlier one."""
    zone = Zone(name)
    span = zone.shift_days_span(_us(low), _us(high), days)
    expected = tuple(map(_us, moved)) if moved else (zone.shift_days(_us(low), days), zone.shift_days(_us(high), days))
    assert span == expected


def test_a_single_instant_is_shifted_as_such() -> None:
    """An interval of one instant has one image."""
    zone, instant = Zone("America/New_York"), _us("2026-11-01T01:30:00-05:00")
    assert zone.shift_days_span(instant, instant, 7) == (zone.shift_days(instant, 7),) * 2


def test_a_long_interval_is_shifted_at_its_ends() -> None:
    """Changes in the middle of years cannot matter."""
    zone = Zone("America/New_York")
    low, high = _us("2020-11-01T01:50:00-04:00"), _us("2026-03-07T03:10:00-05:00")
    assert zone.shift_days_span(low, high, 1) == (
        _us("2020-11-02T01:00:00-05:00"),
        _us("2026-03-08T03:59:59.999999-04:00"),
    )


def test_a_long_interval_into_a_skipped_day_is_shifted_exactly() -> None:
    """A day that the zone skipped moves times by a whole day, so that the latest one lies hours before the end."""
    zone = Zone("Pacific/Apia")
    low, high = _us("2011-12-10T12:00:00-10:00"), _us("2011-12-29T10:00:00-10:00")
    assert zone.shift_days_span(low, high, 2) == (
        _us("2011-12-12T12:00:00-10:00"),
        _us("2011-12-31T23:59:59.999999+14:00"),
    )


@pytest.mark.parametrize(
    "name", ["America/New_york", "Europe/Munich", "", "Factory", "../zones", "posixrules", "a/b/c"]
)
def test_refuses_unknown_zones(name: str) -> None:
    """Only the names of the release are zones, whatever the machine has."""
    with pytest.raises(InputError) as caught:
        Zone(name)
    assert str(caught.value).startswith(f"`{name}` is not a time zone; expected an IANA name")


def test_suggests_the_nearest_zone() -> None:
    """A slip of the pen is put right."""
    with pytest.raises(InputError) as caught:
        Zone("America/NewYork")
    assert caught.value.suggestion == "America/New_York"


def test_zones_are_equal_by_name() -> None:
    """Two names for one zone are two zones: the document says which."""
    assert Zone("America/New_York") == Zone("America/New_York")
    assert len({Zone("US/Eastern"), Zone("America/New_York"), Zone("US/Eastern")}) == 2
    assert Zone("UTC") != "UTC"
    assert repr(Zone("UTC")) == "Zone('UTC')"


def test_zones_travel_between_processes() -> None:
    """A zone is pickled by its name."""
    zone = pickle.loads(pickle.dumps(Zone("Europe/Berlin")))  # noqa: S301 - our own bytes
    assert zone == Zone("Europe/Berlin")
    assert zone.day_of(0) == date(1970, 1, 1).toordinal()


def test_zones_come_from_the_package_not_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database of the operating system is never asked."""
    monkeypatch.setattr("zoneinfo.TZPATH", ("/nowhere",))
    assert Zone("Antarctica/Troll").day_of(0) == date(1970, 1, 1).toordinal()
    assert TZDATA_VERSION == tzdata.IANA_VERSION


@pytest.mark.parametrize("name", ["America/New_York", "Pacific/Apia", "Pacific/Kiritimati", "UTC"])
@pytest.mark.parametrize("day", [0, -5, LAST_DAY + 1, 10**12])
def test_days_go_on_beyond_the_calendar(name: str, day: int) -> None:
    """So that a deadline there is still before, or after, everything within."""
    zone = Zone(name)
    start, end = zone.start_of_day(day), zone.end_of_day(day)
    assert end - start == 24 * HOUR - 1
    assert zone.day_of(start) == zone.day_of(end) == day
    assert end < zone.start_of_day(1) if day < 1 else start > zone.end_of_day(LAST_DAY)


@pytest.mark.parametrize("name", ["America/New_York", "Pacific/Apia", "Pacific/Kiritimati", "UTC"])
def test_the_first_and_the_last_day_of_the_calendar_have_instants(name: str) -> None:
    """The ends of the calendar are whole days in every zone."""
    zone = Zone(name)
    for day in (1, LAST_DAY):
        assert zone.day_of(zone.start_of_day(day)) == zone.day_of(zone.end_of_day(day)) == day


@pytest.mark.parametrize("instant", [10**18, -(10**18), 10**40])
def test_refuses_to_write_instants_outside_the_calendar(instant: int) -> None:
    """An instant without a date has no words."""
    with pytest.raises(InputError, match="outside the years 1 to 9999"):
        Zone("UTC").wall_clock(instant)


@pytest.mark.parametrize("name", ["America/New_York", "Pacific/Apia", "Pacific/Kiritimati", "UTC"])
@pytest.mark.parametrize("days", [4_000_000, 10**30])
def test_a_shift_out_of_the_calendar_stays_beyond_its_end(name: str, days: int) -> None:
    """It is later, or earlier, than every time that can be given, and never wrapped round."""
    zone = Zone(name)
    assert zone.shift_days(0, days) > zone.end_of_day(LAST_DAY)
    assert zone.shift_days(0, -days) < zone.start_of_day(1)
    assert zone.shift_days_span(0, 24 * HOUR, days)[0] > zone.end_of_day(LAST_DAY)


def test_no_zone_changes_twice_within_six_hours_or_lies_further_than_sixteen_hours_from_utc() -> None:
    """The search for changes steps by six hours, and shifted intervals are searched for three days at either end."""
    changes_seen = 0
    for name in zone_names():
        times, offsets = _transitions(name)
        assert all(abs(offset) <= 16 * 3600 for offset in offsets), name
        moving = [time for time, old, new in zip(times, offsets, offsets[1:], strict=False) if old != new]
        assert all(later - earlier > 6 * 3600 for earlier, later in pairwise(moving)), name
        changes_seen += len(moving)
    assert changes_seen > 10_000


def test_every_change_of_every_zone_is_found() -> None:
    """The changes found by stepping through the years are those written in the release."""
    for name in ("America/New_York", "Europe/Dublin", "Pacific/Apia", "Africa/Casablanca", "America/St_Johns"):
        times, offsets = _transitions(name)
        moving = [time for time, old, new in zip(times, offsets, offsets[1:], strict=False) if old != new]
        zone = Zone(name)
        years = range(1850, datetime.fromtimestamp(moving[-1], UTC).year + 1)
        found = [change for year in years for change in zone._changes_of(year)]  # noqa: SLF001 - the private search
        assert [change for change in found if change <= moving[-1] * 1_000_000] == [at * 1_000_000 for at in moving]


def _transitions(name: str) -> tuple[list[int], list[int]]:
    """Read the times of a zone's changes and the offsets before and after them, by RFC 9636."""
    raw = files(tzdata).joinpath("zoneinfo", *name.split("/")).read_bytes()
    counts = struct.unpack(">6l", raw[20:44])
    isutc, isstd, leaps, times, types, letters = counts
    at = 44 + times * 5 + types * 6 + letters + leaps * 8 + isstd + isutc
    isutc, isstd, leaps, times, types, letters = struct.unpack(">6l", raw[at + 20 : at + 44])
    at += 44
    moments = list(struct.unpack(f">{times}q", raw[at : at + 8 * times]))
    kinds = raw[at + 8 * times : at + 9 * times]
    at += 9 * times
    offsets = [struct.unpack(">l", raw[at + 6 * kind : at + 6 * kind + 4])[0] for kind in range(types)]
    return moments, [offsets[0], *(offsets[kind] for kind in kinds)]


def _us(text: str) -> int:
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
