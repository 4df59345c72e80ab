"""Every condition of `all`, `any` and `not` over three leaves, to a depth, with its truth by the tables of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, permutations, product

from spec_tables import LETTERS, connectives

from cds.ir.kleene import Truth
from cds.ir.nodes import AllOf, AnyOf, Condition, Not

LEAVES = 3
ASSIGNMENTS = tuple(product(LETTERS.values(), repeat=LEAVES))
"""Every way in which three leaves can be T, U or F."""
Shape = tuple[str, ...] | tuple[str, int] | tuple[str, int, int]


@dataclass(frozen=True)
class Shapes:
    """Conditions by number; a shape names its parts by their numbers."""

    shapes: tuple[Shape, ...]

    def truths(self) -> list[tuple[Truth, ...]]:
        """Give each condition's truth under every assignment, by the tables of the page."""
        tables = connectives()
        found: list[tuple[Truth, ...]] = []
        for shape in self.shapes:
            match shape:
                case ("leaf", leaf):
                    found.append(tuple(assignment[int(leaf)] for assignment in ASSIGNMENTS))
                case ("not", part):
                    found.append(tuple(tables.negation[truth] for truth in found[int(part)]))
                case (name, one, other):
                    pairs = zip(found[int(one)], found[int(other)], strict=True)
                    found.append(tuple(tables.pairs[str(name)][pair] for pair in pairs))
        return found

    def conditions(self, leaves: Sequence[Condition]) -> list[Condition]:
        """Build each condition over three leaves."""
        built: list[Condition] = []
        for shape in self.shapes:
            match shape:
                case ("leaf", leaf):
                    built.append(leaves[int(leaf)])
                case ("not", part):
                    built.append(Not(built[int(part)]))
                case (name, one, other):
                    parts = (built[int(one)], built[int(other)])
                    built.append(AllOf(parts) if name == "all" else AnyOf(parts))
        return built

    def canonical(self) -> list[int]:
        """Give the numbers of one condition for each set that differs only in which leaf is which."""
        number = {shape: at for at, shape in enumerate(self.shapes)}
        renamed = [self._renamed(order, number) for order in permutations(range(LEAVES))]
        return [at for at in range(len(self.shapes)) if at == min(names[at] for names in renamed)]

    def _renamed(self, order: Sequence[int], number: dict[Shape, int]) -> list[int]:
        names: list[int] = []
        for shape in self.shapes:
            match shape:
                case ("leaf", leaf):
                    names.append(number["leaf", order[int(leaf)]])
                case ("not", part):
                    names.append(number["not", names[int(part)]])
                case (name, one, other):
                    first, second = sorted((names[int(one)], names[int(other)]))
                    names.append(number[str(name), first, second])
        return names


def shapes_to_depth(depth: int) -> Shapes:
    """Give every condition of at most this depth, parts before wholes; the order of two parts makes no other one."""
    shapes: dict[Shape, int] = {("leaf", leaf): leaf for leaf in range(LEAVES)}
    for _ in range(depth):
        known = range(len(shapes))
        deeper: list[Shape] = [("not", part) for part in known]
        deeper += [(name, one, other) for name in ("all", "any") for one, other in combinations(known, 2)]
        for shape in deeper:
            shapes.setdefault(shape, len(shapes))
    return Shapes(tuple(shapes))
