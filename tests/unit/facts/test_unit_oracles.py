"""The table of units against the UCUM specification itself, and conversion against another units library."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from functools import cache
from importlib.resources import files
from itertools import combinations
from xml.etree import ElementTree as ET

import magnitude
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.errors import InputError
from cds.facts.ucum_table import ATOMS, MEANT, PREFIXES
from cds.facts.units import convert

_UCUM = "{http://unitsofmeasure.org/ucum-essence}"
_CONVERTING = sorted(code for code, atom in ATOMS.items() if atom.kind is None and not atom.scale)


class Essence:
    """The definitions of the specification, followed down to its base units."""

    def __init__(self) -> None:
        text = files("ucumvert").joinpath("vendor", "ucum-essence.xml").read_text(encoding="utf-8")
        root = ET.fromstring(text)  # noqa: S314 - a file of an installed package
        self.base = {unit.get("Code") for unit in root.iter(f"{_UCUM}base-unit")}
        self.units = {unit.get("Code"): unit for unit in root.iter(f"{_UCUM}unit")}
        self.prefixes = {
            prefix.get("Code"): Fraction(prefix.find(f"{_UCUM}value").get("value"))
            for prefix in root.iter(f"{_UCUM}prefix")
        }

    @cache  # noqa: B019 - one essence lives as long as the tests
    def unit(self, code: str) -> tuple[Fraction, Counter[str]]:
        """Give factor and base units of one code."""
        if code in self.base:
            return Fraction(1), Counter({code: 1})
        if code in self.units:
            value = self.units[code].find(f"{_UCUM}value")
            factor, powers = self.expression(value.get("Unit"))
            return Fraction(value.get("value").replace(" ", "")) * factor, powers
        for length in (1, 2):
            if code[:length] in self.prefixes and (code[length:] in self.units or code[length:] in self.base):
                factor, powers = self.unit(code[length:])
                return self.prefixes[code[:length]] * factor, powers
        raise LookupError(code)

    def expression(self, text: str) -> tuple[Fraction, Counter[str]]:
        """Give factor and base units of a product of powers."""
        factor, powers = Fraction(1), Counter[str]()
        for sign, part in re.findall(r"([./]?)((?:\[[^]]*\]|[^./\[])+)", text):
            number = re.fullmatch(r"10[*^](-?\d+)|(\d+)", part)
            code, exponent = re.fullmatch(r"(.*?)(-?\d*)", part).groups() if part not in self.units else (part, "")
            power = (-1 if sign == "/" else 1) * int(exponent or 1)
            if number:
                value = Fraction(10) ** int(number[1]) if number[1] else Fraction(number[2])
                factor *= 1 / value if sign == "/" else value
                continue
            below, dimensions = self.unit(code)
            factor *= below**power
            for base, count in dimensions.items():
                powers[base] += count * power
        return factor, Counter({base: count for base, count in powers.items() if count})


@pytest.fixture(scope="module")
def essence() -> Essence:
    """Give the specification."""
    return Essence()


def test_every_unit_is_ucum(essence: Essence) -> None:
    """Every code of the table is a UCUM code, and takes prefixes only where UCUM lets it."""
    for code, atom in ATOMS.items():
        is_metric = code in essence.base or essence.units[code].get("isMetric") == "yes"
        assert is_metric or not atom.prefixed, code


def test_every_prefix_is_ucum(essence: Essence) -> None:
    """Prefixes mean what UCUM says."""
    assert all(essence.prefixes[code] == factor for code, factor in PREFIXES.items())


def test_what_people_write_instead_is_not_ucum_or_means_something_else() -> None:
    """No suggestion replaces the same unit."""
    assert all(written != meant for written, meant in MEANT.items())


def test_every_pair_of_units_converts_by_the_specification(essence: Essence) -> None:
    """Whatever converts does so by exactly the ratio of the definitions, and nothing of another dimension converts."""
    compared = 0
    for one, other in combinations(_CONVERTING, 2):
        (factor, powers), (other_factor, other_powers) = essence.unit(one), essence.unit(other)
        try:
            converted = convert(Fraction(1), one, other)
        except InputError:
            # UCUM takes a mole for a number; here it is a kind of thing of its own.
            assert powers != other_powers or "mol" in {one, other} or {"U", "kat"} & {one, other}, (one, other)
            continue
        assert powers == other_powers, (one, other)
        assert converted == factor / other_factor, (one, other)
        compared += 1
    assert compared > 50


_MASSES = ("kg", "g", "mg", "ug", "ng")
_VOLUMES = ("l", "dl", "ml", "ul")
_TIMES = ("s", "min", "h")
_AMOUNTS = ("mol", "mmol", "umol", "nmol")
_PRESSURES = ("Pa", "kPa")


@settings(deadline=None)
@given(
    data=st.data(),
    value=st.fractions(min_value=-1000, max_value=1000, max_denominator=1000),
    numerators=st.sampled_from([_MASSES, _AMOUNTS, _VOLUMES, _PRESSURES]),
    denominators=st.sampled_from([_VOLUMES, _TIMES, _MASSES, None]),
)
def test_conversion_agrees_with_another_library(
    data: st.DataObject, value: Fraction, numerators: tuple[str, ...], denominators: tuple[str, ...] | None
) -> None:
    """Two libraries that share no code convert alike, as far as binary floats can tell."""
    units = [data.draw(st.sampled_from(numerators)) for _ in range(2)]
    if denominators is not None:
        units = [f"{unit}/{data.draw(st.sampled_from(denominators))}" for unit in units]
    one, other = units
    expected = magnitude.mg(float(value), one).ounit(other).val / magnitude.mg(1, other).val
    assert float(convert(value, one, other)) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@settings(deadline=None)
@given(st.fractions(min_value=-200, max_value=200, max_denominator=1000))
def test_temperatures_follow_their_definition(celsius: Fraction) -> None:
    """Water freezes at 32 and boils at 212 degrees Fahrenheit, 273.15 kelvin is 0 degrees Celsius."""
    fahrenheit = 32 + celsius * (212 - 32) / 100
    assert convert(celsius, "Cel", "[degF]") == fahrenheit
    assert convert(fahrenheit, "[degF]", "Cel") == celsius
    assert convert(celsius, "Cel", "K") == celsius + Fraction("273.15")
    assert convert(fahrenheit, "[degF]", "K") == celsius + Fraction("273.15")
