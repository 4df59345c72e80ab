"""The one writer of a log: many callers, one thread, one commit for all who wait.

A caller is answered only once its record is durable, with the tree and a signed checkpoint over it, in one transaction.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable
from threading import Condition, Lock, Thread
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

_LOOK_SECONDS = 0.25
"""After how long a caller looks for itself whether it was answered: the one who was to wake it may be interrupted."""


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
        self._waiting: list[_Ticket] = []
        self._came = Condition(Lock())
        self._likely = 1  # callers that the next batch waits for
        self._is_open = True
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
        with self._came:
            if not self._is_open:
                raise NotRecorded("not recorded: the log is closed")
            self._waiting.append(ticket)
            if len(self._waiting) in {1, self._likely}:  # to wake the writer for each would cost more than the rest
                self._came.notify()
        return ticket.wait()

    def close(self) -> None:
        """Record what waits, then close the store."""
        with self._came:
            self._is_open = False
            self._came.notify()
        self._thread.join()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        while tickets := self._next_batch():
            self._commit(tickets)

    def _next_batch(self) -> list[_Ticket]:
        """Wait for a caller, and take all who have come meanwhile; none at the end.

        Callers who were just answered are often back at once, so the batch waits a moment for as many: otherwise they
        fall into two groups that take turns, each of half the size.
        """
        with self._came:
            self._came.wait_for(lambda: self._waiting or not self._is_open)
            self._came.wait_for(lambda: len(self._waiting) >= self._likely or not self._is_open, PATIENCE_SECONDS)
            taken = count = 0
            while taken < len(self._waiting) and count < LARGEST_BATCH:
                count += len(self._waiting[taken].entries)
                taken += 1
            tickets, self._waiting = self._waiting[:taken], self._waiting[taken:]
            back = taken if taken > 1 else 0
            self._likely = min(max(back + len(self._waiting), 1), LARGEST_BATCH)
        return tickets

    def _commit(self, tickets: list[_Ticket]) -> None:
        """Make a batch durable and answer each of its callers, whatever happens."""
        try:
            start = self._append([entry for ticket in tickets for entry in ticket.entries])
        except BaseException as error:  # noqa: BLE001  # a caller without an answer would wait for ever
            self._frontier = None  # what of it is stored is not known: the next batch looks
            problem = str(error) if isinstance(error, CdsError) else "not recorded: the writer of the log failed"
            _answer(tickets, problem)
            return
        _answer(tickets, start)

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
    """What one caller waits for: the number of its first record, or the problem.

    The writer wakes the first caller of a batch, and each wakes the next: all at once, they would only wait again, for
    the interpreter.
    """

    __slots__ = ("_wakes", "answer", "entries", "next")

    def __init__(self, entries: list[Prepared]) -> None:
        self.entries = entries
        self.answer: int | str | None = None
        self.next: _Ticket | None = None
        self._wakes = Lock()
        self._wakes.acquire()

    def wake(self) -> None:
        self._wakes.release()

    def wait(self) -> list[int]:
        while self.answer is None:
            self._wakes.acquire(timeout=_LOOK_SECONDS)
        if self.next is not None:
            self.next.wake()
        if isinstance(self.answer, str):
            raise NotRecorded(self.answer)
        return list(range(self.answer, self.answer + len(self.entries)))


def _answer(tickets: list[_Ticket], answer: int | str) -> None:
    """Tell each caller of a batch the number of its first record, or all of them the problem."""
    for ticket, following in zip(tickets, [*tickets[1:], None], strict=True):
        ticket.next = following
        ticket.answer = answer
        if isinstance(answer, int):
            answer += len(ticket.entries)
    tickets[0].wake()


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
