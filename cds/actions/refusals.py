"""How a name that does not exist is refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from cds.errors import InputError, nearest
from cds.facts.tokens import quoted


def no_such(what: str, name: str, names: Collection[str]) -> InputError:
    """Refuse a name, with all that exist and the nearest of them."""
    return InputError(
        f"there is no {what} {quoted(name)}", expected=f"one of {listed(names)}", suggestion=nearest(name, names)
    )


def listed(names: Iterable[str]) -> str:
    """Write names in backticks, with commas."""
    return ", ".join(f"`{name}`" for name in names)
