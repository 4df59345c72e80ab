"""Programs and facts of a few lines, made of nodes by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cds.facts.dictionary import Declaration, FactType
from cds.facts.instants import Zone
from cds.facts.model import FactList, Facts, Item, TimeSpan, Unknown, Value
from cds.ir.layers import layers_of, used_by
from cds.ir.nodes import Condition, OneOf, Ref
from cds.ir.program import Derivation, Identity, OnUnknown, Program, Rule, Settings, Severity, Step, World
from cds.terminology.concepts import Concepts

HOUR = 3_600_000_000
DAY = 24 * HOUR
NOW = 1_795_269_600 * 1_000_000
"""2026-11-21T09:00:00-05:00, an ordinary Saturday in New York."""
ZONE = Zone("America/New_York")
VARIABLE = {"meds": "med", "levels": "level"}

Steps = Mapping[Step, Condition | Sequence[Condition]]


def rule(id_: str, over: str | None = None, *, group: str | None = None) -> Rule:
    """Give a rule on the patient, or over a list with the list's usual variable."""
    variable = VARIABLE[over] if over else None
    return Rule(id_, over, variable, "", "hold", Severity.HIGH, "hold", OnUnknown.ASK, "", group=group)


def derivation(id_: str, over: str | None = None) -> Derivation:
    """Give a derivation on the patient, or over a list."""
    return Derivation(id_, over, VARIABLE[over] if over else None, "")


def program(steps: Steps, groups: Mapping[str, Condition] | None = None) -> Program:
    """Give a program; a step with several conditions has one a world, the others the same in all worlds."""
    conditions = {step.id: tuple(found) if isinstance(found, list) else (found,) for step, found in steps.items()}
    count = max(len(found) for found in conditions.values())
    worlds = tuple(
        World(number, (), {id_: found[number % len(found)] for id_, found in conditions.items()}, groups or {}, {})
        for number in range(count)
    )
    layers = layers_of({id_: used_by(found) for id_, found in conditions.items()})
    by_id = {step.id: step for step in steps}
    item_facts = {"substance": Declaration("substance", FactType.CONCEPT, "?")}
    dictionary = {
        "meds": Declaration("meds", FactType.LIST, "?", items=item_facts),
        "levels": Declaration("levels", FactType.LIST, "?"),
    }
    return Program(
        identity=Identity("small", "1.0.0", "sha256:0", "draft", "Small"),
        dictionary=dictionary,
        concepts=Concepts({}, (), frozenset()),
        steps=tuple(by_id[id_] for layer in layers for id_ in layer),
        layers=layers,
        worlds=worlds,
        advice={},
        dispositions=(),
        settings=Settings(),
        rules={id_: step for id_, step in by_id.items() if isinstance(step, Rule)},
        step=by_id,
    )


def facts(values: Mapping[str, Value] | None = None, **lists: FactList) -> Facts:
    """Give facts now, in New York."""
    return Facts("nobody", NOW, "", ZONE, {"as_of": at(0), **(values or {})}, lists, {})


def items(over: str, *values: Mapping[str, Value], complete: bool = True) -> FactList:
    """Give a list of items i0, i1, ..."""
    made = (Item(f"i{number}", f"{over}/i{number}", "", found) for number, found in enumerate(values))
    return FactList(tuple(made), complete=complete)


def unknown_list(reason: Unknown) -> FactList:
    """Give a list of which nothing is known."""
    return FactList((), complete=False, unknown=reason)


def at(after: int, until: int | None = None) -> TimeSpan:
    """Give a time in microseconds after now, or an interval."""
    return TimeSpan(NOW + after, NOW + (after if until is None else until))


def says(name: str, *words: str, variable: str | None = None) -> OneOf:
    """Give the condition that a fact is one of these words."""
    return OneOf(Ref(variable, name), frozenset(words))


def holds(name: str, *, variable: str | None = None) -> OneOf:
    """Give the condition that a boolean fact is true."""
    return OneOf(Ref(variable, name), frozenset({True}))
