"""`cds ruleset diff` as a user runs it."""

from __future__ import annotations

from pathlib import Path

import pytest
from program import REPOSITORY, cds

SITE = REPOSITORY / "rulesets" / "example-hospital"
SHIPPED = "vertebral-augmentation"


def test_the_same_ruleset_has_no_differences() -> None:
    """Status 0, and it says so."""
    ran = cds("ruleset", "diff", SHIPPED, SHIPPED)
    assert (ran.status, ran.err) == (0, "")
    assert ran.text.endswith("No differences.\n")


def test_what_a_site_changes_is_told_in_words() -> None:
    """Status 1; sections, what happened, parts before and after, and the rules that it concerns."""
    ran = cds("ruleset", "diff", SHIPPED, SITE)
    assert (ran.status, ran.err) == (1, "")
    lines = [line.strip() for line in ran.text.splitlines()]
    for line in (
        "Rules",
        "removed inform.cost: Figures on cost contradict each other",
        "added local.surgeon-on-call: Inpatient: spine surgeon on call told before the procedure",
        "changed clopidogrel_hold: Hold of clopidogrel",
        "used by hold.clopidogrel",
        "- `sir-2019` adopted: 5 full days",
        "+ `esaic-2022` adopted: 5 to 7 full days",
        "settings reminder window: 3 d -> 5 d",
        "extends id: + vertebral-augmentation",
    ):
        assert line in lines
    assert lines[-1].endswith("The digests differ: answers may change.")
    assert all(len(line) <= 100 for line in ran.text.splitlines())


def test_other_software_reads_it_as_json() -> None:
    """`cds-ruleset-diff/1`: both identities, and each change with its parts."""
    ran = cds("ruleset", "diff", SHIPPED, SITE, "--json")
    document = ran.document
    assert ran.status == 1
    assert document["schema"] == "cds-ruleset-diff/1"
    assert (document["from"]["id"], document["to"]["id"]) == (SHIPPED, SITE.name)
    assert document["same_answers"] is False
    (change,) = [each for each in document["changes"] if each["name"] == "clopidogrel_hold"]
    assert (change["section"], change["what"], change["rules"]) == ("parameters", "changed", ["hold.clopidogrel"])
    assert {part["part"] for part in change["parts"]} == {"adoption"}
    assert cds("ruleset", "diff", SHIPPED, SHIPPED, "--json").document["changes"] == []


def test_a_change_of_the_lifecycle_changes_no_answer(tmp_path: Path) -> None:
    """The lifecycle is told, and that the digest is the same."""
    text = (
        'schema: cds-ruleset/1\nid: small\nversion: "1.0.0"\ntitle: Small\nlifecycle: {status: draft}\n'
        'dispositions: [{code: proceed, text: "Go."}]\n'
    )
    for name, written in (("one", text), ("two", text.replace("draft", 'draft, review_by: "2027-01-01"'))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ruleset.yaml").write_text(written, encoding="utf-8")
    ran = cds("ruleset", "diff", tmp_path / "one", tmp_path / "two")
    assert ran.status == 1
    assert "review by: + 2027-01-01" in ran.text
    assert ran.text.endswith("1 changed. The digest is the same: no answer changes.\n")


@pytest.mark.parametrize("names", [(SHIPPED, "vertebral-augmentatoin"), ("vertebral-augmentatoin", SHIPPED)])
def test_a_ruleset_that_is_not_there_is_refused(names: tuple[str, str]) -> None:
    """Status 2, one message, the nearest name."""
    ran = cds("ruleset", "diff", *names)
    assert (ran.status, ran.out) == (2, b"")
    assert "did you mean `vertebral-augmentation`?" in ran.err
