"""The inner nodes of the tree in the order in which they are completed, numbered from 0 without gaps.

A table in this order only grows at its end, whatever the size of the tree; by (level, index) every commit would write
to one place for each level.
"""

from __future__ import annotations

from collections.abc import Iterable

from cds.audit.merkle.nodes import Node, NodeId


def node_number(node: NodeId) -> int:
    """Give the number of an inner node: how many are completed before it."""
    level, index = node
    leaf = (index + 1 << level) - 1  # the one that completes it, after all below it
    return node_count(leaf) + level - 1


def node_count(size: int) -> int:
    """Count the inner nodes that are complete in the tree of the first `size` leaves."""
    return size - size.bit_count()


def in_order(nodes: Iterable[Node]) -> list[tuple[int, bytes]]:
    """Give inner nodes as (number, hash), in order."""
    ends = ((level, (index + 1 << level) - 1, hashed) for level, index, hashed in nodes)
    return sorted((end - end.bit_count() + level - 1, hashed) for level, end, hashed in ends)  # as in `node_number`
