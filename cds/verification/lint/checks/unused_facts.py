"""A fact that no condition names, and that cds itself does not read either."""

from __future__ import annotations

from collections.abc import Iterator

from cds.facts.dictionary import FactType
from cds.ruleset.model import Fact
from cds.ruleset.places import Path
from cds.verification.lint.material import Material, Slip
from cds.verification.lint.uses import FactName, facts_used

READ_BY_CDS = frozenset({"procedure.start", "last_dose", "last_dose_reported_at", "status", "frequency"})
"""The planned start, and what the state of a hold is worked out from (language §10)."""
_SHOWN_ONLY = frozenset({FactType.TEXT, FactType.CODE})
"""Facts of these types cannot stand in a condition: they are there to be recognised and shown."""


def check(material: Material) -> Iterator[Slip]:
    """Look for facts that only cost those who fill them in; a `note` that says why one is kept is an answer."""
    used = facts_used(material.document)
    for name, fact in material.document.facts.items():
        yield from _slips((None, name), fact, used, ("facts", name))
        for item, inner in fact.items.items():
            yield from _slips((name, item), inner, used, ("facts", name, "items", item))


def _slips(name: FactName, fact: Fact, used: frozenset[FactName], path: Path) -> Iterator[Slip]:
    list_name, own = name
    if fact.type is FactType.LIST or fact.type in _SHOWN_ONLY or own in READ_BY_CDS or fact.note is not None:
        return
    if name not in used and (list_name, f"{own}.taken") not in used:
        yield path, f"no rule uses the fact `{own}`; if it is kept on purpose, say why in its `note`"
