"""A decision as it is stored beside masked facts: values go, conclusions stay.

What was concluded stays: disposition, which rule says what of which binding, its status, severity, advice, sources and
positions, the state of a hold and why. Taken out is what tells a masked value, or lets it be worked out:

- `because`: every leaf that looks at a masked fact, or at one that is calculated from it or recognised from it;
- `hold`: `medication`, `substance` and `class` where `code` or `text` is masked, `last_dose` and `record_status` with
  their facts, and what is reckoned where the start of the procedure or a time of the item is masked;
- `dates`: those that are counted from a masked fact; `earliest_procedure`: where any hold may lose a time;
- `ask`: why a masked fact is unknown, and prompts that tell this or the name of an item;
- `text` of a recommendation that may tell any of this but for `because`, since it says the same in words;
- `facts_digest` and `digest`: both cover masked values, which anybody could find by trying. A keyed hash stands there.

A rule that applies still tells what its condition says: who does not want that known must not record decisions.

So a masked record is not compared byte for byte on replay. It is decided again from the facts that are stored, and
`comparable` is what both have to say: if that is equal, the stored decision follows from the stored facts; if not,
nobody can tell whether the mask or a change is the reason, and it is "not comparable: masked".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cds.audit.privacy.mask import EACH, RECOGNISED_FROM, TAKEN, item_facts
from cds.facts.calculated import given_inputs
from cds.facts.dictionary import Dictionary, FactType

Anchors = Mapping[tuple[str, str], str]
"""By rule and name of a date, the fact that it is counted from, such as `procedure.start` or `medications.*.ended`."""

PROCEDURE_START = "procedure.start"
_NAME = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)*")
_RECKONED = ("last_permitted_dose", "no_dose_from", "earliest_procedure")
_RAW = (("last_dose", "last_dose"), ("record_status", "status"))
"""What a hold repeats of the facts of its item, by its own name for it."""
_NAMING = ("medication", "substance", "class")
_DIGESTS = ("facts_digest", "digest")


@dataclass(frozen=True, slots=True)
class Masked:
    """What a mask took out of a patient's facts, and what has to be known of the ruleset to follow that."""

    removed: tuple[str, ...]
    dictionary: Dictionary
    anchors: Anchors


def masked_decision(
    decision: Mapping[str, Any], masked: Masked, *, keyed_digest: Callable[[str], str]
) -> dict[str, Any]:
    """Give the decision that is stored beside masked facts; it is stored whole where nothing was taken out.

    `keyed_digest` hides a digest (`Pseudonyms.keyed_digest`).
    """
    if not masked.removed:
        return dict(decision)
    return {**_masked(decision, masked), **{name: keyed_digest(decision[name]) for name in _DIGESTS}}


def comparable(decision: Mapping[str, Any], masked: Masked) -> dict[str, Any]:
    """Give what a stored decision, and one that is made again from the stored facts, have to agree on."""
    return {name: value for name, value in _masked(decision, masked).items() if name not in _DIGESTS}


@dataclass(frozen=True, slots=True)
class _Reach:
    """What a mask reaches: patient-level facts and lists by name, facts of items by list and name."""

    dictionary: Dictionary
    anchors: Anchors
    names: frozenset[str]
    items: frozenset[tuple[str, str]]
    timed: frozenset[str]
    """The lists of whose items a time is masked."""

    def mentions(self, leaf: str) -> bool:
        """Tell whether a leaf looks at a masked fact; a variable may stand for an item of any list."""
        of_items = {name for _, name in self.items}
        return any(
            name in self.names or (name not in self.dictionary and name.partition(".")[2] in of_items)
            for name in _NAME.findall(leaf)
        )

    def asks(self, fact: str) -> bool:
        """Tell whether a question, `patient.weight` or `medications/m1.last_dose`, is about a masked fact."""
        list_name, is_item, rest = fact.partition("/")
        return (list_name, rest.rpartition(".")[2]) in self.items if is_item else fact in self.names

    def names_items_of(self, list_name: str) -> bool:
        """Tell whether an item is named by what is masked: its text, or what its code displays."""
        return any((list_name, name) in self.items for name in RECOGNISED_FROM)

    def moves(self, rule: str, date: str) -> bool:
        """Tell whether a date is counted from a masked fact; one that is not known is taken to be."""
        anchor = self.anchors.get((rule, date))
        if anchor is None:
            return True
        list_name, is_item, item = anchor.partition(f".{EACH}.")
        return (list_name, item) in self.items if is_item else anchor in self.names

    def moves_holds_of(self, list_name: str) -> bool:
        """Tell whether what is reckoned for a hold tells a masked time."""
        return PROCEDURE_START in self.names or list_name in self.timed


def _reach(masked: Masked) -> _Reach:
    names, items, dictionary = set(), set(), masked.dictionary
    of_items = [(*name.split(f".{EACH}."), declared.type) for name, declared in item_facts(dictionary).items()]
    for name in masked.removed:
        list_name, is_item, item = name.partition(f".{EACH}.")
        if is_item:
            items |= {(list_name, item), (list_name, f"{item}.{TAKEN}")}
        else:
            names |= {name, f"{name}.{TAKEN}"} & dictionary.keys()
            items |= {(of_list, each) for of_list, each, _ in of_items if of_list == name}
    items |= {
        (of_list, each)
        for of_list, each, kind in of_items
        if kind is FactType.CONCEPT and any((of_list, name) in items for name in RECOGNISED_FROM)
    }
    names |= {
        name
        for name, declared in dictionary.items()
        if declared.calculated is not None and not names.isdisjoint(given_inputs(declared, dictionary))
    }
    timed = {of_list for of_list, each, kind in of_items if kind is FactType.TIME and (of_list, each) in items}
    return _Reach(dictionary, masked.anchors, frozenset(names), frozenset(items), frozenset(timed))


def _masked(decision: Mapping[str, Any], masked: Masked) -> dict[str, Any]:
    reach = _reach(masked)
    asked = [_asked(question, reach) for question in decision["ask"]]
    told_in = {rule for question in asked if question["prompt"] is None for rule in question["would_settle"]}
    is_earliest_told = not reach.timed and PROCEDURE_START not in reach.names
    return {
        **decision,
        "earliest_procedure": decision["earliest_procedure"] if is_earliest_told else None,
        "recommendations": [_recommendation(listed, reach, told_in) for listed in decision["recommendations"]],
        "ask": asked,
    }


def _asked(question: Mapping[str, Any], reach: _Reach) -> dict[str, Any]:
    list_name, is_item, _ = question["fact"].partition("/")
    if reach.asks(question["fact"]):
        return {**question, "reason": None, "prompt": None}
    return {**question, "prompt": None} if is_item and reach.names_items_of(list_name) else dict(question)


def _recommendation(listed: Mapping[str, Any], reach: _Reach, told_in: set[str]) -> dict[str, Any]:
    list_name, is_item, _ = listed["binding"].partition("/")
    gone = [] if listed["hold"] is None else _gone_from_hold(list_name, reach)
    moved = {date["name"] for date in listed["dates"] if reach.moves(listed["rule"], date["name"])}
    is_named = bool(is_item) and reach.names_items_of(list_name)
    is_told = not (gone or moved or is_named or listed["rule"] in told_in)
    return {
        **listed,
        "hold": _hold(listed["hold"], gone),
        "dates": [_untold(date) if date["name"] in moved else date for date in listed["dates"]],
        "because": [leaf for leaf in listed["because"] if not reach.mentions(leaf["leaf"])],
        "text": listed["text"] if is_told else None,
    }


def _gone_from_hold(list_name: str, reach: _Reach) -> list[str]:
    """Name what a hold of an item of that list may tell of what is masked."""
    return [
        *(name for name, fact in _RAW if (list_name, fact) in reach.items),
        *(_NAMING if reach.names_items_of(list_name) else ()),
        *(_RECKONED if reach.moves_holds_of(list_name) else ()),
    ]


def _hold(hold: Mapping[str, Any] | None, gone: Iterable[str]) -> dict[str, Any] | None:
    """Take out of a hold what may not be told, also by its readings and by other positions."""
    if hold is None:
        return None
    left = {name: None if name in gone else value for name, value in hold.items()}
    for name in {"other_deadlines", "readings"} & hold.keys():
        left[name] = [{key: None if key in gone else value for key, value in each.items()} for each in hold[name]]
    return left


def _untold(date: Mapping[str, Any]) -> dict[str, Any]:
    gone = {"at": None, "to": None}
    return {**date, **gone, "others": [{**other, **gone} for other in date["others"]]}
