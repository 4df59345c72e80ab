"""What an unquoted YAML scalar is: text, a number, true or false, or refused because YAML readers differ on it."""

from __future__ import annotations

import re
from decimal import Decimal

from cds.ruleset.wording import quoted

MOST_DIGITS = 15
"""So that every whole number stays below 2^53."""

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_ODD_NUMBER = re.compile(
    r"""
      [-+]?\.?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]*)?   # 010, 1_000, .5, 5., +5, 1e5
    | [-+]?0[xXoObB][0-9a-fA-F_]*                          # 0x1F, 0o17, 0b1
    | [-+]?\.(inf|nan)                                     # not numbers at all
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt\s].*)?", re.DOTALL)
_TIME = re.compile(r"[-+]?[0-9][0-9_]*(:[0-9]+)+(\.[0-9_]*)?")
_OLD_BOOLEANS = frozenset({"yes", "no", "on", "off", "y", "n", "true", "false"})
_NOTHING = frozenset({"", "~", "null"})
_LONGEST_ODD_WORD = max(map(len, _OLD_BOOLEANS | _NOTHING))
_BOOLEANS = {"true": True, "false": False}
_MAYBE_ODD = frozenset("0123456789-+.~=<")


class OddScalarError(ValueError):
    """An unquoted scalar that is refused; `expected` says what to write instead."""

    def __init__(self, problem: str, expected: str) -> None:
        self.expected = expected
        super().__init__(problem)


def plain_value(text: str) -> str | bool | int | Decimal:
    """Give what an unquoted scalar stands for; numbers are exact.

    Raises:
        OddScalarError: if YAML 1.1 and YAML 1.2 readers would not both read it as that, or if it stands for nothing.
    """
    if len(text) > _LONGEST_ODD_WORD and text[0] not in _MAYBE_ODD:
        return text
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    lowered = text.lower()
    if lowered in _NOTHING:
        said = f"{quoted(text)} stands for nothing" if text else "the value is missing"
        raise OddScalarError(said, "a value; leave the key out for none")
    if lowered in _OLD_BOOLEANS:
        raise OddScalarError(
            f"{quoted(text)} without quotes is a boolean to some YAML readers and text to others",
            f'`true` or `false`, or the text in quotes: `"{text}"`',
        )
    if text[0] not in _MAYBE_ODD:
        return text
    return _number_or_text(text)


def _number_or_text(text: str) -> str | int | Decimal:
    number = _NUMBER.fullmatch(text)
    if number:
        if len(text.replace(".", "").lstrip("-")) > MOST_DIGITS:
            raise OddScalarError(f"the number {quoted(text)} is too long", f"at most {MOST_DIGITS} digits")
        return Decimal(text) if number.group(2) else int(text)
    in_quotes = f'the text in quotes: `"{text if len(text) <= MOST_DIGITS * 2 else "..."}"`'
    if _DATE.fullmatch(text):
        raise OddScalarError(f"{quoted(text)} without quotes is a date to some YAML readers", in_quotes)
    if _TIME.fullmatch(text):
        raise OddScalarError(f"{quoted(text)} without quotes is a number to base 60 to some YAML readers", in_quotes)
    if _ODD_NUMBER.fullmatch(text):
        raise OddScalarError(
            f"{quoted(text)} without quotes is not the same number to every YAML reader",
            f"a number such as `10` or `0.5`, or {in_quotes}",
        )
    if text in {"<<", "="}:
        raise OddScalarError(f"{quoted(text)} without quotes has a meaning of its own in YAML 1.1", in_quotes)
    return text
