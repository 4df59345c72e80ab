"""Answers that leave in their order, each once its record is durable; those that wait share a commit."""

from __future__ import annotations

import sys
from queue import Empty, Queue
from threading import Thread
from types import TracebackType
from typing import Self

from cds.actions.recording import Recorder
from cds.audit.record import Entry

MOST_WAITING = 256


class RecordedLines:
    """Records and prints in a thread of its own, while the next line is decided."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._waiting: Queue[tuple[bytes, Entry] | None] = Queue(MOST_WAITING)
        self._failure: BaseException | None = None
        self._is_dropped = False
        self._thread = Thread(target=self._run, name="cds-recorded-lines", daemon=True)

    def print(self, line: bytes, entry: Entry) -> None:
        """Print a line as soon as its entry is durable.

        Raises:
            NotRecorded: an entry before could not be made durable; nothing more is printed.
            OSError: a line before could not be printed.
        """
        if self._failure is not None:
            raise self._failure
        self._waiting.put((line, entry))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Wait for what waits; after an error nothing more is recorded or printed."""
        self._is_dropped = error is not None
        self._waiting.put(None)
        self._thread.join()
        if error is None and self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        is_last = False
        while not is_last:
            batch, is_last = self._batch()
            if batch and self._failure is None and not self._is_dropped:
                try:
                    self._settle(batch)
                except BaseException as failure:  # noqa: BLE001  # told by whoever prints next
                    self._failure = failure

    def _batch(self) -> tuple[list[tuple[bytes, Entry]], bool]:
        """Wait for one, and take all that have come meanwhile; the second is whether it is the end."""
        one = self._waiting.get()
        batch = []
        while one is not None:
            batch.append(one)
            try:
                one = self._waiting.get_nowait()
            except Empty:
                return batch, False
        return batch, True

    def _settle(self, batch: list[tuple[bytes, Entry]]) -> None:
        # INVARIANT: nothing is printed before its record is durable.
        self._recorder.record([entry for _, entry in batch])
        sys.stdout.buffer.writelines(b"%b\n" % line for line, _ in batch)
        sys.stdout.buffer.flush()
