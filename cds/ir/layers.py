"""The order of evaluation: each step after all that it uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from cds.ir.nodes import AllOf, AnyOf, Applies, Condition, Derived, Not, Quantified


def layers_of(uses: Mapping[str, frozenset[str]]) -> tuple[tuple[str, ...], ...]:
    """Sort steps into layers, within a layer by id.

    Raises:
        CycleError: steps use each other in a circle; its second argument is the circle.
    """
    sorter = TopologicalSorter(uses)
    sorter.prepare()
    layers = []
    while sorter.is_active():
        ready = tuple(sorted(sorter.get_ready()))
        layers.append(ready)
        sorter.done(*ready)
    return tuple(layers)


def circle_of(error: CycleError) -> list[str]:
    """Give the ids of the steps in the circle, the first one again at the end."""
    circle: list[str] = error.args[1]
    return circle


def used_by(conditions: Iterable[Condition]) -> frozenset[str]:
    """Give the ids of the steps whose verdicts the conditions use."""
    return frozenset(step for condition in conditions for step in _used(condition))


def _used(condition: Condition) -> Iterator[str]:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _used(part)
        case Not(part) | Quantified(part=part):
            yield from _used(part)
        case Derived(derivation):
            yield derivation
        case Applies(rules):
            yield from rules
        case _:
            return
