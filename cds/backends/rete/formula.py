"""Positive formulas over the properties of one message, and three-valued conditions made of two of them.

There is no negation here: a condition is a pair of formulas, one that holds when it is certainly true and one that
holds when it is certainly false. Where neither holds it is UNKNOWN, so a fact that is not known costs nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

MARK = "z"
"""A property that every message has."""


@dataclass(frozen=True, slots=True)
class Shifted:
    """Another property plus a constant."""

    column: str
    add: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compare a property with a constant or a shifted property; a message without the property fails it."""

    column: str
    operator: str
    """`$eq`, `$neq`, `$lt`, `$lte`, `$gt`, `$gte`, or `$ex` (with 1) for being there at all."""
    operand: int | str | Shifted


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold; without parts it always holds."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Some part holds; without parts it never holds. `exclusive` says that no two parts hold together."""

    parts: tuple[Formula, ...]
    exclusive: bool = False


Formula = Comparison | And | Or
ALWAYS = And(())
NEVER = Or(())


@dataclass(frozen=True, slots=True)
class Ternary:
    """A three-valued condition: when it is certainly true, and when it is certainly false."""

    true: Formula
    false: Formula

    def negated(self) -> Ternary:
        """Swap the two."""
        return Ternary(self.false, self.true)


UNDECIDABLE = Ternary(NEVER, NEVER)


def both(parts: Iterable[Ternary]) -> Ternary:
    """Give the conjunction: true if all are, false if any is."""
    parts = tuple(parts)
    return Ternary(conjunction(part.true for part in parts), disjunction(part.false for part in parts))


def either(parts: Iterable[Ternary]) -> Ternary:
    """Give the disjunction: true if any is, false if all are."""
    parts = tuple(parts)
    return Ternary(disjunction(part.true for part in parts), conjunction(part.false for part in parts))


def conjunction(parts: Iterable[Formula]) -> Formula:
    """Join parts by and, flat, without repetitions."""
    flat = dict.fromkeys(inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,)))
    if NEVER in flat:
        return NEVER
    return next(iter(flat)) if len(flat) == 1 else And(tuple(flat))


def disjunction(parts: Iterable[Formula]) -> Formula:
    """Join parts by or, flat, without repetitions."""
    flat = dict.fromkeys(
        inner for part in parts for inner in (part.parts if isinstance(part, Or) and not part.exclusive else (part,))
    )
    if ALWAYS in flat:
        return ALWAYS
    return next(iter(flat)) if len(flat) == 1 else Or(tuple(flat))


def paths(formula: Formula) -> int:
    """Count the ways in which one message can satisfy a formula at once: the network fires once for each."""
    match formula:
        case And(parts):
            return prod(map(paths, parts))
        case Or(parts, exclusive):
            return max(map(paths, parts)) if exclusive else sum(map(paths, parts))
        case _:
            return 1


def gates(formula: Formula) -> int:
    """Count the ands and ors."""
    return 0 if isinstance(formula, Comparison) else 1 + sum(map(gates, formula.parts))


def first_comparisons(formula: Formula) -> Counter[Comparison]:
    """Count the paths by the comparison they begin with, as the network orders them."""
    match formula:
        case And(parts) if parts:
            rest = prod(map(paths, parts[1:]))
            return Counter({comparison: count * rest for comparison, count in first_comparisons(parts[0]).items()})
        case Or(parts):
            return sum(map(first_comparisons, parts), Counter())
        case Comparison():
            return Counter({formula: 1})
        case _:
            return Counter({Comparison(MARK, "$ex", 1): 1})


def comparisons(formula: Formula) -> Iterator[Comparison]:
    """Give every comparison in a formula."""
    if isinstance(formula, Comparison):
        yield formula
        return
    for part in formula.parts:
        yield from comparisons(part)


def columns(formula: Formula) -> Iterator[str]:
    """Name every property that a formula looks at."""
    for comparison in comparisons(formula):
        yield comparison.column
        if isinstance(comparison.operand, Shifted):
            yield comparison.operand.column


def pattern(formula: Formula) -> Mapping[str, Any]:
    """Write a formula as the engine reads it: a pattern over a single message."""
    match formula:
        case Comparison(column, operator, operand):
            value = operand if isinstance(operand, int | str) else sum_of("$m", operand)
            return {column: value} if operator == "$eq" else {operator: {column: value}}
        case Or(parts):
            return {"$or": [pattern(part) for part in parts]}
        case And(parts) if parts:
            return {"$and": [pattern(part) for part in parts]}
        case _:
            return {"$ex": {MARK: 1}}


def sum_of(message: str, shifted: Shifted) -> Mapping[str, Any]:
    """Write a shifted property of a message, `$m` for the one that is looked at."""
    return {"$add": {"$l": {message: shifted.column}, "$r": shifted.add}}
