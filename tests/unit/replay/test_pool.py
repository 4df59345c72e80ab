"""Records over several processes: in order, with a bounded number in hand, and a lost process is no answer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest
from made_records import Log, crash

from cds.errors import EngineFailure
from cds.replay.past import Past
from cds.replay.pool import AHEAD, CHUNK, in_order
from cds.replay.replay import Status


@pytest.fixture(scope="module")
def log() -> Log:
    """Give a log whose ruleset is compiled once."""
    return Log()


def test_two_processes_give_the_same_in_the_same_order(log: Log) -> None:
    """With both engines, the outcomes are those of one process, differences included."""

    def change(_header: object, body: dict[str, dict[str, object]]) -> None:
        body["decision"]["subject"] = "someone else"

    records = log.records(2 * CHUNK + 5)
    records[40] = log.record(40, change)
    replay = log.replay()
    alone = list(in_order(replay, records))
    assert list(in_order(replay, records, processes=2)) == alone
    assert [one.seq for one in alone if one.status is not Status.IDENTICAL] == [40]


def test_records_are_read_as_they_are_needed(log: Log) -> None:
    """No more is read ahead than the processes have in hand, however long the log is."""
    records = log.records(4)
    taken = 0

    def endless() -> Iterator[Past]:
        nonlocal taken
        while True:
            yield records[taken % len(records)]
            taken += 1

    outcomes = in_order(log.replay(engines=["reference"]), endless(), processes=2)
    assert {one.status for one in islice(outcomes, 2 * CHUNK)} == {Status.IDENTICAL}
    outcomes.close()
    assert taken <= (2 + 2 * AHEAD + 1) * CHUNK


def test_a_lost_process_is_a_failure(log: Log) -> None:
    """A crash in native code cannot become an answer, nor let the replay wait for ever."""
    with pytest.raises(EngineFailure, match="a process that decided was lost"):
        list(in_order(log.replay(deciders={1: crash}), log.records(), processes=2))
