"""The JSON Schema of `cds-holds/1`, for software that reads worklists."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from cds.holds.model import SCHEMA, Worklist
from cds.records.decision_schema import closed


def worklist_schema() -> dict[str, Any]:
    """Give the JSON Schema, draft 2020-12; keys that it does not name are refused."""
    schema = closed(TypeAdapter(Worklist).json_schema())
    schema["properties"]["schema"] = {"const": SCHEMA}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": f"A worklist, {SCHEMA}"}
