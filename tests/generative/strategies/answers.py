"""The same patient after the questions of a decision were answered."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from strategies.chance import Chance
from strategies.information import figure_text
from strategies.making import Making, put
from strategies.patients import Patients
from strategies.vocabulary import Json

from cds.facts.dictionary import Declaration, FactType
from cds.facts.instants import format_utc
from cds.facts.model import Facts, Span, TimeSpan, Value, Word


def answered(chance: Chance, patients: Patients, facts: Facts, document: Json, asked: Iterable[str]) -> Json:
    """Give the document after every question in `asked`, named as decisions name them, was answered exactly.

    What was known as an interval is answered within it, and what is a known word stays: else it were a correction.
    """
    found = copy.deepcopy(document)
    answering = _Answering(chance, patients, facts, Making(patients.material, chance, facts.zone, facts.as_of))
    for fact in asked:
        answering.answer(found, fact)
    return found


@dataclass(frozen=True, slots=True)
class _Answering:
    chance: Chance
    patients: Patients
    facts: Facts
    making: Making

    def answer(self, document: Json, fact: str) -> None:
        """Answer one question: about the patient, about an item, or whether a list is complete."""
        dictionary = self.patients.program.dictionary
        if "/" in fact:
            self._of_item(document, *_split(fact, dictionary))
        elif dictionary[fact].type is FactType.LIST:
            before = _at(document, fact)
            items = before["items"] if isinstance(before, dict) and "items" in before else []
            put(document, fact, {"reconciled": True, "items": items})
        else:
            _say(document, fact, dictionary, self._exact(None, dictionary[fact], self.facts.value(fact)))

    def _of_item(self, document: Json, list_name: str, binding: str, name: str) -> None:
        item = next(each for each in self.facts.list(list_name).items if each.binding == binding)
        entry = next(each for each in _at(document, list_name)["items"] if each["id"] == item.id)
        declared = self.patients.program.dictionary[list_name].items[name]
        if declared.type is FactType.CONCEPT:
            self._name(entry, item.value(name))
        else:
            items = self.patients.program.dictionary[list_name].items
            _say(entry, name, items, self._exact(list_name, declared, item.value(name)))

    def _name(self, entry: Json, value: Value) -> None:
        if not isinstance(value, Word):
            entry.pop("code", None)
            entry["text"] = next(iter(self.patients.program.concepts.substances.values())).names[0]

    def _exact(self, list_name: str | None, declared: Declaration, value: Value) -> Any:
        """Choose an exact value, within what was known so far."""
        part = self.chance.whole(0, 4)
        match value:
            case Span(low, high):
                return figure_text(low + (high - low) * part / 4, declared)
            case TimeSpan(low, high):
                instant = low + (high - low) * part // 4
                return format_utc(min(instant, self.facts.as_of) if declared.not_after_as_of else instant)
            case _:
                return self.making.exact(list_name, declared)


def _split(fact: str, dictionary: Mapping[str, Declaration]) -> tuple[str, str, str]:
    """Split `medications/m1#aspirin.last_dose` into list, binding and name."""
    for list_name, declared in dictionary.items():
        for name in sorted(declared.items, key=len, reverse=True):
            if fact.startswith(f"{list_name}/") and fact.endswith(f".{name}"):
                return list_name, fact.removesuffix(f".{name}"), name
    raise AssertionError(fact)


def _say(document: Json, name: str, dictionary: Mapping[str, Declaration], exact: Any) -> None:
    """Say a fact; value and time of a measured fact are said in one place."""
    of = name.removesuffix(".taken")
    if of != name and dictionary[of].taken:
        put(document, of, _measured(_at(document, of)) | {"taken": exact})
    elif dictionary[name].taken:
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
