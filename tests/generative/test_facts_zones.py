"""Days and shifts in every zone, against a library with a reader and a calendar of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib.resources import as_file, files

import pytest
import tzdata
import whenever
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.facts.instants import format_instant, parse_exact_instant, parse_instant
from cds.facts.zones import DAY, Zone, zone_names

SECOND = 1_000_000
MINUTE = 60 * SECOND
FIRST, LAST = date(1850, 1, 1).toordinal(), date(2120, 1, 1).toordinal()
EPOCH = date(1970, 1, 1).toordinal()

names = st.sampled_from(sorted(zone_names()))
lively = st.sampled_from(
    [
        "America/New_York",
        "Europe/Berlin",
        "Australia/Lord_Howe",
        "America/Sao_Paulo",
        "Africa/Casablanca",
        "Asia/Beirut",
    ]
)
days = st.integers(min_value=FIRST, max_value=LAST)
instants = st.integers(min_value=(FIRST - EPOCH) * DAY, max_value=(LAST - EPOCH) * DAY)


@pytest.fixture(scope="module", autouse=True)
def _same_release() -> Iterator[None]:
    """Let the other library read the same release, but by itself."""
    with as_file(files(tzdata).joinpath("zoneinfo")) as folder:
        whenever.reset_tzpath([str(folder)])
        whenever.clear_tzcache()
        yield
    whenever.reset_tzpath()
    whenever.clear_tzcache()


@st.composite
def near_changes(draw: st.DrawFn, zones: st.SearchStrategy[str] = names) -> tuple[str, int]:
    """Draw a zone and an instant, if possible within two days of a change of the clock."""
    name, instant = draw(zones), draw(instants)
    change = _other(instant, name).next_transition()
    near = draw(st.one_of(st.integers(-2 * DAY, 2 * DAY), st.sampled_from([-SECOND, -1, 0, 1, SECOND])))
    return name, instant if change is None else _microseconds(change) + near


@settings(deadline=None)
@given(near_changes())
def test_wall_clocks_agree(zone_and_instant: tuple[str, int]) -> None:
    """The day, the written form and the way back agree for any instant in any zone."""
    name, instant = zone_and_instant
    zone, other = Zone(name), _other(instant, name)
    assert zone.day_of(instant) == _ordinal(other)
    written = format_instant(instant, zone)
    assert written[:19] == other.to_plain().format_iso()[:19]
    if written[-3] == ":" and len(written.rpartition("+" if "+" in written else "-")[2]) == len("05:00"):
        assert parse_exact_instant(written) == instant


@settings(deadline=None)
@given(near_changes())
def test_days_start_alike(zone_and_instant: tuple[str, int]) -> None:
    """A day starts where the other library says, asked at noon, unless the zone skipped that noon."""
    name, instant = zone_and_instant
    zone = Zone(name)
    day = zone.day_of(instant)
    noon = whenever.PlainDateTime(f"{date.fromordinal(day)}T12:00").assume_tz(name, disambiguation="compatible")
    if _ordinal(noon) == day:
        assert zone.start_of_day(day) == _microseconds(noon.start_of("day"))


@settings(deadline=None)
@given(near_changes())
def test_changes_agree(zone_and_instant: tuple[str, int]) -> None:
    """The next change of the offset after an instant is the one that the other library finds."""
    name, instant = zone_and_instant
    change = _other(instant, name).next_transition()
    while change is not None and change.offset == change.subtract(microseconds=1).offset:
        change = change.next_transition()
    year = _other(instant, name).to_tz("UTC").year
    found = [at for each in (year, year + 1) for at in Zone(name)._changes_of(each) if at > instant]  # noqa: SLF001
    if change is not None and change.to_tz("UTC").year <= year + 1:
        assert found[0] == _microseconds(change)
    else:
        assert found == []


@settings(deadline=None)
@given(near_changes())
def test_a_day_has_exactly_the_instants_of_its_date(zone_and_instant: tuple[str, int]) -> None:
    """Nothing before its start or after its end shows the date; start, end and the instant itself do."""
    name, instant = zone_and_instant
    zone = Zone(name)
    day = zone.day_of(instant)
    start, end = zone.start_of_day(day), zone.end_of_day(day)
    assert start <= instant <= end
    assert zone.day_of(start) == zone.day_of(end) == day
    around = range(0, 2 * DAY, 5 * MINUTE)
    assert all(zone.day_of(start - 1 - step) != day for step in around)
    assert all(zone.day_of(end + 1 + step) != day for step in around)


@settings(deadline=None)
@given(names, days)
def test_days_leave_no_gap(name: str, day: int) -> None:
    """A day ends just before the next one starts, or later where the clock goes back at midnight."""
    zone = Zone(name)
    assert zone.end_of_day(day) >= zone.start_of_day(day + 1) - 1
    assert zone.end_of_day(day) - zone.start_of_day(day) <= 2 * DAY


@settings(deadline=None)
@given(near_changes(), st.integers(-800, 800))
def test_shifts_agree(zone_and_instant: tuple[str, int], by: int) -> None:
    """A shift lands where the other library resolves the same wall time (language 7.7)."""
    name, instant = zone_and_instant
    assert Zone(name).shift_days(instant, by) == _shifted(instant, by, name)


@settings(deadline=None)
@given(near_changes(lively), near_changes(lively), st.integers(-400, 400))
def test_shifts_towards_a_change_agree(zone_and_instant: tuple[str, int], target: tuple[str, int], hours: int) -> None:
    """A shift that lands near another change of the zone agrees, too."""
    name, instant = zone_and_instant
    by = (target[1] - instant) // DAY
    start = instant + hours * MINUTE
    assert Zone(name).shift_days(start, by) == _shifted(start, by, name)


@settings(deadline=None)
@given(near_changes(lively), st.integers(0, 36 * 60), st.integers(-3, 3), st.integers(0, 1))
def test_a_shifted_interval_has_exactly_the_extremes_of_its_instants(
    zone_and_instant: tuple[str, int], minutes: int, by: int, to_a_change: int
) -> None:
    """Since the middle of the last century clocks change on whole minutes: trying each minute finds every extreme."""
    name, instant = zone_and_instant
    zone = Zone(name)
    middle = max(instant, parse_exact_instant("1972-06-01T00:00Z")) // MINUTE * MINUTE
    low = middle - by * DAY * to_a_change
    high = low + minutes * MINUTE
    every = [at for step in range(low, high + 1, MINUTE) for at in (step, step - 1) if low <= at <= high]
    shifted = [zone.shift_days(at, by) for at in every]
    assert zone.shift_days_span(low, high, by) == (min(shifted), max(shifted))


@settings(deadline=None)
@given(near_changes(lively), st.integers(0, 400 * DAY), st.integers(0, 400 * DAY), st.integers(-800, 800))
def test_a_wider_interval_has_a_wider_shift(zone_and_instant: tuple[str, int], width: int, more: int, by: int) -> None:
    """What is known less exactly is not moved to something more exact."""
    name, low = zone_and_instant
    zone = Zone(name)
    narrow = zone.shift_days_span(low, low + width, by)
    wide = zone.shift_days_span(low - more, low + width + more, by)
    assert wide[0] <= narrow[0] <= narrow[1] <= wide[1]


@settings(deadline=None)
@given(near_changes())
def test_a_date_is_the_interval_of_its_day(zone_and_instant: tuple[str, int]) -> None:
    """Reading the date of an instant gives an interval with that instant in it."""
    name, instant = zone_and_instant
    zone = Zone(name)
    span = parse_instant(date.fromordinal(zone.day_of(instant)).isoformat(), zone)
    assert span.low <= instant <= span.high


def _other(instant: int, name: str) -> whenever.ZonedDateTime:
    return whenever.Instant.from_timestamp(instant, unit="microsecond").to_tz(name)


def _microseconds(moment: whenever.ZonedDateTime) -> int:
    return moment.timestamp(unit="microsecond")


def _ordinal(moment: whenever.ZonedDateTime) -> int:
    return date.fromisoformat(moment.date().format_iso()).toordinal()


def _shifted(instant: int, by: int, name: str) -> int:
    """Move by calendar days with the other library: the same wall time, resolved as the language says."""
    start = _other(instant, name)
    wall = start.to_plain()
    is_second = start.is_repeated() and start != wall.assume_tz(name, disambiguation="earlier")
    moved = wall.add(days=by)
    resolved = moved.assume_tz(name, disambiguation="compatible")
    if is_second and resolved.is_repeated():
        resolved = moved.assume_tz(name, disambiguation="later")
    return _microseconds(resolved)
