"""Every operator on every type, with what it has to answer for every value and every way of being unknown.

The oracle is the definition of §7.5 and §7.6 taken at its word: a value is the set of what it may be, the operator a
predicate; T if it holds for all of them, F if it holds for none, else U; and U if nothing is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth

AS_OF = datetime(2026, 11, 21, tzinfo=UTC)
STEP = Fraction(1, 4)
BOUND = 5
NUMBERS = (4, 5, 6, (4, 5), (5, 6), (4, 6), (5, 5), (3, 4), (6, 7), (3, 7), (1, 2), (8, 9))
DURATIONS = (-1, 0, (-1, 0), (-1, 1), (-2, -1), (0, 5), (-1, 9), *NUMBERS)
Predicate = Callable[[Any], bool]


@dataclass(frozen=True)
class Value:
    """What a facts document says of a fact, and everything that the fact may then be; nothing if it is unknown."""

    said: Any
    may_be: tuple[Any, ...] = ()

    def truth(self, holds: Predicate) -> Truth:
        """Give the truth of a leaf by the definition."""
        found = {holds(value) for value in self.may_be}
        return UNKNOWN if len(found) != 1 else TRUE if found == {True} else FALSE


@dataclass(frozen=True)
class Grid:
    """One fact: how it is declared, the tests on it with what they mean, and the values that it is given."""

    declared: Mapping[str, Any]
    tests: tuple[tuple[Mapping[str, Any], Predicate], ...]
    values: tuple[Value, ...]


def grids() -> dict[str, Grid]:
    """Give the grid of every type that can stand in a condition, by the name of its fact."""
    return {
        "flag": _words({"type": "boolean"}, [True, False]),
        "word": _words({"type": "enum", "values": ["x", "y", "z"]}, ["x", "y", "z"]),
        "number": Grid({"type": "number"}, _bounds(""), _numbers(str)),
        "mass": Grid({"type": "quantity", "unit": "kg"}, _bounds(" kg"), _numbers(lambda kg: f"{kg * 1000} g")),
        "hours_before": _times("h", "before", timedelta(hours=-1)),
        "hours_after": _times("h", "after", timedelta(hours=1)),
        "days_before": _times("d", "before", timedelta(days=-1)),
        "weeks_after": _times("wk", "after", timedelta(weeks=1)),
        "day_before": _times("d", "before", timedelta(days=-1), granularity="day"),
        "day_after": _times("d", "after", timedelta(days=1), granularity="day"),
    }


def _unknown(one: Any, other: Any) -> Iterator[Value]:
    for said in (None, {"unknown": "absent"}, {"unknown": "refused"}, {"unknown": "not_assessed"}):
        yield Value(said)
    yield Value({"conflicting": [one, other]})


def _words(declared: Mapping[str, Any], words: Sequence[Any]) -> Grid:
    one, other, *_ = words
    values = (*(Value(word, (word,)) for word in words), *_unknown(one, other))
    return Grid(declared, _equality(one, other), values)


def _equality(one: Any, other: Any) -> tuple[tuple[Mapping[str, Any], Predicate], ...]:
    return (
        ({"is": one}, lambda value: value == one),
        ({"is": other}, lambda value: value == other),
        ({"is_not": one}, lambda value: value != one),
        ({"in": [one]}, lambda value: value == one),
        ({"in": [one, other]}, lambda value: value in (one, other)),
    )


def _bounds(unit: str, **anchor: str) -> tuple[tuple[Mapping[str, Any], Predicate], ...]:
    """Give the bounds; of times, `at_most` and `less_than` hold only when the first is not after the second (§7.7)."""
    least = 0 if anchor else -1000
    low, bound, high = (f"{number}{unit}" for number in (BOUND - 1, BOUND, BOUND + 1))
    return (
        ({"at_least": bound, **anchor}, lambda value: value >= BOUND),
        ({"more_than": bound, **anchor}, lambda value: value > BOUND),
        ({"at_most": bound, **anchor}, lambda value: least <= value <= BOUND),
        ({"less_than": bound, **anchor}, lambda value: least <= value < BOUND),
        ({"between": [low, high], **anchor}, lambda value: BOUND - 1 <= value <= BOUND + 1),
        ({"between": [bound, bound], **anchor}, lambda value: value == BOUND),
    )


def _numbers(said: Callable[[int], str]) -> tuple[Value, ...]:
    known = tuple(_spanned(number, said, STEP) for number in NUMBERS)
    return (*known, *_unknown(said(BOUND), said(BOUND + 1)))


def _times(unit: str, anchor: str, step: timedelta, granularity: str = "instant") -> Grid:
    by_day = granularity == "day"

    def said(amount: int) -> str:
        time = AS_OF + amount * step
        return time.date().isoformat() if by_day else time.isoformat()

    known = tuple(_spanned(amount, said, Fraction(1) if by_day else STEP, step) for amount in DURATIONS)
    return Grid(
        {"type": "time", "granularity": granularity},
        _bounds(f" {unit}", **{anchor: "as_of"}),
        (*known, *_unknown(said(BOUND), said(BOUND + 1))),
    )


def _spanned(
    amount: int | tuple[int, int], said: Callable[[int], str], step: Fraction, direction: timedelta = timedelta(1)
) -> Value:
    """Give a value or an interval, and all that it may be, in steps that no bound lies between."""
    if isinstance(amount, int):
        return Value(said(amount), (amount,))
    low, high = amount
    first, last = (low, high) if direction > timedelta(0) else (high, low)
    steps = int((high - low) / step)
    return Value({"from": said(first), "to": said(last)}, tuple(low + step * number for number in range(steps + 1)))
