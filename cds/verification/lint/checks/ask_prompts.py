"""A question that is not a question."""

from __future__ import annotations

from collections.abc import Iterator

from cds.verification.lint.material import Material, Slip


def check(material: Material) -> Iterator[Slip]:
    """Look for an `ask` that asks nothing; that every fact which needs one has one is checked at load."""
    for name, fact in material.document.facts.items():
        if fact.ask is not None and "?" not in fact.ask:
            yield ("facts", name, "ask"), f"what is asked about `{name}` has no question mark"
        for item, inner in fact.items.items():
            if inner.ask is not None and "?" not in inner.ask:
                path = ("facts", name, "items", item, "ask")
                yield path, f"what is asked about `{name}.{item}` has no question mark"
