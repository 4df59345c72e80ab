"""Times as decisions write them."""

from __future__ import annotations

import pytest

from cds.facts.instants import Zone, parse_instant
from cds.facts.time_text import day_text, reckoned_text, span_text, whole_days, with_weekdays
from cds.facts.zones import DAY, LAST_DAY

NEW_YORK = Zone("America/New_York")


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        ("2026-11-21T14:00Z", "2026-11-21T14:00Z", "2026-11-21T09:00:00-05:00"),
        ("2026-11-01", "2026-11-01", "2026-11-01"),
        ("2026-11-01", "2026-11-03", "from 2026-11-01 to 2026-11-03"),
        ("2026-11-01", "2026-11-01T17:00Z", "from 2026-11-01T00:00:00-04:00 to 2026-11-01T12:00:00-05:00"),
        ("2026-11-01T17:00Z", "2026-11-01T18:00Z", "from 2026-11-01T12:00:00-05:00 to 2026-11-01T13:00:00-05:00"),
    ],
)
def test_a_time_is_written_as_exactly_as_it_is_known(low: str, high: str, text: str) -> None:
    """An instant has its offset, a whole day its date, an interval both ends."""
    span = parse_instant(low, NEW_YORK).low, parse_instant(high, NEW_YORK).high
    assert span_text(*span, NEW_YORK) == text


def test_an_instant_has_the_day_of_the_zone() -> None:
    """The day is the one that the site's calendar shows."""
    assert day_text(parse_instant("2026-11-22T04:59:59Z", NEW_YORK).low, NEW_YORK) == "2026-11-21"


@pytest.mark.parametrize(
    ("low", "high", "days"),
    [
        ("2026-11-01", "2026-11-01", 1),
        ("2026-11-01", "2026-11-03", 3),
        ("2026-11-01", "2026-11-01T17:00Z", None),
        ("2026-11-01T05:00Z", "2026-11-01", None),
        ("2026-11-01T17:00Z", "2026-11-01T17:00Z", None),
    ],
)
def test_whole_days_are_told_from_stretches_of_time(low: str, high: str, days: int | None) -> None:
    """From midnight to midnight, in the zone."""
    found = whole_days(parse_instant(low, NEW_YORK).low, parse_instant(high, NEW_YORK).high, NEW_YORK)
    assert (None if found is None else found[1] - found[0] + 1) == days


def test_a_time_that_was_counted_is_written_if_a_calendar_has_it() -> None:
    """As an instant or its day; beyond the years 1 to 9999 there is no date."""
    now = parse_instant("2026-11-21T14:00Z", NEW_YORK).low
    assert reckoned_text(now, NEW_YORK, by_day=False) == "2026-11-21T09:00:00-05:00"
    assert reckoned_text(now, NEW_YORK, by_day=True) == "2026-11-21"
    for beyond in (now + 9000 * 366 * DAY, now - 3000 * 366 * DAY, NEW_YORK.end_of_day(LAST_DAY)):
        for by_day in (True, False):
            assert reckoned_text(beyond, NEW_YORK, by_day=by_day) is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("2026-11-23", "Mon 2026-11-23"),
        ("2026-11-23T08:00:00-05:00", "Mon 2026-11-23 08:00 -05:00"),
        ("2026-11-22T08:00:30-05:00", "Sun 2026-11-22 08:00:30 -05:00"),
        ("2026-11-28T08:00:00.500000+05:30", "Sat 2026-11-28 08:00:00.500000 +05:30"),
        ("1880-01-01T00:00:00-04:56:02", "Thu 1880-01-01 00:00 -04:56:02"),
        ("from 2026-11-24 to 2026-11-25", "from Tue 2026-11-24 to Wed 2026-11-25"),
        ("2026-11-26, 2026-11-27T23:59Z", "Thu 2026-11-26, Fri 2026-11-27 23:59 Z"),
        ("2026-13-01 12026-11-23 2026-11-231 2026-11-23T25", "2026-13-01 12026-11-23 2026-11-231 2026-11-23T25"),
    ],
)
def test_people_read_weekdays(data: str, words: str) -> None:
    """In front of the date, whose order stays; what is no time stays as it is."""
    assert with_weekdays(data) == words
