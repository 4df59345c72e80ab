"""Quantities and their conversion."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import pytest

from cds.errors import InputError
from cds.facts.ucum import nearest_unit, parse_unit
from cds.facts.units import EXPECTED, Quantity, convert, parse_quantity

CREATININE = Fraction("113.12")


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("61 kg", Quantity(Fraction(61), "kg")),
        ("210 10*9/L", Quantity(Fraction(210), "10*9/L")),
        ("38.3 Cel", Quantity(Fraction(383, 10), "Cel")),
        ("-4 [degF]", Quantity(Fraction(-4), "[degF]")),
        ("2/d", Quantity(Fraction(2), "/d")),
        ("2 /d", Quantity(Fraction(2), "/d")),
        ("74 a", Quantity(Fraction(74), "a")),
        ("90 mL/min/{1.73_m2}", Quantity(Fraction(90), "mL/min/{1.73_m2}")),
        ("1/2/d", Quantity(Fraction(1), "/2/d")),
        ("115/3 Cel", Quantity(Fraction(115, 3), "Cel")),
        ("1e3 10^3/uL", Quantity(Fraction(1000), "10^3/uL")),
    ],
)
def test_reads_quantities(text: str, quantity: Quantity) -> None:
    """A quantity is an exact number, a space and a UCUM unit; a leading division needs no space."""
    assert parse_quantity(text) == quantity


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("61", f"`61` has no unit; expected {EXPECTED}"),
        ("61 ", f"`61 ` has no unit; expected {EXPECTED}"),
        ("", f"`` is not a quantity; expected {EXPECTED}"),
        (
            "61kg",
            f"`61kg` is not a quantity; expected {EXPECTED}; did you mean `61 kg`?",
        ),
        (
            "61foo",
            f"`61foo` is not a quantity; expected {EXPECTED}",
        ),
        ("1,2 mg", "`1,2` is not a number; expected a decimal number such as `1.2`"),
        ("5 mcg", "`mcg` is not a UCUM unit; did you mean `ug`?"),
        ("61  kg", "` kg` is not a UCUM unit; did you mean `kg`?"),
        ("5 bananas", "`bananas` is not a UCUM unit"),
    ],
)
def test_refuses_what_is_no_quantity(text: str, message: str) -> None:
    """The message quotes what was written and says what was expected."""
    with pytest.raises(InputError) as caught:
        parse_quantity(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "text", ["kg", "/d", "10*9/L", "mL/(min.kg)", "/2/d", "{score}", "m[Hg]", "g.m/s2", "10*9{cells}/L"]
)
def test_reads_ucum_expressions(text: str) -> None:
    """Division, products, powers, brackets, counts and annotations are UCUM."""
    assert parse_unit(text).factor > 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "mg/",
        "mg//dL",
        "mg.",
        ".mg",
        "(mg",
        "mg)",
        "()",
        "mg(L)",
        "(mg)(L)",
        "(mg)/",
        "mg dL",
        "mg{",
        "mg{}",
        "mg{a}{b}",
        "(mg){a}",
        "kkg",
        "Mm[lb_av]",
        "kmin",
        "mCel",
        "Cel/h",
        "Cel2",
        "10*3.Cel",
        "µg",
        "m" * 65,
        "m9.m9",
        "10*61",
        "10*50.10*50",
        "Tg6",
        "m-9.m-1",
        "mg)(L",
        "2mg",
        "10*3mg",
        "m0",
        "m10",
        "mg10*3",
    ],
)
def test_refuses_what_is_not_ucum(text: str) -> None:
    """Unfinished or unknown units, prefixes where none may stand, and absurd powers are refused."""
    with pytest.raises(InputError, match="is not a UCUM unit"):
        parse_unit(text)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("mcg", "ug"),
        ("µg/mL", "ug/mL"),
        ("C", "Cel"),
        ("°F", "[degF]"),
        ("MG/DL", "mg/dL"),
        ("mmHg", "mm[Hg]"),
        ("IU/mL", "[IU]/mL"),
        ("K/uL", "10*3/uL"),
        ("x10^9/L", "10*9/L"),
        ("cells/uL", "/uL"),
        ("years", "a"),
        ("Weeks", "wk"),
        ("lbs", "[lb_av]"),
        ("mEq/L", "meq/L"),
        ("kilogramme", None),
        ("x" * 1000, None),
    ],
)
def test_suggests_the_unit_that_was_meant(written: str, meant: str | None) -> None:
    """What people write for a unit leads to its UCUM code."""
    assert nearest_unit(written) == meant


@pytest.mark.parametrize(
    ("value", "unit_from", "unit_to", "converted"),
    [
        ("101", "[degF]", "Cel", "115/3"),
        ("38.3", "Cel", "[degF]", "100.94"),
        ("-40", "Cel", "[degF]", "-40"),
        ("310.15", "K", "Cel", "37"),
        ("37", "Cel", "mK", "310150"),
        ("210", "10*3/uL", "10*9/L", "210"),
        ("210000", "/uL", "10*9/L", "210"),
        ("4.5", "10*6/uL", "10*12/L", "4.5"),
        ("150", "[lb_av]", "kg", "68.0388555"),
        ("65", "[in_i]", "cm", "165.1"),
        ("1", "a", "d", "365.25"),
        ("1", "mo", "d", "30.4375"),
        ("120", "mm[Hg]", "kPa", "15.99864"),
        ("97", "%", "10*-2", "97"),
        ("2", "/d", "/wk", "14"),
        ("1", "U/L", "umol/(min.L)", "1"),
        ("5", "[IU]/dL", "m[IU]/mL", "50"),
        ("4", "meq/L", "eq/m3", "4"),
    ],
)
def test_converts_exactly(value: str, unit_from: str, unit_to: str, converted: str) -> None:
    """Conversion is exact, also between temperature scales and from counts per microlitre."""
    assert convert(Fraction(value), unit_from, unit_to) == Fraction(converted)


def test_converts_amounts_to_masses_with_a_molar_mass_only() -> None:
    """88.4 umol/L of creatinine are about 1 mg/dL, but nobody knows without its molar mass."""
    assert convert(Fraction(100), "umol/L", "mg/dL", molar_mass_g_per_mol=CREATININE) == Fraction("1.1312")
    assert convert(Fraction("1.1312"), "mg/dL", "umol/L", molar_mass_g_per_mol=CREATININE) == 100
    assert convert(Fraction(1), "g/L", "mg/dL", molar_mass_g_per_mol=CREATININE) == 100
    with pytest.raises(InputError, match="measure different things"):
        convert(Fraction(100), "umol/L", "mg/dL")


@pytest.mark.parametrize(
    ("unit_from", "unit_to"),
    [
        ("mg/dL", "umol/L"),
        ("kg", "Cel"),
        ("mL/min/{1.73_m2}", "mL/min"),
        ("{score}", "%"),
        ("[IU]/mL", "ug/mL"),
        ("[arb'U]", "[IU]"),
        ("meq/L", "mmol/L"),
        ("osm/L", "mol/L"),
        ("deg", "%"),
        ("10*9/L", "10*9{cells}/L"),
    ],
)
def test_refuses_to_convert_between_kinds(unit_from: str, unit_to: str) -> None:
    """What measures different things never converts: an indexed filtration rate is not a clearance."""
    with pytest.raises(InputError) as caught:
        convert(Fraction(1), unit_from, unit_to)
    assert str(caught.value) == (
        f"`{unit_from}` cannot be converted to `{unit_to}`: they measure different things; "
        f"expected a unit that converts to `{unit_to}`"
    )


@pytest.mark.parametrize(
    ("unit_from", "unit_to", "meant"),
    [("K/uL", "10*9/L", "10*3/uL"), ("U/mL", "[IU]/mL", "[IU]/mL"), ("kU/L", "[IU]/mL", None)],
)
def test_suggests_only_units_that_would_convert(unit_from: str, unit_to: str, meant: str | None) -> None:
    """Kelvin per microlitre was probably meant as thousands."""
    with pytest.raises(InputError) as caught:
        convert(Fraction(1), unit_from, unit_to)
    assert caught.value.suggestion == meant


def test_refuses_results_with_too_many_digits() -> None:
    """What could not be written down again is not computed with."""
    large = Fraction(10**299)
    with pytest.raises(InputError, match="too many digits"):
        convert(large, "kg", "mg")


def test_the_units_library_is_loaded_only_when_units_differ_in_more_than_a_factor() -> None:
    """Reading facts in their declared units, or in a multiple of them, costs no third of a second at the start."""
    program = """
import sys
from fractions import Fraction
from cds.facts.units import convert, parse_quantity
quantity = parse_quantity("1.2 mg/dL")
assert convert(quantity.value, quantity.unit, "mg/dL") == Fraction(6, 5)
assert "pint" not in sys.modules
assert convert(quantity.value, quantity.unit, "g/L") == Fraction(3, 250)
assert convert(Fraction(101), "[degF]", "Cel") == Fraction(115, 3)
assert "pint" not in sys.modules
assert convert(Fraction(1), "[lb_av]", "kg") == Fraction("0.45359237")
assert "pint" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
