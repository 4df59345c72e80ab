"""The log in PostgreSQL: one sequencer holds a session lock and appends by binary COPY, under READ COMMITTED.

The role that records needs INSERT and SELECT only; a trigger refuses every change behind that. A superuser can take
both away: that is what checkpoints held elsewhere are for. A pool between cds and the server (such as pgbouncer) must
keep a session's connection, since the lock belongs to the session.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from time import monotonic, sleep
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from cds.audit.stores.sql import SqlStore, driver
from cds.audit.stores.tables import REVISION
from cds.audit.stores.versions import check_version, upgrade, version
from cds.errors import InputError, NotRecorded

_LOCK = 0x63647331  # "cds1": keeps the lock of the log apart from those of other programs in the database
_PATIENCE_SECONDS = 5.0  # the server notices late that a killed process is gone
_TYPES = {
    "records": ("int8", "text", "text", "bytea", "bytea"),
    "nodes": ("int8", "bytea"),
    "checkpoints": ("int8", "int8", "bytea"),
    "rulesets": ("text", "text", "bytea"),
}


class PostgresStore(SqlStore):
    """A log in a database; with `write`, the only session that appends to it."""

    def __init__(self, location: str, *, write: bool = False) -> None:
        """Open a log that exists.

        Raises:
            InputError: the database cannot be reached, or holds no log, or one of another version.
            NotRecorded: it is to be written and cannot be, or another process records into it.
        """
        self._url = _url(location)
        super().__init__(_shown(self._url), _engine(self._url), write=write)
        try:
            found = self._version(to_write=write)
            if write and found is not None and found < REVISION:
                with self._transaction() as connection:
                    upgrade(connection)
                    found = version(connection)
            check_version(found, self.location)
            if write:
                with self._transaction():
                    pass  # takes the lock now, not at the first record
        except BaseException:
            self.close()
            raise

    @classmethod
    def create(cls, location: str, *, role: str | None = None) -> None:
        """Make an empty log in the schema that the address leads to, and let `role` append and read, nothing else.

        Raises:
            InputError: there is a log already, there is no such role, or the database cannot be reached.
        """
        url = _url(location)
        engine = _engine(url)
        try:
            with engine.connect() as connection:
                if version(connection) is not None:
                    raise InputError(f"`{_shown(url)}` holds a log already", expected="an empty schema")
                upgrade(connection)
                if role is not None:
                    _grant(connection, role)
                connection.commit()
        except SQLAlchemyError as error:
            reason = _reason(getattr(error, "orig", None) or error)
            raise InputError(f"a log cannot be made in `{_shown(url)}`: {reason}") from None
        finally:
            engine.dispose()

    def _version(self, *, to_write: bool) -> str | None:
        """Give the version of the log; a database that cannot be reached is no place to record in."""
        try:
            with self._connect() as connection:
                return version(connection)
        except InputError as error:
            if to_write:
                raise NotRecorded(f"not recorded: {error}") from None
            raise

    def remove_bodies(self, stop: int) -> int:
        """Refuse: the tables are append-only, and PostgreSQL leaves what is deleted on the disk."""
        raise NotRecorded(
            f"the bodies of the records before {stop} stay in `{self.location}`: a log in PostgreSQL is append-only; "
            "destroy the keys of the subjects instead"
        )

    def damage(self) -> list[str]:
        """List nothing: PostgreSQL checks its pages as they are read."""
        return []

    def cautions(self) -> list[str]:
        """Say whether the role could change what is recorded."""
        with self._connect() as connection:
            may_change = connection.scalar(
                text("SELECT has_table_privilege('records', 'UPDATE') OR has_table_privilege('records', 'DELETE')")
            )
        if not may_change:
            return []
        return [f"the role of `{self.location}` may change records; record with one that has INSERT and SELECT only"]

    def _open_writing(self) -> Connection:
        connection = _engine(self._url, writing=True).connect()
        try:
            self._check_durable(connection)
            self._take_lock(connection)
            connection.commit()
        except BaseException:
            connection.close()
            raise
        return connection

    def _check_durable(self, connection: Connection) -> None:
        if connection.scalar(text("SHOW fsync")) != "on":
            raise NotRecorded(f"not recorded: the server of `{self.location}` has `fsync` off, so nothing is durable")
        if connection.scalar(text("SHOW synchronous_commit")) == "off":
            connection.execute(text("SET synchronous_commit = on"))

    def _take_lock(self, connection: Connection) -> None:
        """Take the lock in a statement of its own, so that what is read after it is what the last holder left."""
        wanted = text("SELECT pg_try_advisory_lock(:cds, hashtext(current_schema()))")
        until = monotonic() + _PATIENCE_SECONDS
        while not connection.scalar(wanted, {"cds": _LOCK}):
            connection.commit()
            if monotonic() > until:
                raise NotRecorded(f"another process is recording into `{self.location}`; only one may")
            sleep(0.05)

    def _insert(
        self, connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> None:
        if not rows:
            return
        command = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
        with closing(driver(connection).cursor()) as cursor, cursor.copy(command) as copy:
            copy.set_types(_TYPES[table])
            for row in rows:
                copy.write_row(row)

    def _pin(self, connection: Connection) -> None:
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        super()._pin(connection)

    def _reason(self, error: BaseException) -> str:
        return _reason(error)


def _engine(url: URL, *, writing: bool = False) -> Engine:
    try:
        if writing:
            return create_engine(url, isolation_level="READ COMMITTED", poolclass=NullPool)
        return create_engine(url, isolation_level="READ COMMITTED", pool_pre_ping=True)
    except ModuleNotFoundError:
        raise InputError(
            "a log in PostgreSQL needs a package that is missing", expected="`pip install cds[postgres]`"
        ) from None


def _url(location: str) -> URL:
    try:
        return make_url(location).set(drivername="postgresql+psycopg")
    except ArgumentError:
        raise InputError(
            "the address of the database cannot be read", expected="`postgresql://USER@HOST/NAME`"
        ) from None


def _shown(url: URL) -> str:
    """Write an address without the password, and without the name of our driver."""
    return url.set(drivername="postgresql").render_as_string(hide_password=True)


def _grant(connection: Connection, role: str) -> None:
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    schema = connection.dialect.identifier_preparer.quote_identifier(connection.scalar(text("SELECT current_schema()")))
    connection.execute(text(f"GRANT USAGE ON SCHEMA {schema} TO {quoted}"))
    connection.execute(text(f"GRANT SELECT ON alembic_version TO {quoted}"))
    connection.execute(text(f"GRANT SELECT, INSERT ON records, nodes, checkpoints, rulesets TO {quoted}"))


def _reason(error: BaseException) -> str:
    """Say what the server said first: its details may repeat values."""
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    return primary or "the server cannot be reached or has ended the connection"
