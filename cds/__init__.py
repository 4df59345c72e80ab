"""Clinical decision support that can prove itself.

    import cds

    ruleset = cds.load_ruleset("vertebral-augmentation")
    facts = cds.parse_facts(document, ruleset)
    decision = cds.decide(ruleset, facts)
    decision.document["disposition"]["code"]

Nothing is loaded before it is used, so that `import cds` costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cds.actions import Ruleset
    from cds.errors import (
        CdsError,
        EngineDisagreement,
        EngineFailure,
        FactsError,
        InputError,
        NotInEffect,
        RulesetError,
    )
    from cds.facts.model import Facts
    from cds.records.decision import Decision

__all__ = [
    "CdsError",
    "Decision",
    "EngineDisagreement",
    "EngineFailure",
    "Facts",
    "FactsError",
    "InputError",
    "NotInEffect",
    "Ruleset",
    "RulesetError",
    "decide",
    "load_ruleset",
    "parse_facts",
]

_HOMES = {"Decision": "cds.records.decision", "Facts": "cds.facts.model", "Ruleset": "cds.actions"}
"""Where the names of `__all__` are defined that neither stand here nor are errors."""


def load_ruleset(name_or_path: str | Path) -> Ruleset:
    """Load a ruleset by its id among those that ship with cds, or by the path of its folder.

    A loaded ruleset is immutable; threads may share it.

    Raises:
        RulesetError: there is none, or it cannot be loaded; with every problem found.
    """
    from cds.actions import load_ruleset as load

    return load(name_or_path)
