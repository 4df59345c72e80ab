"""A tree in memory, with its nodes; and long runs only on demand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from cds.audit.merkle.frontier import Frontier
from cds.audit.merkle.hashing import leaf_hashes
from cds.audit.merkle.nodes import GetNodes, NodeId

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long runs to `pytest -m long`."""
    if config.getoption("markexpr"):
        return
    long_ones = [item for item in items if item.path.is_relative_to(HERE) and item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=long_ones)
    items[:] = [item for item in items if item not in long_ones]


@pytest.fixture
def nodes_of() -> Callable[[Sequence[bytes]], GetNodes]:
    """Keep every node of the tree over some leaves, and hand them out as a store does."""

    def keep(leaves: Sequence[bytes]) -> GetNodes:
        hashes = leaf_hashes(leaves)
        kept: dict[NodeId, bytes] = {(0, index): value for index, value in enumerate(hashes)}
        kept |= {(level, index): value for level, index, value in Frontier().extend(hashes)}
        return lambda ids: {node: kept[node] for node in ids if node in kept}

    return keep
