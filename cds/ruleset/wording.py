"""How messages name what an author wrote: in backticks, on one line, shortened."""

from __future__ import annotations

from collections.abc import Iterable

_MOST_SHOWN = 60


def shown(value: object) -> str:
    """Give a piece of input on one line, shortened to 60 characters, with a name for what cannot be printed."""
    text = " ".join(str(value).split())
    if len(text) > _MOST_SHOWN:
        text = f"{text[: _MOST_SHOWN - 3]}..."
    return text if text.isprintable() else "".join(c if c.isprintable() else f"<U+{ord(c):04X}>" for c in text)


def quoted(value: object) -> str:
    """Give a piece of input in backticks, as `shown` gives it."""
    return "`" + shown(value).replace("`", "'") + "`"


def listed(names: Iterable[str], *, last: str = "or") -> str:
    """Give names in backticks, joined by commas and one `or`."""
    shown = [quoted(name) for name in names]
    if len(shown) <= 1:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} {last} {shown[-1]}"
