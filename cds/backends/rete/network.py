"""A network: a ruleset for the engine, what its messages are made of, and what its rules say when they fire."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cds.backends.rete.column import OUTER
from cds.backends.rete.formula import MARK, NEVER, Comparison, Formula, Shifted, pattern, sum_of
from cds.backends.rete.limits import check
from cds.backends.rete.plan import Plan
from cds.backends.rete.signal import Guard, Head, Join, Place, columns_of, signal_in
from cds.ir.kleene import FALSE, TRUE, Truth

ITEM = "m"
"""The message that a pattern is about."""
ANCHOR = "p"
"""In a join, the message with the patient's times."""
SINK = "sink"
"""Fires for every message, so that none is left unhandled and each is seen to have arrived."""
BATCH = 4096
"""How many firings of one rule the engine hands over at once."""


@dataclass(frozen=True, slots=True)
class Reads:
    """Which properties a network's messages need, by where they come from."""

    facts: tuple[str, ...]
    """Of the patient or item that the message is about."""
    outer_facts: tuple[str, ...]
    anchors: tuple[str, ...]
    """Of the patient, for a join's other message."""
    patient: tuple[int, ...]
    """Signals of the patient."""
    own: tuple[int, ...]
    """Signals of the item that the message is about."""
    outer: tuple[int, ...]
    pair: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A ruleset of the engine, what its messages are made of, and what its rules say when they fire."""

    place: Place
    signals: Mapping[int, Guard]
    """The signals that it answers, and the substances for which each can be other than FALSE."""
    guard: Guard
    """The substances of the items that it is asked about; None for any."""
    reads: Reads
    definition: Mapping[str, Any]
    says: Mapping[str, tuple[int, Truth]]
    """By rule."""


def network_of(chunk: Sequence[Head | Join], guard: Guard, plan: Plan) -> Network:
    """Write signals of one place as a ruleset; the guard says for which items it will be asked.

    Raises:
        EngineFailure: the ruleset is not within the limits of the engine.
    """
    definition: dict[str, Any] = {SINK: _rule({ITEM: {"$ex": {MARK: 1}}})}
    says: dict[str, tuple[int, Truth]] = {}
    for signal in chunk:
        for truth, letter, formula in ((TRUE, "t", signal.condition.true), (FALSE, "f", signal.condition.false)):
            if formula != NEVER:
                name = f"{letter}{signal.id}"
                definition[name] = _rule(*_patterns(formula, is_join=isinstance(signal, Join)))
                says[name] = (signal.id, truth)
    check(definition, ", ".join(f"`{step}`" for step in sorted({signal.step for signal in chunk})))
    place = chunk[0].place
    return Network(
        place=place,
        signals={signal.id: signal.guard for signal in chunk},
        guard=guard,
        reads=_reads(chunk, place, plan),
        definition=definition,
        says=says,
    )


def _rule(*patterns: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"cap": BATCH, "all": list(patterns)}


def _patterns(formula: Formula, *, is_join: bool) -> Iterator[Mapping[str, Any]]:
    """Write a formula over one message, or the bare comparison of a join with the message that it goes with."""
    if is_join and isinstance(formula, Comparison) and isinstance(formula.operand, Shifted):
        yield {ANCHOR: {"$ex": {formula.operand.column: 1}}}
        yield {ITEM: {formula.operator: {formula.column: sum_of(ANCHOR, formula.operand)}}}
    else:
        yield {ITEM: pattern(formula)}


def _reads(chunk: Sequence[Head | Join], place: Place, plan: Plan) -> Reads:
    named = sorted({column for signal in chunk for column in columns_of(signal.condition)} - {MARK})
    of_patient = {name for column in plan.columns if column.list is None for name in column.names}
    flags: dict[str, list[int]] = defaultdict(list)
    facts: list[str] = []
    for name in named:
        id_ = signal_in(name)
        if id_ is None:
            facts.append(name)
            continue
        used = plan.signals.all[id_].place
        flags["patient" if used.list is None else _role(name, used, place)].append(id_)
    is_join = isinstance(chunk[0], Join)
    return Reads(
        facts=tuple(name for name in facts if not name.startswith(OUTER) and not (is_join and name in of_patient)),
        outer_facts=tuple(name.removeprefix(OUTER) for name in facts if name.startswith(OUTER)),
        anchors=tuple(name for name in facts if is_join and name in of_patient),
        patient=tuple(flags["patient"]),
        own=tuple(flags["own"]),
        outer=tuple(flags["outer"]),
        pair=tuple(flags["pair"]),
    )


def _role(name: str, used: Place, place: Place) -> str:
    if name.startswith(OUTER):
        return "outer"
    return "pair" if used.outer is not None and used == place else "own"
