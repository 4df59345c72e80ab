"""Reading a list: its items, what they are recognised as, and whether it is known to be complete."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from cds.facts.context import Context, Json, Path, check_keys, refusal
from cds.facts.groups import Said, read_facts
from cds.facts.known import CODE, DISPLAY
from cds.facts.model import Coded, FactList, Item, Reason, Text, Unknown, Value, Word
from cds.facts.shape import Shape
from cds.facts.tokens import quoted
from cds.facts.values import UNKNOWN, is_contradicted, read_unknown
from cds.terminology.allergy_text import allergen_text
from cds.terminology.match import Recognised, recognise

RECONCILED, ITEMS, ID, TEXT = "reconciled", "items", "id", "text"
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_FORM = '`{"reconciled": true, "items": [...]}`'


def read_list(raw: Json, name: str, shape: Shape, context: Context, path: Path) -> tuple[FactList, Json]:
    """Read the list of that name, whose items have that shape; gives it and its normal form, None for null or absent.

    Raises:
        FactsError: it is not of that form, an item cannot be read, or two items have one id.
    """
    if raw is None:
        return _unknown(Unknown(Reason.NULL)), None
    if not isinstance(raw, dict):
        raise refusal(f"{quoted(raw)} is not a list of facts", context.place, path, expected=_FORM)
    if UNKNOWN in raw:
        reason, normal = read_unknown(raw, context, path)
        return _unknown(reason), normal
    check_keys(raw, (RECONCILED, ITEMS), context.place, path)
    complete = _is_reconciled(raw.get(RECONCILED), context, (*path, RECONCILED))
    items: dict[str, Item] = {}
    normals: dict[str, Json] = {}
    for item_id, entry, at in _entries(raw.get(ITEMS), context, (*path, ITEMS)):
        if item_id in normals:
            raise refusal(f"the id {quoted(item_id)} stands twice", context.place, (*at, ID), expected="an id per item")
        bound, normals[item_id] = _read_item(item_id, entry, f"{name}/{item_id}", shape, context, at)
        items.update(bound)
    ordered = tuple(items[binding] for binding in sorted(items))
    normal = {RECONCILED: complete, ITEMS: [normals[item_id] for item_id in sorted(normals)]}
    return FactList(ordered, complete), normal


def _unknown(reason: Unknown) -> FactList:
    return FactList(items=(), complete=False, unknown=reason)


def _is_reconciled(raw: Json, context: Context, path: Path) -> bool:
    if raw is not None and not isinstance(raw, bool):
        raise refusal(f"{quoted(raw)} is neither true nor false", context.place, path, expected="`true` or `false`")
    return raw is True


def _entries(raw: Json, context: Context, path: Path) -> Iterator[tuple[str, Mapping[str, Json], Path]]:
    """Give the items with their ids and paths."""
    if not isinstance(raw, list | tuple):
        raise refusal(f"{quoted(raw)} is not a list of items", context.place, path, expected="a list in brackets")
    for number, entry in enumerate(raw):
        at = (*path, number)
        if not isinstance(entry, dict):
            raise refusal(f"{quoted(entry)} is not an item", context.place, at, expected="an object with an `id`")
        item_id = entry.get(ID)
        if not isinstance(item_id, str) or not _ID.fullmatch(item_id):
            expected = "1 to 64 letters, digits, dots, hyphens or underscores"
            raise refusal(f"{quoted(item_id)} is not an id", context.place, (*at, ID), expected=expected)
        yield item_id, entry, at


def _read_item(
    item_id: str, raw: Mapping[str, Json], binding: str, shape: Shape, context: Context, path: Path
) -> tuple[dict[str, Item], Json]:
    """Read one item; gives one binding for each of its substances, and its normal form."""
    said = read_facts(raw, shape, context, path, reserved=(ID,))
    label = _label(said) or item_id
    bound = {
        f"{binding}{part}": Item(item_id, f"{binding}{part}", label, said.values | concepts)
        for part, concepts in _parts(said.values, shape, context).items()
    }
    return bound, {ID: item_id, **said.normal}


def _label(said: Said) -> str | None:
    """Name an item as its report does: by its text, else by what its code displays."""
    text = said.values.get(TEXT)
    if isinstance(text, Text):
        return text.value
    is_coded = isinstance(said.values.get(CODE), Coded)
    return said.normal[CODE].get(DISPLAY) if is_coded else None


def _parts(values: Mapping[str, Value], shape: Shape, context: Context) -> dict[str, dict[str, Value]]:
    """Give the item's concepts by what is added to its binding: nothing, or one `#substance` for each of several."""
    if not shape.concepts:
        return {"": {}}
    found = _recognised(values, shape, context)
    if len(found) == 1:
        return {"": dict.fromkeys(shape.concepts, found[0])}
    return {f"#{_part(substance)}": dict.fromkeys(shape.concepts, substance) for substance in found}


def _part(substance: Value) -> str:
    return str(substance.value) if isinstance(substance, Word) else "?"


def _recognised(values: Mapping[str, Value], shape: Shape, context: Context) -> list[Value]:
    """Recognise an item's substances; where its code or text is itself in conflict, so is the substance."""
    code, text = values.get(CODE), values.get(TEXT)
    shown = [said for value in (code, text) if is_contradicted(value) for said in value.shown]
    if shown:
        return [Unknown(Reason.CONTRADICTED, tuple(shown))]
    coded = code.code if isinstance(code, Coded) else None
    written = text.value if isinstance(text, Text) else None
    if coded is None and written is None:
        return [Unknown(Reason.UNIDENTIFIED)]
    if written is not None and shape.of_allergies:
        written = allergen_text(written)
    return [_substance(each) for each in recognise(context.concepts, coded, written)]


def _substance(recognised: Recognised) -> Value:
    if recognised.substance is not None:
        return Word(recognised.substance)
    return Unknown(Reason(recognised.reason or Reason.UNIDENTIFIED), recognised.shown)
