"""The UCUM units that facts may be written in, each by an exact factor and units that the units library knows.

Codes and definitions: The Unified Code for Units of Measure, version 2.2. Units that look alike but are counted
differently (international units, equivalents, osmoles, degrees of an angle) are kinds of their own and never convert.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Atom:
    """One UCUM unit: `factor` times a product of powers of units by their library names.

    `kind` names a unit that converts to nothing but itself. `prefixed` says that it takes metric prefixes.
    `scale` marks a temperature scale with a zero of its own.
    """

    powers: tuple[tuple[str, int], ...] = ()
    factor: Fraction = Fraction(1)
    kind: str | None = None
    prefixed: bool = False
    scale: bool = False


PREFIXES = {
    "T": Fraction(10**12),
    "G": Fraction(10**9),
    "M": Fraction(10**6),
    "k": Fraction(1000),
    "h": Fraction(100),
    "da": Fraction(10),
    "d": Fraction(1, 10),
    "c": Fraction(1, 100),
    "m": Fraction(1, 1000),
    "u": Fraction(1, 10**6),
    "n": Fraction(1, 10**9),
    "p": Fraction(1, 10**12),
    "f": Fraction(1, 10**15),
}


def _metric(name: str, factor: Fraction = Fraction(1)) -> Atom:
    return Atom(((name, 1),), factor, prefixed=True)


def _plain(name: str, factor: Fraction = Fraction(1)) -> Atom:
    return Atom(((name, 1),), factor)


ATOMS = {
    "m": _metric("meter"),
    "g": _metric("gram"),
    "s": _metric("second"),
    "K": _metric("kelvin"),
    "mol": _metric("mole"),
    "L": _metric("liter"),
    "l": _metric("liter"),
    "min": _plain("minute"),
    "h": _plain("hour"),
    "d": _plain("day"),
    "wk": _plain("week"),
    "mo": _plain("day", Fraction("30.4375")),
    "a": _plain("day", Fraction("365.25")),
    "Hz": _metric("hertz"),
    "N": _metric("newton"),
    "Pa": _metric("pascal"),
    "bar": _metric("pascal", Fraction(100_000)),
    "m[Hg]": _metric("pascal", Fraction(133_322)),
    "m[H2O]": _metric("pascal", Fraction("9806.65")),
    "J": _metric("joule"),
    "cal": _metric("joule", Fraction("4.184")),
    "W": _metric("watt"),
    "U": Atom((("mole", 1), ("minute", -1)), Fraction(1, 10**6), prefixed=True),
    "kat": Atom((("mole", 1), ("second", -1)), prefixed=True),
    "%": Atom((), Fraction(1, 100)),
    "[ppth]": Atom((), Fraction(1, 1000)),
    "[ppm]": Atom((), Fraction(1, 10**6)),
    "[in_i]": _plain("inch"),
    "[ft_i]": _plain("foot"),
    "[lb_av]": _plain("pound"),
    "[oz_av]": _plain("ounce"),
    "[gr]": _plain("grain"),
    "[foz_us]": _plain("fluid_ounce"),
    "[tbs_us]": _plain("tablespoon"),
    "[tsp_us]": _plain("teaspoon"),
    "[drp]": _plain("milliliter", Fraction(1, 20)),
    "Cel": Atom((("degree_Celsius", 1),), scale=True),
    "[degF]": Atom((("degree_Fahrenheit", 1),), scale=True),
    "[IU]": Atom(kind="[IU]", prefixed=True),
    "[iU]": Atom(kind="[IU]", prefixed=True),
    "[arb'U]": Atom(kind="[arb'U]"),
    "eq": Atom(kind="eq", prefixed=True),
    "osm": Atom(kind="osm", prefixed=True),
    "deg": Atom(kind="deg"),
}

_COMMON = """
kg g mg ug ng mL L dL uL fL cm mm m m2 a mo wk d h min s Cel [degF] K % mm[Hg] [lb_av] [oz_av] [in_i] [ft_i]
/d /wk /h /min /uL 10*3/uL 10*6/uL 10*9/L 10*12/L mg/dL ug/mL ug/L ng/mL ng/dL pg/mL g/dL g/L mmol/L umol/L nmol/L
meq/L [IU]/mL [IU]/L k[IU]/L U/L mL/min mL/min/{1.73_m2} mg/kg mg/d ug/kg/min kg/m2 osm/kg
"""
COMMON = tuple(_COMMON.split())
"""What a misspelt unit is compared with."""

MEANT = {
    "C": "Cel",
    "°C": "Cel",
    "degC": "Cel",
    "celsius": "Cel",
    "F": "[degF]",
    "°F": "[degF]",
    "degF": "[degF]",
    "fahrenheit": "[degF]",
    "mcg": "ug",
    "µg": "ug",
    "μg": "ug",
    "cc": "mL",
    "gm": "g",
    "gram": "g",
    "grams": "g",
    "kgs": "kg",
    "lb": "[lb_av]",
    "lbs": "[lb_av]",
    "pounds": "[lb_av]",
    "oz": "[oz_av]",
    "in": "[in_i]",
    "inch": "[in_i]",
    "inches": "[in_i]",
    "ft": "[ft_i]",
    "mmHg": "mm[Hg]",
    "sec": "s",
    "secs": "s",
    "seconds": "s",
    "mins": "min",
    "minutes": "min",
    "hr": "h",
    "hrs": "h",
    "hours": "h",
    "day": "d",
    "days": "d",
    "week": "wk",
    "weeks": "wk",
    "w": "wk",
    "month": "mo",
    "months": "mo",
    "y": "a",
    "yr": "a",
    "yrs": "a",
    "year": "a",
    "years": "a",
    "IU": "[IU]",
    "mIU": "m[IU]",
    "U": "[IU]",
    "mEq": "meq",
    "percent": "%",
    "µL": "uL",
    "μL": "uL",
    "µmol": "umol",
    "μmol": "umol",
}
"""What people write for a unit, and the code for what they mean; used in suggestions only, never to read a value."""

MEANT_COUNTS = {
    "K": "10*3",
    "k": "10*3",
    "x10^3": "10*3",
    "x10*3": "10*3",
    "x10^9": "10*9",
    "x10*9": "10*9",
    "thou": "10*3",
    "G": "10*9",
    "cells": "",
    "M": "10*6",
}
"""What people write before `/uL` or `/L` for a count."""
