"""Which characters may stand in a ruleset: all that can be seen, and line breaks (language §1.3)."""

from __future__ import annotations

import re
import unicodedata

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control characters, other line breaks than YAML's, and marks that turn the order of shown text round."""
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""The categories of Unicode that are not shown, or that a later version of Unicode may change."""


class BadTextError(ValueError):
    """Bytes that are no text of a ruleset, from a line and column, counted from 1, on."""

    def __init__(self, line: int, column: int, problem: str, expected: str | None = None) -> None:
        self.line = line
        self.column = column
        self.expected = expected
        super().__init__(problem)


def decoded(raw: bytes) -> str:
    """Give the text of a file; a byte order mark at its beginning is left out.

    Raises:
        BadTextError: if the file is not UTF-8 or holds a control character, in a comment too.
    """
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        begin = raw.rfind(b"\n", 0, error.start) + 1
        line = raw.count(b"\n", 0, error.start) + 1
        said = "the file is not UTF-8 text"
        raise BadTextError(line, error.start - begin + 1, said, "text saved as UTF-8") from None
    bad = _CONTROL.search(text)
    if bad:
        line, column = text.count("\n", 0, bad.start()) + 1, bad.start() - text.rfind("\n", 0, bad.start())
        said = f"the control character U+{ord(bad.group()):04X} cannot stand in a ruleset"
        raise BadTextError(line, column, said)
    return text


def invisible(text: str) -> str | None:
    """Give the first character of a value, however it was written, that cannot be seen; None if there is none."""
    if text.isprintable():
        return None
    return next((c for c in text if c not in "\n\t" and unicodedata.category(c) in _INVISIBLE), None)


def normalised(text: str) -> str:
    """Give a text in NFC."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)
