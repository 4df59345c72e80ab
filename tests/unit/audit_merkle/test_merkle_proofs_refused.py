"""A proof that is not exactly the right one is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from merkle_oracle import mth, path, subproof

from cds.audit.merkle.checks import verify_consistency, verify_inclusion
from cds.audit.merkle.hashing import EMPTY_ROOT, leaf_hash

LEAVES = [b"%d" % number for number in range(70)]


@dataclass(frozen=True)
class Inclusion:
    """An inclusion proof with all that it is checked against."""

    leaf: bytes
    index: int
    size: int
    proof: tuple[bytes, ...]
    root: bytes

    def holds(self) -> bool:
        """Check it."""
        return verify_inclusion(self.leaf, self.index, self.size, self.proof, self.root)


@dataclass(frozen=True)
class Consistency:
    """A consistency proof with all that it is checked against."""

    old: int
    new: int
    old_root: bytes
    new_root: bytes
    proof: tuple[bytes, ...]

    def holds(self) -> bool:
        """Check it."""
        return verify_consistency(self.old, self.new, self.old_root, self.new_root, self.proof)


@st.composite
def inclusions(draw: st.DrawFn) -> Inclusion:
    """Draw a leaf of a tree and its proof."""
    size = draw(st.integers(1, len(LEAVES)))
    index = draw(st.integers(0, size - 1))
    leaves = LEAVES[:size]
    return Inclusion(leaf_hash(leaves[index]), index, size, tuple(path(index, leaves)), mth(leaves))


@st.composite
def consistencies(draw: st.DrawFn) -> Consistency:
    """Draw two trees, the newer with at least one leaf more, and their proof."""
    new = draw(st.integers(2, len(LEAVES)))
    old = draw(st.integers(1, new - 1))
    leaves = LEAVES[:new]
    return Consistency(old, new, mth(leaves[:old]), mth(leaves), tuple(subproof(old, leaves)))


def flipped(value: bytes, bit: int) -> bytes:
    """Turn one bit of a value round."""
    return (int.from_bytes(value) ^ 1 << bit % (8 * len(value))).to_bytes(len(value))


def other_proofs(draw: st.DrawFn, proof: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Change a proof in one place: a bit, a hash more, less, twice, shortened, or two the other way round."""
    ways = ["more", "first"] + ["bit", "less", "twice", "short"] * bool(proof) + ["turn"] * (len(set(proof)) > 1)
    at = draw(st.integers(0, max(len(proof) - 1, 0)))
    match draw(st.sampled_from(ways)):
        case "bit":
            return (*proof[:at], flipped(proof[at], draw(st.integers(0, 255))), *proof[at + 1 :])
        case "less":
            return (*proof[:at], *proof[at + 1 :])
        case "twice":
            return (*proof[:at], proof[at], *proof[at:])
        case "short":
            return (*proof[:at], proof[at][:-1], *proof[at + 1 :])
        case "turn":
            return proof[::-1] if proof[::-1] != proof else (*proof, b"")
        case "first":
            return (EMPTY_ROOT, *proof)
        case _:
            return (*proof, draw(st.sampled_from([b"", EMPTY_ROOT])))


@settings(deadline=None)
@given(inclusions(), st.data())
def test_changed_inclusion_is_refused(true: Inclusion, data: st.DataObject) -> None:
    """The proof holds as it is; with any bit of proof, leaf or root flipped, or the proof cut, it does not."""
    assert true.holds()
    bit = data.draw(st.integers(0, 255))
    assert not replace(true, leaf=flipped(true.leaf, bit)).holds()
    assert not replace(true, root=flipped(true.root, bit)).holds()
    assert not replace(true, root=true.root[:-1]).holds()
    assert not replace(true, proof=data.draw(st.composite(other_proofs)(true.proof))).holds()


@settings(deadline=None)
@given(inclusions(), st.integers(-2, 140))
def test_other_index_is_refused(true: Inclusion, index: int) -> None:
    """A leaf is proved at one place only."""
    assert replace(true, index=index).holds() is (index == true.index)


@settings(deadline=None)
@given(inclusions(), st.integers(-2, 300))
def test_other_size_is_refused_or_needs_no_other_path(true: Inclusion, size: int) -> None:
    """Another size is refused, unless the way from this leaf to the root is the very same in a tree of that size."""
    if replace(true, size=size).holds():
        assert shape(true.index, size) == shape(true.index, true.size)


def shape(index: int, size: int) -> list[str]:
    """Say on which side the hashes of a path stand; root and path cannot tell two sizes of one shape apart."""
    start, end, sides = 0, size, []
    while end - start > 1:
        split = start + (1 << (end - start - 1).bit_length() - 1)
        sides.append("right" if index < split else "left")
        start, end = (start, split) if index < split else (split, end)
    return sides


@settings(deadline=None)
@given(consistencies(), st.data())
def test_changed_consistency_is_refused(true: Consistency, data: st.DataObject) -> None:
    """The proof holds as it is; with any bit of proof or roots flipped, the roots swapped, or cut, it does not."""
    assert true.holds()
    bit = data.draw(st.integers(0, 255))
    assert not replace(true, old_root=flipped(true.old_root, bit)).holds()
    assert not replace(true, new_root=flipped(true.new_root, bit)).holds()
    assert not replace(true, old_root=true.new_root, new_root=true.old_root).holds()
    assert not replace(true, old_root=true.old_root[1:]).holds()
    assert not replace(true, proof=data.draw(st.composite(other_proofs)(true.proof))).holds()


@settings(deadline=None)
@given(consistencies(), st.integers(-2, 80))
def test_other_old_size_is_refused(true: Consistency, old: int) -> None:
    """The older tree is proved with its own size only."""
    assert replace(true, old=old).holds() is (old == true.old)


@settings(deadline=None)
@given(consistencies())
def test_rewritten_history_has_no_proof(true: Consistency) -> None:
    """A tree in which an old leaf was changed is not consistent with the old root, by its own honest proof."""
    rewritten = [b"rewritten", *LEAVES[1 : true.new]]
    claim = Consistency(true.old, true.new, true.old_root, mth(rewritten), tuple(subproof(true.old, rewritten)))
    assert not claim.holds()


ROOT = leaf_hash(b"")


@pytest.mark.parametrize(
    ("old", "new", "old_root", "new_root", "proof", "holds"),
    [
        (0, 0, EMPTY_ROOT, EMPTY_ROOT, [], True),
        (0, 5, EMPTY_ROOT, ROOT, [], True),
        (1, 1, ROOT, ROOT, [], True),
        (0, 0, EMPTY_ROOT, ROOT, [], False),
        (0, 5, ROOT, ROOT, [], False),
        (0, 5, EMPTY_ROOT, ROOT, [ROOT], False),
        (1, 1, ROOT, EMPTY_ROOT, [], False),
        (1, 1, ROOT, ROOT, [ROOT], False),
        (1, 2, ROOT, ROOT, [], False),
        (3, 5, ROOT, ROOT, [], False),
        (2, 1, ROOT, ROOT, [], False),
        (-1, 1, EMPTY_ROOT, ROOT, [], False),
    ],
)
def test_edges_of_consistency(
    *, old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes], holds: bool
) -> None:
    """The empty tree begins every tree, a tree begins itself; neither takes a proof, and all else does."""
    assert verify_consistency(old, new, old_root, new_root, proof) is holds
