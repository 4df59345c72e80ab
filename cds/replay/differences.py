"""What differs between two JSON documents, field by field, each with its JSONPath (RFC 9535)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAMED_BY = (("rule", "binding"), ("fact",), ("leaf",))
"""By which members the objects of a list are found again in another; lists of other things go by position."""


class _Nothing:
    """Stands on the side on which a field is missing; null is a value."""


NOTHING: Final = _Nothing()


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs; `before` or `after` is NOTHING where it is missing."""

    path: str
    before: Any
    after: Any

    def document(self) -> dict[str, Any]:
        """Give the difference as JSON; a side on which the field is missing is left out."""
        sides = {"before": self.before, "after": self.after}
        return {"path": self.path} | {key: value for key, value in sides.items() if value is not NOTHING}


def differences(before: Any, after: Any, path: str = "$") -> Iterator[Difference]:
    """Give every smallest part that differs, in the order of the document."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _sides(before.get(key, NOTHING), after.get(key, NOTHING), f"{path}{_member(key)}")
    elif _is_list(before) and _is_list(after):
        yield from _of_lists(before, after, path)
    elif type(before) is not type(after) or before != after:
        yield Difference(path, before, after)


def _sides(before: Any, after: Any, path: str) -> Iterator[Difference]:
    if before is NOTHING or after is NOTHING:
        yield Difference(path, before, after)
    else:
        yield from differences(before, after, path)


def _of_lists(before: Sequence[Any], after: Sequence[Any], path: str) -> Iterator[Difference]:
    for names in _NAMED_BY:
        first, second = _by_name(before, names), _by_name(after, names)
        if first is not None and second is not None:
            for key in [*first, *(key for key in second if key not in first)]:
                yield from _sides(first.get(key, NOTHING), second.get(key, NOTHING), f"{path}[?{key}]")
            if [key for key in first if key in second] != [key for key in second if key in first]:
                yield Difference(f"{path} (order)", list(first), list(second))
            return
    for number in range(max(len(before), len(after))):
        one = before[number] if number < len(before) else NOTHING
        other = after[number] if number < len(after) else NOTHING
        yield from _sides(one, other, f"{path}[{number}]")


def _by_name(elements: Sequence[Any], names: Sequence[str]) -> dict[str, Any] | None:
    """Give the objects of a list by the filter that selects each, None if that does not tell them apart."""
    found = {}
    for element in elements:
        if not isinstance(element, Mapping) or not all(isinstance(element.get(name), str) for name in names):
            return None
        found[" && ".join(f"@.{name} == {_quoted(element[name])}" for name in names)] = element
    return found if len(found) == len(elements) else None


def _member(key: str) -> str:
    return f".{key}" if _PLAIN.fullmatch(key) else f"[{_quoted(key)}]"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)
