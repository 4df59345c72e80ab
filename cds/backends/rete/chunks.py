"""Divide signals into networks that are small enough to be cheap and within the engine's limits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cds.backends.rete.formula import Comparison, Ternary, comparisons, first_comparisons
from cds.backends.rete.limits import MAX_COMPARISONS, MAX_PENDING, MAX_PROPERTIES
from cds.backends.rete.signal import Guard, Head, Join, columns_of

MAX_HEADS = 24
MAX_GUARDED_HEADS = 8
"""Guarded heads share a network by substance: a larger one would be run for items that few of its rules concern."""
MAX_JOINS = 25
"""An item with the property that they compare is followed to all joins of a network at once, true or not."""


def chunks(members: Sequence[Head | Join], needs: Mapping[int, Guard]) -> Iterator[list[Head | Join]]:
    """Fill networks one after the other; signals for the same substances lie together."""
    unguarded = [signal for signal in members if needs[signal.id] is None]
    guarded = [signal for signal in members if needs[signal.id] is not None]
    yield from _filled(unguarded, MAX_HEADS)
    yield from _filled(sorted(guarded, key=lambda signal: sorted(needs[signal.id] or ())), MAX_GUARDED_HEADS)


def _filled(members: Iterable[Head | Join], most_heads: int) -> Iterator[list[Head | Join]]:
    room = _Room()
    for signal in members:
        if room.taken and not room.takes(signal, MAX_JOINS if isinstance(signal, Join) else most_heads):
            yield room.taken
            room = _Room()
        room.take(signal)
    if room.taken:
        yield room.taken


class _Room:
    """A network being filled."""

    def __init__(self) -> None:
        self.taken: list[Head | Join] = []
        self._properties: frozenset[str] = frozenset()
        self._comparisons = 0
        self._paths: Counter[Comparison] = Counter()

    def takes(self, signal: Head | Join, most: int) -> bool:
        """Say whether there is room for another signal."""
        return (
            len(self.taken) < most
            and len(self._properties | columns_of(signal.condition)) <= MAX_PROPERTIES
            and self._comparisons + _count(signal.condition) <= MAX_COMPARISONS
            and (isinstance(signal, Join) or pending(self._paths + _first(signal.condition)) <= MAX_PENDING)
        )

    def take(self, signal: Head | Join) -> None:
        """Add a signal."""
        self.taken.append(signal)
        self._properties |= columns_of(signal.condition)
        self._comparisons += _count(signal.condition)
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


def _count(condition: Ternary) -> int:
    return sum(1 for form in (condition.true, condition.false) for _ in comparisons(form))


def _first(condition: Ternary) -> Counter[Comparison]:
    return first_comparisons(condition.true) + first_comparisons(condition.false)
