"""The identity of a ruleset: what can change an answer, and nothing of how it is written (language §14)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import Enum
from functools import cache, partial
from hashlib import sha256
from typing import Any

import orjson
from pydantic import BaseModel, RootModel

from cds.canonical import canonical_bytes
from cds.ruleset.conditions import Test
from cds.ruleset.model import Derivation, Rule, RulesetDocument
from cds.ruleset.version import SEMANTICS
from cds.terminology.concepts import MATCHER_VERSION

_ORDERED = {(RulesetDocument, "dispositions"), (Test, "between")}
"""The lists whose order means something; all others are sorted."""
_PLAIN = frozenset({str, bool, int, type(None)})
"""What is its own canonical form."""
_SORTED_BYTES = partial(orjson.dumps, option=orjson.OPT_SORT_KEYS)
_TRACEABILITY = frozenset({"statements"})
"""What only says which statement a part came from: it can change no answer."""


def ruleset_digest(document: RulesetDocument) -> str:
    """Give `sha256:` and the SHA-256 of everything in a merged document that can change an answer.

    The lifecycle is left out: a sign-off names the digest of what it signs. The versions of the semantics and of the
    matcher are put in. A key that is absent equals its default.
    """
    return f"sha256:{sha256(canonical_bytes(digest_content(document))).hexdigest()}"


def digest_content(document: RulesetDocument) -> dict[str, Any]:
    """Give what the digest of a merged document is the hash of."""
    return {
        "ruleset": canonical_form(document, without=("lifecycle",)),
        "semantics": SEMANTICS,
        "matcher": MATCHER_VERSION,
    }


def canonical_form(part: Any, *, without: tuple[str, ...] = ()) -> Any:
    """Give a part of a document as JSON data that is equal for parts that mean the same.

    Lists whose order means nothing are sorted, defaults left out, `5` and `5.0` equal. A number that is not whole
    becomes `{"decimal": "1.5"}`, so that it is never taken for the text.
    """
    if type(part) in _PLAIN:
        return part
    if isinstance(part, RootModel):
        return canonical_form(part.root)
    if isinstance(part, BaseModel):
        left_out = _TRACEABILITY.union(without)
        return {
            key: _of_field(type(part), key, value)
            for key, attribute, default in _fields(type(part))
            if key not in left_out and (value := getattr(part, attribute)) != default
        }
    if isinstance(part, dict):
        return {key: canonical_form(value) for key, value in part.items()}
    if isinstance(part, list):
        return _in_order([canonical_form(value) for value in part])
    if isinstance(part, Decimal):
        return int(part) if part == part.to_integral_value() else {"decimal": f"{part.normalize():f}"}
    return part.value if isinstance(part, Enum) else part


def order_key(part: Any) -> bytes:
    """Give bytes to sort parts by, that do not depend on how they are written: equal parts have equal bytes."""
    return canonical_bytes(canonical_form(part))


def _in_order(forms: list[Any]) -> list[Any]:
    """Sort by bytes that are not checked here: what the whole holds is checked when the whole is hashed."""
    return forms if len(forms) < 2 else sorted(forms, key=_SORTED_BYTES)  # noqa: PLR2004


def _of_field(model: type[BaseModel], key: str, value: Any) -> Any:
    if (model, key) in _ORDERED:
        return [canonical_form(element) for element in value]
    if key == "sources" and model in (Rule, Derivation):
        return canonical_form([{"id": source} if isinstance(source, str) else source for source in value])
    return canonical_form(value)


@cache
def _fields(model: type[BaseModel]) -> tuple[tuple[str, str, Any], ...]:
    def each() -> Iterable[tuple[str, str, Any]]:
        for attribute, field in model.model_fields.items():
            yield field.alias or attribute, attribute, field.get_default(call_default_factory=True, validated_data={})

    return tuple(each())
