"""What a store of the log does; the contract that every store passes is tests/unit/audit/test_store_contract.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from cds.audit.merkle.nodes import Node, NodeId
from cds.audit.record import Record


class Row(NamedTuple):
    """A record as it stands in the store, with the columns that only help to find it."""

    seq: int
    kind: str
    subject: str | None
    header: bytes
    body: bytes | None


class NodeRow(NamedTuple):
    """An inner node as it stands in the store, in the order of `cds.audit.stores.numbering`."""

    number: int
    hash: bytes


class CheckpointRow(NamedTuple):
    """A checkpoint as it stands in the store: the checkpoints are numbered from 0 without gaps."""

    number: int
    size: int
    note: bytes


class RulesetRow(NamedTuple):
    """A ruleset as it stands in the store."""

    stored: str
    digest: str
    content: bytes


class Store(Protocol):
    """Keeps one log. One process opens it for writing, any number for reading; reading may come from any thread."""

    location: str
    """Where it is, as the user may read it: no password."""

    def append(self, records: Sequence[Record], nodes: Sequence[Node], checkpoint: bytes | None) -> None:
        """Store all of it durably in one transaction, or nothing.

        Raises:
            NotRecorded: it could not be stored, a number is not the next, or the store is not open for writing.
        """

    def put_ruleset(self, stored: str, digest: str, content: bytes) -> None:
        """Store a ruleset durably before a record names it; one that is there already stays as it is.

        Raises:
            NotRecorded: it could not be stored.
        """

    def remove_bodies(self, stop: int) -> int:
        """Remove the bodies of the records before `stop` from the disk too, and tell how many there were.

        Raises:
            NotRecorded: the store, or the role it is opened with, cannot.
        """

    def size(self) -> int:
        """Count the records: the number that the next one gets."""

    def records(self, start: int = 0, stop: int | None = None) -> Iterator[Record]:
        """Stream the records in order of their numbers."""

    def record(self, seq: int) -> Record:
        """Give one record.

        Raises:
            InputError: there is none of this number.
        """

    def find(self, *, kind: str | None = None, subject: str | None = None) -> Iterator[int]:
        """Stream the numbers of the records of a kind, about a pseudonym, or both."""

    def nodes(self, ids: Sequence[NodeId]) -> Mapping[NodeId, bytes]:
        """Give nodes of the tree, of level 0 too; those that are not there are left out."""

    def checkpoint(self, size: int | None = None) -> bytes | None:
        """Give the latest checkpoint, or the latest of one size."""

    def checkpoints(self) -> Iterator[bytes]:
        """Stream the checkpoints in the order in which they were stored."""

    def ruleset(self, stored: str) -> bytes:
        """Give the bytes of a stored ruleset.

        Raises:
            InputError: there is none of this hash.
        """

    def snapshot(self) -> AbstractContextManager[Store]:
        """Give the log as it is at this moment, whatever is appended meanwhile."""

    def rows(self) -> Iterator[list[Row]]:
        """Stream everything that stands in the table of records, by number, in blocks."""

    def node_rows(self) -> Iterator[list[NodeRow]]:
        """Stream everything that stands in the table of nodes, by number, in blocks."""

    def checkpoint_rows(self) -> Iterator[CheckpointRow]:
        """Stream everything that stands in the table of checkpoints, by number."""

    def ruleset_rows(self) -> Iterator[RulesetRow]:
        """Stream everything that stands in the table of rulesets."""

    def damage(self) -> list[str]:
        """Ask the database itself what of it is damaged."""

    def cautions(self) -> list[str]:
        """Say what of this database's version or rights an operator should know."""

    def close(self) -> None:
        """Give everything back."""
