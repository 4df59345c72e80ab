"""The properties of messages that facts become: words, flags, and pairs of bounds, as strings and integers only.

A number becomes an integer that stands in the same order to every threshold of the program: twice the value in units
of 1/scale, rounded down, and one more if it was not whole. A time is microseconds, or the number of its day. Both
are intervals, `<name>l` to `<name>h`. An unknown word or number has no property at all. An unknown time has bounds
that no comparison gets past, because the engine must never compare with a property that is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import chain

from cds.errors import EngineFailure
from cds.facts.instants import Zone
from cds.facts.model import Span, TimeSpan, Unknown, Value, Word

FAR = 2**58
"""No threshold, duration or time lies beyond it."""
BEYOND = 2**60
"""The bounds of an unknown time. BEYOND + FAR is below 2**63, so that the engine's sums never overflow."""

OUTER = "o"
"""Begins the properties of the outer item in a message about two items; no form begins with it."""

Property = int | str
Properties = dict[str, Property]
Encoded = Iterable[tuple[str, Property]]
_Encode = Callable[["Column", Value, Zone], Encoded]


class Form(StrEnum):
    """What becomes of a fact."""

    WORD = "w"
    TRUTH = "b"
    MEMBER = "m"
    KNOWN = "k"
    NUMBER = "n"
    TIME = "t"
    DAY = "d"
    MOVED = "v"


@dataclass(frozen=True, slots=True)
class Column:
    """One way in which a fact is put into messages; `list` is None for a fact of the patient."""

    name: str
    list: str | None
    fact: str
    form: Form
    members: frozenset[str] = frozenset()
    """For MEMBER: the substances of the class."""
    number: int = 0
    """For NUMBER the scale, for MOVED the calendar days that a time is moved by."""

    @property
    def low(self) -> str:
        """Name the lower bound."""
        return f"{self.name}l"

    @property
    def high(self) -> str:
        """Name the upper bound."""
        return f"{self.name}h"

    @property
    def names(self) -> tuple[str, ...]:
        """Name the properties."""
        return (self.low, self.high) if self.form in _BOUNDED else (self.name,)

    def of_outer(self) -> Column:
        """Give the column as a message about two items has it for the outer one."""
        return replace(self, name=f"{OUTER}{self.name}")

    def unknown(self) -> Iterator[tuple[str, Property]]:
        """Give the properties of an unknown fact."""
        if self.form in _TIMES:
            yield from ((self.low, -BEYOND), (self.high, BEYOND))
        elif self.form is Form.KNOWN:
            yield self.name, 0


_TIMES = frozenset({Form.TIME, Form.DAY, Form.MOVED})
_BOUNDED = _TIMES | {Form.NUMBER}


class Encoder:
    """Put the facts of one patient, or of one item, into properties."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self._by_fact: dict[str, list[tuple[_Encode, Column]]] = {}
        self._of_unknown: Properties = {}
        self._of_words: dict[tuple[str, str | bool], Properties] = {}
        for column in columns:
            self._by_fact.setdefault(column.fact, []).append((_ENCODERS[column.form], column))
            self._of_unknown.update(column.unknown())

    def encode(self, values: Mapping[str, Value], zone: Zone) -> Properties:
        """Give the properties of all facts that the program looks at.

        Raises:
            EngineFailure: a value is not of the type that the program compares.
        """
        properties = self._of_unknown.copy()
        for name, value in values.items():
            if name not in self._by_fact or isinstance(value, Unknown):
                continue
            if isinstance(value, Word):
                properties.update(self._encode_word(name, value, zone))
            else:
                for encode, column in self._by_fact[name]:
                    properties.update(encode(column, value, zone))
        return properties

    def _encode_word(self, name: str, value: Word, zone: Zone) -> Properties:
        """Encode a word once: there are not many, and some are looked at by many classes."""
        found = self._of_words.get((name, value.value))
        if found is None:
            encoded = (encode(column, value, zone) for encode, column in self._by_fact[name])
            found = self._of_words[name, value.value] = dict(chain.from_iterable(encoded))
        return found


def scaled(value: Fraction, scale: int) -> int:
    """Give the integer that stands for a number among thresholds that are multiples of 1/scale."""
    whole, rest = divmod(value.numerator * scale, value.denominator)
    return 2 * whole + (rest != 0)


def token(word: str) -> str:
    """Give a word as a string that needs no escaping; different words give different strings."""
    plain = word.isascii() and word.isprintable() and not _ESCAPED.intersection(word)
    return word if plain else f"~{word.encode().hex()}"


_ESCAPED = frozenset('"\\~')


def _word(column: Column, value: Value, _zone: Zone) -> Encoded:
    if isinstance(value, Word) and isinstance(value.value, str):
        return ((column.name, token(value.value)),)
    raise _unfit(column)


def _truth(column: Column, value: Value, _zone: Zone) -> Encoded:
    if isinstance(value, Word) and isinstance(value.value, bool):
        return ((column.name, int(value.value)),)
    raise _unfit(column)


def _member(column: Column, value: Value, _zone: Zone) -> Encoded:
    if isinstance(value, Word):
        return ((column.name, int(value.value in column.members)),)
    raise _unfit(column)


def _known(column: Column, _value: Value, _zone: Zone) -> Encoded:
    return ((column.name, 1),)


def _number(column: Column, value: Value, _zone: Zone) -> Encoded:
    if not isinstance(value, Span):
        raise _unfit(column)
    low = _clamped(scaled(value.low, column.number))
    high = low if value.high == value.low else _clamped(scaled(value.high, column.number))
    return ((column.low, low), (column.high, high))


def _time(column: Column, value: Value, _zone: Zone) -> Encoded:
    span = _time_span(column, value)
    return _bounds(column, span.low, span.high)


def _day(column: Column, value: Value, zone: Zone) -> Encoded:
    span = _time_span(column, value)
    return _bounds(column, zone.day_of(span.low), zone.day_of(span.high))


def _moved(column: Column, value: Value, zone: Zone) -> Encoded:
    span = _time_span(column, value)
    return _bounds(column, *zone.shift_days_span(span.low, span.high, column.number))


def _time_span(column: Column, value: Value) -> TimeSpan:
    if isinstance(value, TimeSpan):
        return value
    raise _unfit(column)


def _bounds(column: Column, low: int, high: int) -> Encoded:
    if low < -FAR or high > FAR:
        raise EngineFailure(f"the time `{column.fact}` is out of the engine's range")
    return ((column.low, low), (column.high, high))


def _clamped(number: int) -> int:
    """Keep a number in range: every threshold lies within FAR, so what is farther need only stay beyond them."""
    return max(-FAR, min(FAR, number))


def _unfit(column: Column) -> EngineFailure:
    return EngineFailure(f"the value of `{column.fact}` is not of the type that the program compares")


_ENCODERS: Mapping[Form, _Encode] = {
    Form.WORD: _word,
    Form.TRUTH: _truth,
    Form.MEMBER: _member,
    Form.KNOWN: _known,
    Form.NUMBER: _number,
    Form.TIME: _time,
    Form.DAY: _day,
    Form.MOVED: _moved,
}
