"""Times and durations in text."""

from __future__ import annotations

from datetime import date

import pytest

from cds.errors import InputError
from cds.facts.instants import (
    Duration,
    Zone,
    format_day,
    format_instant,
    format_utc,
    parse_day,
    parse_duration,
    parse_exact_instant,
    parse_instant,
)
from cds.facts.model import TimeSpan

NEW_YORK = Zone("America/New_York")
MINUTE = 60_000_000


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-21T09:00:00-05:00", "2026-11-21T14:00:00.000000Z"),
        ("2026-11-21T09:00-05:00", "2026-11-21T14:00:00.000000Z"),
        ("2026-11-21T14:00Z", "2026-11-21T14:00:00.000000Z"),
        ("2026-11-21T14:00:00.5Z", "2026-11-21T14:00:00.500000Z"),
        ("2026-11-21T14:00:00.123456+00:00", "2026-11-21T14:00:00.123456Z"),
        ("2028-02-29T23:59:59.999999+14:00", "2028-02-29T09:59:59.999999Z"),
        ("0001-01-02T00:00Z", "0001-01-02T00:00:00.000000Z"),
        ("9999-12-30T23:59:59.999999Z", "9999-12-30T23:59:59.999999Z"),
    ],
)
def test_reads_instants_with_an_offset(text: str, utc: str) -> None:
    """Seconds and their fractions may be left out; an offset may not."""
    span = parse_instant(text, NEW_YORK)
    assert span.low == span.high
    assert format_utc(span.low) == utc
    assert parse_exact_instant(utc) == span.low


def test_reads_a_date_as_its_whole_day() -> None:
    """A date is the interval of its day in the zone, which can have 25 hours."""
    span = parse_instant("2026-11-01", NEW_YORK)
    assert span == TimeSpan(
        parse_exact_instant("2026-11-01T00:00-04:00"), parse_exact_instant("2026-11-01T23:59:59.999999-05:00")
    )


def test_by_day_an_instant_stands_for_its_day() -> None:
    """A fact of granularity day is the same, told as a date or with a time."""
    told = parse_instant("2026-11-01T03:30:00Z", NEW_YORK, by_day=True)
    assert told == parse_instant("2026-10-31", NEW_YORK, by_day=True) == parse_instant("2026-10-31", NEW_YORK)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "2026-11-21 09:00Z",
        "2026-11-21t09:00Z",
        "2026-11-21T09:00z",
        "2026-11-21T09Z",
        "2026-11-21T09:00:00.1234567Z",
        "2026-11-21T09:00:00,5Z",
        "2026-11-21T09:00-05",
        "2026-11-21T09:00-0500",
        "20261121T0900Z",
        "2026-W47-6",
        "21.11.2026",
        "11/21/2026",
        "2026-1-1",
        "+2026-11-21",
        "\uff12\uff10\uff12\uff16-11-21",
        "2026-11-21T09:00Z\n",
    ],
)
def test_refuses_other_notations(text: str) -> None:
    """The message says what is expected."""
    with pytest.raises(InputError) as caught:
        parse_instant(text, NEW_YORK)
    assert "is not a time; expected date, time and offset, for example `2026-11-21T09:00:00-05:00`, or a date" in str(
        caught.value
    )


@pytest.mark.parametrize("text", ["2026-11-21T09:00", "2026-11-21T09:00:00.5"])
def test_refuses_a_time_without_offset(text: str) -> None:
    """A wall time without an offset can be two instants."""
    with pytest.raises(InputError, match="has no offset"):
        parse_instant(text, NEW_YORK)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T24:00Z",
        "2026-11-21T09:60Z",
        "2026-11-21T23:59:60Z",
        "2026-02-29T09:00Z",
        "2026-13-01T09:00Z",
        "0000-01-01T09:00Z",
        "2026-11-21T09:00+24:00",
    ],
)
def test_refuses_times_that_do_not_exist(text: str) -> None:
    """There is no 24:00, no sixtieth second and no 29 February in 2026."""
    with pytest.raises(InputError, match="is not on the clock or the calendar"):
        parse_instant(text, NEW_YORK)


@pytest.mark.parametrize("text", ["2026-02-29", "2026-00-01", "2026-04-31", "0000-01-01"])
def test_refuses_dates_that_do_not_exist(text: str) -> None:
    """A date has to be on the calendar."""
    with pytest.raises(InputError, match="is not on the calendar"):
        parse_instant(text, NEW_YORK)


@pytest.mark.parametrize("text", ["0001-01-01T23:59:59.999999Z", "9999-12-31T00:00Z", "0001-01-01T00:00+14:00"])
def test_refuses_instants_at_the_ends_of_the_calendar(text: str) -> None:
    """An instant needs a date in every zone."""
    with pytest.raises(InputError, match="outside the years 1 to 9999"):
        parse_instant(text, NEW_YORK)


def test_refuses_a_day_that_the_zone_skipped() -> None:
    """Samoa had no 30 December 2011."""
    with pytest.raises(InputError, match="there was no 2011-12-30 in `Pacific/Apia`"):
        parse_instant("2011-12-30", Zone("Pacific/Apia"))


def test_refuses_what_is_no_date_where_a_date_is_needed() -> None:
    """A day is written as a date."""
    assert format_day(parse_day("2028-02-29")) == "2028-02-29"
    with pytest.raises(InputError, match="is not a date"):
        parse_day("2028-02-29T00:00Z")


def test_writes_instants_with_the_offset_of_the_zone() -> None:
    """Microseconds stand only where there are some."""
    instant = parse_exact_instant("2026-07-01T12:00Z")
    assert format_instant(instant, NEW_YORK) == "2026-07-01T08:00:00-04:00"
    assert format_instant(instant + 1, NEW_YORK) == "2026-07-01T08:00:00.000001-04:00"
    assert format_day(date(1, 1, 1).toordinal()) == "0001-01-01"


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("90 min", Duration(90 * MINUTE, in_days=False)),
        ("12 h", Duration(720 * MINUTE, in_days=False)),
        ("1.5 h", Duration(90 * MINUTE, in_days=False)),
        ("0 min", Duration(0, in_days=False)),
        ("5 d", Duration(5, in_days=True)),
        ("6 wk", Duration(42, in_days=True)),
        ("0 d", Duration(0, in_days=True)),
        ("3652059 d", Duration(3652059, in_days=True)),
    ],
)
def test_reads_durations(text: str, duration: Duration) -> None:
    """Minutes and hours elapse, days and weeks are counted on the calendar."""
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("6 mo", "`6 mo` is not a duration; expected a duration in `min`, `h`, `d` or `wk`, for example `6 wk`"),
        ("1 a", "`1 a` is not a duration; expected a duration in `min`, `h`, `d` or `wk`, for example `6 wk`"),
        ("30 s", "`30 s` is not a duration; expected a duration in `min`, `h`, `d` or `wk`, for example `6 wk`"),
        ("-5 d", "`-5 d` is negative; expected a duration in `min`, `h`, `d` or `wk`, for example `6 wk`"),
        ("1.5 d", "`1.5 d` is not whole; expected whole days"),
        ("1e-9 min", "`1e-9 min` is not whole; expected whole microseconds"),
        ("1e30 d", "`1e30 d` is too long; expected less than 10000 years"),
        ("1e30 h", "`1e30 h` is too long; expected less than 10000 years"),
        ("5 days", "`days` is not a UCUM unit; did you mean `d`?"),
        ("5", "`5` has no unit; expected a number, a space and a UCUM unit, for example `1.2 mg/dL`"),
    ],
)
def test_refuses_what_is_no_duration(text: str, message: str) -> None:
    """There are no months and no years, and no half days."""
    with pytest.raises(InputError) as caught:
        parse_duration(text)
    assert str(caught.value) == message
