"""The same patient known less well, and the same patient after the questions were answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from strategies.chance import Chance
from strategies.moments import day_text
from strategies.patients import ABSENT, Making, Patients, put, said_by_name
from strategies.vocabulary import Json

from cds.facts.decimals import number_text
from cds.facts.dictionary import Declaration, FactType
from cds.facts.instants import format_utc
from cds.facts.model import Facts, Item, Span, TimeSpan, Value, Word
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
            return {"from": _figure(low, declared), "to": _figure(high, declared)}
        case TimeSpan(low, high):
            return _vaguer(chance, low, high, facts)
        case _ if value is not None and hasattr(value, "value"):
            return value.value
        case _:
            return chance.one_of(_UNKNOWN)


def _figure(value: Fraction, declared: Declaration) -> str:
    return number_text(value) if declared.unit is None else quantity_text(value, declared.unit)


def _vaguer(chance: Chance, low: int, high: int, facts: Facts) -> Any:
    day = day_text(low, facts.zone)
    if low == high and day is not None and chance.maybe(40):
        return day
    low, high = low - chance.one_of(_WIDER), high + chance.one_of(_WIDER)
    return {"from": format_utc(low), "to": format_utc(high)}


def answered(chance: Chance, patients: Patients, facts: Facts, document: Json, asked: Iterable[str]) -> Json:
    """Give the document after every question in `asked`, named as decisions name them, was answered exactly.

    What was known as an interval is answered within it, and what is a known word stays: else it were a correction.
    """
    found = _copied(document)
    making = Making(patients.material, chance, facts.zone, facts.as_of)
    dictionary = patients.program.dictionary
    for fact in asked:
        binding, is_of_item, name = _split(fact, dictionary)
        if not is_of_item:
            exact = _within(chance, facts.value(fact), dictionary[fact], facts.as_of) or making.exact(
                None, dictionary[fact]
            )
            _answer(found, fact, dictionary, exact)
            continue
        list_name, _, item_id = binding.partition("/")
        entries = _at(found, list_name)["items"]
        entry = next(each for each in entries if each["id"] == item_id.partition("#")[0])
        item = next(each for each in facts.list(list_name).items if each.binding == binding)
        if isinstance(item.value(name), Word):
            continue
        if dictionary[list_name].items[name].type is FactType.CONCEPT:
            entry.pop("code", None)
            entry["text"] = next(iter(patients.program.concepts.substances.values())).names[0]
        else:
            items = dictionary[list_name].items
            exact = _within(chance, item.value(name), items[name], facts.as_of) or making.exact(list_name, items[name])
            _answer(entry, name, items, exact)
    return found


def _split(fact: str, dictionary: Mapping[str, Declaration]) -> tuple[str, bool, str]:
    """Split `medications/m1#aspirin.last_dose` into binding and name."""
    if "/" not in fact:
        return "", False, fact
    for list_name, declared in dictionary.items():
        for name in sorted(declared.items, key=len, reverse=True):
            if fact.startswith(f"{list_name}/") and fact.endswith(f".{name}"):
                return fact.removesuffix(f".{name}"), True, name
    raise AssertionError(fact)


def _within(chance: Chance, value: Value, declared: Declaration, as_of: int) -> Any:
    """Choose an exact value within an interval; None if there is none."""
    part = chance.whole(0, 4)
    match value:
        case Span(low, high):
            return _figure(low + (high - low) * part / 4, declared)
        case TimeSpan(low, high):
            instant = low + (high - low) * part // 4
            return format_utc(min(instant, as_of) if declared.not_after_as_of else instant)
        case _:
            return None


def _answer(document: Json, name: str, dictionary: Mapping[str, Declaration], exact: Any) -> None:
    declared = dictionary[name]
    if declared.type is FactType.LIST:
        before = _at(document, name)
        items = before["items"] if isinstance(before, dict) and "items" in before else []
        put(document, name, {"reconciled": True, "items": items})
        return
    of = name.removesuffix(".taken")
    if of != name and dictionary[of].taken:
        put(document, of, _measured(_at(document, of)) | {"taken": exact})
    elif declared.taken:
        put(document, name, _measured(_at(document, name)) | {"value": exact})
    else:
        put(document, name, exact)


def _measured(said: Any) -> Json:
    """Give value and time of a measured fact as far as one report says them."""
    if isinstance(said, dict) and said.keys() <= {"value", "taken"}:
        return dict(said)
    if isinstance(said, dict) and "conflicting" in said:
        return _measured(said["conflicting"][0])
    return {"value": said}


def _at(document: Json, name: str) -> Any:
    found: Any = document
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(part) for key, part in value.items()}
    return [_copied(part) for part in value] if isinstance(value, list) else value
