"""For which substances a signal is looked at: an item of another one need not be shown to the engine.

A rule per item mostly begins with `substance is ...`. For an item of another known substance it is FALSE whatever
else it says, so neither it nor what is only there for it is evaluated: rules that cannot concern a patient's
substances cost next to nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from cds.backends.rete.column import OUTER
from cds.backends.rete.plan import Plan
from cds.backends.rete.signal import Guard, Head, Join, Quantifier, Signal, columns_of, signal_in
from cds.ir.guards import united


def needs_of(plan: Plan) -> dict[int, Guard]:
    """Give by signal the substances of its item for which anything asks for it; a pair's are of its outer item."""
    users: dict[int, list[Guard]] = defaultdict(list)
    for id_ in plan.answers.items:
        users[id_].append(None)
    needed: dict[int, Guard] = {}
    for signal in reversed(plan.signals.all):
        asked = united(users[signal.id])
        needed[signal.id] = asked if signal.guard is None else signal.guard
        for used, is_same_item in _uses(signal, plan.signals.all):
            users[used].append(needed[signal.id] if is_same_item else None)
    return needed


def is_admitted(substance: str | None, guard: Guard) -> bool:
    """Say whether an item of a substance, None if that is not known, is one of those that a guard lets through."""
    return guard is None or substance is None or substance in guard


def _uses(signal: Signal, every: Sequence[Signal]) -> Iterator[tuple[int, bool]]:
    """Give the signals that a signal depends on, and whether it asks for the same item (the outer one of two)."""
    match signal:
        case Head(condition=condition, place=place) | Join(condition=condition, place=place):
            for column in columns_of(condition):
                used = signal_in(column)
                if used is not None:
                    yield used, every[used].place == place or column.startswith(OUTER)
        case Quantifier(body=body):
            yield body, every[body].place.outer is not None
        case _:
            yield from ((result.signal, False) for result in signal.results)
