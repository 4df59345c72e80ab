"""One evaluation of a compiled program: messages in, verdicts out, level by level.

It knows how messages are made and what a firing means, and leaves the firing to whoever runs the networks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from cds.backends.rete.column import OUTER, Properties
from cds.backends.rete.levels import Compiled, Level, ListNetworks
from cds.backends.rete.limits import MAX_MESSAGES
from cds.backends.rete.needs import is_admitted
from cds.backends.rete.network import Network
from cds.backends.rete.signal import FLAG, AnyApplies, Quantifier, Result
from cds.errors import EngineFailure
from cds.facts.model import FactList, Facts, Word
from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth, every, exists
from cds.ir.verdicts import Key, Verdicts

Fire = Callable[[Network, Properties | None, Sequence[Properties]], Iterable[tuple[str, Iterable[int]]]]
"""Run a network on an anchor, if it is a join, and messages; give each rule that fired, with the messages' numbers."""


class Evaluation:
    """The signals of a program for one patient, as far as they have been answered."""

    def __init__(self, compiled: Compiled, facts: Facts, fire: Fire) -> None:
        self._compiled = compiled
        self._facts = facts
        self._fire = fire
        self._facts_of_patient = compiled.encoders[None].encode(facts.values, facts.zone)
        self._facts_of_items: dict[str, list[Properties]] = {}
        self._substances: dict[str, list[str | None]] = {}
        self._patient: dict[int, Truth] = {}
        self._items: dict[int, list[Truth]] = {}
        """By signal, one truth for each item of its list."""
        self._pairs: dict[int, dict[tuple[int, int], Truth]] = {}
        """By signal and the numbers of the outer and the inner item; UNKNOWN where it is not there."""

    def verdicts(self) -> Verdicts:
        """Answer all steps.

        Raises:
            EngineFailure: the engine said that something is both true and false.
        """
        for level in self._compiled.levels:
            self._run(level)
        return self._verdicts()

    def _run(self, level: Level) -> None:
        for network in level.patient:
            self._run_on_patient(network)
        for name, networks in level.lists.items():
            for network, numbers in self._concerned(name, networks):
                self._run_on_items(network, name, numbers)
        for name, networks in level.pairs.items():
            for network, numbers in self._concerned(name, networks):
                self._run_on_pairs(network, name, numbers)
        for signal in level.combined:
            self._combine(signal)

    def _concerned(self, name: str, networks: ListNetworks) -> Iterable[tuple[Network, list[int]]]:
        """Give every network with the numbers of the items that it can concern."""
        concerned: dict[Network, list[int]] = defaultdict(list)
        for number, substance in enumerate(self._substances_of(name)):
            for network in networks.concerning(substance):
                concerned[network].append(number)
        return concerned.items()

    def _run_on_patient(self, network: Network) -> None:
        reads = network.reads
        message = _chosen(self._facts_of_patient, reads.facts) | self._flags_of_patient(reads.patient)
        self._patient.update(dict.fromkeys(network.signals, UNKNOWN))
        for signal, truth, _ in self._fired(network, None, [message]):
            self._patient[signal] = _settled(self._patient[signal], truth)

    def _run_on_items(self, network: Network, name: str, numbers: list[int]) -> None:
        substances = self._substances_of(name)
        for signal, guard in network.signals.items():
            row = self._items[signal] = [UNKNOWN if guard is None else FALSE] * len(substances)
            for number in numbers if guard is not None else ():
                if is_admitted(substances[number], guard):
                    row[number] = UNKNOWN
        reads = network.reads
        facts = self._facts_of(name)
        flags = self._flags_of_patient(reads.patient)
        own = [(f"{FLAG}{signal}", self._row(signal, name)) for signal in reads.own]
        anchor = _chosen(self._facts_of_patient, reads.anchors) if reads.anchors else None
        messages = [_chosen(facts[number], reads.facts) | flags | _flags(own, number) for number in numbers]
        for signal, truth, message in self._fired(network, anchor, messages):
            row, number = self._items[signal], numbers[message]
            row[number] = _settled(row[number], truth)

    def _run_on_pairs(self, network: Network, name: str, numbers: list[int]) -> None:
        inner = str(network.place.list)
        outer_facts, inner_facts = self._facts_of(name), self._facts_of(inner)
        reads = network.reads
        flags = self._flags_of_patient(reads.patient)
        own = [(f"{FLAG}{signal}", self._row(signal, inner)) for signal in reads.own]
        outer = [(f"{OUTER}{FLAG}{signal}", self._row(signal, name)) for signal in reads.outer]
        pairs = [(number, other) for number in numbers for other in range(len(inner_facts))]
        for signal in network.signals:
            self._pairs[signal] = {}
        messages = [
            {f"{OUTER}{fact}": value for fact, value in _chosen(outer_facts[number], reads.outer_facts).items()}
            | _chosen(inner_facts[other], reads.facts)
            | flags
            | _flags(outer, number)
            | _flags(own, other)
            | self._flags_of_pair(reads.pair, (number, other))
            for number, other in pairs
        ]
        for signal, truth, message in self._fired(network, None, messages):
            truths, pair = self._pairs[signal], pairs[message]
            truths[pair] = _settled(truths.get(pair, UNKNOWN), truth)

    def _fired(
        self, network: Network, anchor: Properties | None, messages: list[Properties]
    ) -> Iterable[tuple[int, Truth, int]]:
        """Run a network on batches of messages; without rules or messages there is nothing to run."""
        if not network.says:
            return
        for start in range(0, len(messages), MAX_MESSAGES):
            for rule, numbers in self._fire(network, anchor, messages[start : start + MAX_MESSAGES]):
                signal, truth = network.says[rule]
                for number in numbers:
                    yield signal, truth, start + number

    def _combine(self, signal: Quantifier | AnyApplies) -> None:
        if isinstance(signal, AnyApplies):
            self._patient[signal.id] = max((self._truth(result) for result in signal.results), default=FALSE)
        elif signal.place.list is None:
            self._patient[signal.id] = self._quantified(signal, self._row(signal.body, signal.list))
        else:
            count = len(self._list(signal.place.list).items)
            self._items[signal.id] = [self._quantified_for(signal, number) for number in range(count)]

    def _quantified_for(self, signal: Quantifier, number: int) -> Truth:
        """Combine the truths of the items of a list for one outer item."""
        pairs = self._pairs.get(signal.body)
        if pairs is None:
            truths = self._row(signal.body, signal.list)
        else:
            count = len(self._list(signal.list).items)
            truths = [pairs.get((number, other), UNKNOWN) for other in range(count)]
        if signal.without_own:
            truths = truths[:number] + truths[number + 1 :]
        return self._quantified(signal, truths)

    def _quantified(self, signal: Quantifier, truths: list[Truth]) -> Truth:
        combine = exists if signal.quantifier == "exists" else every
        return combine(truths, complete=self._list(signal.list).complete)

    def _truth(self, result: Result) -> Truth:
        """Give a step's own truth: per item, that of any binding, what the list may leave out among them."""
        if result.list is None:
            return self._patient[result.signal]
        return max((*self._row(result.signal, result.list), self._truth_of_rest(result.list, result.group)))

    def _truth_of_rest(self, list_name: str, group: int | None) -> Truth:
        """Give the truth for whatever a list leaves out: UNKNOWN in the rule's phase of care, else FALSE."""
        if self._list(list_name).complete:
            return FALSE
        return UNKNOWN if group is None or self._patient[group] is TRUE else FALSE

    def _verdicts(self) -> Verdicts:
        """Give what is TRUE or UNKNOWN; the signals of items that were not asked for are FALSE for all of them."""
        answers = self._compiled.answers
        verdicts: dict[Key, Truth] = {}
        for signal, keys in answers.patient.items():
            truth = self._patient[signal]
            if truth is not FALSE:
                verdicts.update(dict.fromkeys(keys, truth))
        for signal, truths in self._items.items():
            if signal in answers.items:
                items = self._list(self._compiled.lists[signal]).items
                for item, truth in zip(items, truths, strict=True):
                    if truth is not FALSE:
                        verdicts.update({(step, item.binding, world): truth for step, world in answers.items[signal]})
        for (list_name, group), keys in answers.rest.items():
            if self._truth_of_rest(list_name, group) is UNKNOWN:
                verdicts.update(dict.fromkeys(keys, UNKNOWN))
        return verdicts

    def _row(self, signal: int, list_name: str) -> list[Truth]:
        """Give the truths of a signal for the items of its list, also if no item was asked about."""
        row = self._items.get(signal)
        if row is None:
            truth = UNKNOWN if self._compiled.guards[signal] is None else FALSE
            row = self._items[signal] = [truth] * len(self._list(list_name).items)
        return row

    def _list(self, name: str) -> FactList:
        return self._facts.list(name)

    def _facts_of(self, name: str) -> list[Properties]:
        """Give the properties of every item of a list."""
        if name not in self._facts_of_items:
            encoder = self._compiled.encoders.get(name)
            items = self._list(name).items
            zone = self._facts.zone
            self._facts_of_items[name] = [encoder.encode(item.values, zone) if encoder else {} for item in items]
        return self._facts_of_items[name]

    def _substances_of(self, name: str) -> list[str | None]:
        """Give what every item of a list is known to be."""
        if name not in self._substances:
            concept = self._compiled.concepts.get(name)
            values = [item.values.get(concept) if concept else None for item in self._list(name).items]
            self._substances[name] = [str(value.value) if isinstance(value, Word) else None for value in values]
        return self._substances[name]

    def _flags_of_patient(self, signals: Iterable[int]) -> Properties:
        return {f"{FLAG}{id_}": int(truth is TRUE) for id_ in signals if (truth := self._patient[id_]) is not UNKNOWN}

    def _flags_of_pair(self, signals: Iterable[int], pair: tuple[int, int]) -> Properties:
        found = ((id_, self._pairs[id_].get(pair, UNKNOWN)) for id_ in signals)
        return {f"{FLAG}{id_}": int(truth is TRUE) for id_, truth in found if truth is not UNKNOWN}


def _chosen(properties: Properties, names: Iterable[str]) -> Properties:
    return {name: properties[name] for name in names if name in properties}


def _flags(rows: Iterable[tuple[str, list[Truth]]], number: int) -> Properties:
    return {name: int(row[number] is TRUE) for name, row in rows if row[number] is not UNKNOWN}


def _settled(before: Truth, truth: Truth) -> Truth:
    """Take a truth; a head and its opposite firing for one message would be an engine that contradicts itself."""
    if before is not UNKNOWN and before is not truth:
        raise EngineFailure("the durable engine found a condition both true and false")
    return truth
