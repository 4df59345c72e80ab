"""How messages name what an author wrote: in backticks, on one line, shortened."""

from __future__ import annotations

from collections.abc import Iterable

_MOST_SHOWN = 60


def quoted(value: object) -> str:
    """Give a piece of input in backticks, on one line and shortened to 60 characters."""
    text = " ".join(str(value).split()).replace("`", "'")
    if len(text) > _MOST_SHOWN:
        text = text[: _MOST_SHOWN - 3] + "..."
    return f"`{text}`"


def listed(names: Iterable[str], *, last: str = "or") -> str:
    """Give names in backticks, joined by commas and one `or`."""
    shown = [quoted(name) for name in names]
    if len(shown) <= 1:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} {last} {shown[-1]}"
