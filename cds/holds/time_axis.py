"""The time axis of a drawing: which stretch of time it shows, where an instant lies on it, and its days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cds.facts.zones import DAY, FIRST_DAY, LAST_DAY, Zone
from cds.holds.written_times import Span

_WIDEST = 16 * DAY
"""What would make a drawing wider than this is told at its edge, so that the days that matter stay wide."""
_NARROWEST = 7 * DAY
_SPACE_OF_A_LABEL = 34
_STEPS = (1, 2, 7, 14, 28, 91, 364)


@dataclass(frozen=True, slots=True)
class Axis:
    """A stretch of time laid between two places, by elapsed time: the day of a clock change is wider or narrower."""

    zone: Zone
    low: int
    high: int
    left: float
    right: float

    def place(self, instant: int) -> float:
        """Give where an instant lies; what is outside the stretch lies on its edge."""
        inside = min(max(instant, self.low), self.high)
        return self.left + (self.right - self.left) * (inside - self.low) / (self.high - self.low)

    def shows(self, instant: int) -> bool:
        """Tell whether an instant is within the stretch."""
        return self.low <= instant <= self.high

    def days(self) -> Iterator[tuple[float, float, int]]:
        """Give where each day begins and ends, and its number."""
        for day in range(self.zone.day_of(self.low), self.zone.day_of(self.high) + 1):
            start, end = self.zone.start_of_day(day), self.zone.end_of_day(day)
            if start < end:  # a zone may have skipped a day
                yield self.place(start), self.place(end), day

    def labelled_days(self) -> Iterator[tuple[float, int]]:
        """Give the days that have room for a label, with the middle of each."""
        days = [*self.days()]
        a_day = (self.right - self.left) / max(len(days), 1)
        step = next((step for step in _STEPS if step * a_day >= _SPACE_OF_A_LABEL), _STEPS[-1])
        for start, end, day in days:
            # Weeks are labelled on their Mondays; the first day number was a Monday.
            if (day - 1) % step == 0:
                yield (start + end) / 2, day


def axis_of(core: Iterable[Span], around: Iterable[Span], zone: Zone, *, left: float, right: float) -> Axis:
    """Lay out an axis of whole days that shows all of `core`, and of `around`, what comes first foremost, what fits."""
    shown = [*core]
    low, high = min(span.low for span in shown), max(span.high for span in shown)
    for span in around:
        wider = min(low, span.low), max(high, span.high)
        if wider[1] - wider[0] <= _WIDEST:
            low, high = wider
    first, last = max(zone.day_of(min(low, high - _NARROWEST)), FIRST_DAY), min(zone.day_of(high), LAST_DAY)
    return Axis(zone, zone.start_of_day(first), zone.end_of_day(last), left, right)
