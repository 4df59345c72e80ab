"""Networks: the signals of a plan as rulesets for the engine, small enough to be cheap and within its limits.

A network answers signals of one level and one place from one kind of message. What the engine must never see is
refused by `limits.check`, whatever is written here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cds.backends.rete.column import OUTER, Column, Encoder
from cds.backends.rete.formula import (
    MARK,
    NEVER,
    Comparison,
    Formula,
    Shifted,
    Ternary,
    columns,
    first_comparisons,
    pattern,
    sum_of,
)
from cds.backends.rete.limits import MAX_PENDING, MAX_PROPERTIES, check
from cds.backends.rete.plan import Answer, Plan
from cds.backends.rete.signal import AnyApplies, Guard, Head, Join, Place, Quantifier, Signal, signal_in
from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth

ITEM = "m"
"""The message that a pattern is about."""
ANCHOR = "p"
"""In a join, the message with the patient's times."""
SINK = "sink"
"""Fires for every message, so that none is left unhandled and each is seen to have arrived."""
BATCH = 4096
"""How many firings of one rule the engine hands over at once."""
MAX_HEADS = 24
MAX_GUARDED_HEADS = 8
"""Guarded heads share a network by substance: a larger one would be run for items that few of its rules concern."""
MAX_JOINS = 25


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
    signals: Mapping[int, Truth]
    """The signals that it answers, and what they are for an item that it is not asked about."""
    guard: Guard
    reads: Reads
    definition: Mapping[str, Any]
    says: Mapping[str, tuple[int, Truth]]
    """By rule."""


@dataclass(slots=True)
class ListNetworks:
    """The networks of one level about the items of one list (the outer items, for those about two)."""

    all: tuple[Network, ...]
    concept: str | None
    _found: dict[str, tuple[Network, ...]] = field(default_factory=dict)

    def concerning(self, substance: str | None) -> tuple[Network, ...]:
        """Give the networks that can concern an item of a substance, None if it is not known."""
        if substance is None:
            return self.all
        found = self._found.get(substance)
        if found is None:
            found = tuple(network for network in self.all if network.guard is None or substance in network.guard)
            self._found[substance] = found
        return found


@dataclass(slots=True)
class Level:
    """What can be answered once all lower levels are."""

    patient: list[Network] = field(default_factory=list)
    lists: dict[str, ListNetworks] = field(default_factory=dict)
    pairs: dict[str, ListNetworks] = field(default_factory=dict)
    """By the list of the outer item."""
    combined: list[Quantifier | AnyApplies] = field(default_factory=list)
    """What shared code puts together after the networks."""


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A program as networks by level, and the encoders of its facts: for the patient under None, else by list."""

    levels: tuple[Level, ...]
    encoders: Mapping[str | None, Encoder]
    answers: tuple[Answer, ...]
    concepts: Mapping[str, str]

    @property
    def networks(self) -> Iterator[Network]:
        """Give all networks."""
        for level in self.levels:
            yield from level.patient
            for networks in (*level.lists.values(), *level.pairs.values()):
                yield from networks.all


def compile_plan(plan: Plan) -> Compiled:
    """Divide the signals of a plan into networks.

    Raises:
        EngineFailure: a network is not within the limits of the engine.
    """
    needed = _needed(plan)
    levels = [Level() for _ in range(1 + max((signal.level for signal in plan.signals.all), default=0))]
    groups: dict[tuple[int, Place, bool], list[Head | Join]] = defaultdict(list)
    for signal in plan.signals.all:
        if isinstance(signal, Head | Join):
            groups[signal.level, signal.place, isinstance(signal, Join)].append(signal)
        else:
            levels[signal.level].combined.append(signal)
    for (level, place, _), members in groups.items():
        networks = [_network(chunk, plan, needed) for chunk in _chunks(members, needed)]
        _put(levels[level], place, networks, plan.concepts)
    return Compiled(tuple(levels), _encoders(plan.columns), plan.answers, plan.concepts)


def _put(level: Level, place: Place, networks: list[Network], concepts: Mapping[str, str]) -> None:
    if place.list is None:
        level.patient += networks
        return
    name = place.outer or place.list
    where = level.pairs if place.outer else level.lists
    known = where[name].all if name in where else ()
    where[name] = ListNetworks((*known, *networks), concepts.get(name))


def _encoders(every: Iterable[Column]) -> dict[str | None, Encoder]:
    by_list: dict[str | None, list[Column]] = defaultdict(list, {None: []})
    for column in every:
        by_list[column.list].append(column)
    return {name: Encoder(found) for name, found in by_list.items()}


def _needed(plan: Plan) -> dict[int, Guard]:
    """Give by signal the substances of its item for which anything asks for it; a pair's are of its outer item."""
    users: dict[int, list[Guard]] = defaultdict(list)
    for answer in plan.answers:
        for id_ in (answer.result.signal, answer.result.group):
            if id_ is not None:
                users[id_].append(None)
    needed: dict[int, Guard] = {}
    for signal in reversed(plan.signals.all):
        asked = _united(users[signal.id])
        own = signal.guard if isinstance(signal, Head) else None
        needed[signal.id] = own if own is not None else asked
        for used, by_outer in _uses(signal):
            same_item = plan.signals.all[used].place == signal.place or by_outer
            users[used].append(needed[signal.id] if same_item else None)
    return needed


def _united(guards: Iterable[Guard]) -> Guard:
    united: frozenset[str] = frozenset()
    for guard in guards:
        if guard is None:
            return None
        united |= guard
    return united


def _uses(signal: Signal) -> Iterator[tuple[int, bool]]:
    """Give the signals that a signal depends on, and whether through the outer item of the two it is about."""
    match signal:
        case Head(condition=condition) | Join(condition=condition):
            for column in {*columns(condition.true), *columns(condition.false)}:
                used = signal_in(column)
                if used is not None:
                    yield used, column.startswith(OUTER)
        case Quantifier(body=body, place=place, list=list_name):
            yield body, place.list is not None and not signal.without_own and list_name is not None
        case AnyApplies(results=results):
            for result in results:
                yield result.signal, False
                if result.group is not None:
                    yield result.group, False
