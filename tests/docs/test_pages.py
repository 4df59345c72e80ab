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
_SETUP_PAGES = [*PAGES, *sorted((REPOSITORY / ".ci").rglob("*")), REPOSITORY / "pyproject.toml"]


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


def test_no_page_names_a_download_host() -> None:
    """Packages come from whatever index a user's pip is set to: no page and no requirement file names one."""
    named = re.compile(r"https?://|index-url|find-links", re.IGNORECASE)
    files = [path for path in _SETUP_PAGES if path.is_file() and path.parent.name == "requirements"]
    assert len(files) == 3
    assert [path.name for path in files if named.search(path.read_text(encoding="utf-8"))] == []
