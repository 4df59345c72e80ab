"""The table of what can be recognised: substances, their classes, and products that hold several of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cds.terminology.codes import Code

MATCHER_VERSION = 2
"""Raised with every change of this room that can change what an item is recognised as."""


@dataclass(frozen=True, slots=True)
class Substance:
    """One active ingredient: its id, the classes it belongs to, its names, brand names and codes."""

    id: str
    classes: frozenset[str]
    names: tuple[str, ...]
    brands: tuple[str, ...]
    codes: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """A product known by a code or by a brand name; `guess` says to confirm it.

    `others` says which ingredients it has besides `substances`: ones that the table has no substance for.
    """

    substances: tuple[str, ...]
    code: Code | None
    brand: str | None
    guess: bool
    others: tuple[str, ...] = ()


ProductOfCode = Callable[[Code], Product | None]
"""What a table of products says of a code; None where it does not know the code."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Concepts:
    """Everything a ruleset can recognise; `lookups` are asked for a code that nothing else here has."""

    substances: Mapping[str, Substance]
    products: tuple[Product, ...]
    classes: frozenset[str]
    lookups: tuple[ProductOfCode, ...] = ()

    def members(self, concept_class: str) -> frozenset[str]:
        """Give the ids of the substances that belong to a class."""
        return frozenset(s.id for s in self.substances.values() if concept_class in s.classes)
