"""The two hashes of RFC 6962, section 2.1: of a leaf, and of two subtrees."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256().digest()


def leaf_hash(leaf: bytes) -> bytes:
    """Hash one leaf; its prefix differs from that of a node, so that no node can pass for a leaf."""
    return sha256(b"\0" + leaf).digest()


def leaf_hashes(leaves: Iterable[bytes]) -> list[bytes]:
    """Hash many leaves, in order."""
    return [sha256(b"\0" + leaf).digest() for leaf in leaves]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbouring subtrees into the one above them."""
    return sha256(b"\1" + left + right).digest()


def parent_hashes(hashes: list[bytes]) -> list[bytes]:
    """Hash neighbours in pairs: an even number of hashes of one level into half as many of the next."""
    return [sha256(b"\1" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
