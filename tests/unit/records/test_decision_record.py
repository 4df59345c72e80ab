"""A decision as bytes, and the schema by which other software reads it (language §14.2)."""

from __future__ import annotations

import json
from typing import Any

from builders import MEDICATIONS, decision_of, listed, patient, program_of

from cds.engine import decide
from cds.records.decision import Decision, digest_of
from cds.records.decision_schema import decision_schema

RULES = """
parameters:
  washout:
    positions:
      handout: {value: {full_days: 7}, confirmed: primary}
      society: {value: {doses: 4, per_day: 2}, confirmed: primary}
    resolve: {adopt: none, because: "x", by: "y", decided: "2026-11-01"}
rules:
  stop: {kind: hold, for_each: m in medications, advise: hold, interval: $washout,
         when: {m.substance: {in_class: nsaid}}}
"""


def decided() -> Decision:
    """Decide about one medication that is held, one that is not and one that cannot be identified."""
    program = program_of(MEDICATIONS, RULES)
    medications = listed({"text": "ibuprofen"}, {"text": "warfarin"}, {"text": "the white ones"})
    facts = patient(program, procedure={"start": "2026-12-01"}, medications=medications)
    return decide(program, facts, engines=["reference"])


def test_bytes_are_the_canonical_json_of_the_document() -> None:
    """Sorted keys, no spaces; the digest is a part of them."""
    decision = decided()
    assert json.loads(decision.to_bytes()) == decision.document
    assert decision.to_bytes().startswith(b'{"as_of":')
    assert decision.digest == decision.document["digest"]


def test_a_digest_is_of_the_value_alone() -> None:
    """However its keys are ordered."""
    assert digest_of({"a": 1, "b": [True, None]}) == digest_of({"b": [True, None], "a": 1})
    assert digest_of({}) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


class TestSchema:
    """The JSON Schema names every key that a decision has."""

    def test_names_version_and_draft(self) -> None:
        """A reader knows what it reads."""
        schema = decision_schema()
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert schema["properties"]["schema"] == {"const": "cds-decision/1"}

    def test_a_decision_fits(self) -> None:
        """Every key is named, every required key is there, on every level."""
        schema = decision_schema()
        document = decision_of(*_case())
        problems = list(_misfits(document, schema, schema["$defs"], "$"))
        assert problems == []

    def test_closed(self) -> None:
        """A key that nobody declared is a misfit."""
        schema = decision_schema()
        document = {**decision_of(*_case()), "surprise": 1}
        assert list(_misfits(document, schema, schema["$defs"], "$")) == ["$.surprise"]


def _case() -> tuple[Any, Any]:
    program = program_of(MEDICATIONS, RULES)
    medications = listed({"text": "ibuprofen"}, {"text": "the white ones"})
    return program, patient(program, procedure={"start": "2026-12-01"}, medications=medications)


def _misfits(value: Any, schema: Any, definitions: Any, path: str) -> Any:
    """Walk value and schema together; give the paths of keys that are too many or missing."""
    schema = definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    if "anyOf" in schema:
        schema = next((each for each in schema["anyOf"] if (each.get("type") == "null") == (value is None)), {})
        yield from _misfits(value, schema, definitions, path)
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _misfits(part, schema["items"], definitions, f"{path}[{number}]")
    elif isinstance(value, dict) and "properties" in schema:
        assert schema["additionalProperties"] is False
        yield from (f"{path}.{key}" for key in value.keys() - schema["properties"].keys())
        yield from (f"{path}.{key}" for key in set(schema["required"]) - value.keys())
        for key in value.keys() & schema["properties"].keys():
            yield from _misfits(value[key], schema["properties"][key], definitions, f"{path}.{key}")
