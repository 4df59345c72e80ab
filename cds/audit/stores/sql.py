"""What both stores have in common: every reading, by SQLAlchemy Core, and the order of an append."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from threading import Lock
from typing import Any, Self

from sqlalchemy import Connection, Engine, Select, bindparam, func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from cds.audit.merkle.hashing import leaf_hash
from cds.audit.merkle.nodes import Node, NodeId
from cds.audit.record import Record, kind_and_subject
from cds.audit.stores import tables
from cds.audit.stores.base import CheckpointRow, NodeRow, Row, RulesetRow
from cds.audit.stores.numbering import in_order, node_number
from cds.audit.stores.tables import checkpoints, nodes, records, rulesets
from cds.errors import InputError, NotRecorded

_BLOCK = 256  # rows that are read at once: more of them leave the processor's cache before they are looked at
_IDS = 200  # nodes that are asked for at once: databases limit the parameters of a query


class SqlStore(ABC):
    """A log in a database; a subclass says how its database is opened, written and asked for damage."""

    def __init__(self, location: str, reading: Engine, *, write: bool) -> None:
        self.location = location
        self._reading = reading
        self._snapshot: Connection | None = None
        self._writing: Connection | None = None
        self._one_at_a_time = Lock()
        self._next: tuple[int, int] | None = None  # numbers of the next record and checkpoint, while they are certain
        self._may_write = write
        self._driver_error: type[Exception] = reading.dialect.loaded_dbapi.Error

    @abstractmethod
    def _open_writing(self) -> Connection:
        """Open the one connection that writes."""

    @abstractmethod
    def _insert(
        self, connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> None:
        """Insert rows the fastest way that the database has."""

    @abstractmethod
    def _reason(self, error: BaseException) -> str:
        """Say why the database refused, for a person and without values."""

    def append(self, records: Sequence[Record], nodes: Sequence[Node], checkpoint: bytes | None) -> None:
        """Store all of it durably in one transaction, or nothing."""
        rows = [_row(record) for record in records]
        numbered = in_order(nodes)
        known, self._next = self._next, None  # an error leaves it unknown what was stored
        with self._transaction() as connection:
            seq, number = known or (_next_seq(connection), _next_number(connection))
            if [row[0] for row in rows] != list(range(seq, seq + len(rows))):
                raise NotRecorded(f"not recorded: the next record of `{self.location}` has the number {seq}")
            self._insert(connection, "records", Row._fields, rows)
            self._insert(connection, "nodes", NodeRow._fields, numbered)
            if checkpoint is not None:
                self._insert(
                    connection, "checkpoints", CheckpointRow._fields, [(number, _size(checkpoint), checkpoint)]
                )
        self._next = (seq + len(rows), number + (checkpoint is not None))

    def put_ruleset(self, stored: str, digest: str, content: bytes) -> None:
        """Store a ruleset durably before a record names it; one that is there already stays as it is."""
        with self._transaction() as connection:
            if connection.scalar(select(rulesets.c.stored).where(rulesets.c.stored == stored)) is None:
                self._insert(connection, "rulesets", RulesetRow._fields, [(stored, digest, content)])

    def size(self) -> int:
        """Count the records: the number that the next one gets."""
        with self._connect() as connection:
            return _next_seq(connection)

    def records(self, start: int = 0, stop: int | None = None) -> Iterator[Record]:
        """Stream the records in order of their numbers."""
        wanted = select(records.c.seq, records.c.header, records.c.body).where(records.c.seq >= start)
        if stop is not None:
            wanted = wanted.where(records.c.seq < stop)
        for block in self._blocks(wanted.order_by(records.c.seq)):
            for seq, header, body in block:
                yield Record(seq, header, body)

    def record(self, seq: int) -> Record:
        """Give one record."""
        for record in self.records(seq, seq + 1):
            return record
        raise InputError(f"`{self.location}` has no record `{seq}`", expected=f"a number below {self.size()}")

    def find(self, *, kind: str | None = None, subject: str | None = None) -> Iterator[int]:
        """Stream the numbers of the records of a kind, about a pseudonym, or both."""
        wanted = select(records.c.seq)
        if subject is not None:
            wanted = wanted.where(records.c.subject == subject)
        if kind is not None:
            # as it stands in the query, so that the database sees which index answers
            wanted = wanted.where(records.c.kind == bindparam("kind", kind, literal_execute=True))
            if kind != tables.COMMON_KIND:
                wanted = wanted.where(tables.RARE_KIND)
        for block in self._blocks(wanted.order_by(records.c.seq)):
            for (seq,) in block:
                yield seq

    def nodes(self, ids: Sequence[NodeId]) -> Mapping[NodeId, bytes]:
        """Give nodes of the tree, of level 0 too; those that are not there are left out."""
        found: dict[NodeId, bytes] = {}
        with self._connect() as connection:
            leaves = [position for level, position in ids if level == 0]
            for some in _parts(leaves):
                wanted = select(records.c.seq, records.c.header).where(records.c.seq.in_(some))
                found.update(((0, seq), leaf_hash(header)) for seq, header in connection.execute(wanted))
            inner = {node_number(node): node for node in ids if node[0] > 0}
            for some in _parts(list(inner)):
                hashes = select(nodes.c.number, nodes.c.hash).where(nodes.c.number.in_(some))
                found.update((inner[number], hashed) for number, hashed in connection.execute(hashes))
        return found

    def checkpoint(self, size: int | None = None) -> bytes | None:
        """Give the latest checkpoint, or the latest of one size."""
        wanted = select(checkpoints.c.note).order_by(checkpoints.c.number.desc()).limit(1)
        if size is not None:
            wanted = wanted.where(checkpoints.c.size == size)
        with self._connect() as connection:
            return connection.scalar(wanted)

    def checkpoints(self) -> Iterator[bytes]:
        """Stream the checkpoints in the order in which they were stored."""
        for row in self.checkpoint_rows():
            yield row.note

    def ruleset(self, stored: str) -> bytes:
        """Give the bytes of a stored ruleset."""
        with self._connect() as connection:
            content = connection.scalar(select(rulesets.c.content).where(rulesets.c.stored == stored))
        if content is None:
            raise InputError(f"`{self.location}` keeps no ruleset `{stored}`")
        return bytes(content)

    def rows(self) -> Iterator[list[Row]]:
        """Stream everything that stands in the table of records, by number, in blocks."""
        for block in self._blocks(select(records).order_by(records.c.seq)):
            yield list(map(Row._make, block))

    def node_rows(self) -> Iterator[list[NodeRow]]:
        """Stream everything that stands in the table of nodes, by number, in blocks."""
        for block in self._blocks(select(nodes).order_by(nodes.c.number)):
            yield list(map(NodeRow._make, block))

    def checkpoint_rows(self) -> Iterator[CheckpointRow]:
        """Stream everything that stands in the table of checkpoints, by number."""
        for block in self._blocks(select(checkpoints).order_by(checkpoints.c.number)):
            for row in block:
                yield CheckpointRow(*row)

    def ruleset_rows(self) -> Iterator[RulesetRow]:
        """Stream everything that stands in the table of rulesets."""
        for block in self._blocks(select(rulesets).order_by(rulesets.c.stored), size=1):  # each may be large
            for row in block:
                yield RulesetRow(*row)

    @contextmanager
    def snapshot(self) -> Iterator[Self]:
        """Give the log as it is at this moment, whatever is appended meanwhile."""
        with self._connect() as connection:
            self._pin(connection)
            pinned = copy(self)
            pinned._snapshot = connection  # noqa: SLF001 - a copy of itself
            yield pinned

    def close(self) -> None:
        """Give everything back."""
        self._reading.dispose()
        with self._one_at_a_time:
            self._may_write = False
            self._close_writing()

    def _pin(self, connection: Connection) -> None:
        """Make a connection see one state of the database from now on."""
        connection.scalar(select(func.max(records.c.seq)))

    def _close_writing(self) -> None:
        """Close the connection that writes, whatever state it is in."""
        writing, self._writing = self._writing, None
        if writing is not None:
            with suppress(SQLAlchemyError):
                writing.close()
                writing.engine.dispose()

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        if self._snapshot is not None:
            yield self._snapshot
            return
        try:
            with self._reading.connect() as connection:
                yield connection
        except (SQLAlchemyError, self._driver_error) as error:
            raise InputError(f"`{self.location}` cannot be read: {self._reason(_cause(error))}") from None

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """Open a transaction for writing; leaving it makes it durable. What the database refuses leaves as NotRecorded.

        After an error the connection is opened anew, so that nothing has to be repaired by hand.
        """
        with self._one_at_a_time:
            if not self._may_write:
                raise NotRecorded(f"not recorded: `{self.location}` is not open for recording")
            try:
                if self._writing is None:
                    self._writing = self._open_writing()
                with self._writing.begin():
                    yield self._writing
            except NotRecorded:
                raise
            except Exception as error:  # noqa: BLE001  # whatever it is, nothing was recorded
                self._close_writing()
                reason = self._reason(_cause(error))
                raise NotRecorded(f"not recorded in `{self.location}`: {reason}") from None

    def _blocks(self, wanted: Select[Any], size: int = _BLOCK) -> Iterator[Sequence[Any]]:
        with self._connect() as connection:
            yield from self._fetch(connection, wanted, size)

    def _fetch(self, connection: Connection, wanted: Select[Any], size: int) -> Iterator[Sequence[Any]]:
        """Run a query and give its rows in blocks."""
        yield from connection.execute(wanted, execution_options={"yield_per": size}).partitions()


def driver(connection: Connection) -> Any:
    """Give the connection of the database's own driver, for what SQLAlchemy has no words for."""
    return connection.connection.driver_connection


def _cause(error: BaseException) -> BaseException:
    return (error.orig if isinstance(error, DBAPIError) else None) or error


def _row(record: Record) -> Row:
    """Lay a record out as a row; what helps to find it comes out of its header."""
    return Row(record.seq, *kind_and_subject(record.header), record.header, record.body)


def _size(checkpoint: bytes) -> int:
    """Read for how many records a checkpoint stands: the second line of its text."""
    return int(checkpoint.split(b"\n", 2)[1])


def _next_seq(connection: Connection) -> int:
    last = connection.scalar(select(func.max(records.c.seq)))
    return 0 if last is None else last + 1


def _next_number(connection: Connection) -> int:
    last = connection.scalar(select(func.max(checkpoints.c.number)))
    return 0 if last is None else last + 1


def _parts(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _IDS] for start in range(0, len(values), _IDS))
