"""A name or brand by which two different things could be recognised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from cds.ir.concepts_from_ruleset import common_substances
from cds.ruleset.model import RulesetDocument
from cds.ruleset.places import Path
from cds.verification.lint.material import Material, Slip


def check(material: Material) -> Iterator[Slip]:
    """Look for words that stand for more than one substance or product, whatever their case."""
    meant: dict[str, dict[str, Path]] = defaultdict(dict)
    for word, thing, path in _named(material.document):
        meant[word.casefold()].setdefault(thing, path)
    for word, things in meant.items():
        if len(things) > 1:
            first, *others = things
            for other in others:
                yield things[other], f"`{word}` stands for {other}, and for {first} too"


def _named(document: RulesetDocument) -> Iterator[tuple[str, str, Path]]:
    for id_, substance in document.substances.items():
        for key in ("names", "brands"):
            for number, word in enumerate(getattr(substance, key)):
                yield word, f"`{id_}`", ("substances", id_, key, number)
    for path, common in common_substances(document):
        for word in common.names:
            yield word, f"`{common.id}`", path
    for number, product in enumerate(document.products):
        if product.brand is not None:
            yield product.brand, f"the product of {' and '.join(product.substances)}", ("products", number, "brand")
