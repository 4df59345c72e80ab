"""Checking records as they stand in a store, one by one: order, header, body, and what helps to find them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256

from cds.audit.merkle.hashing import HASH_BYTES, leaf_hashes
from cds.audit.record import HEADER_PATTERN, LARGEST_HEADER, Header, read_header
from cds.audit.stores.base import Row, Store
from cds.errors import InputError

Find = Callable[[str, str], None]
"""Takes down a finding: where, and what."""

_LARGEST_GAP = 100_000  # numbers; a record further on than this is not taken for one of the log
_OTHER_DIGEST = "it names the stored ruleset `{}` with another digest than the records before it"
_MISSING_LEAF = bytes(HASH_BYTES)


class RowChecks:
    """Checks rows in the order of their numbers; remembers which rulesets they name, and which of them are wrong."""

    def __init__(self, find: Find, bodies_from: int) -> None:
        self._digests: dict[str | None, str | None] = {None: None}
        self.wrong: set[int] = set()
        """Records whose leaf is not the one that was recorded."""
        self._find = find
        self._bodies_from = bodies_from

    def rulesets(self) -> dict[str, str]:
        """Give the digest that goes with each stored ruleset, as the first record says that names it."""
        return {stored: digest for stored, digest in self._digests.items() if stored is not None and digest is not None}

    def leaf_hashes(self, store: Store) -> Iterator[list[bytes]]:
        """Check everything that stands in a store; gives the leaf hashes, block by block."""
        expected = 0
        for block in store.rows():
            leaves = self.leaves(block, expected)
            expected += len(leaves)
            yield leaves

    def leaves(self, block: list[Row], expected: int) -> list[bytes]:
        """Check rows that should begin with the number `expected`; gives a leaf hash for each number."""
        last = expected + len(block) - 1
        if block[0][0] != expected or block[-1][0] != last:
            return self._with_gaps(block, expected)
        self._check(block)
        return leaf_hashes(row[3] for row in block)

    def _with_gaps(self, block: list[Row], expected: int) -> list[bytes]:
        """Fill the place of each missing record, so that all others keep theirs."""
        leaves: list[bytes] = []
        for row in block:
            gap = row.seq - expected - len(leaves)
            if not 0 <= gap <= _LARGEST_GAP:
                self._find(f"record {row.seq}", f"no record can stand here: expected record {expected + len(leaves)}")
                continue
            if gap:
                missing = range(expected + len(leaves), row.seq)
                self._find(records_text(missing[0], missing[-1]), "missing")
                self.wrong.update(missing)
                leaves += [_MISSING_LEAF] * gap
            self._check([row])
            leaves += leaf_hashes([row.header])
        return leaves

    def _check(self, rows: list[Row]) -> None:
        """Compare what is quick to compare; what differs is looked at again, to say what it is."""
        match, digest, digests = HEADER_PATTERN.fullmatch, sha256, self._digests
        for row in rows:
            seq, kind, subject, header, body = row
            try:
                said = match(str(header, "ascii"))
                if said is not None and body is not None and len(header) <= LARGEST_HEADER:
                    named, its_kind, ruleset, stored, number, about = said.groups()
                    if (
                        named == f"sha256:{digest(body).hexdigest()}"
                        and number == str(seq)
                        and its_kind == kind
                        and about == subject
                        and digests[stored] == ruleset
                    ):
                        continue
            except (ValueError, TypeError, KeyError):  # not ASCII, another type, a ruleset not named before
                pass
            for problem in self._problems(Row(*row)):
                self._find(f"record {seq}", problem)

    def _problems(self, row: Row) -> Iterator[str]:
        try:
            header = read_header(row.header)
        except InputError as error:
            self.wrong.add(row.seq)
            yield str(error)
            return
        if header["seq"] != row.seq:
            self.wrong.add(row.seq)
            yield f"its header says that it is record {header['seq']}"
        if header["kind"] != row.kind:
            yield f"it stands under the kind `{row.kind}`, and is a `{header['kind']}`"
        about = header["subject"]
        if (about and about["pseudonym"]) != row.subject:
            yield "it stands under another pseudonym than its own"
        if row.body is None:
            if row.seq >= self._bodies_from:
                yield "its body is missing"
        elif header["body"]["hash"] != f"sha256:{sha256(row.body).hexdigest()}":
            yield "its body is not the one that was recorded"
        yield from self._ruleset_problems(header)

    def _ruleset_problems(self, header: Header) -> Iterator[str]:
        ruleset = header["ruleset"]
        if ruleset is not None and self._digests.setdefault(ruleset["stored"], ruleset["digest"]) != ruleset["digest"]:
            yield _OTHER_DIGEST.format(ruleset["stored"])


def records_text(first: int, last: int) -> str:
    """Name a stretch of records."""
    return f"record {first}" if first == last else f"records {first} to {last}"
