"""The fact dictionary: every fact name with its type, unit, allowed values, question and codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from cds.terminology.codes import Code


class FactType(StrEnum):
    """The type of a fact's value (language §4.1)."""

    BOOLEAN = "boolean"
    ENUM = "enum"
    NUMBER = "number"
    QUANTITY = "quantity"
    TIME = "time"
    CONCEPT = "concept"
    CODE = "code"
    TEXT = "text"
    LIST = "list"


class FormulaName(StrEnum):
    """A formula by which a fact can be calculated (language §4.9)."""

    COCKCROFT_GAULT = "cockcroft_gault"
    IDEAL_BODY_WEIGHT = "ideal_body_weight"
    BODY_MASS_INDEX = "body_mass_index"


@dataclass(frozen=True, slots=True)
class Calculation:
    """How a fact is calculated: the formula, and pairs of what it calls an input and the fact that is put in."""

    formula: FormulaName
    inputs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FactCode:
    """A code that stands for a fact: for its `value` if it is an enum, for true if it is a boolean (language §4.10).

    One that is not `confirmed` is a guess. One with `together_with` counts only beside one of those codes.
    """

    code: Code
    value: str | None = None
    confirmed: bool = True
    together_with: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Declaration:
    """Declare one fact.

    `unit` is a UCUM code; `minimum` and `maximum` are in it. `molar_mass_g_per_mol` lets an amount of substance be
    converted to a mass. `taken` says that `<name>.taken` is a time fact of its own. A fact that is `calculated` is
    never given. A concept that is an `allergen` is recognised from the text of an allergy.
    """

    name: str
    type: FactType
    ask: str
    values: tuple[str, ...] = ()
    unit: str | None = None
    minimum: Fraction | None = None
    maximum: Fraction | None = None
    molar_mass_g_per_mol: Fraction | None = None
    by_day: bool = False
    not_after_as_of: bool = False
    taken: bool = False
    required: bool = False
    allergen: bool = False
    codes: tuple[FactCode, ...] = ()
    calculated: Calculation | None = None
    items: Mapping[str, Declaration] = field(default_factory=dict)
    """For a list: what its items hold, by name within the item, `<name>.taken` included."""


Dictionary = Mapping[str, Declaration]
"""All patient-level facts by full name, lists and `<name>.taken` times included; `as_of` is always there."""
