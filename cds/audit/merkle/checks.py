"""Checking proofs by the algorithms of RFC 9162, sections 2.1.3.2 and 2.1.4.2."""

from __future__ import annotations

from collections.abc import Sequence

from cds.audit.merkle.hashing import EMPTY_ROOT, HASH_BYTES, node_hash


def verify_inclusion(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether the proof shows that the tree of this size and root has this leaf at this index."""
    if not 0 <= index < size or not _are_hashes(leaf_hash, root, *proof):
        return False
    node, last = index, size - 1
    whole = leaf_hash
    for beside in proof:
        if not last:
            return False
        if node & 1 or node == last:
            whole = node_hash(beside, whole)
            skipped = _trailing_zeros(node)  # levels on which this edge of the tree has nothing beside it
            node >>= skipped
            last >>= skipped
        else:
            whole = node_hash(whole, beside)
        node >>= 1
        last >>= 1
    return not last and whole == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether the proof shows that the tree of `new` leaves begins with the tree of `old` leaves."""
    if not 0 <= old <= new or not _are_hashes(old_root, new_root, *proof):
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT and (new > 0 or new_root == EMPTY_ROOT)
    if old == new:
        return not proof and old_root == new_root
    path = list(proof) if old & old - 1 else [old_root, *proof]
    if not path:
        return False
    skipped = _trailing_zeros(old)  # levels on which the old tree is whole
    node, last = old - 1 >> skipped, new - 1 >> skipped
    old_whole = new_whole = path[0]
    for beside in path[1:]:
        if not last:
            return False
        if node & 1 or node == last:
            old_whole = node_hash(beside, old_whole)
            new_whole = node_hash(beside, new_whole)
            skipped = _trailing_zeros(node)
            node >>= skipped
            last >>= skipped
        else:
            new_whole = node_hash(new_whole, beside)
        node >>= 1
        last >>= 1
    return not last and old_whole == old_root and new_whole == new_root


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)


def _trailing_zeros(number: int) -> int:
    """Count the zero bits below the lowest one of a number; of 0 there are none to skip."""
    return (number & -number).bit_length() - 1 if number else 0
