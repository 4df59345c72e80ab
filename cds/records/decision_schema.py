"""The JSON Schema of `cds-decision/1`, for software that reads decisions."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from cds.records.decision import SCHEMA, DecisionDocument


def decision_schema() -> dict[str, Any]:
    """Give the JSON Schema, draft 2020-12; keys that it does not name are refused."""
    schema = closed(TypeAdapter(DecisionDocument).json_schema())
    schema["properties"]["schema"] = {"const": SCHEMA}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": f"A decision, {SCHEMA}"}


def closed(part: Any) -> Any:
    """Close every object, and leave out the titles that only repeat a key."""
    if isinstance(part, list):
        return [closed(element) for element in part]
    if not isinstance(part, dict):
        return part
    kept = {key: closed(value) for key, value in part.items() if not (key == "title" and isinstance(value, str))}
    return {**kept, "additionalProperties": False} if "properties" in kept else kept
