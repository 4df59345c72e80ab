"""The canonical bytes of a small JSON document as one regular expression, made of the document's JSON Schema.

To match it takes a fraction of the time of reading, validating and writing the document again. What it matches is
canonical and fits the schema; what it does not match may still, and is looked at the long way: a text that is not
ASCII or has an escape, and a number of more than fifteen digits, are left to that.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from cds.canonical import LARGEST_INTEGER

_TEXT = r"[ !#-\[\]-\x7f]"
_NUMBER = "(?:0|[1-9][0-9]{0,14})"
_PAIRS = "(?:[0-9a-f]{2})+"
_USUAL_PAIRS = f"(?:[0-9a-f]{{64}}|{_PAIRS})"  # the same texts; those of the usual length are matched at once


def canonical_pattern(schema: Mapping[str, Any], groups: Collection[str]) -> re.Pattern[str]:
    """Make the pattern of a schema of closed objects, texts, numbers from 0, truth values and null.

    `groups` are the dotted paths of the values to give, texts without their quotation marks; a match gives them in the
    order in which they stand in the bytes.

    Raises:
        ValueError: the schema has something else.
    """
    return re.compile(_Patterns(schema.get("$defs", {}), groups).of(schema, ""))


class _Patterns:
    def __init__(self, definitions: Mapping[str, Any], groups: Collection[str]) -> None:
        self._definitions = definitions
        self._groups = groups

    def of(self, schema: Mapping[str, Any], path: str) -> str:
        """Give the pattern of one value."""
        if "$ref" in schema:
            return self.of(self._definitions[schema["$ref"].rpartition("/")[2]], path)
        if "anyOf" in schema:
            return f"(?:{'|'.join(self.of(each, path) for each in schema['anyOf'])})"
        match schema:
            case {"type": "object", "additionalProperties": False}:
                return self._object(schema, path)
            case {"type": "string"}:
                return f'"{self._given(_text(schema), path)}"'
            case {"type": "integer", "minimum": 0, "maximum": largest} if largest == LARGEST_INTEGER:
                return self._given(_NUMBER, path)
            case {"type": "boolean"}:
                return "(?:true|false)"
            case {"type": "null"}:
                return "null"
        raise ValueError(f"no pattern is known for {schema}")

    def _object(self, schema: Mapping[str, Any], path: str) -> str:
        keys = sorted(schema["properties"])
        if keys != sorted(schema["required"]):
            raise ValueError(f"a key may be left out: {schema}")
        above = f"{path}." if path else ""
        parts = (f'"{key}":{self.of(schema["properties"][key], above + key)}' for key in keys)
        return rf"\{{{','.join(parts)}\}}"

    def _given(self, pattern: str, path: str) -> str:
        return f"({pattern})" if path in self._groups else pattern


def _text(schema: Mapping[str, Any]) -> str:
    if "pattern" in schema:
        inner = schema["pattern"].removeprefix("^").removesuffix("$").replace("(", "(?:")
        return f"(?:{_USUAL_PAIRS if inner == _PAIRS else inner})"
    values = schema.get("enum") or ([schema["const"]] if "const" in schema else None)
    if values is not None:
        return f"(?:{'|'.join(map(re.escape, values))})"
    return f"{_TEXT}{'+' if schema.get('minLength') else '*'}"
