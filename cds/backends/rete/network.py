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
from cds.backends.rete.plan import Answers, Plan
from cds.backends.rete.signal import AnyApplies, Guard, Head, Join, Place, Quantifier, Signal, signal_in
from cds.ir.kleene import FALSE, TRUE, Truth

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
    signals: Mapping[int, Guard]
    """The signals that it answers, and the substances for which each can be other than FALSE."""
    guard: Guard
    """The substances of the items that it is asked about; None for any."""
    reads: Reads
    definition: Mapping[str, Any]
    says: Mapping[str, tuple[int, Truth]]
    """By rule."""


@dataclass(slots=True)
class ListNetworks:
    """The networks of one level about the items of one list (the outer items, for those about two)."""

    all: tuple[Network, ...]
    _found: dict[str, tuple[Network, ...]] = field(default_factory=dict)

    def concerning(self, substance: str | None) -> tuple[Network, ...]:
        """Give the networks that can concern an item of a substance, None if it is not known."""
        if substance is None:
            return self.all
        found = self._found.get(substance)
        if found is None:
            found = tuple(network for network in self.all if is_admitted(substance, network.guard))
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
    guards: Mapping[int, Guard]
    """By signal, the substances for which it can be other than FALSE."""
    concepts: Mapping[str, str]
    answers: Answers

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
        _put(levels[level], place, networks)
    guards = {signal.id: _own_guard(signal) for signal in plan.signals.all}
    return Compiled(tuple(levels), _encoders(plan.columns), guards, plan.concepts, plan.answers)


def is_admitted(substance: str | None, guard: Guard) -> bool:
    """Say whether an item of a substance, None if that is not known, is one of those that a guard lets through."""
    return guard is None or substance is None or substance in guard


def _own_guard(signal: Signal) -> Guard:
    return signal.guard if isinstance(signal, Head) else None


def _put(level: Level, place: Place, networks: list[Network]) -> None:
    if place.list is None:
        level.patient += networks
        return
    name = place.outer or place.list
    where = level.pairs if place.outer else level.lists
    known = where[name].all if name in where else ()
    where[name] = ListNetworks((*known, *networks))


def _encoders(every: Iterable[Column]) -> dict[str | None, Encoder]:
    by_list: dict[str | None, list[Column]] = defaultdict(list, {None: []})
    for column in every:
        by_list[column.list].append(column)
    return {name: Encoder(found) for name, found in by_list.items()}


def _needed(plan: Plan) -> dict[int, Guard]:
    """Give by signal the substances of its item for which anything asks for it; a pair's are of its outer item."""
    users: dict[int, list[Guard]] = defaultdict(list)
    for id_ in plan.answers.items:
        users[id_].append(None)
    needed: dict[int, Guard] = {}
    for signal in reversed(plan.signals.all):
        asked = _united(users[signal.id])
        own = _own_guard(signal)
        needed[signal.id] = own if own is not None else asked
        for used, is_same_item in _uses(signal, plan.signals.all):
            users[used].append(needed[signal.id] if is_same_item else None)
    return needed


def _united(guards: Iterable[Guard]) -> Guard:
    united: frozenset[str] = frozenset()
    for guard in guards:
        if guard is None:
            return None
        united |= guard
    return united


def _uses(signal: Signal, every: Sequence[Signal]) -> Iterator[tuple[int, bool]]:
    """Give the signals that a signal depends on, and whether it asks for the same item (the outer one of two)."""
    match signal:
        case Head(condition=condition, place=place) | Join(condition=condition, place=place):
            for column in _columns(condition):
                used = signal_in(column)
                if used is not None:
                    yield used, every[used].place == place or column.startswith(OUTER)
        case Quantifier(body=body):
            yield body, every[body].place.outer is not None
        case AnyApplies(results=results):
            for result in results:
                yield result.signal, False
                if result.group is not None:
                    yield result.group, False


def _chunks(members: Sequence[Head | Join], needed: Mapping[int, Guard]) -> Iterator[list[Head | Join]]:
    """Fill networks one after the other; signals for the same substances lie together."""

    def kin(signal: Head | Join) -> tuple[bool, list[str]]:
        guard = needed[signal.id]
        return guard is not None, sorted(guard or ())

    room: _Room | None = None
    for signal in sorted(members, key=kin):
        if room is None or not room.takes(signal, is_guarded=needed[signal.id] is not None):
            if room is not None:
                yield room.taken
            room = _Room(is_guarded=needed[signal.id] is not None)
        room.take(signal)
    if room is not None:
        yield room.taken


class _Room:
    """A network being filled."""

    def __init__(self, *, is_guarded: bool) -> None:
        self.taken: list[Head | Join] = []
        self._is_guarded = is_guarded
        self._properties: set[str] = set()
        self._paths: Counter[Comparison] = Counter()

    def takes(self, signal: Head | Join, *, is_guarded: bool) -> bool:
        """Say whether there is room for a signal."""
        most = MAX_JOINS if isinstance(signal, Join) else MAX_GUARDED_HEADS if is_guarded else MAX_HEADS
        return (
            is_guarded == self._is_guarded
            and len(self.taken) < most
            and len(self._properties.union(_columns(signal.condition))) <= MAX_PROPERTIES
            and (isinstance(signal, Join) or pending(self._paths + _first(signal.condition)) <= MAX_PENDING)
        )

    def take(self, signal: Head | Join) -> None:
        """Add a signal."""
        self.taken.append(signal)
        self._properties.update(_columns(signal.condition))
        self._paths += _first(signal.condition)


def pending(first: Counter[Comparison]) -> int:
    """Bound the number of partial matches of one message that the engine has to remember at once.

    It starts from all comparisons that a message passes and follows them one by one, so it holds those that wait
    and the paths that go on from the one it follows. Of the equalities on one property a message passes one at most.
    """
    by_column: dict[str, list[str]] = defaultdict(list)
    for comparison in first:
        by_column[comparison.column].append(comparison.operator)
    waiting = sum(len(found) - max(0, found.count("$eq") - 1) for found in by_column.values())
    return waiting + max(first.values(), default=0)


def _first(condition: Ternary) -> Counter[Comparison]:
    return first_comparisons(condition.true) + first_comparisons(condition.false)


def _columns(condition: Ternary) -> set[str]:
    return {*columns(condition.true), *columns(condition.false)}


def _network(chunk: Sequence[Head | Join], plan: Plan, needed: Mapping[int, Guard]) -> Network:
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
        signals={signal.id: _own_guard(signal) for signal in chunk},
        guard=_united(needed[signal.id] for signal in chunk),
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
    named = sorted({column for signal in chunk for column in _columns(signal.condition)} - {MARK})
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
