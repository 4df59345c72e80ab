"""How the tree grows: in any batches, from any point, over any number of leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from merkle_oracle import mth

from cds.audit.merkle.frontier import Frontier
from cds.audit.merkle.growth import stretches, tree_hash
from cds.audit.merkle.hashing import EMPTY_ROOT, leaf_hash, leaf_hashes, node_hash
from cds.audit.merkle.nodes import GetNodes, MissingNode, root_of
from cds.audit.merkle.proofs import consistency_proof, inclusion_proof

LEAVES = [b"%d" % number for number in range(300)]
HASHES = leaf_hashes(LEAVES)
Keep = Callable[[Sequence[bytes]], GetNodes]


@settings(deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=8))
def test_batches_do_not_matter(lengths: list[int]) -> None:
    """Leaves taken in one by one or in any batches complete the same nodes and have the same root."""
    one_by_one, in_batches = Frontier(), Frontier()
    expected = [node for value in HASHES[: sum(lengths)] for node in one_by_one.append(value)]
    found = []
    for length in lengths:
        found += in_batches.extend(HASHES[in_batches.size : in_batches.size + length])
    assert sorted(found) == sorted(expected)
    assert in_batches.size == one_by_one.size == len(HASHES[: sum(lengths)])
    assert in_batches.root() == one_by_one.root() == mth(LEAVES[: in_batches.size])


@settings(deadline=None)
@given(st.integers(0, 300))
def test_every_inner_node_is_completed_once(size: int) -> None:
    """A tree of n leaves has, on each level above them, as many complete nodes as fit; each is its children's hash."""
    completed = Frontier().extend(HASHES[:size])
    nodes = {(level, index): value for level, index, value in completed} | {
        (0, index): value for index, value in enumerate(HASHES[:size])
    }
    assert len(completed) + size == len(nodes) == sum(size >> level for level in range(10))
    for level, index, value in completed:
        assert value == node_hash(nodes[level - 1, 2 * index], nodes[level - 1, 2 * index + 1])


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 255, 256, 299])
def test_growth_continues_from_stored_nodes(size: int, nodes_of: Keep) -> None:
    """A frontier taken up from stored nodes, or copied, grows as the one that stored them, and apart from its copy."""
    taken_up = Frontier.at(size, nodes_of(LEAVES))
    assert taken_up.root() == mth(LEAVES[:size])
    copy = taken_up.copy()
    taken_up.extend(HASHES[size:])
    assert taken_up.root() == mth(LEAVES)
    assert (copy.size, copy.root()) == (size, mth(LEAVES[:size]))


def test_missing_node_is_named(nodes_of: Keep) -> None:
    """A node that is not stored is an error that says which records it covers, never a wrong root or proof."""
    stored = nodes_of(LEAVES[:8])
    lacking: GetNodes = lambda ids: {node: value for node, value in stored(ids).items() if node != (2, 1)}  # noqa: E731
    said = r"records 4 to 7 \(level 2\)"
    with pytest.raises(MissingNode, match=r"records 8 to 8 \(level 0\)"):
        root_of(9, stored)
    with pytest.raises(MissingNode, match=said):
        inclusion_proof(0, 8, lacking)
    with pytest.raises(MissingNode, match=said):
        consistency_proof(4, 8, lacking)
    with pytest.raises(MissingNode, match=r"records 8 to 8 \(level 0\)"):
        Frontier.at(9, stored)


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0), (7, 3)])
def test_no_inclusion_proof_for_what_is_not_there(index: int, size: int, nodes_of: Keep) -> None:
    """A leaf outside the tree has no proof."""
    with pytest.raises(ValueError, match="has no leaf"):
        inclusion_proof(index, size, nodes_of(LEAVES))


@pytest.mark.parametrize(("old", "new"), [(-1, 5), (6, 5)])
def test_no_consistency_proof_backwards(old: int, new: int, nodes_of: Keep) -> None:
    """A tree does not continue a larger one."""
    with pytest.raises(ValueError, match="does not continue"):
        consistency_proof(old, new, nodes_of(LEAVES))


@settings(deadline=None)
@given(st.integers(0, 300), st.sets(st.integers(0, 320)), st.integers(1, 70))
def test_whole_log_in_stretches(size: int, stops: set[int], length: int) -> None:
    """Stretches follow each other without gap, end at every stop that the log reaches, and carry hashes and root."""
    found = list(stretches(iter(LEAVES[:size]), stops=sorted(stops), length=length))
    assert [stretch.start for stretch in found] == [0, *(stretch.size for stretch in found)][:-1]
    assert [value for stretch in found for value in stretch.hashes] == HASHES[:size]
    assert sorted(node for stretch in found for node in stretch.nodes) == sorted(Frontier().extend(HASHES[:size]))
    assert {stop for stop in stops if 0 < stop <= size} <= {stretch.size for stretch in found}
    assert all(stretch.root == mth(LEAVES[: stretch.size]) for stretch in found)
    assert (found[-1].size if found else 0) == size


def test_empty_tree() -> None:
    """The tree without leaves has the hash of nothing, which no leaf and no node has."""
    assert tree_hash([]) == Frontier().root() == EMPTY_ROOT
    assert leaf_hash(b"") != EMPTY_ROOT
