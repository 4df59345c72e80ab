"""Reading one fact: its value, and the normal form that equal facts share.

A normal form is what a document would say: an exact decimal in the declared unit, an instant in UTC or a day, a word.
It reads back as the same value and the same normal form.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cds.errors import FactsError, InputError, Place, nearest
from cds.facts.decimals import number_text, read_number
from cds.facts.dictionary import Declaration, FactType
from cds.facts.instants import EXPECTED, Zone, day_span, format_day, format_instant, format_utc, parse_instant
from cds.facts.model import ABSENT, Coded, Reason, Span, Text, TimeSpan, Unknown, Value, Word
from cds.facts.tokens import path_text, quoted
from cds.facts.units import convert, parse_quantity, quantity_text
from cds.terminology.codes import SYSTEM_OF_URI, Code, System
from cds.terminology.concepts import Concepts

Path = tuple[str | int, ...]
Json = Any
Read = tuple[Value, Json]
"""A value and its normal form; the normal form of what is absent is None and is left out."""

UNKNOWN = "unknown"
CONFLICTING = "conflicting"
FROM, TO = "from", "to"
UNKNOWN_REASONS = {reason.value: reason for reason in (Reason.ABSENT, Reason.REFUSED, Reason.NOT_ASSESSED)}
_SHOWN_VALUES = 12
_ALLOWED_CONTROLS = frozenset("\t\n\r")


@dataclass(frozen=True, slots=True)
class Context:
    """What reading a fact needs besides the fact."""

    zone: Zone
    as_of: int
    concepts: Concepts
    place: Place

    def refusal(
        self, problem: str, path: Path, *, expected: str | None = None, suggestion: str | None = None
    ) -> FactsError:
        """Make the error for a place in the document."""
        return FactsError(problem, place=at(self.place, path), expected=expected, suggestion=suggestion)

    def placed(self, error: InputError, path: Path) -> FactsError:
        """Say where in the document an error lies."""
        return self.refusal(error.problem, path, expected=error.expected, suggestion=error.suggestion)


def at(place: Place, path: Path) -> Place:
    """Add a path in the document to a place."""
    return Place(place.file, place.line, place.column, path_text(path))


def read_value(raw: Json, declared: Declaration, context: Context, path: Path) -> Read:
    """Read one fact in any of its forms: a value, an interval, unknown, or reports in conflict.

    Raises:
        FactsError: it is none of these for a fact so declared, or an impossible value.
    """
    if raw is None:
        return Unknown(Reason.NULL), None
    if isinstance(raw, Mapping):
        if UNKNOWN in raw:
            return read_unknown(raw, context, path)
        if CONFLICTING in raw:
            return _conflicting(raw, declared, context, path)
    return _known(raw, declared, context, path)


def read_measured(
    raw: Json, declared: Declaration, taken: Declaration, context: Context, path: Path
) -> tuple[Value, Value, Json]:
    """Read a measured fact, `{"value": ..., "taken": ...}` or a bare value; gives value, time and normal form.

    Raises:
        FactsError: as for `read_value`.
    """
    if isinstance(raw, Mapping) and CONFLICTING in raw:
        entries = [
            _measured(entry, declared, taken, context, entry_path)
            for entry, entry_path in _entries(raw, context, path)
        ]
        value = _agreed([value for value, _ in entries], declared, context)
        time = _agreed([time for _, time in entries], taken, context)
    else:
        value, time = _measured(raw, declared, taken, context, path)
    return value[0], time[0], _measured_normal(value, time)


def read_unknown(raw: Mapping[str, Json], context: Context, path: Path) -> Read:
    """Read `{"unknown": "refused"}` and its like."""
    check_keys(raw, (UNKNOWN,), context, path)
    word = raw[UNKNOWN]
    reason = UNKNOWN_REASONS.get(word) if isinstance(word, str) else None
    if reason is None:
        raise context.refusal(
            f"{quoted(word)} is not a reason why a fact is unknown",
            (*path, UNKNOWN),
            expected=_one_of(UNKNOWN_REASONS),
            suggestion=nearest(word, UNKNOWN_REASONS) if isinstance(word, str) else None,
        )
    return (ABSENT, None) if reason is Reason.ABSENT else (Unknown(reason), {UNKNOWN: reason.value})


def read_text(raw: Json, context: Context, path: Path) -> str:
    """Read text, normalised to NFC.

    Raises:
        FactsError: it is no text, is blank, or has control characters or halves of a surrogate pair.
    """
    if not isinstance(raw, str):
        raise context.refusal(f"{quoted(raw)} is not text", path, expected="text in quotes")
    if not raw.isprintable() and any(_is_unwritable(letter) for letter in raw):
        raise context.refusal(f"{quoted(raw)} has control characters", path, expected="printable text")
    if not raw.strip():
        raise context.refusal("the text is blank", path, expected="text, or leave it out")
    return unicodedata.normalize("NFC", raw)


def check_keys(raw: Mapping[str, Json], allowed: Sequence[str], context: Context, path: Path) -> None:
    """Refuse keys that have no meaning here."""
    for key in raw:
        if key not in allowed:
            raise context.refusal(
                f"{quoted(key)} has no meaning here",
                (*path, str(key)),
                expected=_one_of(allowed),
                suggestion=nearest(str(key), allowed),
            )


def _known(raw: Json, declared: Declaration, context: Context, path: Path) -> Read:
    reader = _READERS[declared.type]
    try:
        return reader(raw, declared, context, path)
    except FactsError:
        raise
    except InputError as error:
        raise context.placed(error, path) from error


def _boolean(raw: Json, _declared: Declaration, context: Context, path: Path) -> Read:
    if not isinstance(raw, bool):
        raise context.refusal(f"{quoted(raw)} is neither true nor false", path, expected="true or false, without quotes")
    return Word(raw), raw


def _enum(raw: Json, declared: Declaration, context: Context, path: Path) -> Read:
    if not isinstance(raw, str) or raw not in declared.values:
        raise context.refusal(
            f"{quoted(raw)} is not a value of `{declared.name}`",
            path,
            expected=_one_of(declared.values),
            suggestion=nearest(raw, declared.values) if isinstance(raw, str) else None,
        )
    return Word(raw), raw


def _number(raw: Json, declared: Declaration, context: Context, path: Path) -> Read:
    return _span(raw, declared, context, path, read=_number_end, write=number_text)


def _quantity(raw: Json, declared: Declaration, context: Context, path: Path) -> Read:
    return _span(raw, declared, context, path, read=_quantity_end, write=lambda v: quantity_text(v, str(declared.unit)))


def _span(
    raw: Json,
    declared: Declaration,
    context: Context,
    path: Path,
    *,
    read: Callable[[Json, Declaration], Fraction],
    write: Callable[[Fraction], str],
) -> Read:
    """Read a number or quantity, or an interval of them, within what is possible."""
    low, high = (
        _within_limits(read_end, declared, shown)
        for read_end, shown in ((lambda end=end: read(end, declared), end) for end in ())
    )
    return Span(low, high), write(low)
