"""Every decision is a `cds-decision/1` document: of its schema, without floats, with a digest of what was decided."""

from __future__ import annotations

import copy
from typing import Any

import orjson
from hypothesis import given
from pydantic import TypeAdapter
from strategies.given import Case, cases, examples
from strategies.rulesets import Size

from cds.engine import decide
from cds.records.decision import DecisionDocument, decision_digest

ADAPTER = TypeAdapter(DecisionDocument)


def has_float(value: Any) -> bool:
    """Say whether there is a binary float anywhere."""
    if isinstance(value, dict):
        return any(has_float(part) for part in value.values())
    if isinstance(value, list):
        return any(has_float(part) for part in value)
    return isinstance(value, float)


@examples(120)
@given(cases(Size()))
def test_a_decision_is_of_its_schema_and_nothing_more(made: Case) -> None:
    """It validates strictly, keeps no key that the schema does not have, and reads back from its bytes as it was."""
    for list_all in (False, True):
        decision = decide(made.program, made.facts, list_all=list_all)
        assert ADAPTER.validate_python(decision.document, strict=True) == decision.document
        assert not has_float(decision.document)
        assert orjson.loads(decision.to_bytes()) == decision.document


@examples(80)
@given(cases(Size()))
def test_the_digest_is_of_what_was_decided_not_of_words(made: Case) -> None:
    """Other words, another renderer or other engine names leave the digest as it is; another status does not."""
    decision = decide(made.program, made.facts)
    document: Any = copy.deepcopy(decision.document)
    assert decision_digest(document) == decision.digest == decide(made.program, made.facts).digest
    assert decide(made.program, made.facts, engines=["reference"]).digest == decision.digest

    document["renderer"], document["engines"] = 99, ["another"]
    document["disposition"]["text"] = "other words"
    for found in document["recommendations"]:
        found["text"] = "other words"
    for asked in document["ask"]:
        asked["prompt"] = "other words"
    assert decision_digest(document) == decision.digest

    document["disposition"]["code"] = "another"
    assert decision_digest(document) != decision.digest
