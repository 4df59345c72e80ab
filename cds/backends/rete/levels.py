"""A compiled program: its networks level by level, each answered from what the levels below it said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cds.backends.rete.chunks import chunks
from cds.backends.rete.column import Column, Encoder
from cds.backends.rete.needs import is_admitted, needs_of
from cds.backends.rete.network import Network, network_of
from cds.backends.rete.plan import Answers, Plan
from cds.backends.rete.signal import AnyApplies, Guard, Head, Join, Place, Quantifier
from cds.ir.guards import united


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
    lists: Mapping[int, str]
    """By signal about items, their list."""
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
    needs = needs_of(plan)
    levels = [Level() for _ in range(1 + max((signal.level for signal in plan.signals.all), default=0))]
    groups: dict[tuple[int, Place, bool], list[Head | Join]] = defaultdict(list)
    for signal in plan.signals.all:
        if isinstance(signal, Head | Join):
            groups[signal.level, signal.place, isinstance(signal, Join)].append(signal)
        else:
            levels[signal.level].combined.append(signal)
    for (level, place, _), members in groups.items():
        networks = [
            network_of(chunk, united(needs[signal.id] for signal in chunk), plan) for chunk in chunks(members, needs)
        ]
        _put(levels[level], place, networks)
    return Compiled(
        levels=tuple(levels),
        encoders=_encoders(plan.columns),
        lists={signal.id: signal.place.list for signal in plan.signals.all if signal.place.list is not None},
        guards={signal.id: signal.guard for signal in plan.signals.all},
        concepts=plan.concepts,
        answers=plan.answers,
    )


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
