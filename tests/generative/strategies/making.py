"""Choosing what is said of one patient, fact by fact: known on a bound or beside it, vague, contradictory, unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from strategies.chance import Chance
from strategies.moments import STEPS, day_text, text
from strategies.thresholds import Name, Thresholds
from strategies.vocabulary import Json

from cds.facts.decimals import number_text
from cds.facts.dictionary import Declaration, FactType
from cds.facts.instants import Zone
from cds.facts.units import convert, quantity_text
from cds.facts.zones import DAY
from cds.ir.nodes import Counting
from cds.terminology.codes import Code, System

_FRACTIONS = (
    Fraction(0),
    Fraction(0),
    Fraction(1, 1000),
    Fraction(-1, 1000),
    Fraction(1),
    Fraction(-1),
    Fraction(1, 10**9),
)
_OTHER_UNIT = {"kg": "g", "mg/dL": "mg/L", "mg": "g", "h": "min"}
_LEAST_INPUT = Fraction(1, 1000)
_LOW, _HIGH = Fraction(-1000), Fraction(1000)
_MOST_ITEMS = 4
ABSENT = object()


@dataclass(frozen=True, slots=True)
class Material:
    """What patients of one program are made of."""

    facts: tuple[Declaration, ...]
    items: Mapping[str, tuple[Declaration, ...]]
    thresholds: Thresholds
    inputs: frozenset[str]
    """What something is calculated from, and so is never nothing at all."""
    texts: tuple[str, ...]
    codes: tuple[Code, ...]


class Making:
    """One patient in the making; the times chosen so far are what later times lie a bound away from."""

    def __init__(
        self, material: Material, chance: Chance, zone: Zone, as_of: int, *, known: int = 100, complete: int = 60
    ) -> None:
        self._material, self._chance, self._zone, self._as_of = material, chance, zone, as_of
        self._percent, self._complete = known, complete
        self._instants: dict[Name, int] = {(None, "as_of"): as_of}

    def fact(self, list_name: str | None, declared: Declaration) -> Any:
        """Choose what is said of a fact, `ABSENT` if nothing is."""
        chance = self._chance
        if not declared.required and not chance.maybe(self._percent):
            return _unknown(chance)
        if declared.taken:
            return self._measured(list_name, declared)
        if not declared.required and chance.maybe(5):
            reports = [self._known(list_name, declared) for _ in range(chance.whole(2, 3))]
            return {"conflicting": reports}
        return self._known(list_name, declared)

    def list(self, name: str, facts: Sequence[Declaration]) -> Any:
        """Choose what is said of a list."""
        chance = self._chance
        if not chance.maybe(max(self._percent, 60)):
            return _unknown(chance)
        items: list[Json] = []
        for number in range(chance.whole(0, _MOST_ITEMS)):
            if items and chance.maybe(15):
                items.append({**chance.one_of(items), "id": f"i{number}"})
            else:
                items.append(self._item(name, facts, number))
        found: Json = {"items": chance.shuffled(items)}
        if chance.maybe(self._complete):
            found["reconciled"] = True
        elif chance.maybe(50):
            found["reconciled"] = False
        return found

    def _item(self, name: str, facts: Sequence[Declaration], number: int) -> Json:
        chance = self._chance
        item: Json = {"id": f"i{number}"}
        if any(declared.type is FactType.CONCEPT for declared in facts):
            item |= self._named()
        for declared in facts:
            if declared.type in {FactType.CONCEPT, FactType.CODE, FactType.TEXT}:
                continue
            value = self.fact(name, declared)
            if value is not ABSENT:
                put(item, declared.name, value)
        return dict(chance.shuffled(list(item.items())))

    def _named(self) -> Json:
        """Say by text, by code, by both or by neither what an item is."""
        chance, material = self._chance, self._material
        said: Json = {}
        how = chance.whole(0, 9)
        if how < 7:
            said["text"] = chance.one_of(material.texts)
        if how in {0, 7, 8} and material.codes:
            code = chance.one_of(material.codes)
            said["code"] = {"system": code.system.uri, "code": code.code}
        return said

    def _measured(self, list_name: str | None, declared: Declaration) -> Any:
        chance = self._chance
        value = self._known(list_name, declared)
        if chance.maybe(15):
            return value
        taken = self._time(list_name, f"{declared.name}.taken", by_day=False, not_after=True)
        measured = {"value": value, "taken": taken}
        if chance.maybe(5):
            return {"conflicting": [measured, {"value": self._known(list_name, declared)}]}
        if chance.maybe(10):
            measured[chance.one_of(("value", "taken"))] = chance.one_of((None, {"unknown": "refused"}))
        return measured

    def exact(self, list_name: str | None, declared: Declaration) -> Any:
        """Choose a known value that leaves nothing open."""
        match declared.type:
            case FactType.TIME:
                instant = self._instant(list_name, declared.name)
                instant = min(instant, self._as_of) if declared.not_after_as_of else instant
                return text(self._chance, instant, self._zone)
            case FactType.NUMBER | FactType.QUANTITY:
                return self._written(self._figure(list_name, declared), declared)
            case _:
                return self._known(list_name, declared)

    def _known(self, list_name: str | None, declared: Declaration) -> Any:
        match declared.type:
            case FactType.BOOLEAN:
                return self._chance.maybe(50)
            case FactType.ENUM:
                return self._chance.one_of(declared.values)
            case FactType.TIME:
                return self._time(list_name, declared.name, by_day=declared.by_day, not_after=declared.not_after_as_of)
            case FactType.NUMBER | FactType.QUANTITY:
                return self._number(list_name, declared)
            case FactType.CODE:
                return {"system": System.LOCAL.uri, "code": "test-code"}
            case _:
                return "some text"

    def _number(self, list_name: str | None, declared: Declaration) -> Any:
        chance = self._chance
        value = self._figure(list_name, declared)
        if not chance.maybe(12):
            return self._written(value, declared)
        other = self._figure(list_name, declared)
        return {
            "from": self._written(min(value, other), declared),
            "to": self._written(max(value, other), declared),
        }

    def _figure(self, list_name: str | None, declared: Declaration) -> Fraction:
        chance = self._chance
        low = _LOW if declared.minimum is None else declared.minimum
        high = _HIGH if declared.maximum is None else declared.maximum
        turning = self._material.thresholds.numbers.get((list_name, declared.name), ())
        if turning and chance.maybe(70):
            value = chance.one_of(turning) + chance.one_of(_FRACTIONS)
        else:
            value = low + (high - low) * chance.whole(0, 1000) / 1000
        if declared.name in self._material.inputs:
            low = max(low, _LEAST_INPUT)
        return min(max(value, low), high)

    def _written(self, value: Fraction, declared: Declaration) -> Any:
        unit = declared.unit
        if unit is None:
            is_whole = value.denominator == 1 and self._chance.maybe(50)
            return int(value) if is_whole else _decimal(value)
        if unit in _OTHER_UNIT and self._chance.maybe(15):
            return quantity_text(convert(value, unit, _OTHER_UNIT[unit]), _OTHER_UNIT[unit])
        return quantity_text(value, unit)

    def _time(self, list_name: str | None, name: str, *, by_day: bool, not_after: bool) -> Any:
        chance = self._chance
        instant = self._instant(list_name, name)
        if not_after:
            instant = min(instant, self._as_of)
        self._instants[list_name, name] = instant
        if by_day or chance.maybe(15):
            day = day_text(instant, self._zone)
            if day is not None:
                return day
        if chance.maybe(12):
            later = instant + chance.whole(0, 4) * DAY + chance.one_of((0, 1, DAY // 24))
            return {"from": text(chance, instant, self._zone), "to": text(chance, later, self._zone)}
        return text(chance, instant, self._zone)

    def _instant(self, list_name: str | None, name: str) -> int:
        """Choose an instant: a bound away from another time, one step beside that, or anywhere near `as_of`."""
        chance = self._chance
        distances = self._material.thresholds.distances.get((list_name, name), ())
        reached = [distance for distance in distances if distance.other in self._instants]
        if reached and chance.maybe(70):
            distance = chance.one_of(reached)
            start = self._instants[distance.other]
            moved = self._moved(start, distance.counting, distance.by)
            return moved + chance.one_of(STEPS)
        return self._as_of + chance.whole(-40, 40) * DAY // 2 + chance.one_of(STEPS)

    def _moved(self, start: int, counting: Counting, by: int) -> int:
        if counting is Counting.ELAPSED:
            return start + by
        return self._zone.shift_days(start, by)


def _unknown(chance: Chance) -> Any:
    options = (ABSENT, None, {"unknown": "refused"}, {"unknown": "not_assessed"}, {"unknown": "absent"})
    return chance.one_of(options)


def _decimal(value: Fraction) -> Any:
    written = number_text(value)
    return written if "/" not in written else number_text(Fraction(int(value * 1000), 1000))


def put(document: Json, name: str, value: Any) -> None:
    """Say something of a fact, within the groups of its name."""
    *groups, last = name.split(".")
    for group in groups:
        document = document.setdefault(group, {})
    document[last] = value
