"""The one way from data to bytes that are hashed: JSON as RFC 8785 has it, for data without floats."""

from __future__ import annotations

from typing import Any

import orjson

LARGEST_INTEGER = 2**53 - 1
_PLAIN = frozenset({str, bool, type(None)})
_LISTS = (list, tuple)


class NotCanonicalError(ValueError):
    """Data that has no canonical bytes: a fault of the program that made it, never of a user."""


def canonical_bytes(value: Any) -> bytes:
    """Give the RFC 8785 bytes of a value made of dict, list, tuple, str, int, bool and None.

    orjson equals RFC 8785 exactly where keys are ASCII, integers stay below 2^53 and there are no floats; everything
    else is refused here, so that two ways of writing one value never give two hashes.

    Raises:
        NotCanonicalError: for any other type, a key that is not ASCII text, an integer beyond 2^53 - 1, a lone
            surrogate, or nesting deeper than orjson goes (254 levels).
    """
    _check(value)
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONEncodeError, RecursionError) as error:
        raise NotCanonicalError(f"no canonical bytes: {error}") from None


def _check(top: Any) -> None:
    """Walk a value breadth first; exact types are looked at first, since nearly every part has one."""
    values = [top]
    for value in values:  # grows while it is walked
        kind = type(value)
        if kind in _PLAIN:
            continue
        if isinstance(value, dict):
            _check_keys(value)
            values += [inner for inner in value.values() if type(inner) not in _PLAIN]
        elif isinstance(value, _LISTS):
            values += value
        elif isinstance(value, int):
            if abs(value) > LARGEST_INTEGER:
                raise NotCanonicalError("no canonical bytes: an integer is beyond 2^53 - 1")
        elif not isinstance(value, str):
            raise NotCanonicalError(f"no canonical bytes: a {kind.__name__} is not JSON data")


def _check_keys(mapping: dict[Any, Any]) -> None:
    try:
        are_ascii = "".join(mapping).isascii()
    except TypeError:
        are_ascii = False
    if not are_ascii:
        raise NotCanonicalError("no canonical bytes: a key is not ASCII text")
