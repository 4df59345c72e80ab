"""Data as professionals read it: dates with their weekday, temperatures in both units."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from cds.facts.decimals import number_text, read_number, read_ratio
from cds.facts.time_text import with_weekdays

_NUMBER = r"-?(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,9}|/[1-9][0-9]{0,8})?"
_TEMPERATURE = re.compile(rf"(?<![0-9./-])(?:(?P<low>{_NUMBER}) to )?(?P<high>{_NUMBER}) (?P<unit>Cel\b|\[degF\])")
_HUNDREDTH = Decimal("0.01")


def readable(text: str) -> str:
    """Write the dates and temperatures in a text of data for people: `Mon 2026-11-23`, `38.3 °C (100.94 °F)`."""
    return with_temperatures(with_weekdays(text))


def with_temperatures(text: str) -> str:
    """Write every temperature in both units; one that decimals cannot say exactly is told as near it."""
    return _TEMPERATURE.sub(_in_both, text)


def _in_both(written: re.Match[str]) -> str:
    ends = [_read(end) for end in (written["low"], written["high"]) if end is not None]
    if written["unit"] == "Cel":
        return f"{_span(ends, _same)} °C ({_span(ends, _to_fahrenheit)} °F)"
    return f"{_span(ends, _same)} °F ({_span(ends, _to_celsius)} °C)"


def _read(number: str) -> Fraction:
    return read_ratio(number) if "/" in number else read_number(number)


def _span(ends: list[Fraction], convert: Callable[[Fraction], Fraction]) -> str:
    return " to ".join(_number(convert(end)) for end in ends)


def _number(value: Fraction) -> str:
    text = number_text(value)
    if "/" not in text:
        return text
    rounded = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(_HUNDREDTH, ROUND_HALF_EVEN)
    return f"about {rounded.normalize():f}"


def _same(value: Fraction) -> Fraction:
    return value


def _to_fahrenheit(celsius: Fraction) -> Fraction:
    return celsius * Fraction(9, 5) + 32


def _to_celsius(fahrenheit: Fraction) -> Fraction:
    return (fahrenheit - 32) * Fraction(5, 9)
