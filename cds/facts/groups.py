"""Reading what a document says of a patient, or of one item of a list, name by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from cds.errors import nearest
from cds.facts.context import Context, Json, Path, refusal
from cds.facts.model import ABSENT, Unknown, Value
from cds.facts.shape import Group, Leaf, Shape
from cds.facts.tokens import quoted
from cds.facts.values import read_measured, read_value


@dataclass(slots=True)
class Said:
    """What was said: values by full name, their normal forms in groups, and the lists that are still to be read."""

    values: dict[str, Value] = field(default_factory=dict)
    normal: dict[str, Json] = field(default_factory=dict)
    lists: list[tuple[str, Shape, Json, Path]] = field(default_factory=list)


def read_facts(
    raw: Mapping[str, Json], shape: Shape, context: Context, path: Path, *, reserved: Collection[str]
) -> Said:
    """Read all facts of a shape; `reserved` are names beside them that have been read already.

    Raises:
        FactsError: a name is unknown, a value cannot be read, or a required fact is missing.
    """
    said = Said()
    _read_group(raw, shape.root, _Reading(shape, context, said), path, said.normal, reserved=reserved)
    for name in shape.required:
        if isinstance(said.values.get(name, ABSENT), Unknown):
            raise refusal(f"`{name}` is required", context.place, (*path, *name.split(".")), expected="a known value")
    return said


def put(normal: dict[str, Json], name: str, value: Json) -> None:
    """Put a normal form into its groups."""
    *groups, last = name.split(".")
    for group in groups:
        normal = normal.setdefault(group, {})
    normal[last] = value


@dataclass(frozen=True, slots=True)
class _Reading:
    """What stays the same from group to group."""

    shape: Shape
    context: Context
    said: Said


def _read_group(
    raw: Mapping[str, Json],
    group: Group,
    reading: _Reading,
    path: Path,
    normal: dict[str, Json],
    *,
    reserved: Collection[str] = (),
) -> None:
    """Read the facts of a group and of those below it; `normal` takes their normal forms."""
    place = reading.context.place
    for key, value in raw.items():
        member = group.members.get(key)
        if isinstance(member, Leaf):
            _read_leaf(value, member, reading, (*path, key), normal)
        elif member is not None:
            if not isinstance(value, dict):
                problem = f"{quoted(value)} stands where the facts of `{key}` are expected"
                raise refusal(problem, place, (*path, key), expected="an object in braces")
            below: dict[str, Json] = {}
            _read_group(value, member, reading, (*path, key), below)
            if below:
                normal[key] = below
        elif key not in reserved:
            suggestion = _nearest_name(str(key), group, reading.shape)
            raise refusal(f"{quoted(key)} is not the name of a fact", place, (*path, str(key)), suggestion=suggestion)


def _read_leaf(raw: Json, leaf: Leaf, reading: _Reading, path: Path, normal: dict[str, Json]) -> None:
    name, said = leaf.declared.name, reading.said
    if leaf.calculated_from:
        problem = f"`{name}` is calculated from other facts, it cannot be given"
        inputs = ", ".join(f"`{fact}`" for fact in leaf.calculated_from)
        raise refusal(problem, reading.context.place, path, expected=inputs)
    if leaf.items is not None:
        said.lists.append((name, leaf.items, raw, path))
        return
    if leaf.taken is None:
        value, form = read_value(raw, leaf.declared, reading.context, path)
        is_said = value is not ABSENT
    else:
        value, time, form = read_measured(raw, leaf.declared, leaf.taken, reading.context, path)
        is_said = value is not ABSENT or time is not ABSENT
        if time is not ABSENT:
            said.values[leaf.taken.name] = time
    if value is not ABSENT:
        said.values[name] = value
    if is_said:
        normal[str(path[-1])] = form


def _nearest_name(key: str, group: Group, shape: Shape) -> str | None:
    """Find a name in the group, or else anywhere, that ends like what was written."""
    beside = nearest(key, group.members)
    if beside:
        return beside
    by_last = {name.rpartition(".")[2]: name for name in shape.names}
    found = nearest(key, by_last)
    return by_last[found] if found else None
