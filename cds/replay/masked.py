"""Comparing a masked record: facts were left out of it, so only what follows from the others can come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cds.audit.privacy.mask import EACH
from cds.audit.privacy.masked_decision import Anchors, Masked, comparable
from cds.canonical import canonical_bytes
from cds.ir.program import Program

_ENGINES = "engines"


def is_equal_as_stored(
    then: Mapping[str, Any], now: Mapping[str, Any], *, removed: Sequence[str], program: Program
) -> bool:
    """Tell whether a stored decision is what follows from the facts that are stored, the engines' names apart.

    If it is not, nobody can tell whether the mask or a change is the reason.
    """
    masked = Masked(tuple(removed), program.dictionary, anchors_of(program))
    sides = [{**comparable(each, masked), _ENGINES: []} for each in (then, now)]
    return canonical_bytes(sides[0]) == canonical_bytes(sides[1])


def anchors_of(program: Program) -> Anchors:
    """Give what the dates of all rules are counted from."""
    return {
        (rule.id, date.name): date.anchor.name
        if date.anchor.variable is None
        else f"{rule.list}.{EACH}.{date.anchor.name}"
        for rule in program.rules.values()
        for date in rule.dates
    }
