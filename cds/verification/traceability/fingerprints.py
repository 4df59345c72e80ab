"""Proof that a passage was read, without a copy of it: its length and the hash of its normal form (language §19)."""

from __future__ import annotations

import re
from hashlib import sha256
from unicodedata import normalize

_WORD_START = re.compile(r"(?<![^\W_])(?=\S)")


def normal_form(text: str) -> str:
    """Give text in NFC with every run of white space as one space, so that line breaks mean nothing."""
    return " ".join(normalize("NFC", text).split())


def fingerprint(passage: str) -> str:
    """Give the SHA-256 of a passage's normal form, in hexadecimal."""
    return sha256(normal_form(passage).encode()).hexdigest()


def holds_passage(text: str, *, characters: int, sha256_hex: str) -> bool:
    """Say whether a text in normal form holds the passage of that length and hash, beginning where a word may."""
    return any(
        sha256(text[start : start + characters].encode()).hexdigest() == sha256_hex
        for start in (match.start() for match in _WORD_START.finditer(text, 0, max(0, len(text) - characters + 1)))
    )
