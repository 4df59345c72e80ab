"""A rule that has nothing to say but its title."""

from __future__ import annotations

from collections.abc import Iterator

from cds.verification.lint.material import Material, Slip


def check(material: Material) -> Iterator[Slip]:
    """Look for rules without a text of their own."""
    for number, rule in enumerate(material.document.rules):
        if rule.then.text is None:
            yield ("rules", number, "then"), f"the rule `{rule.id}` has no `text`, only its title is shown"
