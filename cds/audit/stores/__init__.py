"""Where the log is kept: a SQLite file, or a PostgreSQL database."""

from __future__ import annotations

from pathlib import Path

from cds.audit.stores.base import Store
from cds.errors import InputError


def open_store(location: str, *, write: bool = False) -> Store:
    """Open a log: the path of a SQLite file, or a `postgresql://` address; with `write`, as the one that records.

    Raises:
        InputError: there is no log, or one of another version.
        NotRecorded: it is to be written and cannot be, or another process records into it.
    """
    if is_postgres(location):
        from cds.audit.stores.postgres import PostgresStore  # noqa: PLC0415 - an extra package

        return PostgresStore(location, write=write)
    from cds.audit.stores.sqlite import SqliteStore  # noqa: PLC0415 - only the one that is used

    return SqliteStore(Path(location), write=write)


def create_store(location: str, *, role: str | None = None) -> None:
    """Make an empty log; in PostgreSQL as its owner, `role` being the one that records and reads from then on.

    Raises:
        InputError: something is there already, or a role is given for a file.
        NotRecorded: it cannot be made.
    """
    if is_postgres(location):
        from cds.audit.stores.postgres import PostgresStore  # noqa: PLC0415 - an extra package

        PostgresStore.create(location, role=role)
        return
    if role is not None:
        raise InputError(f"a log in a file has no role `{role}`", expected="a role for `postgresql://` only")
    from cds.audit.stores.sqlite import SqliteStore  # noqa: PLC0415 - only the one that is used

    SqliteStore.create(Path(location))


def is_postgres(location: str) -> bool:
    """Tell a PostgreSQL address from the path of a file."""
    return location.startswith(("postgresql://", "postgres://"))
