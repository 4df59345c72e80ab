"""Which rulesets lie where: their ids and versions, found without loading them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cds.errors import RulesetError
from cds.ruleset.files import is_companion
from cds.ruleset.yaml_text import MOST_BYTES, Budget, read_yaml


@dataclass(frozen=True, slots=True)
class Header:
    """A ruleset folder and the id that one of its files gives; None if no file at its top can be read and has one."""

    folder: Path
    id: str | None


def headers(folders: Iterable[Path]) -> list[Header]:
    """List the rulesets in some folders, each once, in the order of the folders and of the names within.

    A folder that holds a `*.yaml` file is a ruleset; of any other folder, the folders in it are looked at. The file
    that gives the `id` stands at the top of its ruleset's folder.
    """
    found: dict[Path, Header] = {}
    for folder in folders:
        for each in [folder] if _files_in(folder) else _folders_in(folder):
            if files := _files_in(each):
                found.setdefault(each.resolve(), Header(each, _id_in(files)))
    return list(found.values())


def _id_in(files: list[Path]) -> str | None:
    for path in files:
        try:
            if is_companion(path):
                continue
            data, _spots = read_yaml(path.read_bytes(), file=str(path), budget=Budget())
        except (RulesetError, OSError):
            continue  # whoever loads this ruleset is told what is wrong with it
        if isinstance(id_ := data.get("id"), str):
            return id_
    return None


def _files_in(folder: Path) -> list[Path]:
    """Give the YAML files at the top of a folder, the smallest first: the one with the id is a small one."""
    try:
        found = [(path.stat().st_size, path) for path in folder.glob("*.yaml") if path.is_file()]
    except OSError:
        return []
    return [path for size, path in sorted(found) if size <= MOST_BYTES]


def _folders_in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        return []
