"""A phase of care that no rule belongs to."""

from __future__ import annotations

from collections.abc import Iterator

from cds.verification.lint.material import Material, Slip


def check(material: Material) -> Iterator[Slip]:
    """Look for groups without rules."""
    for name in material.document.groups.keys() - {rule.group for rule in material.document.rules}:
        yield ("groups", name), f"no rule belongs to the group `{name}`"
