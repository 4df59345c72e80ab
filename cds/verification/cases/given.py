"""The facts of a case: the base document of its file, with what the case gives put in (language §15.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from cds.errors import InputError
from cds.facts.dictionary import Dictionary, FactType
from cds.facts.schema import SCHEMA
from cds.ruleset.wording import quoted

ABSENT = "absent"
"""What takes a part of the base away."""
_OF_THE_LIST_ITSELF = frozenset({"reconciled", "items"})


def document_of(base: Mapping[str, Any], given: Mapping[str, Any], dictionary: Dictionary) -> dict[str, Any]:
    """Give the `cds-facts/1` document of a case; neither the base nor what is given is changed.

    Raises:
        InputError: a name leads through a single value.
    """
    document = deepcopy({"schema": SCHEMA, **base})
    lists = {tuple(name.split(".")) for name, declared in dictionary.items() if declared.type is FactType.LIST}
    for name, value in given.items():
        _put(document, name, deepcopy(value), lists)
    return document


def _put(document: dict[str, Any], name: str, value: Any, lists: set[tuple[str, ...]]) -> None:
    parts = name.split(".")
    inside = document
    for depth, part in enumerate(parts[:-1], start=1):
        if tuple(parts[:depth]) in lists and parts[depth] not in _OF_THE_LIST_ITSELF:
            _put_in_item(_items_of(inside, part), parts[depth:], value, name)
            return
        inside = _below(inside, part, name)
    _set(inside, parts[-1], value)


def _items_of(inside: dict[str, Any], name: str) -> list[Any]:
    """Give the items of a list; one of which nothing is known starts as complete and empty."""
    said = inside.get(name)
    if isinstance(said, list):
        inside[name] = said = {"items": said}
    elif not isinstance(said, dict) or "unknown" in said:
        inside[name] = said = {"reconciled": True}
    items: list[Any] = said.setdefault("items", [])
    return items


def _put_in_item(items: list[Any], parts: Sequence[str], value: Any, name: str) -> None:
    item_id, *rest = parts
    at = next((n for n, item in enumerate(items) if isinstance(item, dict) and item.get("id") == item_id), None)
    if not rest and value == ABSENT:
        items[:] = [item for n, item in enumerate(items) if n != at]
        return
    if at is None:
        items.append({"id": item_id})
        at = -1
    if not rest:
        if not isinstance(value, dict):
            raise InputError(f"{quoted(name)} is an item", expected=f"its facts in braces, or `{ABSENT}`")
        items[at] = {"id": item_id, **value}
        return
    inside = items[at]
    for part in rest[:-1]:
        inside = _below(inside, part, name)
    _set(inside, rest[-1], value)


def _below(inside: dict[str, Any], part: str, name: str) -> dict[str, Any]:
    below = inside.setdefault(part, {})
    if not isinstance(below, dict):
        raise InputError(f"{quoted(name)} leads through {quoted(part)}, which is a single value in the base")
    if below.keys() == {"unknown"}:
        below.clear()
    return below


def _set(inside: dict[str, Any], part: str, value: Any) -> None:
    if value == ABSENT:
        inside.pop(part, None)
    else:
        inside[part] = value
