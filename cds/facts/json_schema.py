"""The JSON Schema of `cds-facts/1` under a fact dictionary, for editors and for those who send facts.

It says what a document looks like. What it cannot say (units that convert, dates that exist, ids used once) is checked
when the document is read.
"""

from __future__ import annotations

from typing import Any

from cds.facts.decimals import number_text
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
_NOT_KNOWN: list[Schema] = [{"$ref": "#/$defs/unknown"}, {"type": "null"}]
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
    schema["required"] = ["schema", SUBJECT, *schema["required"]]
    return {"$schema": DIALECT, "$id": "urn:cds:facts:1", "title": SCHEMA, **schema, "$defs": _DEFINITIONS}


def _group(group: Group, shape: Shape, prefix: str) -> Schema:
    """Describe the members of a group; one is required if a fact in it is."""
    members = {
        name: _leaf(member) if isinstance(member, Leaf) else _group(member, shape, f"{prefix}{name}.")
        for name, member in group.members.items()
        if not isinstance(member, Leaf) or _can_be_given(member.declared)
    }
    needed = {name.removeprefix(prefix).split(".")[0] for name in shape.required if name.startswith(prefix)}
    return _object(members, required=sorted(needed))


def _can_be_given(declared: Declaration) -> bool:
    return declared.type is not FactType.CONCEPT and declared.calculated is None


def _leaf(leaf: Leaf) -> Schema:
    described = {"description": _description(leaf.declared)}
    if leaf.items is not None:
        return described | {"anyOf": [_list(leaf.items), *_NOT_KNOWN]}
    forms = _known_forms(leaf.declared)
    if leaf.taken is not None:
        value, time = _any_of(leaf.declared), _any_of(leaf.taken) | {"description": _description(leaf.taken)}
        report = _object({VALUE: value, TAKEN: time})
        return described | {"anyOf": [*forms, report, *_NOT_KNOWN, _conflict([*forms, report])]}
    if leaf.declared.required:
        return described | {"anyOf": [*forms, _conflict(forms)]}
    return described | _any_of(leaf.declared)


def _any_of(declared: Declaration) -> Schema:
    forms = _known_forms(declared)
    return {"anyOf": [*forms, *_NOT_KNOWN, _conflict(forms)]}


def _known_forms(declared: Declaration) -> list[Schema]:
    if declared.type is FactType.BOOLEAN:
        return [{"type": "boolean"}]
    if declared.type is FactType.ENUM:
        return [{"enum": list(declared.values)}]
    form = {"$ref": f"#/$defs/{declared.type}"}
    if declared.type in _WITH_INTERVALS:
        return [form, _object({FROM: form, TO: form}, required=[FROM, TO])]
    return [form]


def _conflict(reports: list[Schema]) -> Schema:
    several = {"type": "array", "minItems": 2, "items": {"anyOf": reports}}
    return _object({CONFLICTING: several}, required=[CONFLICTING])


def _list(shape: Shape) -> Schema:
    item = _group(shape.root, shape, "")
    item["properties"] = {ID: {"$ref": "#/$defs/id"}, **item["properties"]}
    item["required"] = [ID, *item["required"]]
    complete = {"description": "Whether the list is known to be complete.", "type": ["boolean", "null"]}
    return _object({RECONCILED: complete, ITEMS: {"type": "array", "items": item}}, required=[ITEMS])


def _object(properties: Schema, *, required: list[str] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": required or [],
        "additionalProperties": False,
    }


def _description(declared: Declaration) -> str:
    """Say what is asked, in which unit and within which limits."""
    unit = f" {declared.unit}" if declared.unit else ""
    parts = [declared.ask]
    if declared.unit:
        parts.append(f"In `{declared.unit}` or a unit that converts to it.")
    if declared.minimum is not None:
        parts.append(f"At least {number_text(declared.minimum)}{unit}.")
    if declared.maximum is not None:
        parts.append(f"At most {number_text(declared.maximum)}{unit}.")
    if declared.not_after_as_of:
        parts.append("Not after `as_of`.")
    return " ".join(part for part in parts if part)
