"""The one way from data to bytes that are hashed: JSON as RFC 8785 has it, for data without floats."""

from __future__ import annotations

from typing import Any

import orjson

LARGEST_INTEGER = 2**53 - 1


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
    open_values = [top]
    while open_values:
        value = open_values.pop()
        if value is None or isinstance(value, str | bool):
            continue
        if isinstance(value, int):
            if abs(value) > LARGEST_INTEGER:
                raise NotCanonicalError("no canonical bytes: an integer is beyond 2^53 - 1")
        elif isinstance(value, dict):
            for key in value:
                if not (isinstance(key, str) and key.isascii()):
                    raise NotCanonicalError("no canonical bytes: a key is not ASCII text")
            open_values.extend(value.values())
        elif isinstance(value, list | tuple):
            open_values.extend(value)
        else:
            raise NotCanonicalError(f"no canonical bytes: a {type(value).__name__} is not JSON data")
