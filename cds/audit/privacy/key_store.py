"""The file `subjects.sqlite`: wrapped keys by pseudonym, and nothing left on disk of one that was deleted.

SQLite leaves what it deletes in free pages and in the write-ahead file. So a key is overwritten before it is deleted,
`secure_delete` clears the pages, and the write-ahead file is emptied before the deletion is reported. One process at a
time writes (a lock beside the file), since SQLite before 3.51.3 can damage a file that two connections write to and
checkpoint at the same instant.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cds.audit.privacy.secret_files import OWNER_ONLY, check_mode
from cds.errors import KeyFailure

Row = tuple[str, bytes, str]
"""A pseudonym, its wrapped key, and the version of the body key that wraps it."""

SCHEMA = 1
_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
)
_TABLE = (
    "CREATE TABLE IF NOT EXISTS subject_key "
    "(pseudonym TEXT PRIMARY KEY, wrapped BLOB NOT NULL, body_key TEXT NOT NULL) WITHOUT ROWID"
)


class KeyStore:
    """Wrapped keys on disk; not for several threads at once."""

    def __init__(self, path: Path, *, patience_seconds: float) -> None:
        self._path = path
        with self._told("opened"):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY))
            check_mode(path, path.stat().st_mode)
            self._database = sqlite3.connect(
                path, timeout=patience_seconds, isolation_level=None, check_same_thread=False
            )
            with self._alone():
                self._prepare()
        self._seen = self._version()

    def find(self, pseudonym: str) -> Row | None:
        """Give the row of a pseudonym."""
        query = "SELECT pseudonym, wrapped, body_key FROM subject_key WHERE pseudonym = ?"
        with self._told("read"):
            found: Row | None = self._database.execute(query, (pseudonym,)).fetchone()
        return found

    def rows(self) -> list[Row]:
        """Give all rows."""
        with self._told("read"):
            return self._database.execute("SELECT pseudonym, wrapped, body_key FROM subject_key").fetchall()

    def was_changed(self) -> bool:
        """Tell whether somebody else has changed the file since this was last asked."""
        before, self._seen = self._seen, self._version()
        return before != self._seen

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows; those whose pseudonym is there already change nothing. They are durable when this returns."""
        with self._told("written"), self._alone(), self._transaction():
            self._database.executemany("INSERT OR IGNORE INTO subject_key VALUES (?, ?, ?)", rows)

    def replace(self, rows: Iterable[Row]) -> None:
        """Wrap keys anew, and leave nothing of how they were wrapped before."""
        change = "UPDATE subject_key SET wrapped = ?2, body_key = ?3 WHERE pseudonym = ?1"
        with self._told("written"), self._alone():
            with self._transaction():
                self._database.executemany(change, rows)
            self._erase_traces()

    def delete(self, pseudonyms: Sequence[str]) -> int:
        """Delete keys and leave nothing of them in the files; gives how many there were.

        Raises:
            KeyFailure: the files may still hold them, since another program is reading; they are deleted already.
        """
        found = [(pseudonym,) for pseudonym in pseudonyms if self.find(pseudonym)]
        with self._told("written"), self._alone():
            with self._transaction():
                overwrite = "UPDATE subject_key SET wrapped = zeroblob(length(wrapped)) WHERE pseudonym = ?"
                self._database.executemany(overwrite, found)
            with self._transaction():
                self._database.executemany("DELETE FROM subject_key WHERE pseudonym = ?", found)
            self._erase_traces()
        return len(found)

    def close(self) -> None:
        """Close the file."""
        with self._alone():
            self._database.close()

    def _prepare(self) -> None:
        for setting in _SETTINGS:
            self._database.execute(setting).fetchall()
        (schema,) = self._database.execute("PRAGMA user_version").fetchone()
        if schema not in {0, SCHEMA}:
            raise KeyFailure(f"the store of subject keys `{self._path}` was written by a newer cds (schema {schema})")
        if schema == 0:
            with self._transaction():
                self._database.execute(_TABLE)
                self._database.execute(f"PRAGMA user_version = {SCHEMA}")

    def _version(self) -> int:
        with self._told("read"):
            (version,) = self._database.execute("PRAGMA data_version").fetchone()
        return int(version)

    def _erase_traces(self) -> None:
        """Write what the write-ahead file holds to the pages it belongs to, and cut the file to nothing."""
        (is_busy, _, _) = self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if is_busy:
            raise KeyFailure(
                f"the old keys are deleted, but `{self._path}-wal` may still hold them, since another program is "
                "reading the file: end that program, and run this once more"
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from writing."""
        lock = os.open(self._path.with_name(f"{self._path.name}.lock"), os.O_RDWR | os.O_CREAT, OWNER_ONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    @contextmanager
    def _told(self, done: str) -> Iterator[None]:
        """Say what failed in words of cds."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise KeyFailure(f"the store of subject keys `{self._path}` cannot be {done}: {reason}") from None
