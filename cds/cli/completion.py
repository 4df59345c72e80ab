"""What the shell offers when a user presses Tab."""

from __future__ import annotations

from typing import Any

from typer import Context

from cds.actions import DEFAULT_RULESET, ENGINES, SCHEMAS, list_rulesets, loaded_ruleset
from cds.errors import CdsError


def ruleset_names(incomplete: str) -> list[str]:
    """Offer the ids of the rulesets that ship with cds."""
    return _beginning(incomplete, {loaded.document.id for loaded in _or_nothing(list_rulesets)})


def rule_ids(context: Context, incomplete: str) -> list[str]:
    """Offer the ids of the rules of the ruleset that the command line names."""
    name = context.params.get("ruleset") or DEFAULT_RULESET
    rules = _or_nothing(lambda: loaded_ruleset(name).document.rules)
    return _beginning(incomplete, {rule.id for rule in rules})


def engine_names(incomplete: str) -> list[str]:
    """Offer what may decide."""
    return _beginning(incomplete, set(ENGINES))


def schema_names(incomplete: str) -> list[str]:
    """Offer the documents that have a schema."""
    return _beginning(incomplete, set(SCHEMAS))


def _or_nothing(ask: Any) -> Any:
    """Ask, and offer nothing where a user would see an error."""
    try:
        return ask()
    except CdsError:
        return []


def _beginning(incomplete: str, names: set[str]) -> list[str]:
    return sorted(name for name in names if name.startswith(incomplete))
