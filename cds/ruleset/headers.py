"""Which rulesets lie where: their ids and versions, found without loading them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cds.errors import RulesetError
from cds.ruleset.yaml_text import MOST_BYTES, Budget, read_yaml


@dataclass(frozen=True, slots=True)
class Header:
    """A ruleset folder, with the id and the version that one of its files gives."""

    folder: Path
    id: str
    version: str


def headers(folders: Iterable[Path]) -> list[Header]:
    """List the rulesets in some folders, each once, in the order of the folders and of the names within.

    A folder that holds a `*.yaml` file with an `id` is a ruleset; of any other folder, the folders in it are looked
    at. The file that gives the `id` stands at the top of its ruleset's folder.
    """
    found: dict[Path, Header] = {}
    for folder in folders:
        header = header_of(folder)
        inside = [header] if header else [header_of(inner) for inner in _folders_in(folder)]
        for each in inside:
            if each is not None:
                found.setdefault(each.folder.resolve(), each)
    return list(found.values())


def header_of(folder: Path) -> Header | None:
    """Give the header of a ruleset folder, or None if it has no file with an `id` at its top."""
    for path in sorted(_files_in(folder), key=lambda path: (path.stat().st_size, path.name)):
        try:
            data, _places = read_yaml(path.read_bytes(), file=str(path), budget=Budget())
        except (RulesetError, OSError):
            continue  # whoever loads this ruleset is told what is wrong with it
        if isinstance(id_ := data.get("id"), str):
            return Header(folder, id_, str(data.get("version", "")))
    return None


def _files_in(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.glob("*.yaml") if path.is_file() and path.stat().st_size <= MOST_BYTES]
    except OSError:
        return []


def _folders_in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        return []
