"""What only the store in PostgreSQL does: two walls against change, and durable commits."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from log_making import Place, entry, made, postgres_place, recorded, sign
from sqlalchemy import create_engine

from cds.audit.stores import create_store, open_store
from cds.audit.stores.tables import metadata
from cds.audit.writer import Writer
from cds.errors import InputError, NotRecorded

CHANGES = [
    "UPDATE records SET kind = 'refusal'",
    "DELETE FROM nodes",
    "TRUNCATE checkpoints",
    "UPDATE rulesets SET content = ''",
    "INSERT INTO records SELECT * FROM records ON CONFLICT (seq) DO UPDATE SET kind = 'refusal'",
]


@pytest.fixture
def place(postgres_server: str) -> Iterator[Place]:
    """Give a database of its own."""
    with postgres_place(postgres_server) as found:
        yield found


@pytest.mark.parametrize("change", CHANGES)
def test_the_recording_role_may_not_change_anything(place: Place, change: str) -> None:
    """The first wall: the role has INSERT and SELECT only."""
    with psycopg.connect(recorded(place, [3]), autocommit=True) as session:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
            session.execute(change)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="must be owner"):
            session.execute("ALTER TABLE records DISABLE TRIGGER append_only")


@pytest.mark.parametrize("change", CHANGES)
def test_the_owner_is_refused_as_well(place: Place, change: str) -> None:
    """The second wall: a trigger, also where triggers of replicas are off."""
    recorded(place, [3])
    with psycopg.connect(place[1], autocommit=True) as session:
        session.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="the log is append-only"):
            session.execute(change)


def test_an_owner_is_warned_who_records(place: Place) -> None:
    """Recording works for the owner too, with a caution."""
    recording = open_store(made(place))
    assert recording.cautions() == []
    recording.close()
    owner = open_store(place[1])
    assert "INSERT and SELECT only" in owner.cautions()[0]
    with pytest.raises(NotRecorded, match="append-only"):
        owner.remove_bodies(1)
    owner.close()


def test_a_session_that_ended_is_opened_anew(place: Place) -> None:
    """The append during which the server ends the session is refused; the next one succeeds."""
    with Writer(open_store(made(place), write=True), sign) as writer:
        assert writer.append(entry(0, kind="feedback")) == 0
        with psycopg.connect(place[1], autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'cds_recorder'")
        with pytest.raises(NotRecorded, match="the server"):
            writer.append(entry(1, kind="feedback"))
        assert writer.append(entry(2, kind="feedback")) == 1


def test_sessions_that_do_not_wait_for_the_disk_are_made_to(place: Place) -> None:
    """A role for which `synchronous_commit` is off records durably all the same."""
    location = made(place)
    with psycopg.connect(place[1], autocommit=True) as admin:
        admin.execute("ALTER ROLE cds_recorder SET synchronous_commit = off")
    try:
        store = open_store(location, write=True)
        shown = store._writing.exec_driver_sql("SHOW synchronous_commit").scalar()  # noqa: SLF001 - a session of its own
        store.close()
    finally:
        with psycopg.connect(place[1], autocommit=True) as admin:
            admin.execute("ALTER ROLE cds_recorder RESET synchronous_commit")
    assert shown == "on"


def test_errors_do_not_show_the_password(place: Place) -> None:
    """An address in an error has no password."""
    with pytest.raises(InputError, match="cannot be reached") as error:
        open_store("postgresql://someone:secret@localhost:1/log")
    assert "secret" not in str(error.value)
    with pytest.raises(NotRecorded, match="cannot be reached") as error:
        open_store("postgresql://someone:secret@localhost:1/log", write=True)
    assert "secret" not in str(error.value)
    with pytest.raises(InputError, match="cannot be made") as error:
        create_store(place[1], role="nobody-of-this-name")
    assert "does not exist" in str(error.value)
    with pytest.raises(InputError, match="not a decision log"):
        open_store(place[1])


def test_migrations_end_with_the_tables_of_the_program(place: Place) -> None:
    """What the migrations make is what the program reads."""
    made(place)
    engine = create_engine(place[1].replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        here = {"include_object": lambda found, *_: found.info.get("dialect", "postgresql") == "postgresql"}
        assert compare_metadata(MigrationContext.configure(connection, opts=here), metadata) == []
    engine.dispose()
