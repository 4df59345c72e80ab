"""The value of an observation as a facts document says it: exact, with its UCUM unit, or as an interval."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cds.facts.decimals import number_text, read_number
from cds.facts.dictionary import Declaration, FactType
from cds.facts.units import convert, quantity_text
from cds.fhir.reading import NoteKind
from cds.fhir.resources import Measured, Quantity

UCUM = "http://unitsofmeasure.org"
_ANNOTATION = re.compile(r"\{[^{}]*\}")
_BELOW, _ABOVE = ("<", "<="), (">", ">=")
_WORDS_WITHOUT_DIMENSION = frozenset({"inr", "ratio", "score"})


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why a value cannot stand for a fact; `detail` is its unit, if that is the reason."""

    kind: NoteKind
    detail: str = ""


def value_for(declared: Declaration, measured: Measured) -> Any:
    """Give the value of an observation for a fact, or why it has none that the fact could hold.

    Raises:
        InputError: the unit does not convert to the fact's, or the number has too many digits.
    """
    if declared.type is FactType.BOOLEAN:
        return Unusable(NoteKind.NO_VALUE) if measured.value_boolean is None else measured.value_boolean
    if declared.type is FactType.NUMBER:
        return _number(declared, measured)
    if declared.type is FactType.QUANTITY and measured.value_quantity is not None:
        return _quantity(declared, measured.value_quantity)
    return Unusable(NoteKind.NO_VALUE)


def _number(declared: Declaration, measured: Measured) -> Any:
    quantity = measured.value_quantity
    if quantity is None:
        whole = measured.value_integer
        return Unusable(NoteKind.NO_VALUE) if whole is None else number_text(read_number(whole))
    if not _is_dimensionless(quantity):
        return Unusable(NoteKind.UNIT, quantity.code or quantity.unit or "")
    if quantity.value is None:
        return Unusable(NoteKind.NO_VALUE)
    return _interval(declared, quantity, number_text(read_number(quantity.value)), number_text)


def _quantity(declared: Declaration, quantity: Quantity) -> Any:
    if quantity.value is None:
        return Unusable(NoteKind.NO_VALUE)
    if quantity.system != UCUM or not quantity.code:
        return Unusable(NoteKind.NO_UNIT)
    value, unit = read_number(quantity.value), str(declared.unit)
    convert(value, quantity.code, unit, molar_mass_g_per_mol=declared.molar_mass_g_per_mol)
    said = quantity_text(value, quantity.code)
    return _interval(declared, quantity, said, lambda limit: quantity_text(limit, unit))


def _is_dimensionless(quantity: Quantity) -> bool:
    if quantity.code:
        return quantity.code == "1" or _ANNOTATION.fullmatch(quantity.code) is not None
    unit = (quantity.unit or "").strip().casefold()
    return not unit or unit in _WORDS_WITHOUT_DIMENSION or _ANNOTATION.fullmatch(unit) is not None


def _interval(declared: Declaration, quantity: Quantity, said: str, text: Callable[[Fraction], str]) -> Any:
    """Give "less than" as the interval from the least that is possible, and "more than" up to the most."""
    if quantity.comparator is None:
        return said
    if quantity.comparator in _BELOW and declared.minimum is not None:
        return {"from": text(declared.minimum), "to": said}
    if quantity.comparator in _ABOVE and declared.maximum is not None:
        return {"from": said, "to": text(declared.maximum)}
    return Unusable(NoteKind.OPEN_ENDED, quantity.comparator)
