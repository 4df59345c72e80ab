"""A code that nobody has confirmed: it is a guess to confirm, and a site has to know which ones there are."""

from __future__ import annotations

from collections.abc import Iterator

from cds.ruleset.model import CodeBinding, Fact
from cds.ruleset.places import Path
from cds.verification.lint.material import Material, Slip


def check(material: Material) -> Iterator[Slip]:
    """List every code of a fact, a substance or a product that says `unconfirmed` (language §4.10)."""
    document = material.document
    for name, fact in document.facts.items():
        yield from _of_fact(name, fact, ("facts", name))
    for name, substance in document.substances.items():
        yield from _of_bindings(name, substance.codes, ("substances", name, "codes"))
    for number, product in enumerate(document.products):
        if product.unconfirmed is not None and product.code is not None:
            yield ("products", number), _message(f"{product.system} {product.code}", " and ".join(product.substances))


def _of_fact(name: str, fact: Fact, path: Path) -> Iterator[Slip]:
    yield from _of_bindings(name, fact.codes, (*path, "codes"))
    for item, inner in fact.items.items():
        yield from _of_fact(f"{name}.{item}", inner, (*path, "items", item))


def _of_bindings(name: str, codes: list[CodeBinding], path: Path) -> Iterator[Slip]:
    for number, binding in enumerate(codes):
        if binding.unconfirmed is not None:
            yield (*path, number), _message(f"{binding.system} {binding.code}", name)


def _message(code: str, meant: str) -> str:
    return f"the code {code} for `{meant}` is not confirmed: it acts as a guess"
