"""Exact numbers: read without a float on the way, and written so that equal numbers look the same."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from cds.errors import InputError
from cds.facts.tokens import quoted

MAX_DIGITS = 30
MAX_EXPONENT = 30
MAX_RATIO_DIGITS = 300
_TOO_LARGE: int = 10**MAX_RATIO_DIGITS
EXPECTED = "a decimal number such as `1.2`"
_LONGEST = 100
_LARGEST: int = 10**MAX_DIGITS
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,4})?")
_RATIO = re.compile(rf"-?[0-9]{{1,{MAX_RATIO_DIGITS}}}/[1-9][0-9]{{0,{MAX_RATIO_DIGITS - 1}}}")


def read_number(raw: object) -> Fraction:
    """Read a number from JSON or text, exactly.

    Raises:
        InputError: it is no decimal number, or has more than 30 digits or an exponent beyond 30.
    """
    if isinstance(raw, str):
        if len(raw) > _LONGEST:
            raise _too_long(raw)
        if not _NUMBER.fullmatch(raw):
            raise InputError(f"{quoted(raw)} is not a number", expected=EXPECTED)
        if len(raw) <= MAX_DIGITS and "e" not in raw and "E" not in raw:
            whole, _, places = raw.partition(".")
            return Fraction(int(whole + places), 10 ** len(places))
        return _exact(Decimal(raw), raw)
    if isinstance(raw, Decimal) and raw.is_finite():
        return _exact(raw, raw)
    if isinstance(raw, int) and not isinstance(raw, bool):
        if abs(raw) >= _LARGEST:
            raise _too_long(raw)
        return Fraction(raw)
    raise InputError(f"{quoted(raw)} is not an exact number", expected=EXPECTED)


def read_ratio(text: str) -> Fraction:
    """Read a ratio of whole numbers, `115/3`, as `number_text` writes what decimals cannot.

    Raises:
        InputError: it is no such ratio.
    """
    if not _RATIO.fullmatch(text):
        raise InputError(f"{quoted(text)} is not a number", expected=EXPECTED)
    numerator, _, denominator = text.partition("/")
    return Fraction(int(numerator), int(denominator))


def number_text(value: Fraction) -> str:
    """Write a number as a plain decimal without trailing zeros, or as a ratio where that is not exact or too long."""
    text = _decimal_text(value)
    if text is None or (len(text) > MAX_DIGITS and not _is_short(Decimal(text))):
        return f"{value.numerator}/{value.denominator}"
    return text


def is_writable(value: Fraction) -> bool:
    """Say whether `read_ratio` could read the number back."""
    return abs(value.numerator) < _TOO_LARGE and value.denominator < _TOO_LARGE


def _exact(number: Decimal, raw: object) -> Fraction:
    if not _is_short(number):
        raise _too_long(raw)
    return Fraction(*number.as_integer_ratio())


def _too_long(raw: object) -> InputError:
    expected = f"at most {MAX_DIGITS} digits and an exponent of at most {MAX_EXPONENT}"
    return InputError(f"{quoted(raw)} is too long for a number", expected=expected)


def _is_short(number: Decimal) -> bool:
    written = number.as_tuple()
    places = abs(int(written.exponent))
    return len(written.digits) <= MAX_DIGITS and abs(number.adjusted()) <= MAX_EXPONENT and places <= 2 * MAX_DIGITS


def _decimal_text(value: Fraction) -> str | None:
    """Write as a decimal, or None if the denominator has other primes than 2 and 5."""
    if value.denominator == 1:
        return str(value.numerator)
    places = _places(value.denominator)
    if places is None:
        return None
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _places(denominator: int) -> int | None:
    """Count the decimal places that a denominator needs, or None if no number of places is enough."""
    twos = (denominator & -denominator).bit_length() - 1
    rest, fives = denominator >> twos, 0
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None
