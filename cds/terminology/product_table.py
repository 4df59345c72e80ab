"""A table of the ingredients of products, made from a release of RxNorm: its file, `cds-products/1`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from cds.canonical import canonical_bytes
from cds.errors import InputError

SCHEMA = "cds-products/1"
_KEYS = ("families", "incomplete", "ingredients", "products", "read", "release", "schema")


@dataclass(frozen=True, slots=True)
class ProductTable:
    """What products hold, by RxNorm code: `ingredients` by name, `products` and brand `families` by their codes.

    A family is a brand whose products do not all hold the same, so that its name is only a guess at them. `incomplete`
    are the codes of products with an ingredient that the release does not tell. `read` are the digests of the files
    that the table was made from.
    """

    release: str | None
    ingredients: Mapping[str, str]
    products: Mapping[str, tuple[str, ...]]
    families: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    incomplete: frozenset[str] = frozenset()
    read: Mapping[str, str] = field(default_factory=dict)


def table_bytes(table: ProductTable) -> bytes:
    """Give the bytes of a table's file: the same table always has the same bytes."""
    document = {
        "schema": SCHEMA,
        "release": table.release,
        "read": dict(table.read),
        "ingredients": dict(table.ingredients),
        "products": {code: sorted(held) for code, held in table.products.items()},
        "families": {code: sorted(held) for code, held in table.families.items()},
        "incomplete": sorted(table.incomplete),
    }
    return canonical_bytes(document) + b"\n"


def table_from_bytes(content: bytes) -> ProductTable:
    """Read a table.

    Raises:
        InputError: it is not a whole `cds-products/1` document.
    """
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise InputError(f"the table of products is not JSON ({error})") from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise _not_a_table(f"`{SCHEMA}`, as `cds terminology import` writes it")
    if tuple(sorted(document)) != _KEYS:
        raise _not_a_table(f"the keys {', '.join(_KEYS)}")
    return ProductTable(
        release=_text(document["release"]) if document["release"] is not None else None,
        read=_texts(document["read"]),
        ingredients=(ingredients := _texts(document["ingredients"])),
        products=_held(document["products"], ingredients),
        families=_held(document["families"], ingredients),
        incomplete=frozenset(map(_text, _list(document["incomplete"]))),
    )


def _held(said: Any, ingredients: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    held = {code: tuple(map(_text, _list(codes))) for code, codes in _mapping(said).items()}
    if not ingredients.keys() >= {code for codes in held.values() for code in codes}:
        raise _not_a_table("every ingredient of a product among `ingredients`")
    return held


def _texts(said: Any) -> dict[str, str]:
    return {name: _text(value) for name, value in _mapping(said).items()}


def _text(said: Any) -> str:
    if not isinstance(said, str):
        raise _not_a_table("text for every name and code")
    return said


def _list(said: Any) -> list[Any]:
    if not isinstance(said, list):
        raise _not_a_table("a list for every product")
    return said


def _mapping(said: Any) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise _not_a_table("a mapping by code")
    return said


def _not_a_table(expected: str) -> InputError:
    return InputError("this is not a table of products", expected=expected)
