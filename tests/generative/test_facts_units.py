"""Numbers, units, quantities and durations of any kind and in any text."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import permutations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cds.errors import InputError
from cds.facts.decimals import number_text, read_number, read_ratio
from cds.facts.durations import parse_duration
from cds.facts.instants import Zone, parse_instant
from cds.facts.ucum import nearest_unit, parse_unit
from cds.facts.ucum_table import ATOMS, COMMON, MEANT, PREFIXES
from cds.facts.units import convert, parse_quantity, quantity_text

KINDS = [
    ("kg", "g", "mg", "[lb_av]", "[oz_av]"),
    ("Cel", "[degF]", "K", "mK"),
    ("10*9/L", "10*3/uL", "/uL", "10*6/mL", "10^12/L"),
    ("mg/dL", "g/L", "ug/mL", "kg/m3", "%.g/cm3"),
    ("a", "mo", "wk", "d", "h", "min", "s"),
    ("/d", "/wk", "Hz"),
    ("mm[Hg]", "kPa", "cm[H2O]", "bar", "N/m2"),
    ("[IU]/mL", "k[IU]/L", "[iU]/uL"),
    ("mL/min/{1.73_m2}", "L/h/{1.73_m2}"),
]
same_kind = st.sampled_from([pair for kind in KINDS for pair in permutations(kind, 2)])
decimals = st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, places=6)
values = decimals.map(Fraction)
pieces = st.sampled_from(
    [*ATOMS, *PREFIXES, *MEANT, *COMMON, *"./()+-{}[]*^ ", "10*", "10^", "2", "9", "-3", "{x}", "e", "1.5", "1/3", "\n"]
)
scraps = st.one_of(st.text(max_size=30), st.lists(pieces, max_size=12).map("".join))
ZONE = Zone("America/New_York")


@settings(deadline=None)
@given(values, same_kind)
def test_conversion_and_back_is_the_same_number(value: Fraction, units: tuple[str, str]) -> None:
    """Nothing is lost on the way."""
    one, other = units
    assert convert(convert(value, one, other), other, one) == value


@settings(deadline=None)
@given(values, st.sampled_from(KINDS), st.data())
def test_conversion_by_way_of_a_third_unit_is_the_same(
    value: Fraction, kind: tuple[str, ...], data: st.DataObject
) -> None:
    """Any way from one unit to another gives the same number."""
    one, other, between = (data.draw(st.sampled_from(kind)) for _ in range(3))
    assert convert(convert(value, one, between), between, other) == convert(value, one, other)


@settings(deadline=None)
@given(values, values, same_kind)
def test_conversion_keeps_the_order(value: Fraction, larger: Fraction, units: tuple[str, str]) -> None:
    """What is more in one unit is more in the other."""
    assert (value < larger) == (convert(value, *units) < convert(larger, *units))


@settings(deadline=None)
@given(values, st.fractions(min_value=1, max_value=1000, max_denominator=1000))
def test_amounts_become_masses_by_the_molar_mass(value: Fraction, molar_mass: Fraction) -> None:
    """A millimole per litre is a tenth of the molar mass in milligrams per decilitre."""
    assert convert(value, "mmol/L", "mg/dL", molar_mass_g_per_mol=molar_mass) == value * molar_mass / 10


@settings(deadline=None)
@given(st.fractions(max_denominator=10**40).map(lambda value: value * 10**20))
def test_numbers_are_read_as_they_were_written(value: Fraction) -> None:
    """Every number has one text, and the text has that number."""
    text = number_text(value)
    assert (read_ratio(text) if "/" in text else read_number(text)) == value
    quantity = parse_quantity(quantity_text(value, "mg/dL"))
    assert (quantity.value, quantity.unit) == (value, "mg/dL")


@settings(deadline=None)
@given(decimals)
def test_all_notations_of_a_number_have_one_text(value: Fraction) -> None:
    """Trailing zeros and exponents do not matter."""
    plain = format(value, "f")
    notations = [plain, f"{plain}0", format(value, "E"), value, number_text(Fraction(value))]
    assert len({number_text(read_number(notation)) for notation in notations}) == 1


@settings(deadline=None)
@given(scraps)
def test_any_text_is_a_unit_or_refused(text: str) -> None:
    """Scraps of units and text of any kind are read or refused, and a suggestion is always a unit."""
    unit, refusal = _attempt(parse_unit, text)
    assert refusal is not None or unit.factor > 0
    suggestion = nearest_unit(text)
    assert suggestion is None or parse_unit(suggestion).factor > 0


@settings(deadline=None)
@given(scraps, scraps, scraps)
def test_any_text_is_a_quantity_or_refused(number: str, unit: str, unit_to: str) -> None:
    """Nothing but an input error comes from a quantity, its conversion, a duration or a time."""
    readers = (parse_quantity, parse_duration, read_number, read_ratio, lambda text: parse_instant(text, ZONE))
    for text in (number, unit, f"{number} {unit}", f"1.5 {unit}", f"2/{unit}"):
        for read in readers:
            value, refusal = _attempt(read, text)
            assert (value is None) == (refusal is not None)
    converted, refusal = _attempt(convert, Fraction(1), unit, unit_to)
    assert isinstance(converted, Fraction) or refusal


@settings(deadline=None)
@given(st.integers(-(10**9), 10**9), st.sampled_from(["min", "h", "d", "wk"]))
def test_durations_are_whole_and_not_negative(amount: int, unit: str) -> None:
    """A duration has the size of its unit, or is refused."""
    size = {"min": 60_000_000, "h": 3_600_000_000, "d": 1, "wk": 7}[unit]
    limit = 3_652_059 * (1 if size < 60 else 86_400_000_000)
    duration, refusal = _attempt(parse_duration, f"{amount} {unit}")
    if 0 <= amount * size <= limit:
        assert duration.amount == amount * size
    else:
        assert refusal.problem.endswith("is negative" if amount < 0 else "is too long")


def _attempt(read: Callable[..., Any], *said: Any) -> tuple[Any, InputError | None]:
    """Read something; gives it, or the error with which it is refused."""
    try:
        return read(*said), None
    except InputError as error:
        return None, error
