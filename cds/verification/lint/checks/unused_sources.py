"""A source that nothing cites."""

from __future__ import annotations

from collections.abc import Iterator

from cds.ruleset.model import RulesetDocument
from cds.verification.lint.material import Material, Slip


def check(material: Material) -> Iterator[Slip]:
    """Look for sources that no rule, derivation or position names."""
    for name in material.document.sources.keys() - set(_cited(material.document)):
        yield ("sources", name), f"nothing cites the source `{name}`"


def _cited(document: RulesetDocument) -> Iterator[str]:
    references = [reference for rule in document.rules for reference in rule.sources]
    references += [reference for derivation in document.derive for reference in derivation.sources]
    for reference in references:
        yield reference if isinstance(reference, str) else reference.id
    for parameter in document.parameters.values():
        yield from parameter.positions
    for rule in document.rules:
        yield from rule.positions
