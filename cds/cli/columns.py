"""Rows of cells in columns of fixed width, the last as wide as there is room: laid out fast, for lists of thousands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from rich.cells import cell_len, chop_cells
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

Cell = Sequence[Text]
"""Paragraphs; each has one style."""
_GAP = " "


class Columns:
    """A renderable of rows; `widths` are those of all columns but the last.

    A table of rich measures every cell before it lays any out, which takes longer than deciding does.
    """

    def __init__(self, widths: Sequence[int], rows: Sequence[Sequence[Cell]]) -> None:
        self.widths = widths
        self.rows = rows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay the rows out."""
        rest = options.max_width - sum(width + len(_GAP) for width in self.widths)
        widths = [*self.widths, max(rest, 1)]
        for row in self.rows:
            cells = [[*_lines(cell, width, console)] for cell, width in zip(row, widths, strict=True)]
            for pieces in zip_longest(*cells, fillvalue=("", Style.null())):
                for (said, style), width in zip(pieces, self.widths, strict=False):
                    yield Segment(said, style)
                    yield Segment(" " * (width - cell_len(said)) + _GAP)
                yield Segment(*pieces[-1])
                yield Segment.line()


def _lines(cell: Cell, width: int, console: Console) -> Iterator[tuple[str, Style]]:
    for paragraph in cell:
        style = console.get_style(paragraph.style)
        for said in paragraph.plain.split("\n"):
            for line in _wrapped(said, width):
                yield line, style


def _wrapped(said: str, width: int) -> Iterator[str]:
    """Break a line between words, and inside a word that is wider than the column."""
    if cell_len(said) <= width:
        yield said
        return
    line, used = "", 0
    for word in said.split(" "):
        size = cell_len(word)
        if used + len(_GAP) + size <= width and line:
            line, used = f"{line} {word}", used + len(_GAP) + size
            continue
        if line:
            yield line
        *whole, line = chop_cells(word, width) if size > width else [word]
        yield from whole
        used = cell_len(line)
    yield line
