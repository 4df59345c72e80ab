"""What the parts of a ruleset name: its conditions, the facts in them, and every other word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from cds.ir.parameters_from_ruleset import leaf_facts
from cds.ruleset.model import RulesetDocument

FactName = tuple[str | None, str]
"""The list that a fact belongs to, None for one of the patient, and its name there."""


def facts_used(document: RulesetDocument) -> frozenset[FactName]:
    """Give the facts that any condition names, and those that another is calculated from."""
    named = {name for part in _parts(document) for name in facts_of(part)}
    calculated = (fact.calculated for fact in document.facts.values() if fact.calculated is not None)
    return frozenset(named | {(None, given) for each in calculated for given in each.from_.values()})


def words_used(part: Any, key: str | None = None) -> Iterator[tuple[str | None, str]]:
    """Walk a dumped part of a document: every text in it, with its key, and every key that is a parameter."""
    if isinstance(part, str):
        yield key, part
    elif isinstance(part, dict):
        for inner_key, inner in part.items():
            if inner_key.startswith("$"):
                yield key, inner_key
            yield from words_used(inner, inner_key)
    elif isinstance(part, list):
        for inner in part:
            yield from words_used(inner, key)


def dumped(part: BaseModel) -> Any:
    """Give a part of a document as plain data, with the keys that authors write."""
    return part.model_dump(by_alias=True, exclude_defaults=True)


def conditional_parts(document: RulesetDocument) -> Iterator[Any]:
    """Give every part of a document that holds conditions, as plain data."""
    for part in _parts(document):
        yield dumped(part)


def _parts(document: RulesetDocument) -> Iterator[BaseModel]:
    yield from document.rules
    yield from document.derive
    yield from document.groups.values()
    yield from document.dispositions


def facts_of(part: BaseModel) -> Iterator[FactName]:
    """Give the facts that the conditions of one part name, a derived fact by its own name."""
    lists = {
        variable: name
        for key, said in words_used(dumped(part))
        if key in {"for_each", "each"}
        for variable, _, name in [said.partition(" in ")]
    }
    conditions = [part, *getattr(part, "positions", {}).values()]
    for fact in (fact for condition in conditions for fact in leaf_facts(condition)):
        variable, _, name = fact.partition(".")
        yield (lists[variable], name) if variable in lists else (None, fact)
