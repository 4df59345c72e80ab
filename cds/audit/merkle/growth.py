"""Hashing a whole log again: leaves in, completed nodes and roots out, stretch by stretch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from cds.audit.merkle.frontier import Frontier
from cds.audit.merkle.hashing import leaf_hashes
from cds.audit.merkle.nodes import Node


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some leaves in a row: the tree ends with them, has this size and root, and they completed these inner nodes."""

    start: int
    size: int
    hashes: list[bytes]
    nodes: list[Node]
    root: bytes


def stretches(leaves: Iterable[bytes], *, stops: Iterable[int] = (), length: int = 4096) -> Iterator[Stretch]:
    """Hash the leaves of a log from its first on; a stretch ends at every size of `stops`, which must rise.

    What is never held is more than one stretch of leaves, so a log of any size passes through.
    """
    frontier = Frontier()
    source = iter(leaves)
    for stop in stops:
        while frontier.size < stop:
            some = list(islice(source, min(length, stop - frontier.size)))
            if not some:
                return
            yield _grown(frontier, some)
    while some := list(islice(source, length)):
        yield _grown(frontier, some)


def tree_hash(leaves: Iterable[bytes]) -> bytes:
    """Hash a list of leaves into its root, the Merkle Tree Hash of RFC 6962."""
    frontier = Frontier()
    frontier.extend(leaf_hashes(leaves))
    return frontier.root()


def _grown(frontier: Frontier, leaves: list[bytes]) -> Stretch:
    start = frontier.size
    hashes = leaf_hashes(leaves)
    nodes = frontier.extend(hashes)
    return Stretch(start, frontier.size, hashes, nodes, frontier.root())
