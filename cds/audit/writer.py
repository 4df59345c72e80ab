"""The one writer of a log: many callers, one thread, one commit for all who wait.

A caller is answered only once its record is durable, with the tree and a signed checkpoint over it, in one transaction.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from types import TracebackType
from typing import Self

from cds.audit.merkle.frontier import Frontier
from cds.audit.merkle.hashing import leaf_hashes
from cds.audit.merkle.nodes import MissingNode
from cds.audit.record import Entry, Prepared, prepare
from cds.audit.stores.base import Store
from cds.errors import CdsError, NotRecorded

Sign = Callable[[int, bytes], bytes]
"""Gives the signed checkpoint for a size and a root."""

LARGEST_BATCH = 1024
"""Records to a commit, unless one caller hands over more."""

PATIENCE_SECONDS = 0.001
"""How long a batch waits for callers who are likely to come back; a lone caller never waits."""


class Writer:
    """Appends to a store that is open for writing, and closes it at the end."""

    def __init__(self, store: Store, sign: Sign) -> None:
        """Take up the log where it ends.

        Raises:
            NotRecorded: the log's end does not fit its last checkpoint: someone has to look before more is recorded.
        """
        self._store = store
        self._sign = sign
        self._frontier: Frontier | None = _frontier(store)
        self._waiting: SimpleQueue[_Ticket | None] = SimpleQueue()
        self._gate = Lock()  # between the last ticket and the end of the queue
        self._is_open = True
        self._answered = 0  # callers of the last batch, who may be back at once
        self._thread = Thread(target=self._run, name="cds-log-writer", daemon=True)
        self._thread.start()

    def append(self, entry: Entry) -> int:
        """Record an entry; gives its number once it is durable.

        Raises:
            NotRecorded: it is not a record, or could not be made durable; nothing may leave that it was to hold.
        """
        return self.append_all((entry,))[0]

    def append_all(self, entries: Iterable[Entry]) -> list[int]:
        """Record entries, all or none, with numbers in a row.

        Raises:
            NotRecorded: one of them is not a record, or they could not be made durable.
        """
        ticket = _Ticket([prepare(entry) for entry in entries])
        if not ticket.entries:
            return []
        with self._gate:
            if not self._is_open:
                raise NotRecorded("not recorded: the log is closed")
            self._waiting.put(ticket)
        return ticket.wait()

    def close(self) -> None:
        """Record what waits, then close the store."""
        with self._gate:
            if self._is_open:
                self._is_open = False
                self._waiting.put(None)
        self._thread.join()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        is_last = False
        while not is_last:
            tickets, is_last = self._next_batch()
            if tickets:
                self._commit(tickets)

    def _next_batch(self) -> tuple[list[_Ticket], bool]:
        """Wait for a caller, and take all who have come meanwhile; the second is whether it is the end.

        Callers who were just answered are often back at once, so the batch waits a moment for as many: otherwise they
        fall into two groups that take turns, each of half the size.
        """
        ticket = self._waiting.get()
        tickets: list[_Ticket] = []
        count = 0
        likely = 1 + self._waiting.qsize() + self._answered
        until = monotonic() + PATIENCE_SECONDS
        while ticket is not None:
            tickets.append(ticket)
            count += len(ticket.entries)
            left = until - monotonic() if len(tickets) < likely else 0.0
            if count >= LARGEST_BATCH or (left <= 0 and self._waiting.empty()):
                break
            try:
                ticket = self._waiting.get(timeout=max(left, 0.0))
            except Empty:
                break
        self._answered = len(tickets) if len(tickets) > 1 else 0
        return tickets, ticket is None

    def _commit(self, tickets: list[_Ticket]) -> None:
        """Make a batch durable and answer each of its callers, whatever happens."""
        try:
            start = self._append([entry for ticket in tickets for entry in ticket.entries])
        except BaseException as error:  # noqa: BLE001  # a caller without an answer would wait for ever
            self._frontier = None  # what of it is stored is not known: the next batch looks
            problem = str(error) if isinstance(error, CdsError) else "not recorded: the writer of the log failed"
            for ticket in tickets:
                ticket.refuse(problem)
            return
        for ticket in tickets:
            ticket.confirm(start)
            start += len(ticket.entries)

    def _append(self, entries: list[Prepared]) -> int:
        """Store entries with the nodes that they complete and the checkpoint over them; gives the first number."""
        before = self._frontier or _frontier(self._store)
        records = [entry.numbered(seq) for seq, entry in enumerate(entries, before.size)]
        after = before.copy()
        nodes = after.extend(leaf_hashes(record.header for record in records))
        self._store.append(records, nodes, self._sign(after.size, after.root()))
        self._frontier = after
        return before.size


class _Ticket:
    """What one caller waits for: a lock that the writer opens."""

    __slots__ = ("_answer", "_problem", "entries", "first")

    def __init__(self, entries: list[Prepared]) -> None:
        self.entries = entries
        self.first = 0
        self._problem: str | None = None
        self._answer = Lock()
        self._answer.acquire()

    def confirm(self, first: int) -> None:
        self.first = first
        self._answer.release()

    def refuse(self, problem: str) -> None:
        self._problem = problem
        self._answer.release()

    def wait(self) -> list[int]:
        self._answer.acquire()
        if self._problem is not None:
            raise NotRecorded(self._problem)
        return list(range(self.first, self.first + len(self.entries)))


def _frontier(store: Store) -> Frontier:
    """Take up the tree from the store, and see that it is the one that the last checkpoint was made for."""
    try:
        frontier = Frontier.at(store.size(), store.nodes)
    except MissingNode as error:
        raise NotRecorded(f"not recorded: {error}; check `{store.location}` with `cds log verify`") from None
    last = store.checkpoint()
    said = b"\n%d\n%b\n" % (frontier.size, b64encode(frontier.root()))
    if frontier.size and (last is None or said not in last):
        raise NotRecorded(
            f"not recorded: the last checkpoint of `{store.location}` does not fit its records; "
            "check it with `cds log verify`"
        )
    return frontier
