"""Companions: the files of a ruleset's folder that are read by their own commands only (language §1.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel

from cds.errors import RulesetError
from cds.ruleset.files import is_companion, read_bytes, yaml_files
from cds.ruleset.places import Places
from cds.ruleset.problems import Problems
from cds.ruleset.validation import validated_as
from cds.ruleset.yaml_text import Budget, read_yaml

Document = TypeVar("Document", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Companion(Generic[Document]):
    """One companion file: what it says, and where each part of it stands."""

    path: Path
    document: Document
    places: Places


def read_companions(
    folder: Path, schema: str, model: type[Document], *, named: str | None = None
) -> tuple[Companion[Document], ...]:
    """Read the companions of one schema in a ruleset's folder, or the one of them that is `<named>.yaml`.

    Raises:
        RulesetError: with every problem of every file, which is read as strictly as a ruleset.
    """
    problems = Problems()
    found = []
    for path in companion_files(folder, schema):
        if named is None or path.stem == named:
            try:
                found.append(_read(path, model))
            except RulesetError as error:
                problems.add_error(error)
    problems.raise_if_any()
    return tuple(found)


def companion_files(folder: Path, schema: str) -> Iterator[Path]:
    """Give the companions of one schema in a ruleset's folder, by the words of their first lines."""
    return (path for path in yaml_files(folder) if is_companion(path, schema))


def _read(path: Path, model: type[Document]) -> Companion[Document]:
    budget = Budget()
    data, spot = read_yaml(read_bytes(path, budget), file=str(path), budget=budget)
    places = Places(spot)
    return Companion(path, validated_as(model, data, places), places)
