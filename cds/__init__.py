"""Clinical decision support that can prove itself.

    import cds

    ruleset = cds.load_ruleset("vertebral-augmentation")
    decision = cds.decide(ruleset, facts_document)
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


def load_ruleset(name_or_path: str | Path) -> Ruleset:
    """Load a ruleset by its id among those that ship with cds, or by the path of its folder.

    A loaded ruleset is immutable, and threads may share it.

    Raises:
        RulesetError: there is none, or it cannot be loaded; with every problem found.
    """
    from cds import actions

    return actions.load_ruleset(name_or_path)


def parse_facts(
    document: Mapping[str, Any],
    ruleset: Ruleset,
    *,
    as_of: str | None = None,
    zone: str | None = None,
    procedure: Mapping[str, str] | None = None,
) -> Facts:
    """Read a `cds-facts/1` document, or a FHIR R4 Bundle, by the fact dictionary of a ruleset.

    `as_of` (an instant with offset), `zone` (an IANA name) and `procedure` (its facts, such as `start`) are for
    documents that do not say them. A binary float in the document is refused: write decimals as text.

    Raises:
        FactsError: a name is unknown, a value has the wrong type or unit, is impossible, or is missing but required.
    """
    from cds import actions

    return actions.patient_of(document, ruleset, beside=actions.Beside(as_of, zone, procedure or {})).facts


def decide(ruleset: Ruleset, facts: Facts | Mapping[str, Any], as_of: str | None = None) -> Decision:
    """Decide for one patient: the same ruleset, facts and `as_of` give the same bytes, today and in ten years.

    `facts` are parsed facts, or a document to parse. Both engines decide, and have to agree.

    Raises:
        EngineDisagreement: the engines answered differently; no advice is given.
        FactsError: the facts cannot be read, or are of another `as_of` than the one given.
        NotInEffect: the ruleset does not decide for this `as_of`.
    """
    from cds import actions

    if isinstance(facts, Mapping):
        facts = parse_facts(facts, ruleset, as_of=as_of)
    elif as_of is not None:
        actions.check_as_of(facts, as_of)
    return actions.evaluate(ruleset, facts)


def __getattr__(name: str) -> Any:
    """Load the types and errors of `__all__` when they are first asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = {"Decision": "cds.records.decision", "Facts": "cds.facts.model", "Ruleset": "cds.actions"}
    return getattr(import_module(home.get(name, "cds.errors")), name)


def __dir__() -> list[str]:
    return __all__
