"""`kill -9` at any moment loses no acknowledged record, and the next start needs no hand."""
# ruff: noqa: S311  # moments that can be tried again

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
from log_making import made, opened, postgres_place, sign, sqlite_place

from cds.audit.stores import open_store
from cds.audit.verification import verify_log
from cds.audit.writer import Writer

RECORDER = Path(__file__).with_name("log_recorder.py")
THREADS = 6


class Recorder:
    """The recording program, and what it has acknowledged."""

    def __init__(self, location: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(RECORDER), location, str(THREADS)], stdout=subprocess.PIPE, text=True
        )
        self.lines: list[str] = []
        self._reader = Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(line for line in self.process.stdout if line.endswith("\n"))

    def wait_for(self, count: int, said: str = "") -> None:
        """Wait until it has said so many lines that hold these words."""
        until = monotonic() + 60
        while sum(said in line for line in self.lines) < count:
            assert monotonic() < until
            assert self.process.poll() is None
            sleep(0.005)

    def kill(self) -> dict[int, str]:
        """End it at once; gives the hash of the body of each acknowledged record."""
        self.process.kill()
        self.process.wait()
        self._reader.join()
        return {int(line.split()[0]): line.split()[1] for line in self.lines if line != "refused\n"}


@contextmanager
def recording(location: str) -> Iterator[Recorder]:
    """Run the recording program; a failing test does not leave it behind."""
    recorder = Recorder(location)
    try:
        yield recorder
    finally:
        recorder.kill()


def kill_rounds(location: str, rounds: int, chance: Random) -> None:
    """Kill the program at random moments, while it opens the log too; nothing acknowledged may be missing."""
    acknowledged: dict[int, str] = {}
    checkpoint = None
    for _ in range(rounds):
        with recording(location) as recorder:
            if chance.random() < 0.8:
                recorder.wait_for(chance.randint(1, 200))
            sleep(chance.random() * 0.3)
            acknowledged |= recorder.kill()
        checkpoint = check(location, acknowledged, checkpoint)
    assert acknowledged
    with Writer(open_store(location, write=True), sign):
        pass


def check(location: str, acknowledged: dict[int, str], held: bytes | None) -> bytes | None:
    """See that the log is whole, continues the checkpoint that was held, and has each acknowledged record."""
    store = open_store(location)
    try:
        found = verify_log(store, opened, against=held)
        assert found.findings == ()
        stored = {row.seq: row.header for block in store.rows() for row in block}
        lost = [seq for seq, body in acknowledged.items() if body.encode() not in stored.get(seq, b"")]
        assert lost == []
        return store.checkpoint()
    finally:
        store.close()


def test_no_acknowledged_record_is_lost_in_a_file(tmp_path: Path) -> None:
    """Ten kills under six writers."""
    kill_rounds(made(sqlite_place(tmp_path)), 10, Random(1))


@pytest.mark.long
@pytest.mark.parametrize("group", range(20))
def test_no_acknowledged_record_is_lost_in_files(tmp_path: Path, group: int) -> None:
    """Two hundred kills, in twenty logs."""
    kill_rounds(made(sqlite_place(tmp_path)), 10, Random(100 + group))


def test_no_acknowledged_record_is_lost_in_postgres(postgres_server: str) -> None:
    """Four kills of the program, while the server lives on."""
    with postgres_place(postgres_server) as place:
        kill_rounds(made(place), 4, Random(2))


@pytest.mark.long
@pytest.mark.parametrize("group", range(5))
def test_no_acknowledged_record_is_lost_in_many_postgres(postgres_server: str, group: int) -> None:
    """Fifty kills of the program, while the server lives on."""
    with postgres_place(postgres_server) as place:
        kill_rounds(made(place), 10, Random(200 + group))


def test_the_recorder_goes_on_after_its_server_was_killed(postgres: Any) -> None:
    """Without its server nothing is acknowledged; once it is back, the same process goes on by itself."""
    with postgres_place(postgres.get_uri()) as place:
        location = made(place)
        with recording(location) as recorder:
            recorder.wait_for(100)
            postgres.get_postmaster_info().process.kill()
            recorder.wait_for(THREADS, "refused")
            before = len(recorder.lines)
            for lock in ("postmaster.pid", ".s.PGSQL.5432.lock"):
                (postgres.pgdata / lock).unlink()  # where nobody collects dead processes, it looks alive
            postgres.ensure_postgres_running()
            recorder.wait_for(before + 100)
            recorder.wait_for(200, "sha256")
            acknowledged = recorder.kill()
        check(location, acknowledged, None)
