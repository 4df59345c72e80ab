"""A program as signals: the conditions of every step and world lowered to what one message can tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cds.backends.rete.leaf import Columns, Lists, scales_of
from cds.backends.rete.lowering import Lowering
from cds.backends.rete.signal import Result, Signals
from cds.errors import EngineFailure
from cds.facts.dictionary import FactType
from cds.ir.layers import used_by
from cds.ir.nodes import Condition
from cds.ir.program import Program, Rule, Step, World
from cds.ir.verdicts import PATIENT, REST, Key


@dataclass(slots=True)
class Answers:
    """Which verdicts follow from which signals."""

    patient: dict[int, list[Key]] = field(default_factory=lambda: defaultdict(list))
    """By signal, the verdicts that it is."""
    items: dict[int, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    """By signal of the items of a list, the steps and worlds whose verdict for an item it is."""
    rest: dict[tuple[str, int | None], list[Key]] = field(default_factory=lambda: defaultdict(list))
    """By list and group, the verdicts for whatever the list leaves out."""

    def add(self, step: Step, world: int, result: Result) -> None:
        """Note what a step answers in a world."""
        if result.list is None:
            self.patient[result.signal].append((step.id, PATIENT, world))
            return
        self.items[result.signal].append((step.id, world))
        if isinstance(step, Rule):
            self.rest[result.list, result.group].append((step.id, f"{result.list}/{REST}", world))


@dataclass(frozen=True, slots=True)
class Plan:
    """A program as columns, signals and answers."""

    columns: Columns
    signals: Signals
    answers: Answers
    concepts: Mapping[str, str]
    """By list, the name of its items' concept fact."""


def plan_of(program: Program) -> Plan:
    """Lower all conditions of a program.

    Raises:
        EngineFailure: the engine cannot take a condition; the rule is named.
    """
    return _Planner(program).plan()


class _Planner:
    def __init__(self, program: Program) -> None:
        self._program = program
        self._columns = Columns(scales_of(_conditions(program)))
        self._signals = Signals()
        self._lowered: dict[tuple[object, ...], int] = {}
        self._concepts = {name: concept for name in program.dictionary if (concept := _concept(program, name))}

    def plan(self) -> Plan:
        answers = Answers()
        for world in self._program.worlds:
            results: dict[str, Result] = {}
            for step in self._program.steps:
                results[step.id] = self._result(step, world, results)
                answers.add(step, world.number, results[step.id])
        return Plan(self._columns, self._signals, answers, self._concepts)

    def _result(self, step: Step, world: World, results: Mapping[str, Result]) -> Result:
        signal = self._signal(step, world.conditions[step.id], step.lists, results)
        if step.list is None:
            return Result(signal)
        group = step.group if isinstance(step, Rule) else None
        if group is None:
            return Result(signal, step.list)
        return Result(signal, step.list, self._signal(step, world.group_conditions[group], {}, results))

    def _signal(self, step: Step, condition: Condition, lists: Lists, results: Mapping[str, Result]) -> int:
        """Lower a condition unless another world had the same one with the same results."""
        used = tuple((id_, results[id_]) for id_ in sorted(used_by((condition,))))
        key = (step.id, condition, used, not lists)
        if key not in self._lowered:
            lowering = Lowering(self._signals, self._columns, self._concepts, results, step.id)
            try:
                self._lowered[key] = lowering.root(condition, lists)
            except EngineFailure as error:
                raise EngineFailure(f"rule `{step.id}`: {error}") from error
        return self._lowered[key]


def _conditions(program: Program) -> Iterable[tuple[Condition, Lists]]:
    for world in program.worlds:
        for step in program.steps:
            yield world.conditions[step.id], step.lists
        for condition in world.group_conditions.values():
            yield condition, {}


def _concept(program: Program, name: str) -> str | None:
    items = program.dictionary[name].items
    return next((fact for fact, declared in items.items() if declared.type is FactType.CONCEPT), None)
