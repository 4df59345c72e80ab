"""Where each source was read, and whether the passages read there are still the same (language §19)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from cds.errors import InputError, Place, nearest
from cds.ruleset.companions import Companion, read_companions
from cds.ruleset.conditions import Closed
from cds.ruleset.model import Hyphenated, RulesetDocument, Sentence, StatementId
from cds.ruleset.problems import Problems
from cds.verification.traceability.fingerprints import holds_passage, normal_form

SCHEMA = "cds-passages/1"


class Passage(Closed):
    """One passage that was read: where it stands, how long its normal form is, and the hash of it."""

    statement: StatementId | None = None
    locator: Sentence | None = None
    characters: Annotated[int, Field(ge=1, le=100_000)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

    @model_validator(mode="after")
    def _named(self) -> Passage:
        if (self.statement is None) == (self.locator is None):
            msg = "a passage is named by its `statement` or by its `locator`"
            raise ValueError(msg)
        return self

    @property
    def name(self) -> str:
        """Give the statement or the locator."""
        return self.statement or str(self.locator)


class ReadFrom(Closed):
    """The file that a source was read from, by its path in the folder of documents, and the passages read."""

    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$")]
    passages: Annotated[list[Passage], Field(min_length=1)]


class PassagesFile(Closed):
    """The companion `cds-passages/1`."""

    schema_: Literal["cds-passages/1"] = Field(alias="schema")
    sources: dict[Hyphenated, ReadFrom]


@dataclass(frozen=True, slots=True)
class Missing:
    """A file that is not there (`passage` is None), or a passage that its file does not hold as it was read."""

    source: str
    file: str
    passage: str | None


def passages_of(document: RulesetDocument, folder: Path) -> dict[str, ReadFrom]:
    """Give, by source, where it was read.

    Raises:
        RulesetError: a source is named that the ruleset does not have, or twice.
    """
    found: dict[str, ReadFrom] = {}
    for companion in read_companions(folder, SCHEMA, PassagesFile):
        _add(companion, document, found)
    return found


def missing_passages(passages: dict[str, ReadFrom], documents: Path) -> Iterator[Missing]:
    """Look every passage up in a folder of documents, and give those that are not there as they were read.

    Raises:
        InputError: there is no such folder, or a file in it is not UTF-8 text.
    """
    if not documents.is_dir():
        raise InputError("there is no such folder", place=Place(file=str(documents)), expected="the documents read")
    texts: dict[str, str | None] = {}
    for source, read_from in sorted(passages.items()):
        file = read_from.file
        if file not in texts:
            texts[file] = _text(documents / file)
        text = texts[file]
        if text is None:
            yield Missing(source, file, None)
            continue
        for passage in read_from.passages:
            if not holds_passage(text, characters=passage.characters, sha256_hex=passage.sha256):
                yield Missing(source, file, passage.name)


def _add(companion: Companion[PassagesFile], document: RulesetDocument, found: dict[str, ReadFrom]) -> None:
    problems = Problems(companion.places)
    for source, read_from in companion.document.sources.items():
        path = ("sources", source)
        if source not in document.sources:
            suggestion = nearest(source, document.sources)
            problems.add(path, f"there is no source `{source}`", suggestion=suggestion, at_key=True)
        if source in found:
            problems.add(path, f"the passages of `{source}` stand in two files", at_key=True)
        found[source] = read_from
    problems.raise_if_any()


def _text(path: Path) -> str | None:
    try:
        return normal_form(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeError) as error:
        raise InputError("this document cannot be read as UTF-8 text", place=Place(file=str(path))) from error
