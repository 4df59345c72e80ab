"""The same documents in another order: of keys, and of lists whose order means nothing."""

from __future__ import annotations

from typing import Any

from strategies.chance import Chance

ORDERED = frozenset({"dispositions", "between"})
"""The lists of a ruleset whose order means something; in facts there are none."""


def shuffled(chance: Chance, value: Any, *, key: str = "") -> Any:
    """Give the same document in another order."""
    if isinstance(value, dict):
        return {name: shuffled(chance, value[name], key=name) for name in chance.shuffled(list(value))}
    if isinstance(value, list):
        parts = [shuffled(chance, part) for part in value]
        return parts if key in ORDERED else chance.shuffled(parts)
    return value
