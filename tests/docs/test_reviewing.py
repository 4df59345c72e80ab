"""What docs/reviewing.md shows is what a reviewer gets."""

from __future__ import annotations

import re
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import yaml
from pages import REPOSITORY, REVIEWING, Session, printed, same, sessions

import cds
from cds.actions import loaded_ruleset, run_rule_cases
from cds.errors import NotInEffect, RulesetError

PAGE = REVIEWING.read_text(encoding="utf-8")
SNIPPETS: list[Any] = [yaml.safe_load(found) for found in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
SHIPPED = REPOSITORY / "rulesets" / "vertebral-augmentation"


@pytest.mark.parametrize("session", sessions(PAGE), ids=lambda session: session.command)
def test_command_prints_what_the_page_shows(session: Session, tmp_path: Path) -> None:
    """A command prints, but for digests, what stands below it (`python tests/docs/rewrite_pages.py`)."""
    assert same(printed(session.command, tmp_path), session.printed)


def test_the_case_of_the_page_holds(tmp_path: Path) -> None:
    """The example of a case of one's own is one that is as expected."""
    folder = copytree(SHIPPED, tmp_path / "copy", ignore=lambda folder, _: ["cases"] if folder == str(SHIPPED) else [])
    (folder / "ours.yaml").write_text(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0], encoding="utf-8")
    (result,) = run_rule_cases(cds.load_ruleset(folder))
    assert result.differences == ()


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sign a copy of the shipped ruleset as the page says."""
    folder = copytree(SHIPPED, tmp_path_factory.mktemp("signed") / "copy")
    path = folder / "ruleset.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    lifecycle = SNIPPETS[1]["lifecycle"]
    lifecycle["sign_off"]["digest"] = loaded_ruleset(folder).digest
    path.write_text(yaml.safe_dump({**document, "lifecycle": lifecycle}), encoding="utf-8")
    return folder


def test_a_signed_ruleset_decides_on_its_days(signed: Path) -> None:
    """It is active within its days, decides on no other, and says when its review is overdue."""
    ruleset = cds.load_ruleset(signed)
    facts = {
        "schema": "cds-facts/1",
        "subject": "case",
        "zone": "America/New_York",
        "procedure": {"status": "booked"},
    }
    decided = cds.decide(ruleset, facts, as_of="2026-12-01T09:00:00-05:00").document["ruleset"]
    assert (decided["status"], decided["review_overdue"]) == ("active", False)
    assert cds.decide(ruleset, facts, as_of="2027-09-02T09:00:00-05:00").document["ruleset"]["review_overdue"]
    for day in ("2026-11-30", "2027-12-01"):
        with pytest.raises(NotInEffect):
            cds.decide(ruleset, facts, as_of=f"{day}T09:00:00-05:00")


def test_a_signed_ruleset_that_is_changed_does_not_load(signed: Path, tmp_path: Path) -> None:
    """A changed word asks for a new signature; cases and history stand beside what is signed."""
    folder = copytree(signed, tmp_path / "copy")
    (folder / "history.yaml").unlink()
    assert cds.load_ruleset(folder).loaded.document.lifecycle.status == "active"
    path = folder / "dispositions.yaml"
    text = path.read_text(encoding="utf-8")
    assert "procedure" in text
    path.write_text(text.replace("procedure", "operation"), encoding="utf-8")
    with pytest.raises(RulesetError, match="the sign-off is for other content"):
        cds.load_ruleset(folder)
