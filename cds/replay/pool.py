"""The same work on every record, in this process or over several, in order and in bounded memory."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from typing import Any, TypeVar

from cds.errors import EngineFailure
from cds.replay.past import Past

T = TypeVar("T")
CHUNK = 32
"""Records that go to a process at once: about a quarter of a second of work."""
AHEAD = 2
"""Chunks for each process that are read before the first of them is done."""
_WORK: list[Callable[[Past], Any]] = []
"""The work of this process, if it is one of a pool."""


def in_order(work: Callable[[Past], T], records: Iterable[Past], *, processes: int = 1) -> Iterator[T]:
    """Give what the work makes of each record, in the order of the records.

    With several processes the work is pickled once for each. They are started anew rather than forked, since
    durable-rules cannot live on in a copy of a process.

    Raises:
        EngineFailure: a process was lost; what was given before is whole.
    """
    if processes == 1:
        yield from map(work, records)
        return
    waiting: deque[Future[list[T]]] = deque()
    with _pool(work, processes) as pool:
        for chunk in _chunks(records):
            waiting.append(pool.submit(_worked, chunk))
            if len(waiting) > AHEAD * processes:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


@contextmanager
def _pool(work: Callable[[Past], Any], processes: int) -> Iterator[ProcessPoolExecutor]:
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_take, initargs=(work,))
    try:
        yield pool
    except BrokenProcessPool:
        raise EngineFailure("a process that decided was lost: what it had in hand is not decided") from None
    finally:
        pool.shutdown(cancel_futures=True)


def _chunks(records: Iterable[Past]) -> Iterator[list[Past]]:
    each = iter(records)
    while chunk := list(islice(each, CHUNK)):
        yield chunk


def _take(work: Callable[[Past], Any]) -> None:
    """Begin a process of the pool: an interrupt is for the process that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _WORK[:] = [work]


def _worked(chunk: list[Past]) -> list[Any]:
    return [_WORK[0](past) for past in chunk]
