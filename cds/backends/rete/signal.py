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
from cds.backends.rete.formula import Comparison, Ternary, columns
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


@dataclass(slots=True, kw_only=True)
class Answer:
    """What all signals have."""

    id: int
    place: Place
    level: int
    """One more than that of the signals whose flags it looks at."""
    guard: Guard = None
    """The substances of its item for which it can be other than FALSE."""


@dataclass(slots=True, kw_only=True)
class Head(Answer):
    """A condition over the properties of one message."""

    condition: Ternary
    step: str
    """The step that first needed it: named if the engine cannot take it."""


@dataclass(slots=True, kw_only=True)
class Join(Answer):
    """A comparison of a property of an item with one of the patient's, which is in another message."""

    condition: Ternary
    step: str


@dataclass(frozen=True, slots=True)
class Result:
    """The answer of a step: a signal, and for a rule per item its list and the signal of its group."""

    signal: int
    list: str | None = None
    group: int | None = None


@dataclass(slots=True, kw_only=True)
class Quantifier(Answer):
    """`exists` or `every` over the answers of a signal for the items of a list."""

    quantifier: str
    body: int
    list: str
    without_own: bool


@dataclass(slots=True, kw_only=True)
class AnyApplies(Answer):
    """Any of several rules applies."""

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
            used = map(signal_in, columns_of(condition))
            level = max((self.all[id_].level + 1 for id_ in used if id_ is not None), default=0)
            self._add(key, Head(id=len(self.all), place=place, level=level, condition=condition, step=step))
        found = self.all[self._known[key]]
        if found.guard is None:
            found.guard = guard
        return found.id

    def join(self, place: Place, condition: Ternary, step: str) -> int:
        """Give the join with this condition."""
        made = Join(id=len(self.all), place=place, level=0, condition=condition, step=step)
        return self._add(("join", place, condition), made)

    def quantifier(self, place: Place, quantifier: str, body: int, list_name: str, *, without_own: bool) -> int:
        """Give the quantifier over a body."""
        level = self.all[body].level
        made = Quantifier(
            id=len(self.all),
            place=place,
            level=level,
            quantifier=quantifier,
            body=body,
            list=list_name,
            without_own=without_own,
        )
        return self._add(("quantifier", place, quantifier, body, without_own), made)

    def any_applies(self, results: tuple[Result, ...]) -> int:
        """Give the signal that any of these results is TRUE."""
        used = {result.signal for result in results} | {r.group for r in results if r.group is not None}
        level = max((self.all[id_].level for id_ in used), default=0)
        made = AnyApplies(id=len(self.all), place=PATIENT_PLACE, level=level, results=results)
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


def columns_of(condition: Ternary) -> frozenset[str]:
    """Name the properties that a condition looks at."""
    return frozenset((*columns(condition.true), *columns(condition.false)))
