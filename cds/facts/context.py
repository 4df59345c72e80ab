"""What reading a facts document needs at every place in it, and how an error there is told."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cds.errors import FactsError, InputError, Place, nearest
from cds.facts.instants import Zone
from cds.facts.tokens import path_text, quoted
from cds.terminology.concepts import Concepts

Path = tuple[str | int, ...]
Json = Any

_MOST_SHOWN = 12
_WHITE_CONTROLS = frozenset("\t\n\r")
_UNWRITABLE = frozenset({"Cc", "Cs"})


@dataclass(frozen=True, slots=True)
class Context:
    """What is the same all over a document."""

    zone: Zone
    as_of: int
    concepts: Concepts
    place: Place


def refusal(
    problem: str, place: Place, path: Path, *, expected: str | None = None, suggestion: str | None = None
) -> FactsError:
    """Make the error for a path in a document."""
    return FactsError(problem, place=at(place, path), expected=expected, suggestion=suggestion)


def at(place: Place, path: Path) -> Place:
    """Add a path in the document to a place."""
    return Place(place.file, place.line, place.column, path_text(path))


def placed(error: InputError, place: Place, path: Path) -> FactsError:
    """Say where in a document an error lies."""
    return refusal(error.problem, place, path, expected=error.expected, suggestion=error.suggestion)


def check_keys(raw: Mapping[str, Json], allowed: Collection[str], place: Place, path: Path) -> None:
    """Refuse keys that have no meaning here."""
    for key in raw:
        if key not in allowed:
            raise refusal(
                f"{quoted(key)} has no meaning here",
                place,
                (*path, str(key)),
                expected=one_of(allowed),
                suggestion=nearest(str(key), allowed),
            )


def read_text(raw: Json, place: Place, path: Path) -> str:
    """Read text, normalised to NFC.

    Raises:
        FactsError: it is no text, is blank, or has control characters or halves of a surrogate pair.
    """
    if not isinstance(raw, str):
        raise refusal(f"{quoted(raw)} is not text", place, path, expected="text in quotes")
    if not raw.isprintable() and any(_is_unwritable(letter) for letter in raw):
        raise refusal(f"{quoted(raw)} has control characters", place, path, expected="printable text")
    if not raw.strip():
        raise refusal("the text is blank", place, path, expected="text, or nothing at all")
    return unicodedata.normalize("NFC", raw)


def one_of(words: Collection[str]) -> str:
    """List what is allowed, as far as a reader would read."""
    shown = ", ".join(f"`{word}`" for word in list(words)[:_MOST_SHOWN])
    more = f" and {len(words) - _MOST_SHOWN} more" if len(words) > _MOST_SHOWN else ""
    return f"one of {shown}{more}" if len(words) > 1 else shown


def _is_unwritable(letter: str) -> bool:
    return unicodedata.category(letter) in _UNWRITABLE and letter not in _WHITE_CONTROLS
