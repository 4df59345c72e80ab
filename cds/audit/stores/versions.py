"""Which version the tables of a log have, and bringing them up to this program's."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from cds.audit.stores.tables import REVISION
from cds.errors import InputError

_MIGRATIONS = "cds.audit.stores:migrations"


def version(connection: Connection) -> str | None:
    """Give the version of the tables, None where there is no log."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def check_version(found: str | None, location: str) -> None:
    """Refuse tables that this program does not read.

    Raises:
        InputError: there is no log, or one of another version.
    """
    if found is None:
        raise InputError(f"`{location}` is not a decision log", expected="one made by `cds log init`")
    if found > REVISION:
        raise InputError(
            f"`{location}` was written by a newer cds (its tables have version `{found}`)",
            expected=f"version `{REVISION}` or older; use the newer cds",
        )
    if found < REVISION:
        raise InputError(
            f"`{location}` was written by an older cds (its tables have version `{found}`)",
            expected=f"version `{REVISION}`; opening it once for recording, as its owner, brings it up to date",
        )


def upgrade(connection: Connection) -> None:
    """Make the tables, or bring older ones up to date, in one transaction."""
    from alembic import command  # noqa: PLC0415 - takes longer to load than a log to open
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", _MIGRATIONS)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
