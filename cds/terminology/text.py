"""A medication's text as words: the same for any case, Unicode form, spacing and punctuation."""

from __future__ import annotations

import re
import unicodedata

BREAK = "|"
"""Stands for a mark that may separate two ingredients: a slash, a comma, a new line."""

JOIN = "+"
"""Stands for a word or sign that joins two ingredients: and, with, plus, or."""

SEPARATORS = frozenset({BREAK, JOIN})

_JOINING = frozenset({"and", "with", "plus", "or", "+", "&"})
_ABBREVIATIONS = (
    (re.compile(r"\bw/o\b"), " without "),
    (re.compile(r"\bw/"), " with "),
    (re.compile(r"\b(?:h/o|s/p)\b"), " history "),
    (re.compile(r"\bd/c(?:'?d)?\b"), " discontinued "),
    (re.compile(r"\bn/a\b"), " none "),
)
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_APOSTROPHES = str.maketrans(dict.fromkeys("'\u2019\u2018\u02bc\u00b4`\u2032", ""))
_WORD = re.compile(r"[^\W\d_]+|\d+|[/+&,;|\n\r\u2022\u00b7\u2044\u2215\u3001]")
_BRAND_AT_END = re.compile(r"\[([^\[\]]{1,60})\]\s*$")


def words(text: str) -> tuple[str, ...]:
    """Split a text into lower-case words and numbers, with `BREAK` or `JOIN` for what may separate ingredients."""
    plain = _folded(text)
    if "/" in plain:
        for abbreviation, meaning in _ABBREVIATIONS:
            plain = abbreviation.sub(meaning, plain)
    if "." in plain:
        plain = _DOTTED.sub(lambda dotted: dotted[0].replace(".", "") + " ", plain)
    return tuple(map(_said, _WORD.findall(plain.translate(_APOSTROPHES))))


def without_brand(text: str) -> tuple[str, str]:
    """Split off the brand name that RxNorm writes in square brackets at the end of a text."""
    found = _BRAND_AT_END.search(text)
    if found is None or not SEPARATORS.isdisjoint(words(found[1])):
        return text, ""
    return text[: found.start()], found[1]


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    composed = unicodedata.normalize("NFC", text)
    shown = "".join(map(_visible, composed))
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", shown).casefold())


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    return " " if category == "So" else character


def _said(word: str) -> str:
    if word in _JOINING:
        return JOIN
    return word if word.isalnum() else BREAK
