"""Reading JSON strictly: no key twice, no number that is not exact, nothing too deep or too large."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cds.errors import FactsError, InputError, Place
from cds.facts.decimals import MAX_DIGITS, read_number
from cds.facts.tokens import path_text, quoted

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 64
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_NO_NUMBER = "a decimal number of at most 30 digits"


def read_facts_text(text: str | bytes, *, file: str | None) -> dict[str, Any]:
    """Read the JSON of a facts document; numbers with a point or an exponent become decimals, never floats.

    Raises:
        FactsError: it is no JSON object in UTF-8, names a key twice, or has a number or a depth beyond the limits.
    """
    place = Place(file)
    decoded = _decoded(text, place)
    refused: list[_Refused] = []
    document = _parsed(decoded, refused, place)
    if _is_deeper_than(document, MAX_DEPTH):
        raise _too_deep(place)
    found = next(_problems(document), None) if refused or _SURROGATE.search(decoded) else None
    if found:
        path, problem, expected = found
        raise FactsError(problem, place=Place(file, path=path_text(path)), expected=expected)
    if not isinstance(document, dict):
        raise FactsError(f"{quoted(document)} is not a facts document", place=place, expected="an object in braces")
    return document


@dataclass(frozen=True, slots=True)
class _Refused:
    """What stands in the parsed document for something that may not be there, until its path is known."""

    problem: str
    expected: str
    key: str | None = None


def _decoded(text: str | bytes, place: Place) -> str:
    if len(text) > MAX_BYTES:
        raise FactsError("the document is too large", place=place, expected=f"at most {MAX_BYTES} bytes")
    try:
        raw = text.encode() if isinstance(text, str) else text
        decoded = raw.removeprefix(BOM_UTF8).decode()
    except UnicodeError as error:
        raise FactsError("the document is not UTF-8", place=place, expected="JSON in UTF-8") from error
    if len(raw) > MAX_BYTES:
        raise FactsError("the document is too large", place=place, expected=f"at most {MAX_BYTES} bytes")
    return decoded


def _parsed(text: str, refused: list[_Refused], place: Place) -> Any:
    def refuse(problem: str, expected: str, key: str | None = None) -> _Refused:
        refused.append(_Refused(problem, expected, key))
        return refused[-1]

    def unique(pairs: list[tuple[str, Any]]) -> Any:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        return refuse(f"the key {quoted(twice)} stands twice", "each key once", twice)

    def exact(digits: str) -> Any:
        try:
            read_number(digits)
        except InputError as error:
            return refuse(error.problem, error.expected or _NO_NUMBER)
        return Decimal(digits)

    def whole(digits: str) -> Any:
        return int(digits) if len(digits) <= MAX_DIGITS else exact(digits)

    try:
        return json.loads(
            text,
            object_pairs_hook=unique,
            parse_float=exact,
            parse_int=whole,
            parse_constant=lambda word: refuse(f"{quoted(word)} is not a number", _NO_NUMBER),
        )
    except json.JSONDecodeError as error:
        where = Place(place.file, error.lineno, error.colno)
        raise FactsError(f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}", place=where) from error
    except RecursionError as error:
        raise _too_deep(place) from error


def _is_deeper_than(document: Any, depth: int) -> bool:
    level = [document]
    for _ in range(depth):
        level = [below for node in level for below in _below(node) if isinstance(below, dict | list)]
    return bool(level)


def _below(node: Any) -> Iterable[Any]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def _too_deep(place: Place) -> FactsError:
    return FactsError("the document is nested too deep", place=place, expected=f"at most {MAX_DEPTH} levels")


def _problems(document: Any) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Find what may not be there, with its path, from the top of the document down."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), document)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, _Refused):
            yield (*path, node.key) if node.key is not None else path, node.problem, node.expected
        elif isinstance(node, str) and _has_half_a_pair(node):
            yield path, f"{quoted(node)} has half of a surrogate pair", "whole characters"
        elif isinstance(node, dict):
            for key in node:
                if _has_half_a_pair(key):
                    yield path, f"the key {quoted(key)} has half of a surrogate pair", "whole characters"
            waiting.extend(((*path, key), below) for key, below in reversed(node.items()))
        elif isinstance(node, list):
            waiting.extend(((*path, number), below) for number, below in reversed(list(enumerate(node))))


def _has_half_a_pair(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text)
