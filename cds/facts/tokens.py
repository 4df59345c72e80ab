"""How an offending piece of input is quoted in a message: short, printable, in backticks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

LONGEST = 40


def quoted(raw: object) -> str:
    """Quote a piece of a document as the user wrote it, cut to 40 characters; structures are named, not shown."""
    match raw:
        case None:
            return "`null`"
        case bool():
            return "`true`" if raw else "`false`"
        case str():
            return f"`{_cut(raw)}`"
        case Decimal():
            return f"`{_cut(str(raw))}`"
        case int():
            return f"`{raw}`" if abs(raw) < 10**LONGEST else "a number of too many digits"
        case Mapping():
            return "an object in braces"
        case Sequence():
            return "a list in brackets"
        case _:
            return "a value that JSON does not have"


def path_text(path: tuple[str | int, ...]) -> str:
    """Write a path into a document as `$.medications.items[0].status`."""
    return "$" + "".join(_step(step) for step in path)


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if step.isidentifier() and step.isascii() else f"['{_cut(step)}']"


def _cut(text: str) -> str:
    short = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in short)
