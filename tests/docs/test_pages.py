"""Pages lead where they say, and name nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pages import REPOSITORY, links

PAGES = [
    path
    for path in sorted(REPOSITORY.rglob("*.md"))
    if not any(part.startswith(".") for part in path.relative_to(REPOSITORY).parts)
]
FLOW = REPOSITORY / "docs" / "decision-flow.md"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    """A link within the project leads to something that exists."""
    missing = [target for target in links(page.read_text(encoding="utf-8")) if not (page.parent / target).exists()]
    assert missing == []


def test_the_flow_names_files_that_exist() -> None:
    """Every file that the page on the flow of a decision names is there."""
    named = re.findall(r"`((?:cds|rulesets|fixtures|tests|docs)/[A-Za-z0-9_./-]*)`", FLOW.read_text(encoding="utf-8"))
    assert len(named) > 20
    assert [name for name in named if not (REPOSITORY / name).exists()] == []


def test_the_flow_names_every_room() -> None:
    """Every package and top module of cds stands in the page on the flow of a decision."""
    rooms = {path.name for path in (REPOSITORY / "cds").iterdir() if (path / "__init__.py").exists()}
    text = FLOW.read_text(encoding="utf-8")
    assert sorted(room for room in rooms if f"`cds/{room}/" not in text) == []


def test_requirements_name_no_download_host() -> None:
    """Packages come from whatever index a user's pip is set to: no pinned list names one, and each has its hash."""
    lists = sorted((REPOSITORY / ".ci" / "requirements").glob("*.txt"))
    assert [path.name for path in lists] == ["build.txt", "dev.txt", "oldest.txt", "run.txt"]
    for path in lists:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"://|index-url|find-links", text)
        pinned = re.findall(r"^[a-z].*==.*\\\n( +--hash=)", text, re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^[a-z]", text, re.MULTILINE))
