"""Plain text in which backticks mark names, as pages show it: escaped, so that nothing an author wrote is markup."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

_SPECIAL = re.compile(r"[\\`*\[\]<>#|~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_PLACE = re.compile(r"\{([a-z_]+)\}")
_FIRST = re.compile(r"^([-+]|\d+[.)])(?=\s)")


def name(text: object) -> str:
    """Mark a text as a name."""
    return f"`{' '.join(str(text).split()).replace('`', chr(39))}`"


def filled(text: str, words: Mapping[str, str]) -> str:
    """Put words in the places of a rule's text; a place without a word is shown as a name."""
    return _PLACE.sub(lambda place: words.get(place[1]) or name(place[0]), text)


def markdown(text: str) -> str:
    """Give a marked text as one line of Markdown, which may stand in a cell of a table."""
    return _FIRST.sub(r"\\\1", _rendered(text, _escaped, lambda code: f"`{code.replace('|', chr(92) + '|')}`"))


def as_html(text: str) -> str:
    """Give a marked text as HTML."""
    return _rendered(text, html.escape, lambda code: f"<code>{html.escape(code)}</code>")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Give the lines of a Markdown table, whose cells are Markdown already."""
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    return [*lines, *(f"| {' | '.join(cells)} |" for cells in rows)]


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text).replace("&", "&amp;")


def _rendered(text: str, plain: Callable[[str], str], code: Callable[[str], str]) -> str:
    """Render what stands between backticks as code, all else as plain text; a backtick without another is text."""
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0:
        last = parts.pop()
        parts[-1] = f"{parts[-1]}'{last}"
    return "".join(code(part) if number % 2 else plain(part) for number, part in enumerate(parts) if part)
