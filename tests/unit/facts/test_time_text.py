"""Times as decisions write them."""

from __future__ import annotations

import pytest

from cds.facts.instants import Zone, parse_instant
from cds.facts.time_text import day_text, span_text

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
