"""Where each part of a ruleset stands in its files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from cds.errors import Place
from cds.ruleset.wording import shown

Path = tuple[str | int, ...]
"""Keys and list positions from the top of the merged document, for example `("rules", 3, "when", "all", 0)`."""

ELEMENT_NAMES = {"rules": "id", "derive": "fact", "switch_off": "rule"}
"""The lists whose elements have a name, and the key that holds it."""

_PLAIN_KEY = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(slots=True)
class Spot:
    """Where one value begins, where its key stands (the value itself for list elements), and what is inside it.

    Lines and columns count from 1. `name` is what a list element is known by, for example a rule's id.
    """

    file: str
    line: int
    column: int
    key_line: int
    key_column: int
    children: dict[str | int, Spot] = field(default_factory=dict)
    name: str | None = None


class Places:
    """Find the place of any path into a merged ruleset document."""

    def __init__(self, root: Spot) -> None:
        self.root = root

    def of(self, path: Path) -> Place:
        """Give the place of a value: of the scalar itself, of the key of a mapping or list.

        A path that is not written in the files gets the place of its nearest ancestor that is.
        """
        spot = self._nearest(path)
        if spot.children:
            return self._place(spot.key_line, spot.key_column, spot.file, path)
        return self._place(spot.line, spot.column, spot.file, path)

    def of_key(self, path: Path) -> Place:
        """Give the place of the key at the end of a path, of its nearest ancestor if it is not written."""
        spot = self._nearest(path)
        return self._place(spot.key_line, spot.key_column, spot.file, path)

    def describe(self, path: Path) -> str:
        """Render a path for people, with names for list elements that have one: `rules[hold.nsaid].when.all[0]`."""
        said = ""
        spot: Spot | None = self.root
        for part in path:
            spot = spot.children.get(part) if spot else None
            name = part if spot is None or spot.name is None else spot.name
            said += f".{part}" if isinstance(part, str) and _PLAIN_KEY.fullmatch(part) else f"[{shown(name)}]"
        return said.removeprefix(".")

    def _nearest(self, path: Path) -> Spot:
        spot = self.root
        for part in path:
            inner = spot.children.get(part)
            if inner is None:
                break
            spot = inner
        return spot

    def _place(self, line: int, column: int, file: str, path: Path) -> Place:
        return Place(file=file, line=line or None, column=column or None, path=self.describe(path) or None)


def name_elements(data: dict[str, Any], root: Spot) -> None:
    """Note on the spots of rules, derivations and switched-off rules what they are called, so that messages can."""
    for section, key in ELEMENT_NAMES.items():
        elements, spot = data.get(section), root.children.get(section)
        if isinstance(elements, list) and spot is not None:
            for index, element in enumerate(elements):
                name = element.get(key) if isinstance(element, dict) else None
                if isinstance(name, str) and index in spot.children:
                    spot.children[index].name = name
