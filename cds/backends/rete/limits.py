"""What the engine may be given: the forms that were proved safe, and nothing else.

Every definition passes through here before the engine sees it. The engine is C that trusts its input: beyond these
limits it answers wrongly, fails for some patients only, or writes where it should not. What the comments say of it
was read in its source and seen in tests, version 2.0.28.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from cds.backends.rete.column import BEYOND, FAR
from cds.errors import EngineFailure

MAX_PENDING = 58
"""Partial matches of one message that are remembered at once; the 65th fails the assert."""
MAX_PROPERTIES = 100
"""Properties of a message, its id and sid besides; the 255th is written out of bounds."""
MAX_COMPARISONS = 200
"""Comparisons of a network; the engine looks for a free place in a full table of 512 for ever."""
MAX_RULES = 100
"""Rules of a network; a list of 128 alternatives or of 256 rules behind one comparison is overrun."""
MAX_GATES = 14
"""Ands and ors of a pattern; with the 16th the creation fails."""
MAX_MESSAGES = 512
"""Messages of one evaluation of a network; more are split, so that their ids come from one table."""

_UNSAFE = "something other than a comparison with a constant or with a property and a constant"
_GATES = frozenset({"$and", "$or"})
_COMPARISONS = frozenset({"$neq", "$lt", "$lte", "$gt", "$gte"})
_RESERVED = [
    *("id", "sid", "$s", "$forward", "$i", "all", "any", "pri", "count", "cap", "dist", "name"),
    *("$m", "$l", "$r", "$add", "$sub", "$mul", "$div", "$lt", "$lte", "$gt", "$gte", "$eq", "$neq"),
    *("$mt", "$imt", "$iall", "$iany", "$ex", "$nex", "$or", "$and", "$not", "$all", "$any"),
]
"""Names that mean something to the engine, which knows them by their hashes too."""


def check(definition: Mapping[str, Any], steps: str) -> None:
    """Refuse a ruleset definition that holds anything but the forms known to be safe.

    Raises:
        EngineFailure: it names the rules that the definition is for.
    """
    try:
        _check(definition)
    except EngineFailure as error:
        raise EngineFailure(f"the durable engine cannot take {steps}: {error}") from error


def fnv1a(text: str) -> int:
    """Hash as the engine does: FNV-1a, 32 bits."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


def collision(names: Iterable[str]) -> tuple[str, str] | None:
    """Give two different names that the engine takes for the same one, if there are any."""
    seen: dict[int, str] = {}
    for name in names:
        other = seen.setdefault(fnv1a(name), name)
        if other != name:
            return other, name
    return None


@cache
def message_ids() -> tuple[str, ...]:
    """Give ids for messages, no two of which are the same to the engine."""
    return distinct(tuple(str(number) for number in range(MAX_MESSAGES + 1)), also=_state_ids())


@cache
def session_ids() -> tuple[str, ...]:
    """Give ids for evaluations; a few hundred are enough, since each is gone before it comes round again."""
    return distinct(tuple(f"s{number}" for number in range(MAX_MESSAGES)))


def distinct(ids: tuple[str, ...], also: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Give the ids again if all are different to the engine, from each other and from these too.

    Raises:
        EngineFailure: two are the same.
    """
    clash = collision((*ids, *also))
    if clash is not None:
        raise EngineFailure(f"the ids `{clash[0]}` and `{clash[1]}` are the same to the durable engine")
    return ids


def _check(definition: Mapping[str, Any]) -> None:
    if len(definition) > MAX_RULES:
        raise EngineFailure(f"more than {MAX_RULES} rules in a network")
    compared = [name for rule in definition.values() for name in _of_rule(rule)]
    if len(compared) > 2 * MAX_COMPARISONS:
        raise EngineFailure(f"more than {MAX_COMPARISONS} comparisons in a network")
    properties = dict.fromkeys(compared)
    if len(properties) > MAX_PROPERTIES:
        raise EngineFailure(f"more than {MAX_PROPERTIES} properties in a network")
    clash = collision([*_RESERVED, *definition, *properties])
    if clash is not None:
        raise EngineFailure(f"`{clash[0]}` and `{clash[1]}` are the same name to the engine")


def _state_ids() -> tuple[str, ...]:
    """Give the ids of the messages that the engine makes itself, one per evaluation."""
    return tuple(f"sid-{sid}" for sid in session_ids())


def _of_rule(rule: Mapping[str, Any]) -> Iterator[str]:
    """Name the properties of a rule: one pattern, or a bare comparison with a property of another message."""
    if set(rule) != {"cap", "all"}:
        raise EngineFailure("a rule with other settings than a batch and its patterns")
    messages = [_only(pattern) for pattern in rule["all"]]
    match messages:
        case [("m", pattern)]:
            if _gates(pattern) > MAX_GATES:
                raise EngineFailure(f"a pattern of more than {MAX_GATES} ands and ors")
            yield from _of_pattern(pattern)
        case [("p", there), ("m", compared)]:
            yield from _of_presence(there)
            yield from _of_comparison(compared, message="p")
        case _:
            raise EngineFailure("a rule that is neither one pattern nor a bare comparison with another message")


def _of_pattern(pattern: object) -> Iterator[str]:
    key, value = _only(pattern)
    if key in _GATES and isinstance(value, list) and value:
        for part in value:
            yield from _of_pattern(part)
    elif key == "$ex":
        yield from _of_presence(pattern)
    elif key.startswith("$"):
        yield from _of_comparison(pattern, message="$m")
    else:
        yield key
        _check_constant(value)


def _of_presence(pattern: object) -> Iterator[str]:
    operator, there = _only(pattern)
    name, one = _only(there)
    if operator != "$ex" or one != 1:
        raise EngineFailure(_UNSAFE)
    yield name


def _of_comparison(pattern: object, message: str) -> Iterator[str]:
    """Name the properties of a comparison with a constant, or with the sum of a property and a constant."""
    operator, compared = _only(pattern)
    name, operand = _only(compared)
    if operator not in _COMPARISONS:
        raise EngineFailure(_UNSAFE)
    yield name
    if isinstance(operand, dict) or message != "$m":
        yield _of_sum(operand, message)
    else:
        _check_constant(operand)


def _of_sum(operand: object, message: str) -> str:
    operator, sides = _only(operand)
    if operator != "$add" or not isinstance(sides, dict) or set(sides) != {"$l", "$r"}:
        raise EngineFailure(_UNSAFE)
    other, name = _only(sides["$l"])
    add = sides["$r"]
    if other != message or not isinstance(name, str) or type(add) is not int or abs(add) >= FAR:
        raise EngineFailure(_UNSAFE)
    return name


def _check_constant(value: object) -> None:
    """Let strings and integers pass: the engine takes `5` for `"5"`, `true` for `1`, and null for a value."""
    if not isinstance(value, str) and (type(value) is not int or abs(value) > BEYOND):
        raise EngineFailure(_UNSAFE)


def _only(value: object) -> tuple[str, Any]:
    if isinstance(value, dict) and len(value) == 1:
        return next(iter(value.items()))
    raise EngineFailure(_UNSAFE)


def _gates(pattern: object) -> int:
    if isinstance(pattern, dict):
        return sum((key in _GATES) + _gates(value) for key, value in pattern.items())
    return sum(map(_gates, pattern)) if isinstance(pattern, list) else 0
