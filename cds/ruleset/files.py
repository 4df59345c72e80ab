"""The YAML files of one ruleset folder, read as one document (language §1.1, §1.2)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from cds.errors import InputError, Place, RulesetError
from cds.ruleset.places import ELEMENT_NAMES, Places, Spot, name_elements
from cds.ruleset.problems import Problems
from cds.ruleset.wording import listed, quoted
from cds.ruleset.yaml_text import Budget, read_yaml

SCHEMA = "cds-ruleset/1"
COMPANIONS = (
    "cds-attributes/1",
    "cds-cases/1",
    "cds-history/1",
    "cds-passages/1",
    "cds-statements/1",
)
"""What else may stand in the folder of a ruleset, to be read by its own commands only (language §1.5)."""
MOST_FILES = 1000
MOST_ENTRIES = 5000
_HEAD = 4096
_SCHEMA_FIRST = re.compile(rb"""(?:[ \t]*(?:\#.*)?\r?\n)*schema:[ \t]+(["']?)([a-z-]+/[0-9]+)\1[ \t]*(?:\#.*)?\r?\n""")
_Read = tuple[dict[str, Any], Spot]


def read_folder(folder: Path) -> tuple[dict[str, Any], Places]:
    """Read every `*.yaml` of a folder, at any depth, and merge them into one mapping with the place of every part.

    Companions are passed over.

    Raises:
        RulesetError: with every file that is not strict YAML, every name that stands twice, and every limit broken.
    """
    problems = Problems()
    budget = Budget()
    read: list[_Read] = []
    for path in yaml_files(folder):
        if is_companion(path):
            continue
        try:
            read.append(read_yaml(read_bytes(path, budget), file=str(path), budget=budget))
        except RulesetError as error:
            problems.add_error(error)
        if budget.bytes < 0 or budget.nodes < 0:
            break
    problems.raise_if_any()
    return _merged(folder, read)


def yaml_files(folder: Path) -> list[Path]:
    """List the `*.yaml` files of a ruleset folder, sorted; hidden files and folders are not a part of it.

    Raises:
        RulesetError: if the folder is missing or has none, for a link that leads out of the folder, for a link to a
            folder, for a file that looks like YAML but would not be read, and for more than 1,000 files or 5,000
            entries.
    """
    found: list[Path] = []
    try:
        if not folder.is_dir():
            _refuse(folder, "there is no such folder", "a folder with the YAML files of a ruleset")
        for path in _walk(folder):
            if path.suffix.lower() not in {".yaml", ".yml"}:
                continue
            if path.suffix != ".yaml":
                _refuse(path, "this file would not be read", "a name that ends in `.yaml`")
            if not path.is_file():
                _refuse(path, "this is not a file", "a file with YAML text")
            if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
                _refuse(path, "this link leads out of the ruleset's folder", "the file itself")
            found.append(path)
            if len(found) > MOST_FILES:
                _refuse(folder, "the ruleset has too many files", f"at most {MOST_FILES:,}")
    except OSError as error:
        _refuse(Path(error.filename or folder), f"this cannot be read ({error.strerror})")
    if not found:
        _refuse(folder, "the folder holds no `*.yaml` file", "the YAML files of a ruleset")
    return sorted(found, key=lambda path: path.relative_to(folder).parts)


def is_companion(path: Path, *schemas: str) -> bool:
    """Tell by its first line whether a file is a companion, of one of these schemas if any are named.

    Raises:
        RulesetError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            first = _SCHEMA_FIRST.match(file.read(_HEAD))
    except OSError as error:
        _refuse(path, f"this file cannot be read ({error.strerror})")
    return first is not None and first[2].decode() in (schemas or COMPANIONS)


def read_bytes(path: Path, budget: Budget) -> bytes:
    """Read a file, and no more than one byte beyond what is left of the budget.

    Raises:
        RulesetError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(max(budget.bytes, 0) + 1)
    except OSError as error:
        _refuse(path, f"this file cannot be read ({error.strerror})")


def _walk(folder: Path) -> Iterator[Path]:
    entries = 0
    open_folders = [folder]
    while open_folders:
        for entry in os.scandir(open_folders.pop()):
            entries += 1
            if entries > MOST_ENTRIES:
                _refuse(folder, "the folder holds too much for a ruleset", "a folder with YAML files only")
            if entry.name.startswith("."):
                continue
            if not entry.is_dir():
                yield Path(entry.path)
            elif entry.is_symlink():
                _refuse(Path(entry.path), "this link to a folder is not followed", "the folder itself")
            else:
                open_folders.append(Path(entry.path))


def _refuse(path: Path, problem: str, expected: str | None = None) -> NoReturn:
    raise RulesetError((InputError(problem, place=Place(file=str(path)), expected=expected),))


def _merged(folder: Path, read: list[_Read]) -> tuple[dict[str, Any], Places]:
    merged: dict[str, Any] = {}
    root = Spot(str(folder), 0, 0, 0, 0)
    problems = Problems()
    for data, spot in read:
        _check_schema(data, spot, problems)
        for key, value in data.items():
            if key not in merged:
                merged[key], root.children[key] = value, spot.children[key]
            elif key != "schema":
                _join(key, (merged[key], root.children[key]), (value, spot.children[key]), problems)
    name_elements(merged, root)
    _refuse_same_names(merged, root, problems)
    problems.raise_if_any()
    return merged, Places(root)


def _check_schema(data: dict[str, Any], spot: Spot, problems: Problems) -> None:
    if "schema" not in data:
        place = Place(spot.file, spot.line, spot.column)
        problems.add_at(place, "the file does not say what it is", expected=f"`schema: {SCHEMA}` in every file")
    elif data["schema"] != SCHEMA:
        inner = spot.children["schema"]
        problems.add_at(
            Place(inner.file, inner.line, inner.column, "schema"),
            f"{quoted(data['schema'])} is not a schema that can be read here",
            expected=_expected_schema(data["schema"]),
        )


def _expected_schema(said: Any) -> str:
    if said in COMPANIONS:
        return "the schema of a companion in the first line of its file"
    return f"`{SCHEMA}`, or that of a companion: {listed(COMPANIONS)}"


def _join(key: str, first: tuple[Any, Spot], second: tuple[Any, Spot], problems: Problems) -> None:
    value, spot = first
    more, more_spot = second
    if isinstance(value, dict) and isinstance(more, dict):
        for name, inner in more.items():
            inner_spot = more_spot.children[name]
            if name in value:
                _twice(f"{quoted(name)} in {quoted(key)}", spot.children[name], inner_spot, problems)
            else:
                value[name], spot.children[name] = inner, inner_spot
    elif isinstance(value, list) and isinstance(more, list) and key != "dispositions":
        for index, inner in enumerate(more):
            spot.children[len(value)] = more_spot.children[index]
            value.append(inner)
    else:
        _twice(quoted(key), spot, more_spot, problems)


def _refuse_same_names(merged: dict[str, Any], root: Spot, problems: Problems) -> None:
    for section in (*ELEMENT_NAMES, "products"):
        elements = merged.get(section)
        if not isinstance(elements, list):
            continue
        seen: dict[str, Spot] = {}
        for index, element in enumerate(elements):
            spot = root.children[section].children[index]
            name = product_name(element) if section == "products" else spot.name
            if name is None:
                continue
            if name in seen:
                _twice(f"{quoted(name)} in {quoted(section)}", seen[name], spot, problems)
            seen.setdefault(name, spot)


def product_name(product: Any) -> str | None:
    """Give what tells a product from others: its brand whatever the case, or its code within its system."""
    if not isinstance(product, dict):
        return None
    if isinstance(product.get("brand"), str):
        return str(product["brand"]).casefold()
    if isinstance(product.get("system"), str) and isinstance(product.get("code"), str):
        return f"{product['system']}|{product['code']}"
    return None


def _twice(what: str, first: Spot, second: Spot, problems: Problems) -> None:
    place = Place(second.file, second.key_line, second.key_column)
    problems.add_at(
        place,
        f"{what} is given twice, first in {first.file}:{first.key_line}:{first.key_column}",
        expected="each name once; a list with an order and a single value stand in one file",
    )
