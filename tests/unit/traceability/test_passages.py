"""A changed, shortened or missing document is found by the fingerprints of what was read in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cds.actions import missing_passages, passages
from cds.errors import InputError, RulesetError
from cds.ruleset.loader import LoadedRuleset
from cds.verification.traceability.fingerprints import fingerprint

Beside = Callable[..., LoadedRuleset]
TEXT = "Stop all NSAIDs\none week before. Do not soak in a tub bath."


def companion(passage: str = "Do not soak", source: str = "handout", file: str = "handout.txt") -> str:
    """Write a companion with one passage."""
    return (
        "schema: cds-passages/1\nsources:\n"
        f"  {source}:\n    file: {file}\n    passages:\n"
        f'      - {{statement: S0-01, characters: {len(passage)}, sha256: "{fingerprint(passage)}"}}\n'
    )


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """Write the document that was read."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "handout.txt").write_text(TEXT, encoding="utf-8")
    return folder


def test_an_unchanged_document_has_every_passage(beside: Beside, documents: Path) -> None:
    """Nothing is missing."""
    assert missing_passages(beside(passages=companion()), documents) == ()


def test_a_changed_word_is_found(beside: Beside, documents: Path) -> None:
    """The statement whose words changed is named, with its file."""
    (documents / "handout.txt").write_text(TEXT.replace("not", "now"), encoding="utf-8")
    (missing,) = missing_passages(beside(passages=companion()), documents)
    assert (missing.source, missing.file, missing.passage) == ("handout", "handout.txt", "S0-01")


def test_a_missing_document_is_named_once(beside: Beside, documents: Path) -> None:
    """A file that is not there has no passages to list."""
    (documents / "handout.txt").unlink()
    (missing,) = missing_passages(beside(passages=companion()), documents)
    assert missing.passage is None


def test_a_folder_that_is_not_there_is_refused(beside: Beside, tmp_path: Path) -> None:
    """A wrong folder is a user's slip, not a missing document."""
    with pytest.raises(InputError, match="there is no such folder"):
        missing_passages(beside(passages=companion()), tmp_path / "elsewhere")


def test_a_document_that_is_no_text_is_refused(beside: Beside, documents: Path) -> None:
    """Bytes that are not UTF-8 are no text that was read."""
    (documents / "handout.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read as UTF-8"):
        missing_passages(beside(passages=companion()), documents)


def test_a_source_that_is_not_there_is_refused(beside: Beside) -> None:
    """The nearest source is suggested."""
    with pytest.raises(RulesetError, match="there is no source `handouts`"):
        passages(beside(passages=companion(source="handouts")))


def test_the_passages_of_a_source_stand_in_one_file(beside: Beside) -> None:
    """Two files about one source are refused."""
    with pytest.raises(RulesetError, match="stand in two files"):
        passages(beside(passages=companion(), more=companion()))


def test_a_passage_has_one_name(beside: Beside) -> None:
    """A statement or a locator, not both and not neither."""
    unnamed = companion().replace("statement: S0-01, ", "")
    with pytest.raises(RulesetError, match="named by its `statement` or by its `locator`"):
        passages(beside(passages=unnamed))


def test_a_file_may_not_lead_out_of_the_documents(beside: Beside) -> None:
    """A path with `..` is refused."""
    with pytest.raises(RulesetError, match="file"):
        passages(beside(passages=companion(file="../handout.txt")))
