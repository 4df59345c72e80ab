"""Complete subtrees by (level, index), and how any stretch of leaves is put together from them.

The node (level, index) covers the leaves from index * 2^level up to, not including, (index + 1) * 2^level. Level 0 are
the leaf hashes. A node never changes once its last leaf is there, so stored nodes serve every later tree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cds.audit.merkle.hashing import EMPTY_ROOT, node_hash
from cds.errors import CdsError

NodeId = tuple[int, int]
Node = tuple[int, int, bytes]
GetNodes = Callable[[Sequence[NodeId]], Mapping[NodeId, bytes]]


class MissingNode(CdsError):
    """A hash that a root or a proof needs is not stored."""

    def __init__(self, node: NodeId) -> None:
        self.node = node
        level, index = node
        last = (index + 1 << level) - 1
        super().__init__(f"the tree lacks the hash over the records {index << level} to {last} (level {level})")


def root_of(size: int, get_nodes: GetNodes) -> bytes:
    """Work out the root of the tree of the first `size` leaves from stored nodes.

    Raises:
        MissingNode: a node that it needs is not stored.
    """
    return hashes_of([(0, size)], get_nodes)[0] if size else EMPTY_ROOT


def hashes_of(stretches: Sequence[tuple[int, int]], get_nodes: GetNodes) -> list[bytes]:
    """Work out the tree hash over each stretch of leaves (start, end), asking for all nodes at once.

    Every stretch is one that RFC 6962 splits off: it starts where a subtree of at least its length may start.

    Raises:
        MissingNode: a node that it needs is not stored.
    """
    covers = [cover(start, end) for start, end in stretches]
    found = get_nodes([node for nodes in covers for node in nodes])
    return [_folded(nodes, found) for nodes in covers]


def cover(start: int, end: int) -> list[NodeId]:
    """List the largest complete subtrees that make up the leaves from `start` to before `end`, from the left."""
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def _folded(nodes: list[NodeId], found: Mapping[NodeId, bytes]) -> bytes:
    try:
        hashes = [found[node] for node in nodes]
    except KeyError as missing:
        raise MissingNode(missing.args[0]) from None
    return fold(hashes)


def fold(hashes: Sequence[bytes]) -> bytes:
    """Put the hashes of ever smaller complete subtrees together, from the right, into one."""
    *others, whole = hashes
    for left in reversed(others):
        whole = node_hash(left, whole)
    return whole
