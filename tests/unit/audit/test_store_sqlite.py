"""What only the store in a file does: full disks, read-only places, bodies that are gone, one that writes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from log_making import entry, fill, made, opened, recorded, sign, sqlite_place
from sqlalchemy import create_engine

from cds.audit.stores import create_store, open_store
from cds.audit.stores.sqlite import has_wal_reset_bug
from cds.audit.stores.tables import REVISION, metadata
from cds.audit.verification import verify_log
from cds.audit.writer import Writer
from cds.errors import InputError, NotRecorded


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a file system of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root can mount a small file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def whole(location: str) -> int:
    """See that a log is whole; gives how many records it has."""
    store = open_store(location)
    try:
        found = verify_log(store, opened)
        assert found.findings == ()
        return found.records
    finally:
        store.close()


def test_a_full_disk_refuses_and_goes_on_when_there_is_room(small_disk: Path) -> None:
    """Nothing is acknowledged that did not fit; with room again the same writer records on."""
    filler = small_disk / "filler"
    filler.write_bytes(bytes(300_000))
    location = made(sqlite_place(small_disk))
    acknowledged = -1
    with Writer(open_store(location, write=True), sign) as writer:
        with pytest.raises(NotRecorded, match="the disk is full"):  # noqa: PT012 - whichever is the first
            for number in range(10_000):
                acknowledged = writer.append(entry(number, size=4000, kind="feedback"))
        assert acknowledged >= 5
        assert whole(location) == acknowledged + 1
        filler.unlink()
        assert writer.append(entry(kind="feedback")) == acknowledged + 1
    assert whole(location) == acknowledged + 2


def test_a_read_only_disk_is_read_and_not_recorded_to(small_disk: Path) -> None:
    """A log on a read-only file system can be verified; recording is refused at once."""
    location = recorded(sqlite_place(small_disk), [3, 2])
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert whole(location) == 5
    with pytest.raises(NotRecorded, match="Read-only file system"):
        open_store(location, write=True)
    with pytest.raises(NotRecorded, match="Read-only file system"):
        create_store(str(small_disk / "other.sqlite"))


LIMITED = """
import resource, signal, sys
from log_making import entry, sign
from cds.audit.stores import open_store
from cds.audit.writer import Writer
from cds.errors import NotRecorded

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Writer(open_store(sys.argv[1], write=True), sign) as writer:
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
    try:
        while True:
            print(writer.append(entry(size=4000, kind="feedback")))
    except NotRecorded as error:
        print(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(writer.append(entry(kind="feedback")))
"""


def test_a_write_that_fails_half_way_leaves_the_log_whole(tmp_path: Path) -> None:
    """Where the system refuses a write, the caller is refused, and the next append takes the same number."""
    location = made(sqlite_place(tmp_path))
    folder = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, location],
        env={**os.environ, "PYTHONPATH": str(folder)},
        stdout=subprocess.PIPE,
        check=True,
    )
    *numbers, refusal, next_number = ran.stdout.decode().splitlines()
    assert "not recorded" in refusal
    assert [int(number) for number in numbers] == list(range(len(numbers)))
    assert int(next_number) == len(numbers)
    assert whole(location) == len(numbers) + 1


def test_removed_bodies_are_gone_from_the_disk(tmp_path: Path) -> None:
    """After retention no file holds the bodies, and the log still verifies from there on."""
    location = recorded(sqlite_place(tmp_path), [4, 4])
    removed, kept = entry(2, size=40).body, entry(6, size=40).body
    store = open_store(location, write=True)
    assert store.remove_bodies(4) == 4
    assert store.remove_bodies(4) == 0
    on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert removed not in on_disk
    assert kept in on_disk
    assert store.record(2).body is None
    assert verify_log(store, opened, bodies_from=4).findings == ()
    assert [finding.place for finding in verify_log(store, opened).findings] == [f"record {n}" for n in range(4)]
    store.close()


def test_bodies_that_a_reader_still_sees_are_said(tmp_path: Path) -> None:
    """While someone reads the old state, the disk still holds it: that is an error, not silence."""
    store = open_store(recorded(sqlite_place(tmp_path), [4]), write=True)
    store.put_ruleset("sha256:00", "sha256:00", b"")  # something in the write-ahead log
    with store.snapshot(), pytest.raises(NotRecorded, match="do it again once that has ended"):
        store.remove_bodies(4)
    store.close()


def test_readers_do_not_checkpoint(tmp_path: Path) -> None:
    """A reader that opens and closes leaves the write-ahead log to the one that writes."""
    location = made(sqlite_place(tmp_path))
    writing = open_store(location, write=True)
    with Writer(writing, sign) as writer:
        writer.append(entry(kind="feedback"))
        before = Path(location).read_bytes()
        reader = open_store(location)
        assert reader.size() == 1
        reader.close()
        assert Path(location).read_bytes() == before
        assert Path(f"{location}-wal").stat().st_size


@pytest.mark.parametrize(
    ("version", "is_affected"),
    [((3, 6, 23), False), ((3, 7, 0), True), ((3, 40, 1), True), ((3, 51, 2), True), ((3, 51, 3), False)],
)
def test_versions_with_the_bug_are_known(version: tuple[int, ...], *, is_affected: bool) -> None:
    """SQLite 3.7.0 to 3.51.2 is affected."""
    assert has_wal_reset_bug(version) is is_affected


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    """A file of another kind is not taken for a log, and not overwritten."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear colleague, " * 100)
    with pytest.raises(InputError, match="damaged or no SQLite file"):
        open_store(str(path))
    with pytest.raises(InputError, match="exists already"):
        create_store(str(path))
    with pytest.raises(InputError, match="has no role"):
        create_store(str(tmp_path / "log.sqlite"), role="someone")


def test_migrations_end_with_the_tables_of_the_program(tmp_path: Path) -> None:
    """What the migrations make is what the program reads, and the version it asks for is the last of them."""
    location = made(sqlite_place(tmp_path))
    engine = create_engine(f"sqlite:///{location}")
    with engine.connect() as connection:
        here = {"include_object": lambda found, *_: found.info.get("dialect", "sqlite") == "sqlite"}
        assert compare_metadata(MigrationContext.configure(connection, opts=here), metadata) == []
    engine.dispose()
    config = Config()
    config.set_main_option("script_location", "cds.audit.stores:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


def test_a_log_with_a_foreign_end_is_not_continued(tmp_path: Path) -> None:
    """Before anything is recorded, the last checkpoint must be that of the records."""
    location = recorded(sqlite_place(tmp_path), [5])
    engine = create_engine(f"sqlite:///{location}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE records SET header = zeroblob(20) WHERE seq = 4")
    engine.dispose()
    with pytest.raises(NotRecorded, match="does not fit its records; check it with `cds log verify`"):
        fill(open_store(location, write=True), [1])


def test_nobody_else_reads_the_files_of_a_log(tmp_path: Path) -> None:
    """The log and its write-ahead files are for the account that records."""
    log = made(sqlite_place(tmp_path))
    with Writer(open_store(log, write=True), sign) as writer:
        writer.append(entry())
        modes = {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()}
    assert set(modes.values()) == {"0o600"}
    assert len(modes) == 4
