"""A tree in memory, with its nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from cds.audit.merkle.frontier import Frontier
from cds.audit.merkle.hashing import leaf_hashes
from cds.audit.merkle.nodes import GetNodes, NodeId


@pytest.fixture
def nodes_of() -> Callable[[Sequence[bytes]], GetNodes]:
    """Keep every node of the tree over some leaves, and hand them out as a store does."""

    def keep(leaves: Sequence[bytes]) -> GetNodes:
        hashes = leaf_hashes(leaves)
        kept: dict[NodeId, bytes] = {(0, index): value for index, value in enumerate(hashes)}
        kept |= {(level, index): value for level, index, value in Frontier().extend(hashes)}
        return lambda ids: {node: kept[node] for node in ids if node in kept}

    return keep
