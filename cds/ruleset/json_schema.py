"""A JSON Schema of one ruleset file, for editors that complete and check YAML."""

from __future__ import annotations

from typing import Any

from cds.ruleset.conditions import FORMS, OPERATORS
from cds.ruleset.model import RulesetDocument

SECTION_WORDS = {
    "schema": "The version of the language; every file says it.",
    "id": "What this ruleset is called; stands in one file.",
    "version": "MAJOR.MINOR.PATCH, in quotes; stands in one file.",
    "title": "What this ruleset is about, for people; stands in one file.",
    "lifecycle": "Draft, active or retired, the dates, and the clinical sign-off (language §13).",
    "extends": "The ruleset that this one is an overlay on, by id and digest (language §12).",
    "adopt": "In an overlay: other positions adopted than in the base, by parameter or rule (language §12).",
    "set": "In an overlay: values for parameters that the base leaves unset (language §12).",
    "switch_off": "In an overlay: rules of the base that the site switches off (language §12).",
    "settings": "Site settings (language §11.4).",
    "sources": "The documents that statements come from (language §3).",
    "facts": "The fact dictionary (language §4).",
    "substances": "What a medication can be recognised as (language §5).",
    "products": "Products by code or brand, and the substances in them (language §5).",
    "common": "Common ingredients without a rule, by their names (language §5.4).",
    "terminology": "Tables of products in the ruleset's folder (language §5.5).",
    "classes": "Classes of substances (language §5).",
    "parameters": "Figures, with one position per source (language §6).",
    "groups": "Phases of care, outside of which their rules are false (language §8.6).",
    "derive": "Derived boolean facts (language §8.7).",
    "advice": "Kinds of advice, what they oppose and the hold state they mean (language §9).",
    "rules": "The rules (language §8).",
    "dispositions": "From results to one disposition, most cautious first; stands in one file (language §11).",
}

_FORMS = [{"$ref": f"#/$defs/{form.__name__}"} for form in FORMS]


def ruleset_schema() -> dict[str, Any]:
    """Give the JSON Schema, draft 2020-12, of one `*.yaml` file of a ruleset.

    A file may hold any of the sections, so that only `schema` is required; what has to stand somewhere in the folder,
    and what refers to what, the loader checks.
    """
    schema: dict[str, Any] = _plain(RulesetDocument.model_json_schema(by_alias=True))
    for name, words in SECTION_WORDS.items():
        schema["properties"][name]["description"] = words
    schema["$defs"]["Condition"] = {"description": "A condition (language §7).", "oneOf": _FORMS}
    for form in ("Adopted", "Leaf"):
        schema["$defs"][form] |= {"minProperties": 1, "maxProperties": 1}
    for form, keys in (("Test", OPERATORS), ("AdoptedTest", ("is", "in", "set"))):
        schema["$defs"][form]["oneOf"] = [{"required": [key]} for key in keys]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "A file of a ruleset, cds-ruleset/1",
        "description": "One of the YAML files that make a ruleset; docs/language.md says what each part means.",
        "required": ["schema"],
    }


def _plain(part: Any) -> Any:
    """Give a schema as an editor shows it best: without null, which files may not hold, and conditions named once."""
    if isinstance(part, list):
        return [_plain(element) for element in part]
    if not isinstance(part, dict):
        return part
    if part.get("oneOf", [])[:1] == [{"$ref": "#/$defs/All"}]:
        return {"$ref": "#/$defs/Condition"}
    kept = {key: _plain(value) for key, value in part.items() if not _is_noise(key, value)}
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    if "anyOf" in kept:
        kept["anyOf"] = [branch for branch in kept["anyOf"] if branch != {"type": "null"}]
        if len(kept["anyOf"]) == 1:
            kept |= kept.pop("anyOf")[0]
    return kept


def _is_noise(key: str, value: Any) -> bool:
    return (key == "default" and value in (None, [], {})) or (key == "title" and isinstance(value, str))
