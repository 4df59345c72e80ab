"""The JSON Schema of `cds-facts/1` under a fact dictionary, for editors and for those who send facts.

It says what a document looks like. What it cannot say (units that convert, dates that exist, ids used once) is checked
when the document is read.
"""

from __future__ import annotations

from typing import Any

from cds.facts.dictionary import Declaration, Dictionary, FactType
from cds.facts.known import CODE, DISPLAY, FROM, LONGEST_CODE, SYSTEM, TO
from cds.facts.lists import ID, ITEMS, RECONCILED
from cds.facts.schema import LONGEST_SUBJECT, SCHEMA, SUBJECT, ZONE
from cds.facts.shape import AS_OF, Group, Leaf, Shape, shape_of
from cds.facts.values import CONFLICTING, REASONS, TAKEN, UNKNOWN, VALUE
from cds.terminology.codes import SYSTEM_OF_URI

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NUMBER = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?"
_RATIO = r"-?[0-9]+/[1-9][0-9]*"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_INSTANT = _DATE + r"T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
_DEFINITIONS: Schema = {
    "unknown": {
        "description": "Not known, and why.",
        "type": "object",
        "properties": {UNKNOWN: {"enum": list(REASONS)}},
        "required": [UNKNOWN],
        "additionalProperties": False,
    },
    "number": {
        "description": "An exact decimal number, as a number or as text.",
        "anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{_NUMBER}$"}],
    },
    "quantity": {
        "description": "A number, a space and a UCUM unit.",
        "type": "string",
        "pattern": f"^({_NUMBER} |{_RATIO} |{_NUMBER}/)[!-~]+$",
    },
    "instant": {"description": "Date, time and offset.", "type": "string", "pattern": f"^{_INSTANT}$"},
    "time": {
        "description": "Date, time and offset; or a date, which is the whole of that day in the zone.",
        "type": "string",
        "pattern": f"^({_INSTANT}|{_DATE})$",
    },
    "text": {"type": "string", "pattern": r"\S"},
    "code": {
        "type": "object",
        "properties": {
            SYSTEM: {"enum": list(SYSTEM_OF_URI)},
            CODE: {"type": "string", "pattern": r"^\S+$", "maxLength": LONGEST_CODE},
            DISPLAY: {"anyOf": [{"$ref": "#/$defs/text"}, {"type": "null"}]},
        },
        "required": [SYSTEM, CODE],
        "additionalProperties": False,
    },
    "id": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
}
_WITH_INTERVALS = frozenset({FactType.NUMBER, FactType.QUANTITY, FactType.TIME})


def facts_schema(dictionary: Dictionary) -> Schema:
    """Write the JSON Schema (2020-12) of the facts documents of a dictionary."""
    shape = shape_of(dictionary)
    schema = _group(shape.root, shape, "")
    schema["properties"] = {
        "schema": {"const": SCHEMA},
        SUBJECT: {"description": "An id of the patient.", "$ref": "#/$defs/text", "maxLength": LONGEST_SUBJECT},
        AS_OF: {"description": "The instant to decide for, here or beside the document.", "$ref": "#/$defs/instant"},
        ZONE: {"description": "The IANA time zone of the site, here or beside the document.", "type": "string"},
        **schema["properties"],
    }
    schema["required"] = ["schema", SUBJECT, *schema.get("required", [])]
    return {"$schema": DIALECT, "$id": "urn:cds:facts:1", "title": SCHEMA, **schema, "$defs": _DEFINITIONS}


def _group(group: Group, shape: Shape, prefix: str) -> Schema:
    """Describe the members of a group, which may be left out unless a fact below them is required."""
    required = [
        member for member in group.members if any(f"{name}.".startswith(f"{prefix}{member}.") for name in shape.required)
    ]
    members = {
        name: _leaf(member) if isinstance(member, Leaf) else _group(member, shape, f"{prefix}{name}.")
        for name, member in group.members.items()
        if not isinstance(member, Leaf) or member.declared.type is not FactType.CONCEPT
    }
    schema = _object(members)
    return schema | {"required": required} if required else schema


def _leaf(leaf: Leaf) -> Schema:
    declared = leaf.declared
    if leaf.items is not None:
        forms = [_list(leaf.items)]
    else:
        forms = [_fact(declared, _description(declared))]
        if leaf.taken is not None:
            measured = _object({VALUE: _fact(declared), TAKEN: _fact(leaf.taken, leaf.taken.ask)})
            forms = [{"anyOf": [*forms[0]["anyOf"], measured, _conflict(measured)]}]
    if declared.required:
        return {"description": _description(declared), **forms[0]}
    return {"description": _description(declared), **forms[0]}


def _object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False}
