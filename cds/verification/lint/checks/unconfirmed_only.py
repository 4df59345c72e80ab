"""A rule that rests on sources nobody has read."""

from __future__ import annotations

from collections.abc import Iterator

from cds.verification.lint.material import Material, Slip


def check(material: Material) -> Iterator[Slip]:
    """Look for rules all of whose sources are unconfirmed."""
    sources = material.document.sources
    for number, rule in enumerate(material.document.rules):
        cited = [reference if isinstance(reference, str) else reference.id for reference in rule.sources]
        if all(sources[name].confirmed == "unconfirmed" for name in cited):
            yield ("rules", number, "sources"), f"the rule `{rule.id}` rests only on unconfirmed sources"
