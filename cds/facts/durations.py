"""Durations: elapsed microseconds from `min` and `h`, calendar days from `d` and `wk` (language §7.7)."""

from __future__ import annotations

from dataclasses import dataclass

from cds.errors import InputError
from cds.facts.tokens import quoted
from cds.facts.units import parse_quantity
from cds.facts.zones import DAY, LAST_DAY, SECOND

EXPECTED = "a duration in `min`, `h`, `d` or `wk`, for example `6 wk`"
_MICROSECONDS = {"min": 60 * SECOND, "h": 3600 * SECOND}
_DAYS = {"d": 1, "wk": 7}


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time: calendar days if `in_days`, else elapsed microseconds."""

    amount: int
    in_days: bool


def parse_duration(text: str) -> Duration:
    """Read a duration: `90 min` and `12 h` are elapsed time, `5 d` and `6 wk` are calendar days.

    Raises:
        InputError: it is no duration in these units, negative, no whole number of days, or beyond 9999 years.
    """
    quantity = parse_quantity(text)
    in_days = quantity.unit in _DAYS
    size = _DAYS.get(quantity.unit) or _MICROSECONDS.get(quantity.unit)
    if size is None:
        raise InputError(f"{quoted(text)} is not a duration", expected=EXPECTED)
    amount = quantity.value * size
    if amount < 0:
        raise InputError(f"{quoted(text)} is negative", expected=EXPECTED)
    if amount.denominator != 1:
        raise InputError(f"{quoted(text)} is not whole", expected="whole days" if in_days else "whole microseconds")
    if amount > (LAST_DAY if in_days else LAST_DAY * DAY):
        raise InputError(f"{quoted(text)} is too long", expected="less than 10000 years")
    return Duration(int(amount), in_days)
