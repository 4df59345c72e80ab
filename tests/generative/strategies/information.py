"""The same patient known less well: what is left is less information in the sense of language §7.11."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from strategies.chance import Chance
from strategies.making import ABSENT, put
from strategies.moments import day_text
from strategies.patients import said_by_name
from strategies.vocabulary import Json

from cds.facts.decimals import number_text
from cds.facts.dictionary import Declaration, FactType
from cds.facts.instants import format_utc
from cds.facts.model import Facts, Item, Span, TimeSpan, Value
from cds.facts.units import quantity_text
from cds.facts.zones import DAY, SECOND
from cds.ir.program import Program

_WIDER = (0, 0, 1, SECOND, DAY // 24, DAY, 9 * DAY)
_WIDER_FIGURES = (Fraction(0), Fraction(1, 1000), Fraction(1, 2), Fraction(30))
_UNKNOWN = (ABSENT, None, {"unknown": "refused"}, {"unknown": "not_assessed"})


def less_known(chance: Chance, program: Program, facts: Facts) -> Json:
    """Tell less of the same patient: facts vague or unknown, lists open, items of open lists left out."""
    document: Json = {
        "schema": "cds-facts/1",
        "subject": facts.subject,
        "as_of": facts.as_of_text,
        "zone": facts.zone.name,
    }
    _tell_less(chance, document, said_by_name(program.dictionary), facts.values, facts)
    for name, fact_list in facts.lists.items():
        if fact_list.unknown is not None or chance.maybe(10):
            value = chance.one_of(_UNKNOWN)
        else:
            value = _less_of_list(chance, program.dictionary[name], facts, name)
        if value is not ABSENT:
            put(document, name, value)
    return document


def _less_of_list(chance: Chance, declared: Declaration, facts: Facts, name: str) -> Json:
    fact_list = facts.lists[name]
    complete = fact_list.complete and chance.maybe(50)
    by_id: dict[str, Item] = {item.id: item for item in fact_list.items}
    kept = [item for item in by_id.values() if complete or chance.maybe(70)]
    items = []
    for item in kept:
        entry: Json = {"id": item.id}
        _tell_less(chance, entry, said_by_name(declared.items), item.values, facts)
        is_several = "#" in item.binding  # INVARIANT: one item that turns out to be several is not more of the same
        if is_several or chance.maybe(70):
            entry |= _named_as(item, facts, name)
        items.append(entry)
    return {"reconciled": complete, "items": items}


def _named_as(item: Item, facts: Facts, name: str) -> Json:
    """Say what the item is exactly as before: half of it could say something else."""
    found: Any = facts.document
    for group in name.split("."):
        found = found[group]
    before = next(entry for entry in found["items"] if entry["id"] == item.id)
    return {key: before[key] for key in ("text", "code") if key in before}


def _tell_less(
    chance: Chance,
    document: Json,
    declarations: Iterable[Declaration],
    values: Mapping[str, Value],
    facts: Facts,
) -> None:
    for declared in declarations:
        if declared.type in {FactType.CONCEPT, FactType.CODE, FactType.TEXT}:
            continue
        value = _less(chance, declared, values.get(declared.name), facts)
        if declared.taken:
            taken = Declaration(f"{declared.name}.taken", FactType.TIME, ask="", not_after_as_of=True)
            time = _less(chance, taken, values.get(taken.name), facts)
            parts = {"value": value, "taken": time}
            value = {key: part for key, part in parts.items() if part is not ABSENT} or ABSENT
        if value is not ABSENT:
            put(document, declared.name, value)


def _less(chance: Chance, declared: Declaration, value: Value | None, facts: Facts) -> Any:
    if not declared.required and chance.maybe(20):
        return chance.one_of(_UNKNOWN)
    match value:
        case Span(low, high):
            below, above = chance.one_of(_WIDER_FIGURES), chance.one_of(_WIDER_FIGURES)
            low, high = low - below, high + above
            low = low if declared.minimum is None else max(low, declared.minimum)
            high = high if declared.maximum is None else min(high, declared.maximum)
            return {"from": figure_text(low, declared), "to": figure_text(high, declared)}
        case TimeSpan(low, high):
            return _vaguer(chance, low, high, facts)
        case _ if value is not None and hasattr(value, "value"):
            return value.value
        case _:
            return chance.one_of(_UNKNOWN)


def figure_text(value: Fraction, declared: Declaration) -> str:
    """Write a number or a quantity in the declared unit."""
    return number_text(value) if declared.unit is None else quantity_text(value, declared.unit)


def _vaguer(chance: Chance, low: int, high: int, facts: Facts) -> Any:
    day = day_text(low, facts.zone)
    if low == high and day is not None and chance.maybe(40):
        return day
    low, high = low - chance.one_of(_WIDER), high + chance.one_of(_WIDER)
    return {"from": format_utc(low), "to": format_utc(high)}
