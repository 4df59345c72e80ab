"""Deciding a log again: by its own rulesets, to prove it, or by a new one, to see whom that would affect.

What decides comes from the package itself (`cds.actions`), since only there a decision is made.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from cds.actions.key_folders import opened_subjects
from cds.actions.logs import opened_log, past_records
from cds.actions.rulesets import Ruleset
from cds.audit.notes.checkpoint import parse_checkpoint
from cds.audit.stores.base import Store
from cds.errors import InputError
from cds.ir.program import Identity
from cds.replay.impact import Effect, Impact
from cds.replay.pool import in_order
from cds.replay.programs import Programs
from cds.replay.replay import Decide, Replay, Replayed
from cds.replay.tally import Tally, counted, read_position
from cds.ruleset.stored import stored_bytes, stored_hash

FEW = 500
"""Records for which another process is not worth its start."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """How a log is to be decided again: which part of it, by which engines, how many at once."""

    engines: Sequence[str]
    keys: Path | None = None
    processes: int | None = None
    """None: as many as there are cores and work for."""
    start: int = 0
    position: Path | None = None
    """The file of how far it is, to go on from and to keep up to date."""


@dataclass(frozen=True, slots=True)
class Running(Generic[T]):
    """Records under way: how many will come, and each as it is done."""

    total: int
    done: Iterator[T]


@dataclass(frozen=True, slots=True)
class RunningReplay(Running[Replayed]):
    """A replay under way, and what became of the records so far, those of earlier runs with it."""

    tally: Tally


@dataclass(frozen=True, slots=True)
class RunningImpact(Running[Effect]):
    """An impact analysis under way, and the ruleset that it is of."""

    to: Identity


@dataclass(frozen=True, slots=True)
class StoredRulesets:
    """The rulesets of a log by their hashes, and those that are given beside it; can go to other processes."""

    location: str
    beside: Mapping[str, bytes]

    def __call__(self, stored: str) -> bytes:
        """Give the bytes of one.

        Raises:
            InputError: the log has none of this hash.
        """
        if stored in self.beside:
            return self.beside[stored]
        with opened_log(self.location) as store:
            return store.ruleset(stored)


@contextmanager
def running_replay(
    location: str, deciders: Mapping[int, Decide], asked: Asked, *, under: Ruleset | None = None
) -> Iterator[RunningReplay]:
    """Decide every record of a log again, by its own ruleset or `under` another, from a snapshot of the log.

    Raises:
        InputError: there is no such log or record, or the position is one of another replay.
    """
    content = None if under is None else stored_bytes(under.loaded)
    beside = {} if content is None else {stored_hash(content): content}
    replay = Replay(
        Programs(StoredRulesets(location, beside)),
        deciders,
        asked.engines,
        under=None if content is None else stored_hash(content),
    )
    with opened_log(location) as opened, opened.snapshot() as store, opened_subjects(asked.keys) as subjects:
        ruleset = None if under is None else under.loaded.digest
        of = {"log": log_name(store), "engines": list(asked.engines), "ruleset": ruleset}
        tally = _begun(asked, of)
        total = _total(store, tally.next_seq)
        past = past_records(store, subjects, start=tally.next_seq, stop=store.size())
        decided = in_order(replay, past, processes=_processes(asked, total))
        with closing(counted(decided, tally, keep=lambda: _keep(tally, asked.position, of))) as done:
            yield RunningReplay(total, done, tally)


@contextmanager
def running_impact(location: str, to: Ruleset, decide: Decide, asked: Asked) -> Iterator[RunningImpact]:
    """Decide every record of a log under another ruleset, from a snapshot of the log.

    Raises:
        InputError: there is no such log or record.
    """
    impact = Impact(stored_bytes(to.loaded), decide, asked.engines)
    with opened_log(location) as opened, opened.snapshot() as store, opened_subjects(asked.keys) as subjects:
        total = _total(store, asked.start)
        past = past_records(store, subjects, start=asked.start, stop=store.size())
        yield RunningImpact(total, in_order(impact, past, processes=_processes(asked, total)), to.program.identity)


def log_name(store: Store) -> str:
    """Give the name of a log: the origin of its checkpoints, or where it is while it has none."""
    checkpoint = store.checkpoint()
    return store.location if checkpoint is None else parse_checkpoint(checkpoint).origin


def _begun(asked: Asked, of: Mapping[str, Any]) -> Tally:
    if asked.position is None:
        return Tally(asked.start)
    tally = read_position(asked.position, of)
    if asked.start and tally.next_seq not in {0, asked.start}:
        raise InputError(
            f"the position `{asked.position}` goes on from record {tally.next_seq}", expected="no other beginning"
        )
    tally.next_seq = tally.next_seq or asked.start
    return tally


def _keep(tally: Tally, position: Path | None, of: Mapping[str, Any]) -> None:
    if position is not None:
        tally.write(position, of)


def _total(store: Store, start: int) -> int:
    size = store.size()
    if not 0 <= start <= size:
        raise InputError(f"there is no record {start}", expected=f"a number from 0 to {size}")
    return size - start


def _processes(asked: Asked, total: int) -> int:
    if asked.processes is None:
        return max(1, min(len(os.sched_getaffinity(0)), total // FEW))
    if asked.processes < 1:
        raise InputError(f"{asked.processes} processes decide nothing", expected="1 or more")
    return asked.processes
