"""Two rules that say the same of the same patients."""

from __future__ import annotations

from collections.abc import Iterator

from cds.ruleset.digest import order_key
from cds.ruleset.model import Rule
from cds.verification.lint.material import Material, Slip


def check(material: Material) -> Iterator[Slip]:
    """Look for rules with one kind, advice and condition that tell the same dates and positions, in whatever order."""
    first: dict[bytes, str] = {}
    for number, rule in enumerate(material.document.rules):
        other = first.setdefault(_meaning(rule), rule.id)
        if other != rule.id:
            yield ("rules", number), f"the rule `{rule.id}` advises the same as `{other}`, under the same condition"


def _meaning(rule: Rule) -> bytes:
    said = {
        "kind": rule.kind,
        "advise": rule.then.advise,
        "interval": rule.then.interval,
        "dates": rule.then.dates or None,
        "shows": rule.then.shows or None,
        "group": rule.group,
        "for_each": rule.for_each,
        "when": rule.when,
        "positions": rule.positions,
    }
    return order_key({key: value for key, value in said.items() if value is not None})
