"""The growing edge of the tree: all that has to be known to append, and to give the root."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat

from cds.audit.merkle.hashing import EMPTY_ROOT, parent_hashes
from cds.audit.merkle.nodes import GetNodes, MissingNode, Node, cover, fold


class Frontier:
    """The complete subtrees of a tree, one for each bit that is set in its size."""

    __slots__ = ("_peaks", "size")

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """Take up a tree of `size` leaves; `peaks` are its complete subtrees, the largest first."""
        self.size = size
        rest = list(peaks)
        self._peaks = [rest.pop() if size >> level & 1 else b"" for level in range(size.bit_length())]

    @classmethod
    def at(cls, size: int, get_nodes: GetNodes) -> Frontier:
        """Take up the tree of the first `size` leaves from stored nodes.

        Raises:
            MissingNode: a node that it needs is not stored.
        """
        nodes = cover(0, size)
        found = get_nodes(nodes)
        for node in nodes:
            if node not in found:
                raise MissingNode(node)
        return cls(size, [found[node] for node in nodes])

    def append(self, leaf_hash: bytes) -> list[Node]:
        """Take in one leaf hash; gives the inner nodes (level 1 and up) that it completes."""
        return self.extend((leaf_hash,))

    def extend(self, leaf_hashes: Iterable[bytes]) -> list[Node]:
        """Take in leaf hashes in order; gives the inner nodes (level 1 and up) that they complete, level by level."""
        run = list(leaf_hashes)
        index = self.size  # of the first hash of the run, on its level
        self.size += len(run)
        completed: list[Node] = []
        level = 0
        while run:
            if level == len(self._peaks):
                self._peaks.append(b"")
            if index & 1:
                run.insert(0, self._peaks[level])
            self._peaks[level] = run.pop() if len(run) & 1 else b""
            run = parent_hashes(run)
            index >>= 1
            level += 1
            completed += zip(repeat(level), range(index, index + len(run)), run)
        return completed

    def root(self) -> bytes:
        """Give the root of the tree as it is now."""
        return fold(self.peaks()) if self.size else EMPTY_ROOT

    def peaks(self) -> list[bytes]:
        """List the complete subtrees, the largest first."""
        return [peak for peak in reversed(self._peaks) if peak]

    def copy(self) -> Frontier:
        """Copy, so that what could not be stored can be forgotten."""
        return Frontier(self.size, self.peaks())
