"""Signals: the three-valued answers that a program's conditions are put together from.

A condition is split by what it is about. What is only about the patient becomes a signal of the patient, so that a
message about an item holds a flag for it and not the patient's facts; what a quantifier asks of an item becomes a
signal of that item. Equal conditions are one signal, so worlds share all in which they do not differ.

The engine answers heads and joins. How the answers per item are combined over a list, with its closure, is decided
by `cds.ir.kleene`, which the reference engine uses too.
"""

from __future__ import annotations

from dataclasses import dataclass

from cds.backends.rete.column import OUTER
from cds.backends.rete.formula import Comparison, Formula, Ternary, columns
from cds.backends.rete.leaf import flag

FLAG = "q"
"""Begins the property that a signal is: 1 where it is TRUE, 0 where it is FALSE, not there where it is UNKNOWN."""

Guard = frozenset[str] | None
"""The substances of an item for which a signal is looked at; None for any."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a signal is about: the patient, an item of a list, or an item of a list and an outer item of another."""

    list: str | None = None
    outer: str | None = None


PATIENT_PLACE = Place()


@dataclass(slots=True)
class Head:
    """A condition over the properties of one message."""

    id: int
    place: Place
    level: int
    condition: Ternary
    step: str
    """The step that first needed it: named if the engine cannot take it."""
    guard: Guard = None
    """The substances for which it can be other than FALSE."""


@dataclass(slots=True)
class Join:
    """A comparison of a property of an item with one of the patient's, which is in another message."""

    id: int
    place: Place
    level: int
    condition: Ternary
    step: str


@dataclass(slots=True)
class Quantifier:
    """`exists` or `every` over the answers of a signal for the items of a list."""

    id: int
    place: Place
    level: int
    quantifier: str
    body: int
    list: str
    without_own: bool


@dataclass(frozen=True, slots=True)
class Result:
    """The answer of a step: a signal, and for a rule per item its list and the signal of its group."""

    signal: int
    list: str | None = None
    group: int | None = None


@dataclass(slots=True)
class AnyApplies:
    """Any of several rules applies."""

    id: int
    place: Place
    level: int
    results: tuple[Result, ...]


Signal = Head | Join | Quantifier | AnyApplies


class Signals:
    """Number signals, each after all that it depends on; ask twice for the same and get the same."""

    def __init__(self) -> None:
        self.all: list[Signal] = []
        self._known: dict[tuple[object, ...], int] = {}

    def head(self, place: Place, condition: Ternary, step: str, guard: Guard = None) -> int:
        """Give the head with this condition; `guard` is what the caller knows about it."""
        key = ("head", place, condition)
        if key not in self._known:
            used = [*signals_in(condition.true), *signals_in(condition.false)]
            level = max((self.all[id_].level + 1 for id_ in used), default=0)
            self._add(key, Head(len(self.all), place, level, condition, step))
        found = self.all[self._known[key]]
        if isinstance(found, Head) and found.guard is None:
            found.guard = guard
        return found.id

    def join(self, place: Place, condition: Ternary, step: str) -> int:
        """Give the join with this condition."""
        return self._add(("join", place, condition), Join(len(self.all), place, 0, condition, step))

    def quantifier(self, place: Place, quantifier: str, body: int, list_name: str, *, without_own: bool) -> int:
        """Give the quantifier over a body."""
        level = self.all[body].level
        made = Quantifier(len(self.all), place, level, quantifier, body, list_name, without_own)
        return self._add(("quantifier", place, quantifier, body, without_own), made)

    def any_applies(self, results: tuple[Result, ...]) -> int:
        """Give the signal that any of these results is TRUE."""
        used = {result.signal for result in results} | {r.group for r in results if r.group is not None}
        level = max((self.all[id_].level for id_ in used), default=0)
        made = AnyApplies(len(self.all), PATIENT_PLACE, level, results)
        return self._add(("any", results), made)

    def _add(self, key: tuple[object, ...], made: Signal) -> int:
        if key not in self._known:
            self._known[key] = made.id
            self.all.append(made)
        return self._known[key]


def flag_of(signal: int, *, of_outer: bool = False) -> Ternary:
    """Give the condition that a signal is TRUE."""
    return flag(f"{OUTER if of_outer else ''}{FLAG}{signal}")


def signal_behind(condition: Ternary) -> int | None:
    """Give the signal that a condition is nothing but the flag of."""
    if isinstance(condition.true, Comparison) and condition == flag(condition.true.column):
        return signal_in(condition.true.column)
    return None


def signal_in(column: str) -> int | None:
    """Give the signal that a property is the flag of, None for the property of a fact."""
    name = column.removeprefix(OUTER)
    return int(name.removeprefix(FLAG)) if name.startswith(FLAG) else None


def signals_in(formula: Formula) -> frozenset[int]:
    """Give the signals whose flags a formula looks at."""
    return frozenset(id_ for column in columns(formula) if (id_ := signal_in(column)) is not None)
