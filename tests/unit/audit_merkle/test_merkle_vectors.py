"""The tree against published answers, and against implementations that no one here wrote."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from merkle_oracle import mth, path, subproof
from pymerkle import InmemoryTree

from cds.audit.merkle.checks import verify_consistency, verify_inclusion
from cds.audit.merkle.frontier import Frontier
from cds.audit.merkle.growth import tree_hash
from cds.audit.merkle.hashing import leaf_hash, leaf_hashes
from cds.audit.merkle.nodes import GetNodes, root_of
from cds.audit.merkle.proofs import consistency_proof, inclusion_proof

# google/certificate-transparency, cpp/merkletree/merkle_tree_test.cc; its paths count leaves from 1.
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}

# golang/mod, sumdb/tlog/testdata/argon2020: what a public log of 961,984,013 certificates once answered.
ARGON_SIZES = (3654490, 961984013)
ARGON_ROOTS = ("AuIZ5V6sDUj1vn3Y1K85oOaQ7y+FJJKtyRTl1edIKBQ=", "dwlueapdd7LaOEnX2W2Wp9v2XE+KzejHRQGHwEx0oaM=")
ARGON_CONSISTENCY = """
80Sfbj6UQEdVSZCSIgh9NMPj3vCBzcc1A48B2crJSWg= FZcrgAHUk6nNPviJZq8kEK6jCG1d18pJOFE45ZDc1TQ=
Q67reWXmPBo1UfmwBap4Xi9PMPfFdUSSw3WGlRZdG7k= eJ7CyhR4PxzBxDIsWgrVYW1eFUb9ndgf46tFmiqVrxA=
QrDwp062Grm5WY8KdrhFsBuuNjGzRox2Jb8PmVL5OYw= XM4YMjMEdLH/XJam/ZWyaP14k3cmsOtnPsOWQ54lW1s=
SGiBh+jOTGccXU48ZzgQ88lRcBmtB4wz4oSDndv2QTg= WAS6txqNLYKGL1GdBdpqmV42TTfn6cJsuDsqLXuTCNI=
QFmRS0rirUA7ZN3lxFjDncV+E1OCrn3NUB4RCp+5fzc= Hdbp7It2XBNZmNDBpCN/KPd7vfVqxgzwOosqVIaEA9E=
mxvHL0ZiblBdD7j7pIa1jlfB0gSqfJ6oX0UGo7L0VsU= q5hjyvoW6TL/PThgcitpDcSTrnKX2p1+aqscqH2euRA=
jTOWDqt3IHj2NVFeezyBz2ofpru+ztEywqKUAfFclKI= GIRn0w3HqJdvU9j1WVD//eR6lk2AaTVjyzjsJNP8U88=
x52GJvxG81fnQBrgOTbll1A5tz95/LXK0Ag1NhB0r1I= 6/0OqrcTgc3o5dD5PymmoC96lB9yLPFuTHVvLy8fSGk=
Gf+iKLfcXO5l4JEFmsZvSdG5q1uEeWPfYLrds6pmjz0= DGuaco+McyM3AfRSF6qX7RwSetwe2ieYJmxw5e9rVx0=
2tQJ9V32hnYp+fdpP6TcjmgJmLeNVOMKM0Ml1kk4cNU= 3PapK+IkyJr8I9yAErAmzuZezzLMzsg+PfeRCgNW8NQ=
s6xiYeejb+wtqHA+URJZ2I/SCPyIW8coP6aB00FJbMY= z9lSpmdTcr5M5ZzKlc4EPh3SrSypKFdk6JUF/UccaZU=
GXIElfmnRuWfbA4z7ubV/UwlpSRUbUeec7oL5HDDnh0= pR0SH/NYP6s9+8azWwaeUXA4Ze/3WCIgMfh5YW6wvcE=
f3GuAKYVrF8RBg3s15jvA/YvV9oAliWtzP/imwPhQVA= WHn8zDxlVgkV+lSlmzaOdfSBrTHoRr5nT3d76q0KKWE=
f2uV2ZxVgULzLPKuZcowRY3ZY7fRlX59iDBjV1R8kNQ= NzQVjJsvQwbi7WStMr9oFkh9VbHfK7LB6o7WwAqwNTs=
C0LttBeYHZHgL+032JIcJC3CTBIyza/hsbmJUgJfmDI= nixU5CWTFVDlF4BGdcU6kA7WSYurEpe9jRWc+F/7sOc=
"""

Keep = Callable[[Sequence[bytes]], GetNodes]
trees = st.lists(st.binary(max_size=40), min_size=1, max_size=70)


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size: int, nodes_of: Keep) -> None:
    """The roots of the eight well-known leaves, grown and from stored nodes, are the published ones."""
    assert tree_hash(INPUTS[:size]).hex() == ROOTS[size]
    assert root_of(size, nodes_of(INPUTS)).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_published_inclusion_proofs(index: int, size: int, nodes_of: Keep) -> None:
    """The published paths are what is made, and what is accepted."""
    proof = [bytes.fromhex(text) for text in INCLUSION[index, size]]
    assert inclusion_proof(index, size, nodes_of(INPUTS)) == proof
    assert verify_inclusion(leaf_hash(INPUTS[index]), index, size, proof, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_published_consistency_proofs(old: int, new: int, nodes_of: Keep) -> None:
    """The published consistency proofs are what is made, and what is accepted."""
    proof = [bytes.fromhex(text) for text in CONSISTENCY[old, new]]
    assert consistency_proof(old, new, nodes_of(INPUTS)) == proof
    assert verify_consistency(old, new, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new]), proof)


def test_proof_of_a_public_log_of_a_billion() -> None:
    """A consistency proof that a log of certificates gave to the public is accepted, and not with another size."""
    old, new = ARGON_SIZES
    roots = [b64decode(root) for root in ARGON_ROOTS]
    proof = [b64decode(word) for word in ARGON_CONSISTENCY.split()]
    assert verify_consistency(old, new, *roots, proof)
    assert not verify_consistency(old + 1, new, *roots, proof)
    assert not verify_consistency(old, new * 2, *roots, proof)
    assert not verify_consistency(old, new, roots[1], roots[0], proof)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_proof_of_small_trees_is_that_of_the_definition(size: int, nodes_of: Keep) -> None:
    """For every leaf, and every older tree, of every small tree: the proof of the RFC's own recursive definition."""
    leaves = [bytes([number]) for number in range(size)]
    nodes, root = nodes_of(leaves), mth(leaves)
    for index in range(size):
        proof = inclusion_proof(index, size, nodes)
        assert proof == path(index, leaves)
        assert verify_inclusion(leaf_hash(leaves[index]), index, size, proof, root)
    for old in range(1, size + 1):
        proof = consistency_proof(old, size, nodes)
        assert proof == subproof(old, leaves)
        assert verify_consistency(old, size, mth(leaves[:old]), root, proof)


@settings(deadline=None)
@given(trees, st.data())
def test_trees_are_those_of_pymerkle(leaves: list[bytes], data: st.DataObject) -> None:
    """Roots, paths and consistency of any tree are those that an independent library gives and accepts."""
    theirs = InmemoryTree()
    theirs.append_entries(leaves)
    size = data.draw(st.integers(1, len(leaves)))
    old = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, size - 1))
    hashes = leaf_hashes(leaves)
    frontier = Frontier()
    stored = {(0, number): value for number, value in enumerate(hashes)}
    stored |= {(level, number): value for level, number, value in frontier.extend(hashes)}
    nodes: GetNodes = lambda ids: {node: stored[node] for node in ids}  # noqa: E731

    assert frontier.root() == theirs.get_root()
    assert root_of(size, nodes) == theirs.get_root(size)
    base, *beside = theirs.prove_inclusion(index + 1, size).path
    assert base == hashes[index]
    assert inclusion_proof(index, size, nodes) == beside
    assert verify_inclusion(base, index, size, beside, theirs.get_root(size))
    theirs.prove_consistency(old, size).verify(root_of(old, nodes), root_of(size, nodes))
    assert verify_consistency(
        old, size, theirs.get_root(old), theirs.get_root(size), consistency_proof(old, size, nodes)
    )
