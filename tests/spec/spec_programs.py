"""Three leaves of every kind, and how a document makes each of them T, F or U: what the exhaustive test joins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth
from cds.ir.nodes import Condition
from cds.ir.program import Program, Rule, World

ITEM = "things/one"
BASE: Mapping[str, Any] = {
    "facts": {
        **{name: {"type": "boolean"} for name in ("flag", "derived_from", "result_from")},
        "score": {"type": "number"},
        "word": {"type": "enum", "values": ["x", "y"]},
        "event": {"type": "time"},
        "onset": {"type": "time", "granularity": "day"},
        "levels": {"type": "list", "items": {"sore": {"type": "boolean"}}},
        "things": {
            "type": "list",
            "items": {
                "ok": {"type": "boolean"},
                "size": {"type": "quantity", "unit": "mg"},
                "kind": {"type": "concept"},
            },
        },
    },
    "substances": {"ibuprofen": {"names": ["ibuprofen"], "classes": ["nsaid"]}, "other": {"names": ["other"]}},
    "classes": {"nsaid": {"title": "NSAID"}},
    "derive": {
        "derived": {"when": {"derived_from": {"is": True}}},
        "thing.good": {"for_each": "thing in things", "when": {"thing.ok": {"is": True}}},
    },
    "rules": {
        "boolean": {"when": {"flag": {"is": True}}},
        "number": {"when": {"score": {"at_least": 5}}},
        "enum": {"when": {"word": {"in": ["x"]}}},
        "time": {"when": {"event": {"at_most": "12 h", "before": "as_of"}}},
        "day": {"when": {"onset": {"more_than": "3 wk", "before": "as_of"}}},
        "exists": {"when": {"exists": {"each": "lvl in levels", "where": {"lvl.sore": {"is": True}}}}},
        "every": {"when": {"every": {"each": "lvl in levels", "where": {"lvl.sore": {"is": True}}}}},
        "of-derived": {"when": {"derived": {"is": True}}},
        "result": {"when": {"result_from": {"is": True}}},
        "of-result": {"when": {"rule": {"applies": "result"}}},
        "item-boolean": {"for_each": "thing in things", "when": {"thing.ok": {"is": True}}},
        "item-quantity": {"for_each": "thing in things", "when": {"thing.size": {"less_than": "5 mg"}}},
        "item-class": {"for_each": "thing in things", "when": {"thing.kind": {"in_class": "nsaid"}}},
        "item-derived": {"for_each": "thing in things", "when": {"thing.good": {"is": True}}},
        "item-patient": {"for_each": "thing in things", "when": {"flag": {"is": True}}},
    },
}
UNKNOWN_WAYS = (None, {"unknown": "refused"}, {"unknown": "not_assessed"}, {"unknown": "absent"})
SAYINGS: Mapping[str, tuple[str, Mapping[Truth, Sequence[Any]]]] = {
    "boolean": ("flag", {TRUE: [True], FALSE: [False], UNKNOWN: [*UNKNOWN_WAYS, {"conflicting": [True, False]}]}),
    "number": ("score", {TRUE: [5, {"from": 5, "to": 9}], FALSE: [4], UNKNOWN: [*UNKNOWN_WAYS, {"from": 4, "to": 5}]}),
    "enum": ("word", {TRUE: ["x"], FALSE: ["y"], UNKNOWN: [*UNKNOWN_WAYS, {"conflicting": ["x", "y"]}]}),
    "time": (
        "event",
        {
            TRUE: ["2026-11-20T12:00:00Z"],
            FALSE: ["2026-11-20T11:59:59Z", "2026-11-22"],
            UNKNOWN: [*UNKNOWN_WAYS, "2026-11-20"],
        },
    ),
    "day": (
        "onset",
        {
            TRUE: ["2026-10-30"],
            FALSE: ["2026-10-31"],
            UNKNOWN: [*UNKNOWN_WAYS, {"from": "2026-10-30", "to": "2026-10-31"}],
        },
    ),
    "exists": (
        "levels",
        {
            TRUE: [{"items": [{"id": "a", "sore": True}]}],
            FALSE: [{"reconciled": True, "items": []}, {"reconciled": True, "items": [{"id": "a", "sore": False}]}],
            UNKNOWN: [*UNKNOWN_WAYS, {"items": []}, {"reconciled": True, "items": [{"id": "a"}]}],
        },
    ),
    "every": (
        "levels",
        {
            TRUE: [{"reconciled": True, "items": []}, {"reconciled": True, "items": [{"id": "a", "sore": True}]}],
            FALSE: [{"items": [{"id": "a", "sore": False}]}],
            UNKNOWN: [*UNKNOWN_WAYS, {"items": []}, {"items": [{"id": "a", "sore": True}]}],
        },
    ),
    "of-derived": ("derived_from", {TRUE: [True], FALSE: [False], UNKNOWN: UNKNOWN_WAYS}),
    "of-result": ("result_from", {TRUE: [True], FALSE: [False], UNKNOWN: UNKNOWN_WAYS}),
    "item-boolean": ("thing.ok", {TRUE: [True], FALSE: [False], UNKNOWN: UNKNOWN_WAYS}),
    "item-derived": ("thing.ok", {TRUE: [True], FALSE: [False], UNKNOWN: UNKNOWN_WAYS}),
    "item-quantity": (
        "thing.size",
        {TRUE: ["4 mg"], FALSE: ["5 mg"], UNKNOWN: [*UNKNOWN_WAYS, {"from": "4 mg", "to": "5 mg"}]},
    ),
    "item-class": (
        "thing.text",
        {TRUE: ["ibuprofen"], FALSE: ["other"], UNKNOWN: [None, "xyzzy", {"unknown": "refused"}]},
    ),
    "item-patient": ("flag", {TRUE: [True], FALSE: [False], UNKNOWN: UNKNOWN_WAYS}),
}
"""By rule, the fact that its one leaf is about, and what a document says of it to make the leaf T, F or U."""
TRIPLES = (
    ("boolean", "number", "exists"),
    ("time", "of-derived", "every"),
    ("day", "of-result", "enum"),
    ("item-boolean", "item-quantity", "item-patient"),
    ("item-class", "item-derived", "boolean"),
)


def said_for(triple: tuple[str, ...], truths: Sequence[Truth], turn: int) -> dict[str, Any]:
    """Say what gives three leaves these truths; ways of saying it take turns."""
    said: dict[str, Any] = {}
    item: dict[str, Any] = {"id": "one"}
    for leaf, truth in zip(triple, truths, strict=True):
        name, sayings = SAYINGS[leaf]
        ways = sayings[truth]
        target = item if name.startswith("thing.") else said
        target[name.removeprefix("thing.")] = ways[turn % len(ways)]
    if "text" not in item:
        item["text"] = "other"
    return {**said, "things": {"reconciled": True, "items": [item]}}


def with_rules(base: Program, conditions: Mapping[str, Condition], model: Rule) -> Program:
    """Give the base with more rules, evaluated after all it has."""
    rules = {id_: replace(model, id=id_) for id_ in conditions}
    steps = (*base.steps, *rules.values())
    world: World = replace(base.worlds[0], conditions={**base.worlds[0].conditions, **conditions})
    return replace(
        base,
        steps=steps,
        layers=(*base.layers, tuple(sorted(rules))),
        worlds=(world,),
        rules={**base.rules, **rules},
        step={step.id: step for step in steps},
    )
