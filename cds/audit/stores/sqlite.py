"""The log in one SQLite file: write-ahead log, every commit on the disk before it is acknowledged.

SQLite 3.7.0 to 3.51.2 can damage a file when two connections write or checkpoint at the same instant ("WAL-reset").
Here only one connection ever does: a lock beside the file keeps a second writer out, and readers open the file
read-only, which neither writes nor checkpoints. The module is Python's own: a second SQLite library in one process
(such as that of `apsw`) would release the first one's file locks, and SQLAlchemy and Alembic do not speak to it.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, Select, create_engine, event, update
from sqlalchemy.pool import NullPool, QueuePool

from cds.audit.stores.sql import SqlStore, driver
from cds.audit.stores.tables import REVISION, records
from cds.audit.stores.versions import check_version, upgrade, version
from cds.errors import InputError, NotRecorded

OLDEST = (3, 37, 0)  # strict tables
_WAL_RESET = ((3, 7, 0), (3, 51, 2))
_PAGE_BYTES = 8192  # pages of 4 kB may stay half empty under records of 2 kB; larger ones cost a lone caller more
_REASONS = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "the file or its file system is read-only",
    "SQLITE_CANTOPEN": "the file, or those that SQLite keeps beside it, cannot be opened",
    "SQLITE_BUSY": "another program holds the file",
    "SQLITE_LOCKED": "another program holds the file",
    "SQLITE_IOERR": "the disk did not take or give what was asked of it",
    "SQLITE_CORRUPT": "the file is damaged; check it with `cds log verify`",
    "SQLITE_NOTADB": "the file is damaged or no SQLite file",
}


_OWNER = 0o600
"""A header has no patient's data, but who asked when about which pseudonym is nobody else's business."""


class SqliteStore(SqlStore):
    """A log in a file; with `write`, the only process that appends to it."""

    def __init__(self, path: Path, *, write: bool = False) -> None:
        """Open a log that exists.

        Raises:
            InputError: there is no log, or one of another version.
            NotRecorded: it is to be written and cannot be, or another process records into it.
        """
        if sqlite3.sqlite_version_info < OLDEST:
            raise InputError(f"SQLite {sqlite3.sqlite_version} is too old for the log", expected="3.37 or newer")
        if not path.is_file():
            raise InputError(f"there is no log `{path}`", expected="one made by `cds log init`")
        self._path = path
        self._lock = _lock(path) if write else None
        super().__init__(str(path), _engine(path, _reading_mode(path)), write=write)
        try:
            if write:
                self._prepare()
            else:
                with self._connect() as connection:
                    found = version(connection)
                check_version(found, self.location)
        except BaseException:
            self.close()
            raise

    @classmethod
    def create(cls, path: Path) -> None:
        """Make an empty log.

        Raises:
            InputError: something is there already.
            NotRecorded: the file cannot be written.
        """
        if path.exists() and path.stat().st_size:
            raise InputError(f"`{path}` exists already", expected="the name of a new file")
        lock = _lock(path)
        engine = _engine(path, "rw", writing=True)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, _OWNER))  # SQLite gives its own files the same mode
            with engine.connect() as connection:
                upgrade(connection)
                connection.commit()
        except Exception as error:  # noqa: BLE001  # whatever it is, there is no log
            reason = _reason(getattr(error, "orig", error))
            raise NotRecorded(f"the log `{path}` cannot be made: {reason}") from None
        finally:
            engine.dispose()
            os.close(lock)

    def remove_bodies(self, stop: int) -> int:
        """Remove the bodies of the records before `stop` from the disk too, and tell how many there were."""
        with self._transaction() as connection:
            old = update(records).where(records.c.seq < stop, records.c.body.is_not(None))
            removed = connection.execute(old.values(body=None)).rowcount
        with self._one_at_a_time:
            if self._writing is None:
                self._writing = self._open_writing()
            kept = driver(self._writing).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if kept[0]:
            raise NotRecorded(
                f"the bodies are removed from `{self.location}`, but its write-ahead log still holds them, since "
                "another program reads it; do it again once that has ended"
            )
        return int(removed)

    def damage(self) -> list[str]:
        """Ask SQLite what of the file, its tables and indexes is damaged."""
        with self._connect() as connection:
            told = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        return [] if told == ["ok"] else [str(line) for line in told]

    def cautions(self) -> list[str]:
        """Say what of this SQLite's version an operator should know."""
        if not has_wal_reset_bug(sqlite3.sqlite_version_info):
            return []
        bug = "can damage a file that two programs write at the same instant"
        return [f"SQLite {sqlite3.sqlite_version} {bug}; cds is the only one that may write to the log"]

    def close(self) -> None:
        """Give everything back, the lock last."""
        super().close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _prepare(self) -> None:
        """Open for writing, so that what cannot be written is told as that; an older log is brought up to date."""
        with self._transaction() as connection:
            found = version(connection)
            if found is not None:
                connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")  # shows that it can
        if found is not None and found < REVISION:
            with self._transaction() as connection:
                upgrade(connection)
                found = version(connection)
        check_version(found, self.location)

    def _open_writing(self) -> Connection:
        return _engine(self._path, "rw", writing=True).connect()

    def _insert(
        self, connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> None:
        places = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 - our own names
        # by the driver itself: SQLAlchemy's way to it takes longer, and one statement of many rows twice as long
        driver(connection).executemany(statement, rows)

    def _fetch(self, connection: Connection, wanted: Select[Any], size: int) -> Iterator[Sequence[Any]]:
        """Give rows as the driver makes them: to make SQLAlchemy's of them takes longer than to check them."""
        with closing(connection.execute(wanted)) as result:
            while block := result.cursor.fetchmany(size):
                yield block

    def _reason(self, error: BaseException) -> str:
        return _reason(error)


def has_wal_reset_bug(version_info: tuple[int, ...]) -> bool:
    """Tell whether this version of SQLite can damage a file that two connections write at the same instant."""
    return _WAL_RESET[0] <= version_info <= _WAL_RESET[1]


def _engine(path: Path, mode: str, *, writing: bool = False) -> Engine:
    address = f"file:{quote(str(path.absolute()))}?{'immutable=1' if mode == 'immutable' else f'mode={mode}'}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=10)
        if writing:
            connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA fullfsync = ON")  # macOS: through the cache of the disk too
            connection.execute("PRAGMA secure_delete = ON")
        return connection

    engine = create_engine("sqlite+pysqlite://", creator=connect, poolclass=NullPool if writing else QueuePool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _reading_mode(path: Path) -> str:
    """Choose `ro`; `immutable` where nothing can change and SQLite cannot make the files that it keeps beside."""
    beside = Path(f"{path}-wal")
    return "ro" if os.access(path.parent, os.W_OK) or beside.exists() else "immutable"


def _lock(path: Path) -> int:
    """Take the lock beside the file; it ends with the process, however that ends."""
    try:
        lock = os.open(f"{path}-lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise NotRecorded(f"`{path}` cannot be opened for recording: {error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise NotRecorded(f"another process is recording into `{path}`; only one may") from None
    return lock


def _reason(error: BaseException) -> str:
    name = getattr(error, "sqlite_errorname", "")
    return next((said for code, said in _REASONS.items() if name.startswith(code)), str(error) or type(error).__name__)
