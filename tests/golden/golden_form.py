"""What is recorded of decisions: a file a patient, and once for all of them what is the same for every patient.

A decision repeats with every recommendation what its rule says to everyone: title, sources, all positions. That would
be two thirds of every file, and a changed note on one source would change nearly all of them. It is recorded once
instead, and so are the identity of the ruleset and the digests, which change with every edit of any rule. What is left
in a patient's file is about the patient, and changes only when what is decided does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from cds.records.decision import decision_digest

OF_THE_RULE = ("kind", "severity", "advice", "title", "sources", "positions")
"""Of a recommendation: what its rule says to everyone."""
OF_ALL = ("schema", "ruleset", "semantics", "engines", "renderer")
"""Of a decision: what is the same for every patient."""
_NOT_RECORDED = {*OF_ALL, "digest", "time_zone_data"}


def of_the_patient(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a decision says of its patient."""
    kept = {key: value for key, value in document.items() if key not in _NOT_RECORDED}
    return {**kept, "recommendations": [_without_the_rule(each) for each in document["recommendations"]]}


def of_everyone(documents: Mapping[str, Any]) -> dict[str, Any]:
    """Give what decisions, by the names of their patients, say to everyone, and the digest of each.

    The release of the time zones is left out of the digests: another release decides alike here.
    """
    first = next(iter(documents.values()))
    return {
        **{key: first[key] for key in OF_ALL},
        "digests": {name: decision_digest({**each, "time_zone_data": ""}) for name, each in documents.items()},
        "rules": {rule: dict(said) for rule, said in _said_by_rules(documents.values())},
    }


def of_the_rule(recommendation: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the rule of a recommendation says to everyone."""
    return {key: recommendation[key] for key in OF_THE_RULE}


def written(document: Mapping[str, Any]) -> str:
    """Write a document so that a change shows as a few changed lines."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def is_withheld(recommendation: Mapping[str, Any]) -> bool:
    """Say whether a recommendation shows no positions: while a rule that could override it is open."""
    return recommendation["status"] == "cannot_decide" and recommendation["overridden_by"] is not None


def _without_the_rule(recommendation: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in recommendation.items() if key not in OF_THE_RULE}


def _said_by_rules(documents: Iterable[Mapping[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    every = (each for document in documents for each in document["recommendations"])
    said: dict[str, dict[str, Any]] = {}
    for each in sorted(every, key=is_withheld):
        said.setdefault(each["rule"], of_the_rule(each))
    return sorted(said.items())
