"""`cds ruleset statements` and `cds ruleset sources`, on what ships."""

from __future__ import annotations

import os
from pathlib import Path
from shutil import copytree

import pytest
import yaml
from program import REPOSITORY, cds

DOCUMENTS = Path(os.environ.get("CDS_CLINICAL_DOCUMENTS", REPOSITORY.parent / "shared" / "clinical"))
WITH_DOCUMENTS = pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the documents that were read are not here")
SHIPPED = REPOSITORY / "rulesets" / "vertebral-augmentation"


def test_all_statements_are_carried_or_explained() -> None:
    """The five source documents have 282 statements, and none is lost."""
    ran = cds("ruleset", "statements", "vertebral-augmentation", "--json")
    assert ran.status == 0, [each for each in ran.document["statements"] if each["problem"]]
    assert len(ran.document["statements"]) == 282
    assert cds("ruleset", "statements", "vertebral-augmentation").text.count("282 statements") == 1


def test_a_lost_statement_is_status_1(tmp_path: Path) -> None:
    """A statement whose reason is taken away is named, and the command does not end well."""
    folder = Path(copytree(SHIPPED, tmp_path / "mine"))
    file = folder / "statements.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    lost = content["not_rules"][0]["statements"].pop(0)
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    ran = cds("ruleset", "statements", folder, "--json")
    assert ran.status == 1
    assert [each["statement"] for each in ran.document["statements"] if each["problem"]] == [lost]
    assert "PROBLEM" in cds("ruleset", "statements", folder).text


def test_every_source_says_who_published_it_and_how_it_was_read() -> None:
    """Title, publisher, citation and confirmation stand for every source; where it was read, for all but our own."""
    sources = cds("ruleset", "sources", "--json").document["sources"]
    assert all(source["title"] and source["publisher"] and source["citation"] for source in sources.values())
    assert {name for name, source in sources.items() if source["read_from"] is None} == {"house-rule", "site"}
    assert "sir-2019" in cds("ruleset", "sources").text


def test_a_document_that_is_not_there_is_status_1(tmp_path: Path) -> None:
    """An empty folder holds none of the documents."""
    ran = cds("ruleset", "sources", "--check", tmp_path)
    assert ran.status == 1
    assert "there is no such file" in ran.text
    assert cds("ruleset", "sources", "--check", tmp_path / "none").status == 2


@WITH_DOCUMENTS
def test_every_passage_stands_in_the_documents() -> None:
    """What was read is still there, word by word."""
    ran = cds("ruleset", "sources", "--check", DOCUMENTS, "--json")
    assert ran.status == 0
    assert ran.document["missing"] == []
    assert "as they were read" in cds("ruleset", "sources", "--check", DOCUMENTS).text


@WITH_DOCUMENTS
def test_one_changed_figure_is_found(tmp_path: Path) -> None:
    """A document with one figure changed no longer holds the passages that say it."""
    changed = Path(copytree(DOCUMENTS, tmp_path / "documents"))
    file = changed / "guidelines.md"
    file.chmod(0o644)
    file.write_text(file.read_text(encoding="utf-8").replace("INR <= 1.8", "INR <= 2.8"), encoding="utf-8")
    ran = cds("ruleset", "sources", "--check", changed, "--json")
    assert ran.status == 1
    assert {missing["source"] for missing in ran.document["missing"]} == {"asra-2018", "sir-2019"}


def test_the_source_attributes_are_shown_and_certify_nothing() -> None:
    """`show` prints the 13 attributes with intended use, users, exclusions and known limits."""
    text = cds("ruleset", "show").text
    for word in ("Intended use", "Intended users", "Exclusions", "Known limits", "Funding source", "Race"):
        assert word in text
    shown = cds("ruleset", "show", "--json").document["attributes"]
    assert len(shown["attributes"]) == 13
