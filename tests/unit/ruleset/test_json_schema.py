"""The JSON Schema of a ruleset file, for editors (language, preface)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cds.ruleset.catalogue import shipped_rulesets
from cds.ruleset.files import is_companion, yaml_files
from cds.ruleset.json_schema import SECTION_WORDS, ruleset_schema
from cds.ruleset.model import RulesetDocument
from cds.ruleset.yaml_text import Budget, read_yaml

jsonschema = pytest.importorskip("jsonschema")
SHIPPED = [
    path
    for folder in sorted(shipped_rulesets().iterdir())
    if folder.is_dir()
    for path in yaml_files(folder)
    if not is_companion(path)
]


@pytest.fixture(scope="module")
def validator() -> Any:
    """Give a validator of ruleset files."""
    schema = ruleset_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def read(text: str | bytes) -> dict[str, Any]:
    """Read a file."""
    raw = text.encode() if isinstance(text, str) else text
    return read_yaml(raw, file="f.yaml", budget=Budget())[0]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_files_validate(path: Path, validator: Any) -> None:
    """Every file of the shipped rulesets is valid for an editor, on its own."""
    errors = [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(read(path.read_bytes()))]
    assert errors == []


def test_small_ruleset_validates(small: str, validator: Any) -> None:
    """A whole ruleset in one file is valid too."""
    assert list(validator.iter_errors(read(small))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("schema: cds-ruleset/1\n", ""),
        ("cds-ruleset/1", "cds-ruleset/2"),
        ("groups:", "gruops:"),
        ("title: Check the INR\n", "tilte: Check\n"),
        ("kind: preparation", "kind: prepare"),
        ("{full_days: 7}", "{full_days: -7}"),
        ("{full_days: 7}", "{days: 7}"),
        ("{med.status: {is: active}}", "{med.status: {iss: active}}"),
        ("{med.status: {is: active}}", "{med.status: {is: active, in: [stopped]}}"),
        ("{med.status: {is: active}}", "{med.status: {is: active}, labs.inr: {is: 1}}"),
        ("{med.status: {is: active}}", "{$nsaid_hold: {is: active, set: true}}"),
        ("{med.status: {is: active}}", "{$nsaid_hold: {at_least: 1}}"),
        ("{med.status: {is: active}}", "{$nsaid_hold: {set: true}, med.status: {is: active}}"),
        ("{med.status: {is: active}}", "{all: []}"),
        ("{med.status: {is: active}}", "{all: [{med.status: {is: active}}], any: [{med.status: {is: active}}]}"),
        ("  labs.inr: {", "  labs.INR: {"),
        ("reminder_window: 48 h", "reminder_window: 2"),
    ],
)
def test_what_the_loader_refuses_an_editor_marks(old: str, new: str, small: str, validator: Any) -> None:
    """Keys, words and shapes that the loader refuses are not valid for an editor either."""
    assert old in small
    assert list(validator.iter_errors(read(small.replace(old, new, 1)))) != []


@pytest.mark.parametrize("test", ["is: active", "in: [active, stopped]", "is: true", "set: false"])
def test_a_test_on_a_parameter_validates(test: str, small: str, validator: Any) -> None:
    """What the loader takes, an editor takes."""
    text = small.replace("{med.status: {is: active}}", f"{{$nsaid_hold: {{{test}}}}}")
    assert text != small
    assert list(validator.iter_errors(read(text))) == []


def test_every_section_is_described() -> None:
    """An editor shows for every section what it is for; only `schema` has to stand in every file."""
    schema = ruleset_schema()
    aliases = {field.alias or name for name, field in RulesetDocument.model_fields.items()}
    assert schema["properties"].keys() == SECTION_WORDS.keys() == aliases
    assert all(section["description"] for section in schema["properties"].values())
    assert schema["required"] == ["schema"]


def test_null_is_nowhere_valid(validator: Any) -> None:
    """Files cannot hold null, so the schema never offers it."""

    def types(part: Any) -> list[Any]:
        if isinstance(part, dict):
            return [part.get("type"), *(found for value in part.values() for found in types(value))]
        return [found for value in part for found in types(value)] if isinstance(part, list) else []

    assert "null" not in types(validator.schema)
