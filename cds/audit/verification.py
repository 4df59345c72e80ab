"""Checking a whole log: every record, body, node, checkpoint and ruleset, in one pass, however long it is.

What cannot be found out from a log alone is a tail that was rewritten or cut off by someone who has its key: only a
checkpoint that someone else holds shows that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from heapq import merge
from itertools import chain, islice

from cds.audit.findings import Finding
from cds.audit.merkle.frontier import Frontier
from cds.audit.merkle.nodes import Node, NodeId
from cds.audit.row_checks import RowChecks, records_text
from cds.audit.stores.base import NodeRow, Store
from cds.audit.stores.numbering import in_order, node_number
from cds.errors import InputError

OpenCheckpoint = Callable[[bytes], tuple[int, bytes]]
"""Verifies a checkpoint's signature and gives its size and root, or raises InputError."""

MOST_FINDINGS = 1000


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of a log found; `limits` are what it could not find out."""

    records: int
    checkpoints: int
    root: bytes
    findings: tuple[Finding, ...]
    limits: tuple[str, ...]


def verify_log(
    store: Store,
    open_checkpoint: OpenCheckpoint,
    *,
    against: bytes | None = None,
    bodies_from: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Verification:
    """Check a log as it is at this moment.

    `against` is a checkpoint held elsewhere, `bodies_from` the first record whose body retention left.

    Raises:
        InputError: the checkpoint held elsewhere is none of this log.
    """
    outside = open_checkpoint(against) if against is not None else None
    check = _Check(open_checkpoint, outside, bodies_from)
    with ThreadPoolExecutor(1) as beside, suppress(_EnoughError):
        damage = beside.submit(store.damage)
        with check.reading(), store.snapshot() as now:
            check.run(now, progress)
        with check.reading():
            for problem in damage.result():
                check.find("the database", problem)
    limits = (*_limits(outside, check), *store.cautions())
    return Verification(check.frontier.size, check.checkpoints, check.frontier.root(), tuple(check.findings), limits)


def _limits(outside: tuple[int, bytes] | None, check: _Check) -> Iterator[str]:
    size = check.frontier.size
    if len(check.findings) >= MOST_FINDINGS:
        yield f"the check ended after {MOST_FINDINGS} findings; there may be more"
    if outside is None:
        yield (
            "no checkpoint held elsewhere was given: a tail that someone with the log's key rewrote or cut off "
            "cannot be excluded"
        )
    elif outside[0] < size:
        yield (
            f"the checkpoint held elsewhere ends with record {outside[0] - 1}: of the records after it, a tail that "
            "someone with the log's key rewrote or cut off cannot be excluded"
        )


class _EnoughError(Exception):
    """There are so many findings that more of them say nothing new."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """Someone says that the first `size` records have this root."""

    size: int
    root: bytes
    place: str


class _Check:
    """One pass over a log: how far it is, and what it found."""

    def __init__(self, open_checkpoint: OpenCheckpoint, outside: tuple[int, bytes] | None, bodies_from: int) -> None:
        self.findings: list[Finding] = []
        self.checkpoints = 0
        self.frontier = Frontier()
        self._open = open_checkpoint
        self._outside = [_Claim(*outside, "the checkpoint held elsewhere")] if outside else []
        self._rows = RowChecks(self.find, bodies_from)
        self._nodes_are_off = False  # one is missing or put in: those after it cannot be compared
        self._wrong: set[NodeId] = set()  # found already: what stands above them follows from that
        self._covered = 0  # how many records the last checkpoint in the log is over
        self._fitting = 0  # how many records the last claim that fits is about
        self._is_fitting = True

    def find(self, place: str, problem: str) -> None:
        """Take down a finding."""
        if len(self.findings) >= MOST_FINDINGS:
            raise _EnoughError
        self.findings.append(Finding(place, problem))

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Take down that the database cannot be read."""
        try:
            yield
        except InputError as error:
            self.find("the database", str(error))
        except TypeError:  # SQLite keeps the types of its columns, but a damaged file does not
            self.find("the database", "it holds a value of another type than its column has: the file is damaged")

    def run(self, store: Store, progress: Callable[[int], None] | None) -> None:
        """Check everything that stands in the store."""
        claims = merge(self._checkpoints(store), self._outside, key=lambda claim: claim.size)
        nodes = chain.from_iterable(store.node_rows())
        claim = self._settle(next(claims, None), claims)
        for leaves in self._rows.leaf_hashes(store):
            completed: list[Node] = []
            done = 0
            while done < len(leaves):
                part = leaves[done : done + claim.size - self.frontier.size] if claim else leaves[done:]
                done += len(part)
                completed += self.frontier.extend(part)
                claim = self._settle(claim, claims)
            self._compare(completed, nodes)
            if progress is not None:
                progress(self.frontier.size)
        self._end(claim, claims)
        self._rest(nodes)
        self._rulesets(store)

    def _checkpoints(self, store: Store) -> Iterator[_Claim]:
        """Verify each checkpoint, and give what it claims."""
        reached = 0
        same: set[bytes] = set()  # those over as many records, such as one with a witness's signature more
        for row in store.checkpoint_rows():
            place = f"checkpoint {row.number}"
            if row.number != self.checkpoints:
                self.find(place, f"expected checkpoint {self.checkpoints}: one is missing, or was put in")
            self.checkpoints = row.number + 1
            try:
                size, root = self._open(row.note)
            except InputError as error:
                self.find(place, str(error))
                continue
            if size != row.size:
                self.find(place, f"it stands under {row.size} records, and is over {size}")
            if size < reached:
                self.find(place, f"it is over {size} records, one before it over {reached}")
                continue
            same = same if size == reached else set()
            if row.note in same:
                self.find(place, "it stands there twice")
            same.add(row.note)
            reached = size
            yield _Claim(size, root, place)

    def _settle(self, claim: _Claim | None, claims: Iterator[_Claim]) -> _Claim | None:
        """Compare the claims about the tree as it is now, and give the next one."""
        while claim is not None and claim.size == self.frontier.size:
            if claim not in self._outside:
                self._covered = claim.size
            if claim.root == self.frontier.root():
                self._fitting = claim.size
            elif self._is_fitting or claim in self._outside:
                self._is_fitting = False
                changed = records_text(self._fitting, max(claim.size, 1) - 1)
                self.find(claim.place, f"the records have another root: {changed} are not those that were signed")
            claim = next(claims, None)
        return claim

    def _compare(self, completed: list[Node], stored: Iterator[NodeRow]) -> None:
        """Compare the nodes that these records completed with those that stand in the store."""
        rows = list(islice(stored, len(completed)))
        if rows != in_order(completed) and not self._nodes_are_off:
            self._explain(completed, rows)

    def _explain(self, completed: list[Node], rows: list[NodeRow]) -> None:
        """Say which nodes differ; of those over one record only the lowest, since the others follow from it."""
        found = {row[0]: row[1] for row in rows}
        wrong = self._rows.wrong
        for number, level, index, hashed in sorted((node_number(node[:2]), *node) for node in completed):
            below = ((level - 1, 2 * index), (level - 1, 2 * index + 1))
            if number not in found:
                self._nodes_are_off = True
                self.find(f"node {number}", "missing, or another stands in its place")
                return
            if found[number] != hashed:
                is_known = any(node in self._wrong or (node[0] == 0 and node[1] in wrong) for node in below)
                self._wrong.add((level, index))
                if not is_known:
                    records = records_text(index << level, (index + 1 << level) - 1)
                    self.find(records, f"their hash is not the one that stands in node {number}")

    def _rest(self, stored: Iterator[NodeRow]) -> None:
        extra = next(stored, None)
        if extra is not None and not self._nodes_are_off:
            self.find(f"node {extra[0]}", "the tree of these records has no such node")

    def _rulesets(self, store: Store) -> None:
        """Check what is stored of rulesets, and that those which records name are there."""
        named = self._rows.rulesets()
        for row in store.ruleset_rows():
            place = f"ruleset {row.stored}"
            if f"sha256:{sha256(row.content).hexdigest()}" != row.stored:
                self.find(place, "its bytes do not have this hash")
            if named.pop(row.stored, row.digest) != row.digest:
                self.find(place, "it stands under another digest than records say")
        for missing in named:
            self.find(f"ruleset {missing}", "missing, and records name it")

    def _end(self, claim: _Claim | None, claims: Iterator[_Claim]) -> None:
        """Compare the end of the records with the last claim."""
        size = self.frontier.size
        if claim is not None:
            last = max([claim, *claims], key=lambda each: each.size)
            self.find(
                records_text(size, last.size - 1), f"missing at the end: {last.place} is over {last.size} records"
            )
        elif self._covered < size:
            self.find(records_text(self._covered, size - 1), "no checkpoint is over them")
