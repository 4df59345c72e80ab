"""The definitions of RFC 6962 and RFC 9162 written down once more, recursively, as an oracle."""

from __future__ import annotations

from hashlib import sha256


def mth(leaves: list[bytes]) -> bytes:
    """Hash a tree as RFC 6962, section 2.1 defines it."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = largest_power_below(len(leaves))
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(index: int, leaves: list[bytes]) -> list[bytes]:
    """Give PATH of RFC 9162, section 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = largest_power_below(len(leaves))
    if index < k:
        return [*path(index, leaves[:k]), mth(leaves[k:])]
    return [*path(index - k, leaves[k:]), mth(leaves[:k])]


def subproof(old: int, leaves: list[bytes], *, is_known: bool = True) -> list[bytes]:
    """Give SUBPROOF of RFC 9162, section 2.1.4.1."""
    if old == len(leaves):
        return [] if is_known else [mth(leaves)]
    k = largest_power_below(len(leaves))
    if old <= k:
        return [*subproof(old, leaves[:k], is_known=is_known), mth(leaves[k:])]
    return [*subproof(old - k, leaves[k:], is_known=False), mth(leaves[:k])]


def largest_power_below(length: int) -> int:
    """Find k, the largest power of two below a length."""
    k = 1
    while k * 2 < length:
        k *= 2
    return k
