"""A question that is missing, or that is not a question."""

from __future__ import annotations

from collections.abc import Iterator

from cds.verification.lint.material import Material, Slip
from cds.verification.lint.uses import facts_used


def check(material: Material) -> Iterator[Slip]:
    """Look at the `ask` of every fact: those that conditions use need one, and each asks something."""
    used = facts_used(material.document)
    for name, fact in material.document.facts.items():
        yield from _slip(("facts", name), name, fact.ask, needed=(None, name) in used or bool(fact.items))
        for item, inner in fact.items.items():
            path = ("facts", name, "items", item)
            yield from _slip(path, f"{name}.{item}", inner.ask, needed=(name, item) in used)


def _slip(path: tuple[str, ...], name: str, ask: str | None, *, needed: bool) -> Iterator[Slip]:
    if ask is None and needed:
        yield path, f"a rule uses the fact `{name}`, and nothing says how to ask for it (`ask`)"
    elif ask is not None and "?" not in ask:
        yield (*path, "ask"), f"what is asked about `{name}` has no question mark"
