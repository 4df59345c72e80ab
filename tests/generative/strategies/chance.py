"""Where generated choices come from: a seeded random number generator, or hypothesis, which can shrink them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
_FINE = 100


class Chance(Protocol):
    """Make choices; the simplest option comes first, so that what fails can be shrunk to something simple."""

    def whole(self, low: int, high: int) -> int:
        """Choose a whole number, both ends included."""

    def one_of(self, options: Sequence[T]) -> T:
        """Choose an option."""

    def maybe(self, percent: int) -> bool:
        """Say yes with this probability, in percent; no is simpler."""

    def some(self, options: Sequence[T], low: int, high: int) -> list[T]:
        """Choose between `low` and `high` different options, in any order."""

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """Give all options in any order."""


class Seeded:
    """Choices from a seed: the same seed gives the same choices, millions of them in a short time."""

    def __init__(self, seed: int | str) -> None:
        self._random = Random(seed)  # noqa: S311  # test data, not secrets

    def whole(self, low: int, high: int) -> int:
        """Choose a whole number, both ends included."""
        return low + int(self._random.random() * (high - low + 1))

    def one_of(self, options: Sequence[T]) -> T:
        """Choose an option."""
        return options[int(self._random.random() * len(options))]

    def maybe(self, percent: int) -> bool:
        """Say yes with this probability, in percent."""
        return self._random.random() * _FINE < percent

    def some(self, options: Sequence[T], low: int, high: int) -> list[T]:
        """Choose between `low` and `high` different options, in any order."""
        return self._random.sample(options, self.whole(min(low, len(options)), min(high, len(options))))

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """Give all options in any order."""
        return self._random.sample(options, len(options))


class Drawn:
    """Choices that hypothesis draws."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def whole(self, low: int, high: int) -> int:
        """Choose a whole number, both ends included."""
        return int(self._draw(st.integers(low, high)))

    def one_of(self, options: Sequence[T]) -> T:
        """Choose an option."""
        return options[0] if len(options) == 1 else options[self.whole(0, len(options) - 1)]

    def maybe(self, percent: int) -> bool:
        """Say yes with this probability, in percent; no is simpler."""
        return self.whole(0, _FINE - 1) >= _FINE - percent

    def some(self, options: Sequence[T], low: int, high: int) -> list[T]:
        """Choose between `low` and `high` different options, in any order."""
        left = list(options)
        count = self.whole(min(low, len(left)), min(high, len(left)))
        return [left.pop(self.whole(0, len(left) - 1)) for _ in range(count)]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """Give all options in any order; the order given is the simplest."""
        return list(self._draw(st.permutations(options)))


def drawn(build: Callable[[Chance], T]) -> st.SearchStrategy[T]:
    """Make a hypothesis strategy of a builder."""

    @st.composite
    def built(draw: Callable[[st.SearchStrategy[Any]], Any]) -> T:
        return build(Drawn(draw))

    return built()
