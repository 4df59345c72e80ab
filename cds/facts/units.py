"""Quantities: a number with its UCUM unit, and exact conversion from unit to unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

from cds.errors import InputError
from cds.facts.decimals import is_writable, number_text, read_number, read_ratio
from cds.facts.tokens import quoted
from cds.facts.ucum import Unit, nearest_unit, parse_unit

EXPECTED = "a number, a space and a UCUM unit, for example `1.2 mg/dL`"
_RUN_TOGETHER = re.compile(r"(-?[0-9.]+)([^0-9.\s].*)")


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact number of a UCUM unit."""

    value: Fraction
    unit: str

    def __str__(self) -> str:
        """Render as it is written in a facts document."""
        return quantity_text(self.value, self.unit)


def parse_quantity(text: str) -> Quantity:
    """Read a quantity: `61 kg`, `210 10*9/L`, `2/d`.

    Raises:
        InputError: there is no number, no unit, or no such unit.
    """
    number, space, unit = text.partition(" ")
    if not space:
        number, slash, rest = text.partition("/")
        unit = slash + rest
    try:
        value = read_ratio(number) if "/" in number else read_number(number)
    except InputError as error:
        if space and unit:
            raise
        raise InputError(f"{quoted(text)} is not a quantity", expected=EXPECTED, suggestion=_parted(text)) from error
    if not unit:
        raise InputError(f"{quoted(text)} has no unit", expected=EXPECTED)
    parse_unit(unit)
    return Quantity(value, unit)


def quantity_text(value: Fraction, unit: str) -> str:
    """Write a quantity so that equal quantities of one unit look the same."""
    return f"{number_text(value)} {unit}"


def convert(value: Fraction, unit_from: str, unit_to: str, *, molar_mass_g_per_mol: Fraction | None = None) -> Fraction:
    """Convert a number of one UCUM unit into the number of another, exactly.

    With a molar mass, in g/mol, an amount of substance and a mass convert into each other.

    Raises:
        InputError: a unit is unknown, the two measure different things, or the result has too many digits.
    """
    if unit_from == unit_to:
        return value
    factor, offset = _line(unit_from, unit_to, molar_mass_g_per_mol)
    converted = value * factor + offset
    if not is_writable(converted):
        raise InputError(f"a quantity in {quoted(unit_from)} has too many digits in {quoted(unit_to)}")
    return converted


@lru_cache(maxsize=1024)
def _line(unit_from: str, unit_to: str, molar_mass: Fraction | None) -> tuple[Fraction, Fraction]:
    """Find factor and offset of the straight line from one unit to another."""
    start, end = parse_unit(unit_from), parse_unit(unit_to)
    if molar_mass:
        start = _with_mass_for_amount(start, end, molar_mass)
    known = _line_without_library(start, end)
    if known is not None:
        return known
    if not _is_convertible(start, end):
        meant = nearest_unit(unit_from)
        raise InputError(
            f"{quoted(unit_from)} cannot be converted to {quoted(unit_to)}: they measure different things",
            expected=f"a unit that converts to `{unit_to}`",
            suggestion=meant if meant and _is_convertible(parse_unit(meant), end) else None,
        )
    at_zero, at_one = (_between(start, end, Fraction(number)) for number in (0, 1))
    return at_one - at_zero, at_zero


_FAHRENHEIT_TO_CELSIUS = (Fraction(5, 9), Fraction(-160, 9))
_CELSIUS_TO_FAHRENHEIT = (Fraction(9, 5), Fraction(32))
_SCALES: Mapping[tuple[str, str], tuple[Fraction, Fraction]] = {
    ("degree_Fahrenheit", "degree_Celsius"): _FAHRENHEIT_TO_CELSIUS,
    ("degree_Celsius", "degree_Fahrenheit"): _CELSIUS_TO_FAHRENHEIT,
}
"""The scales that rulesets use, as exact lines; the units library, which takes long to load, says the same (tests)."""


def _line_without_library(start: Unit, end: Unit) -> tuple[Fraction, Fraction] | None:
    """Give the line between units that differ in their factor only, or between the two scales of temperature."""
    if start.kinds != end.kinds:
        return None
    if start.powers == end.powers:
        return start.factor / end.factor, Fraction(0)
    if start.scale and end.scale:
        return _SCALES.get((start.powers[0][0], end.powers[0][0]))
    return None


def _with_mass_for_amount(start: Unit, end: Unit, molar_mass: Fraction) -> Unit:
    """Replace moles by grams, or grams by moles, as far as the other unit asks for it."""
    powers = dict(start.powers)
    moles = powers.get("mole", 0) - dict(end.powers).get("mole", 0)
    powers["mole"] = powers.get("mole", 0) - moles
    powers["gram"] = powers.get("gram", 0) + moles
    left = tuple(sorted((unit, power) for unit, power in powers.items() if power))
    return Unit(start.factor * molar_mass**moles, left, start.kinds, scale=start.scale)


def _is_convertible(start: Unit, end: Unit) -> bool:
    library = _library()
    one, other = (library.Quantity(Fraction(1), library.UnitsContainer(unit.powers)) for unit in (start, end))
    return start.kinds == end.kinds and bool(one.is_compatible_with(other))


def _between(start: Unit, end: Unit, number: Fraction) -> Fraction:
    """Convert by the units library, which is given the factors apart: it refuses them inside a unit."""
    library = _library()
    quantity = library.Quantity(number * start.factor, library.UnitsContainer(start.powers))
    return Fraction(quantity.to(library.UnitsContainer(end.powers)).magnitude) / end.factor


@cache
def _library() -> Any:
    """Load the units library when two units differ in more than a factor: it takes a third of a second."""
    from pint import UnitRegistry  # noqa: PLC0415 - see above

    return UnitRegistry(non_int_type=Fraction)


def _parted(text: str) -> str | None:
    """Suggest `61 kg` for `61kg`, if that would be right."""
    found = _RUN_TOGETHER.fullmatch(text)
    if found is None:
        return None
    try:
        return str(parse_quantity(f"{found[1]} {found[2]}"))
    except InputError:
        return None
