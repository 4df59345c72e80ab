"""Making proofs from stored nodes, in the order of RFC 9162, sections 2.1.3.1 and 2.1.4.1."""

from __future__ import annotations

from cds.audit.merkle.nodes import GetNodes, hashes_of


def inclusion_proof(index: int, size: int, get_nodes: GetNodes) -> list[bytes]:
    """Prove that the leaf `index` is in the tree of the first `size` leaves: the hashes beside its way to the root.

    Raises:
        ValueError: there is no such leaf.
        MissingNode: a node that it needs is not stored.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    beside = []
    start, end = 0, size
    while end - start > 1:
        split = _split(start, end)
        if index < split:
            beside.append((split, end))
            end = split
        else:
            beside.append((start, split))
            start = split
    return hashes_of(beside[::-1], get_nodes)


def consistency_proof(old: int, new: int, get_nodes: GetNodes) -> list[bytes]:
    """Prove that the tree of `new` leaves begins with the `old` ones; empty for the empty tree and for one size.

    Raises:
        ValueError: the sizes are not in order.
        MissingNode: a node that it needs is not stored.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves does not continue one of {old}")
    if old in {0, new}:
        return []
    beside = []
    start, end = 0, new
    while old != end:
        split = _split(start, end)
        if old <= split:
            beside.append((split, end))
            end = split
        else:
            beside.append((start, split))
            start = split
    if start:  # otherwise what is left is the old tree itself, whose root the verifier has
        beside.append((start, end))
    return hashes_of(beside[::-1], get_nodes)


def _split(start: int, end: int) -> int:
    """Find where RFC 6962 splits a stretch of leaves: after the largest power of two below its length."""
    return start + (1 << (end - start - 1).bit_length() - 1)
