"""The truth tables as `docs/language.md` states them, read from the page: page and engines cannot drift apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth

PAGE = Path(__file__).parents[2] / "docs" / "language.md"
LETTERS = {"T": TRUE, "U": UNKNOWN, "F": FALSE}


@dataclass(frozen=True)
class Connectives:
    """§7.4: what `all` and `any` make of two truths, and `not` of one."""

    pairs: Mapping[str, Mapping[tuple[Truth, Truth], Truth]]
    negation: Mapping[Truth, Truth]

    def joined(self, connective: str, truths: Sequence[Truth]) -> Truth:
        """Join the truths of one or more parts, two at a time."""
        joined = truths[0]
        for truth in truths[1:]:
            joined = self.pairs[connective][joined, truth]
        return joined


@dataclass(frozen=True)
class Clauses:
    """A cell of §7.8: `T if any T; else U if any U; else F`."""

    clauses: tuple[tuple[Truth, Truth | None], ...]

    def of(self, truths: Sequence[Truth]) -> Truth:
        """Give the first result whose condition holds."""
        return next(result for result, needed in self.clauses if needed is None or needed in truths)


@cache
def connectives() -> Connectives:
    """Read the tables of §7.4."""
    header, *rows = _table("7.4")
    pairs = {}
    for name in ("all", "any"):
        at = header.index(f"`{name}`")
        columns = [LETTERS[cell] for cell in header[at + 1 : at + 4]]
        pairs[name] = {
            (_heading(row[at]), column): LETTERS[cell]
            for row in rows
            for column, cell in zip(columns, row[at + 1 : at + 4], strict=True)
        }
    at = header.index("`not`")
    return Connectives(pairs, {_heading(row[at]): LETTERS[row[at + 1]] for row in rows})


@cache
def quantifiers() -> Mapping[tuple[str, str], Clauses]:
    """Read the table of §7.8, by quantifier and list state as the page names it."""
    header, *rows = _table("7.8")
    return {
        (header[column].strip("`"), row[0]): Clauses(tuple(_clause(text) for text in row[column].split(";")))
        for row in rows
        for column in (1, 2)
    }


def sections() -> tuple[str, ...]:
    """List the numbers of all sections of the page, in its order."""
    return tuple(re.findall(r"^(\d+\.\d+) ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE))


def _table(section: str) -> list[list[str]]:
    """Give the cells of the first table after a section number, without its dividing line."""
    page = PAGE.read_text(encoding="utf-8")
    text = page[page.index(f"\n{section} ") :]
    lines = text[text.index("\n|") + 1 :].split("\n\n", 1)[0].splitlines()
    cells = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in cells if not set("".join(row)) <= set("-: ")]


def _heading(cell: str) -> Truth:
    return LETTERS[cell.strip("*")]


def _clause(text: str) -> tuple[Truth, Truth | None]:
    found = re.fullmatch(r"(?:else )?([TUF])(?: if any ([TUF]))?", text.strip())
    assert found is not None, text
    return LETTERS[found[1]], LETTERS[found[2]] if found[2] else None
