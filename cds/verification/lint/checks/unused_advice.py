"""A kind of advice that no rule gives."""

from __future__ import annotations

from collections.abc import Iterator

from cds.verification.lint.material import Material, Slip


def check(material: Material) -> Iterator[Slip]:
    """Look for advice that is declared and never given."""
    for name in material.document.advice.keys() - {rule.then.advise for rule in material.document.rules}:
        yield ("advice", name), f"no rule gives the advice `{name}`"
