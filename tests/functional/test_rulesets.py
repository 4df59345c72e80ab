"""`cds ruleset` and `cds schema`: what rulesets there are, what they say, and the shape of documents."""

from __future__ import annotations

import json
import re
from pathlib import Path
from shutil import copytree

import jsonschema
import pytest
import yaml
from program import NAPROXEN, PATIENTS, REPOSITORY, SPARSE, cds, patient

from cds.ruleset.files import is_companion

SHIPPED = REPOSITORY / "rulesets" / "vertebral-augmentation"
FINDINGS = Path(__file__).parent / "findings_in_shipped_ruleset.txt"


def test_list_names_what_ships() -> None:
    """The list has the shipped rulesets with version, status and digest, in words and as JSON."""
    overlay, found = cds("ruleset", "list", "--json").document["rulesets"]
    assert (overlay["id"], found["id"]) == ("example-hospital", "vertebral-augmentation")
    assert overlay["status"] == found["status"] == "draft"
    assert found["digest"] == cds("ruleset", "digest").text.strip()
    text = cds("ruleset", "list").text
    assert "vertebral-augmentation" in text
    assert "draft" in text


def test_list_reads_a_folder_of_ones_own(tmp_path: Path) -> None:
    """A folder may be named; it is listed instead of the shipped one."""
    copytree(SHIPPED, tmp_path / "mine")
    assert len(cds("ruleset", "list", tmp_path, "--json").document["rulesets"]) == 1
    (tmp_path / "none").mkdir()
    assert cds("ruleset", "list", tmp_path / "none", "--json").document["rulesets"] == []


def test_a_ruleset_is_named_by_id_or_by_folder() -> None:
    """The id and the folder name the same content, for every command that takes one."""
    assert cds("ruleset", "digest", SHIPPED).out == cds("ruleset", "digest", "vertebral-augmentation").out
    by_folder = cds("evaluate", NAPROXEN, "--json", "--ruleset", SHIPPED)
    assert by_folder.out == cds("evaluate", NAPROXEN, "--json").out


def test_digest_is_that_of_decisions() -> None:
    """The digest that is printed is the one that decisions name."""
    digest = cds("ruleset", "digest", "--json").document["digest"]
    assert cds("evaluate", NAPROXEN, "--json").document["ruleset"]["digest"] == digest


def test_show_prints_every_rule_and_every_figure() -> None:
    """The page shows all rules and parameters, with the position that is adopted and those that differ."""
    text = "".join(cds("ruleset", "show").text.split())
    shown = cds("ruleset", "show", "--json").document
    assert all(rule["id"] in text for rule in shown["ruleset"]["rules"])
    assert all(name in text for name in shown["ruleset"]["parameters"])
    assert "DRAFT,noclinicalsign-off" in text
    assert "adopted:7fulldays(seed-0,primary)" in text
    assert "differs:1fullday(asra-2018,secondary)" in text


def test_lint_says_what_was_recorded() -> None:
    """The findings in the shipped ruleset are those recorded; each change to the list is explained in its commit."""
    ran = cds("ruleset", "lint", "--json")
    said = [f"{found['check']}: {found['message']}" for found in ran.document["findings"]]
    recorded = FINDINGS.read_text(encoding="utf-8").splitlines()
    assert sorted(said) == sorted(recorded)
    assert ran.status == (1 if recorded else 0)


def test_lint_tells_place_and_number(tmp_path: Path) -> None:
    """A finding has file, line and column; a day tells whether the review is overdue; none means status 0."""
    folder = _clean(tmp_path, review_by="2027-01-01")
    assert (cds("ruleset", "lint", folder).status, cds("ruleset", "lint", folder).text) == (0, "No findings.\n")
    overdue = cds("ruleset", "lint", folder, "--as-of", "2027-01-02")
    assert overdue.status == 1
    assert "review-date" in overdue.text
    assert "ruleset.yaml:" in overdue.text
    assert "1 finding" in overdue.text
    assert cds("ruleset", "lint", folder, "--as-of", "2027-01-01").status == 0


def _clean(folder: Path, *, review_by: str) -> Path:
    """Write a small ruleset in which nothing is to be found."""
    folder = folder / "clean"
    folder.mkdir()
    document = {
        "schema": "cds-ruleset/1",
        "id": "clean",
        "version": "1.0.0",
        "title": "A ruleset without findings",
        "lifecycle": {"status": "draft", "review_by": review_by},
        "sources": {"book": {"title": "A book", "citation": "A book, 2020", "confirmed": "primary"}},
        "facts": {"patient.ready": {"type": "boolean", "ask": "Is the patient ready?"}},
        "advice": {"go": {"title": "Go"}},
        "rules": [
            {
                "id": "go",
                "kind": "indication",
                "title": "Go when ready",
                "when": {"patient.ready": {"is": True}},
                "then": {"advise": "go", "severity": "info", "text": "Go."},
                "on_unknown": "ask",
                "sources": [{"id": "book", "locator": "page 1"}],
            }
        ],
        "dispositions": [{"code": "proceed", "text": "Go."}],
    }
    (folder / "ruleset.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    attributes = (SHIPPED / "attributes.yaml").read_text(encoding="utf-8")
    nothing_used = re.sub(r"used: true, facts: \[[^]]*\]", "used: false", attributes)
    (folder / "attributes.yaml").write_text(nothing_used, encoding="utf-8")
    return folder


@pytest.mark.parametrize("of", ["facts", "decision", "ruleset"])
def test_schema_is_a_json_schema(of: str) -> None:
    """Each schema is itself valid JSON Schema of the draft that it names."""
    ran = cds("schema", of)
    assert ran.status == 0
    assert ran.document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(ran.document)


def test_shipped_patients_and_their_decisions_fit_their_schemas() -> None:
    """Every shipped patient fits the schema of facts, and what is decided fits that of decisions."""
    facts = jsonschema.Draft202012Validator(cds("schema", "facts").document)
    for path in PATIENTS.glob("*.json"):
        facts.validate(patient(path))
    decisions = jsonschema.Draft202012Validator(cds("schema", "decision").document)
    for path in (NAPROXEN, SPARSE):
        decisions.validate(cds("evaluate", path, "--json", "--all").document)


def test_shipped_files_fit_the_schema_of_a_ruleset() -> None:
    """Every file of the shipped ruleset fits the schema that editors complete by."""
    schema = jsonschema.Draft202012Validator(cds("schema", "ruleset").document)
    for path in SHIPPED.rglob("*.yaml"):
        if is_companion(path):
            continue
        schema.validate(json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")))))
