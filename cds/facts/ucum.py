"""Reading UCUM unit expressions: `mg/dL`, `10*9/L`, `mL/min/{1.73_m2}`, `/d`."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache

from cds.errors import InputError
from cds.facts.tokens import quoted
from cds.facts.ucum_table import ATOMS, COMMON, MEANT, MEANT_COUNTS, PREFIXES, Atom

_LONGEST = 64
_LARGEST_FACTOR = 10**60
_LARGEST_POWER = 9
_TOKEN = re.compile(
    r"10[*^](?P<ten>[+-]?[0-9]{1,2})?"
    r"|(?P<number>[1-9][0-9]{0,11})"
    r"|(?P<atom>(?:[A-Za-z%']|\[[^][{}]*\])+)(?P<exponent>[+-]?[1-9])?"
    r"|(?P<mark>\{[^{}]*\})"
    r"|(?P<operator>[./()])"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: an exact factor, powers of units by their library names, and kinds that must match as they are.

    An annotation such as `{1.73_m2}` is such a kind: UCUM gives it no meaning, but a filtration rate per body surface
    is not a clearance. `scale` is set for a temperature scale with a zero of its own.
    """

    factor: Fraction
    powers: tuple[tuple[str, int], ...]
    kinds: tuple[tuple[str, int], ...]
    scale: bool = False


@lru_cache(maxsize=1024)
def parse_unit(text: str) -> Unit:
    """Read a UCUM unit expression.

    Raises:
        InputError: it is not UCUM, or a unit that is not in the table; with the nearest unit that is.
    """
    unit = _parsed(text)
    if unit is None:
        raise InputError(f"{quoted(text)} is not a UCUM unit", suggestion=nearest_unit(text))
    return unit


def nearest_unit(text: str) -> str | None:
    """Find the UCUM unit that was probably meant, or None."""
    if len(text) > _LONGEST:
        return None
    for guess in _guesses(text):
        if guess != text and _parsed(guess) is not None:
            return guess
    by_lower = {common.lower(): common for common in COMMON}
    found = get_close_matches(text.lower(), by_lower, n=1)
    return by_lower[found[0]] if found else None


def _guesses(text: str) -> tuple[str, ...]:
    """Give the text with its parts put right, first with a count in front."""
    first, slash, rest = text.partition("/")
    count = MEANT_COUNTS.get(first)
    by_lower = {meant.lower(): code for meant, code in MEANT.items()}
    parts = [MEANT.get(part) or by_lower.get(part.lower(), part) for part in re.split(r"([./])", text)]
    counted = () if count is None or not slash else (f"{count}/{rest}",)
    return (*counted, "".join(parts))


def _parsed(text: str) -> Unit | None:
    """Read an expression from left to right; None if it is not UCUM."""
    if not text or len(text) > _LONGEST:
        return None
    reading = _Reading()
    at = 1 if text[0] == "/" else 0
    reading.sign = -1 if at else 1
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or not reading.take(found):
            return None
        at = found.end()
    return reading.unit()


class _Reading:
    """What has been read of an expression so far."""

    def __init__(self) -> None:
        self.factor = Fraction(1)
        self.powers: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()
        self.scales = 0
        self.components = 0
        self.sign = 1
        self.outer = [1]
        self.wants_component = True
        self.may_be_marked = False

    def take(self, found: re.Match[str]) -> bool:
        """Take the next piece; False if it may not stand here."""
        if found["operator"]:
            return self._operator(found["operator"])
        if found["mark"]:
            return self._mark(found["mark"])
        if not self.wants_component:
            return False
        power = self.sign * self.outer[-1]
        self._component(marked_next=True)
        if found["number"]:
            self.factor *= Fraction(int(found["number"])) ** power
        elif found["atom"]:
            return self._atom(found["atom"], power * int(found["exponent"] or 1))
        else:
            self.factor *= Fraction(10) ** (power * int(found["ten"] or 1))
        return True

    def unit(self) -> Unit | None:
        """Give the whole, or None if it is not finished, too large, or mixes a temperature scale with other units."""
        is_mixed = self.scales and (self.components > 1 or self.factor != 1)
        if self.wants_component or len(self.outer) > 1 or is_mixed:
            return None
        powers, kinds = _sorted(self.powers), _sorted(self.kinds)
        too_large = max(self.factor.numerator, self.factor.denominator) > _LARGEST_FACTOR
        if too_large or any(abs(power) > _LARGEST_POWER for _, power in (*powers, *kinds)):
            return None
        return Unit(self.factor, powers, kinds, scale=self.scales > 0)

    def _component(self, *, marked_next: bool) -> None:
        self.components += 1
        self.wants_component = False
        self.may_be_marked = marked_next

    def _operator(self, operator: str) -> bool:
        if operator == "(":
            self.outer.append(self.outer[-1] * self.sign)
            self.sign = 1
            return self.wants_component
        if self.wants_component:
            return False
        if operator == ")":
            self.may_be_marked = False
            self.outer.pop()
            return bool(self.outer)
        self.sign = -1 if operator == "/" else 1
        self.wants_component = True
        return True

    def _mark(self, mark: str) -> bool:
        if not self.wants_component and not self.may_be_marked:
            return False
        if mark == "{}":
            return False
        self.kinds[mark] += self.sign * self.outer[-1]
        self._component(marked_next=False)
        return True

    def _atom(self, name: str, power: int) -> bool:
        found = _atom(name)
        if found is None:
            return False
        prefix, atom = found
        if atom.scale and power != 1:
            return False
        self.factor *= (prefix * atom.factor) ** power
        self.scales += atom.scale
        for unit, exponent in atom.powers:
            self.powers[unit] += exponent * power
        if atom.kind:
            self.kinds[atom.kind] += power
        return True


def _atom(name: str) -> tuple[Fraction, Atom] | None:
    """Find a unit by its code, alone before with a prefix."""
    if name in ATOMS:
        return Fraction(1), ATOMS[name]
    for length in (1, 2):
        prefix, atom = PREFIXES.get(name[:length]), ATOMS.get(name[length:])
        if prefix and atom and atom.prefixed:
            return prefix, atom
    return None


def _sorted(powers: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((unit, power) for unit, power in powers.items() if power))
