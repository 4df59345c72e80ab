"""An index of steps by layer and by the substances that they can concern at all.

A per-item step whose condition is a conjunction with `substance is ...` or `substance in class ...` is FALSE for
every item of another known substance, whatever else it says. So it need not be looked at for that item.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from cds.facts.dictionary import FactType
from cds.facts.model import Item, Word
from cds.ir.nodes import AllOf, AnyOf, Condition, InClass, OneOf
from cds.ir.program import Program, Rule, Step

_indexes: WeakKeyDictionary[Program, ProgramIndex] = WeakKeyDictionary()


def index_of(program: Program) -> ProgramIndex:
    """Give the program's index, built on first use; it is a function of the program alone."""
    index = _indexes.get(program)
    if index is None:
        index = _indexes[program] = _build(program)
    return index


@dataclass(slots=True)
class ListSteps:
    """The steps of one layer over one list, in the order of their ids."""

    all: tuple[Step, ...]
    concept: str | None
    """The name of the items' concept fact."""
    substances: Mapping[str, frozenset[str] | None]
    """By step id, the substances that it can concern; None for any."""
    _found: dict[str, tuple[Step, ...]] = field(default_factory=dict)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Give the rules among the steps."""
        return tuple(step for step in self.all if isinstance(step, Rule))

    def concerning(self, item: Item) -> tuple[Step, ...]:
        """Give the steps that are not FALSE for this item by its substance alone."""
        value = item.values.get(self.concept) if self.concept else None
        if not isinstance(value, Word):
            return self.all
        substance = str(value.value)
        found = self._found.get(substance)
        if found is None:
            found = self._found[substance] = tuple(self._admitting(substance))
        return found

    def _admitting(self, substance: str) -> Iterator[Step]:
        for step in self.all:
            substances = self.substances[step.id]
            if substances is None or substance in substances:
                yield step


@dataclass(frozen=True, slots=True)
class StepIndex:
    """The steps of one layer."""

    patient_steps: tuple[Step, ...]
    by_list: Mapping[str, ListSteps]


@dataclass(frozen=True, slots=True)
class ProgramIndex:
    """The steps of a program, by layer."""

    layers: tuple[StepIndex, ...]


def guard(condition: Condition, variable: str, concept: str) -> frozenset[str] | None:
    """Give the substances for which a condition on an item can be other than FALSE; None for any."""
    admitted: frozenset[str] | None = None
    for part in condition.parts if isinstance(condition, AllOf) else (condition,):
        found = _guard_of_part(part, variable, concept)
        if found is not None:
            admitted = found if admitted is None else admitted & found
    return admitted


def _guard_of_part(part: Condition, variable: str, concept: str) -> frozenset[str] | None:
    if isinstance(part, AllOf):
        return guard(part, variable, concept)
    if isinstance(part, AnyOf):
        return united(_guard_of_part(each, variable, concept) for each in part.parts)
    if isinstance(part, OneOf | InClass) and part.fact.variable == variable and part.fact.name == concept:
        return frozenset(map(str, part.values)) if isinstance(part, OneOf) else part.members
    return None


def united(guards: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    """Give the substances that any of these guards admits; None if one of them admits any."""
    admitted: frozenset[str] = frozenset()
    for found in guards:
        if found is None:
            return None
        admitted |= found
    return admitted


def _build(program: Program) -> ProgramIndex:
    return ProgramIndex(layers=tuple(_layer(program, ids) for ids in program.layers))


def _layer(program: Program, ids: tuple[str, ...]) -> StepIndex:
    steps = [program.step[id_] for id_ in ids]
    names = sorted({step.list for step in steps if step.list is not None})
    return StepIndex(
        patient_steps=tuple(step for step in steps if step.list is None),
        by_list={name: _list_steps(program, name, tuple(s for s in steps if s.list == name)) for name in names},
    )


def _list_steps(program: Program, list_name: str, steps: tuple[Step, ...]) -> ListSteps:
    items = program.dictionary[list_name].items
    concept = next((name for name, declared in items.items() if declared.type is FactType.CONCEPT), None)
    return ListSteps(
        all=steps,
        concept=concept,
        substances={step.id: _substances(program, step, concept) for step in steps},
    )


def _substances(program: Program, step: Step, concept: str | None) -> frozenset[str] | None:
    """Unite the guards of all worlds."""
    if concept is None:
        return None
    return united(guard(world.conditions[step.id], step.variable or "", concept) for world in program.worlds)
