"""A word in braces that nothing will fill in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cds.verification.lint.material import Material, Slip

FILLED = frozenset({"medication", "substance", "procedure"})
FILLED_IN_HOLDS = FILLED | {"last_permitted_dose", "no_dose_from", "last_dose", "earliest_procedure", "interval"}
_IN_BRACES = re.compile(r"\{([^{}]*)\}")


def check(material: Material) -> Iterator[Slip]:
    """Look for braces in the texts of rules that would be shown as they stand."""
    for number, rule in enumerate(material.document.rules):
        known = FILLED_IN_HOLDS if rule.kind == "hold" else FILLED
        for word in _IN_BRACES.findall(rule.then.text or ""):
            if word not in known:
                yield (
                    ("rules", number, "then", "text"),
                    f"the rule `{rule.id}` names `{{{word}}}`, which nothing fills in",
                )
