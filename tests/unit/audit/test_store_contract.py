"""The contract that every store of the log passes; PostgreSQL is a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from log_making import Place, entry, made, postgres_place, sqlite_place
from sqlalchemy import create_engine, make_url, text

from cds.audit.merkle.frontier import Frontier
from cds.audit.merkle.growth import tree_hash
from cds.audit.merkle.hashing import leaf_hash, leaf_hashes
from cds.audit.merkle.proofs import consistency_proof, inclusion_proof
from cds.audit.record import Record, prepare
from cds.audit.stores import create_store, open_store
from cds.audit.stores.base import Store
from cds.audit.stores.numbering import node_count
from cds.errors import InputError, NotRecorded


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Give a place for a log, for each kind of store."""
    if request.param == "sqlite":
        yield sqlite_place(tmp_path)
        return
    with postgres_place(request.getfixturevalue("postgres_server")) as found:
        yield found


@pytest.fixture
def location(place: Place) -> str:
    """Give the address of an empty log."""
    return made(place)


@pytest.fixture
def store(location: str) -> Iterator[Store]:
    """Give an empty log that is open for recording."""
    opened = open_store(location, write=True)
    yield opened
    opened.close()


def records(count: int, start: int = 0) -> list[Record]:
    """Make records in a row; every seventh is feedback."""
    return [prepare(entry(n, kind="feedback" if n % 7 == 5 else "decision")).numbered(n) for n in range(start, count)]


def note(size: int) -> bytes:
    """Give something with the lines of a checkpoint."""
    return f"origin\n{size}\nroot\n\n- someone c2lnbmVk\n".encode()


def append(store: Store, some: list[Record], frontier: Frontier) -> None:
    """Append records as the writer does."""
    nodes = frontier.extend(leaf_hashes(record.header for record in some))
    store.append(some, nodes, note(frontier.size))


def test_an_empty_log_is_empty(store: Store) -> None:
    """A new log has no records and no checkpoint."""
    assert store.size() == 0
    assert list(store.records()) == []
    assert store.checkpoint() is None
    assert list(store.rows()) == []


def test_records_come_back_byte_for_byte(store: Store) -> None:
    """What was appended in several commits streams back in order, whole or in part."""
    some, frontier = records(30), Frontier()
    for stretch in (some[:1], some[1:20], some[20:]):
        append(store, stretch, frontier)
    assert store.size() == 30
    assert list(store.records()) == some
    assert list(store.records(3, 7)) == some[3:7]
    assert list(store.records(28)) == some[28:]
    assert store.record(12) == some[12]
    assert [row.seq for block in store.rows() for row in block] == list(range(30))


def test_a_record_that_is_not_there_is_said(store: Store) -> None:
    """A number beyond the end is the asker's mistake."""
    append(store, records(2), Frontier())
    with pytest.raises(InputError, match=r"no record `2`; expected a number below 2"):
        store.record(2)


def test_records_are_found_by_kind_and_subject(store: Store) -> None:
    """The columns that help to find a record are those of its header."""
    append(store, records(30), Frontier())
    assert list(store.find(kind="feedback")) == [5, 12, 19, 26]
    assert list(store.find(subject=f"{1:064x}")) == list(range(1, 30, 3))
    assert list(store.find(kind="decision", subject=f"{2:064x}")) == [2, 8, 11, 14, 17, 20, 23, 29]
    assert len(list(store.find(kind="decision"))) == 26
    assert list(store.find(kind="refusal")) == []


def test_numbers_have_no_gaps(store: Store) -> None:
    """A number that is not the next is refused, and nothing of that append stays."""
    frontier = Frontier()
    append(store, records(3), frontier)
    for wrong in (records(3), records(5, start=4), [*records(4, start=3), *records(6, start=5)]):
        with pytest.raises(NotRecorded, match=r"the next record .* has the number 3"):
            store.append(wrong, [], note(9))
    assert store.size() == 3
    assert store.checkpoint() == note(3)
    append(store, records(5, start=3), frontier)
    assert store.size() == 5


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 30])
def test_stored_nodes_serve_roots_and_proofs(store: Store, size: int) -> None:
    """The tree is taken up from the store at every size, and proofs are made from it."""
    some, frontier = records(30), Frontier()
    for start in range(0, 30, 4):
        append(store, some[start : start + 4], frontier)
    assert Frontier.at(size, store.nodes).root() == tree_hash(record.header for record in some[:size])
    assert inclusion_proof(size - 1, 30, store.nodes)
    assert size == 30 or consistency_proof(size, 30, store.nodes)
    assert store.nodes([(0, 29), (0, 30), (9, 0)]) == {(0, 29): leaf_hash(some[29].header)}
    numbers = [row[0] for block in store.node_rows() for row in block]
    assert numbers == list(range(node_count(30)))


def test_many_nodes_are_given_at_once(store: Store) -> None:
    """More nodes than a database takes parameters come back all."""
    append(store, records(600), Frontier())
    ids = [(level, index) for level in range(3) for index in range(600 >> level)]
    assert set(store.nodes(ids)) == set(ids)


def test_checkpoints_are_kept_all(store: Store) -> None:
    """The latest checkpoint, that of one size, and all in order; one with more signatures follows its first form."""
    frontier = Frontier()
    append(store, records(2), frontier)
    append(store, records(5, start=2), frontier)
    with_witness = note(2) + b"- witness d2l0\n"
    assert store.checkpoint() == store.checkpoint(5) == note(5)
    assert store.checkpoint(2) == note(2)
    assert store.checkpoint(4) is None
    store.append([], [], with_witness)
    assert store.checkpoint(2) == with_witness
    assert list(store.checkpoints()) == [note(2), note(5), with_witness]
    assert [row.number for row in store.checkpoint_rows()] == [0, 1, 2]


def test_a_ruleset_is_kept_once(store: Store) -> None:
    """A ruleset that is there stays as it is; one that is not there is said."""
    store.put_ruleset("sha256:aa", "sha256:bb", b"content")
    store.put_ruleset("sha256:aa", "sha256:cc", b"other")
    assert store.ruleset("sha256:aa") == b"content"
    assert [tuple(row) for row in store.ruleset_rows()] == [("sha256:aa", "sha256:bb", b"content")]
    with pytest.raises(InputError, match="keeps no ruleset `sha256:ab`"):
        store.ruleset("sha256:ab")


def test_what_is_stored_is_there_after_opening_again(location: str, store: Store) -> None:
    """A second opening sees the records, and takes up the numbers."""
    frontier = Frontier()
    append(store, records(3), frontier)
    store.close()
    again = open_store(location, write=True)
    append(again, records(4, start=3), frontier)
    assert list(again.records()) == records(4)
    assert again.damage() == []
    again.close()


def test_only_one_records(location: str, store: Store) -> None:
    """A second process is told who is in the way; readers come and go."""
    with pytest.raises(NotRecorded, match="another process is recording into"):
        open_store(location, write=True)
    append(store, records(2), Frontier())
    reader = open_store(location)
    assert list(reader.records()) == records(2)
    with pytest.raises(NotRecorded, match="not open for recording"):
        reader.append(records(3, start=2), [], None)
    reader.close()
    assert store.size() == 2


def test_a_snapshot_stands_still(store: Store) -> None:
    """What is appended meanwhile does not show in a snapshot."""
    frontier = Frontier()
    append(store, records(3), frontier)
    with store.snapshot() as now:
        append(store, records(5, start=3), frontier)
        assert now.size() == 3
        assert now.checkpoint() == note(3)
        assert [row.seq for block in now.rows() for row in block] == [0, 1, 2]
    assert store.size() == 5


def test_a_place_is_taken_once(place: Place, location: str) -> None:
    """Making a log where there is one is refused."""
    assert location == place[0]
    with pytest.raises(InputError, match="already"):
        create_store(place[1])


def test_tables_of_another_version_are_refused(place: Place, location: str) -> None:
    """Tables of a newer cds are not touched; those of an older one wait for their owner."""
    url = place[1] if "://" in place[1] else f"sqlite:///{place[1]}"
    engine = create_engine(make_url(url.replace("postgresql:", "postgresql+psycopg:")))
    for found, message in (("9999", "newer cds .its tables have version `9999`"), ("0000", "older cds")):
        with engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE alembic_version RENAME TO kept_{found}"))
            connection.execute(text(f"CREATE TABLE alembic_version AS SELECT '{found}' AS version_num"))
            if "://" in location:
                connection.execute(text("GRANT SELECT ON alembic_version TO PUBLIC"))
        with pytest.raises(InputError, match=message):
            open_store(location)
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE alembic_version"))
            connection.execute(text(f"ALTER TABLE kept_{found} RENAME TO alembic_version"))
    engine.dispose()
    open_store(location).close()


def test_what_is_no_log_is_refused(place: Place) -> None:
    """A place without a log is refused, and none is made there by opening it."""
    with pytest.raises(InputError, match=r"no log|not a decision log"):
        open_store(place[0])
    with pytest.raises(InputError, match=r"no log|not a decision log"):
        open_store(place[0], write=True)
