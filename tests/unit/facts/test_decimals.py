"""Exact numbers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from cds.errors import InputError
from cds.facts.decimals import number_text, read_number, read_ratio


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("0", Fraction(0)),
        ("-0", Fraction(0)),
        ("1.10", Fraction(11, 10)),
        ("-3.25", Fraction(-13, 4)),
        ("1e3", Fraction(1000)),
        ("2.5E-3", Fraction(1, 400)),
        ("9" * 30, Fraction(10**30 - 1)),
        ("0." + "0" * 29 + "1", Fraction(1, 10**30)),
        ("1e30", Fraction(10**30)),
        (8, Fraction(8)),
        (-(10**29), Fraction(-(10**29))),
        (Decimal("1.10"), Fraction(11, 10)),
        (Decimal("1E+30"), Fraction(10**30)),
    ],
)
def test_reads_numbers_exactly(raw: object, value: Fraction) -> None:
    """A number keeps every digit, whether it is text, a whole number or a decimal."""
    assert read_number(raw) == value


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " 1",
        "1 ",
        "+1",
        ".5",
        "5.",
        "01",
        "1,2",
        "1_000",
        "0x10",
        "1e",
        "e5",
        "--1",
        "NaN",
        "inf",
        "\u00bd",
        "\u0661",
        "1\n",
    ],
)
def test_refuses_text_that_is_no_plain_number(raw: str) -> None:
    """Signs, separators, naked points, other digits and special values are refused."""
    with pytest.raises(InputError, match="is not a number"):
        read_number(raw)


@pytest.mark.parametrize("raw", [True, False, None, 1.5, [], {}, Decimal("NaN"), Decimal("Infinity"), b"1"])
def test_refuses_values_that_are_no_exact_number(raw: object) -> None:
    """A boolean is not a number, and a binary float is not exact."""
    with pytest.raises(InputError, match="is not an exact number"):
        read_number(raw)


@pytest.mark.parametrize(
    "raw",
    [
        "9" * 31,
        "1." + "0" * 30,
        "1e31",
        "1e-31",
        "0e-61",
        "1e9999",
        10**30,
        pytest.param(-(10**5000), id="5000 digits"),
        Decimal("1E+31"),
        Decimal("1E-999999"),
    ],
)
def test_refuses_numbers_that_are_too_long(raw: object) -> None:
    """More than 30 digits, or an exponent beyond 30, is refused before anything is computed with it."""
    with pytest.raises(InputError, match="is too long for a number"):
        read_number(raw)


def test_refuses_very_long_text_without_reading_it() -> None:
    """A text of a million digits is no number."""
    with pytest.raises(InputError, match="is too long for a number"):
        read_number("1" * 1_000_000)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(8), "8"),
        (Fraction(-13, 4), "-3.25"),
        (Fraction(1, 1000), "0.001"),
        (Fraction(1, 2**3 * 5), "0.025"),
        (Fraction(115, 3), "115/3"),
        (Fraction(-1, 7), "-1/7"),
        (Fraction(10**29), "1" + "0" * 29),
        (Fraction(10**30), "1" + "0" * 30 + "/1"),
        (Fraction(1, 10**31), "1/1" + "0" * 31),
    ],
)
def test_writes_equal_numbers_alike(value: Fraction, text: str) -> None:
    """A number is written as a plain decimal, or as a ratio where a decimal would not be exact or not be read again."""
    assert number_text(value) == text
    assert (read_ratio(text) if "/" in text else read_number(text)) == value


@pytest.mark.parametrize("text", ["1/0", "1/", "/2", "1/02", "1.5/2", "1/-2", "a/b", "1/2/3", "1" * 301 + "/1"])
def test_refuses_what_is_no_ratio(text: str) -> None:
    """A ratio has two whole numbers, the lower one positive."""
    with pytest.raises(InputError, match="is not a number"):
        read_ratio(text)
