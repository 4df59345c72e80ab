"""Any single edit to a log is found, given a checkpoint that was held elsewhere."""
# ruff: noqa: S608, S311  # our own names of tables; edits that can be repeated

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
from log_making import entry, fill, made, opened, postgres_place, recorded, sign, sqlite_place

from cds.audit.record import Entry
from cds.audit.stores import create_store, open_store
from cds.audit.stores.numbering import node_count
from cds.audit.verification import verify_log
from cds.audit.writer import Writer
from cds.errors import InputError

BATCHES = [1, 2, 5, 8, 3, 16, 2]
COLUMNS = [
    ("records", "seq"),
    ("records", "kind"),
    ("records", "subject"),
    ("records", "header"),
    ("records", "body"),
    ("nodes", "number"),
    ("nodes", "hash"),
    ("checkpoints", "number"),
    ("checkpoints", "size"),
    ("checkpoints", "note"),
    ("rulesets", "stored"),
    ("rulesets", "digest"),
    ("rulesets", "content"),
]
KEYS = {"records": "seq", "nodes": "number", "checkpoints": "number", "rulesets": "stored"}


class Original:
    """A whole log: its file, the checkpoint that someone else holds, and what stands in it."""

    def __init__(self, path: Path) -> None:
        store = open_store(str(path))
        held = store.checkpoint()
        store.close()
        assert held is not None
        self.held = held
        self.file = path.read_bytes()
        self.content = content(path)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Original:
    """Give a log of 37 records in seven commits."""
    return Original(Path(recorded(sqlite_place(tmp_path_factory.mktemp("original")), BATCHES)))


def content(path: Path) -> list[list[Any]]:
    """Read everything that stands in the tables."""
    with closing(sqlite3.connect(path)) as database:
        return [database.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in KEYS]


def findings(location: str, held: bytes | None) -> list[str]:
    """Verify a log; a log that cannot even be opened is a finding too."""
    try:
        store = open_store(location)
    except InputError as error:
        return [str(error)]
    try:
        return [str(finding) for finding in verify_log(store, opened, against=held).findings]
    finally:
        store.close()


def flip(database: sqlite3.Connection, chance: Random) -> None:
    """Flip one bit of one value."""
    table, column = chance.choice(COLUMNS)
    key = row_of(database, chance, table)
    (value,) = database.execute(f"SELECT {column} FROM {table} WHERE {KEYS[table]} = ?", [key]).fetchone()
    if isinstance(value, int):
        changed: Any = value ^ 1 << chance.randrange(40)
    elif isinstance(value, str):
        changed = flipped(value.encode(), chance, bits=7).decode()
    else:
        changed = flipped(value, chance)
    database.execute(f"UPDATE OR REPLACE {table} SET {column} = ? WHERE {KEYS[table]} = ?", [changed, key])


def flipped(value: bytes, chance: Random, bits: int = 8) -> bytes:
    """Flip one bit of bytes."""
    place = chance.randrange(len(value))
    return value[:place] + bytes([value[place] ^ 1 << chance.randrange(bits)]) + value[place + 1 :]


def row_of(database: sqlite3.Connection, chance: Random, table: str) -> Any:
    """Choose a row by its key."""
    return chance.choice(database.execute(f"SELECT {KEYS[table]} FROM {table}").fetchall())[0]


def delete(database: sqlite3.Connection, chance: Random) -> None:
    """Delete one row."""
    table = chance.choice(list(KEYS))
    database.execute(f"DELETE FROM {table} WHERE {KEYS[table]} = ?", [row_of(database, chance, table)])


def swap(database: sqlite3.Connection, chance: Random) -> None:
    """Let two rows change places, whole or by one value."""
    table, column = chance.choice([pair for pair in COLUMNS if pair[0] != "rulesets"])
    one, other = row_of(database, chance, table), row_of(database, chance, table)
    key = KEYS[table]
    if column == key:
        for found, given in ((one, 999), (other, one), (999, other)):
            database.execute(f"UPDATE {table} SET {key} = ? WHERE {key} = ?", [given, found])
        return
    pick = f"SELECT {column} FROM {table} WHERE {key} = ?"
    values = [database.execute(pick, [each]).fetchone()[0] for each in (one, other)]
    for each, value in zip((other, one), values, strict=True):
        database.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", [value, each])


def duplicate(database: sqlite3.Connection, chance: Random) -> None:
    """Put a copy of a row at the end, or in the place of another."""
    table = chance.choice(["records", "nodes", "checkpoints"])
    key = row_of(database, chance, table)
    (end,) = database.execute(f"SELECT max({KEYS[table]}) + 1 FROM {table}").fetchone()
    place = chance.choice([end, row_of(database, chance, table)])
    row = database.execute(f"SELECT * FROM {table} WHERE {KEYS[table]} = ?", [key]).fetchone()
    database.execute(f"REPLACE INTO {table} VALUES ({', '.join('?' * len(row))})", [place, *row[1:]])


def shorten(database: sqlite3.Connection, chance: Random) -> None:
    """Cut a value short, or take it away."""
    table, column = chance.choice(
        [
            ("records", "header"),
            ("records", "body"),
            ("checkpoints", "note"),
            ("rulesets", "content"),
            ("nodes", "hash"),
        ]
    )
    key = row_of(database, chance, table)
    (value,) = database.execute(f"SELECT {column} FROM {table} WHERE {KEYS[table]} = ?", [key]).fetchone()
    shorter = None if column == "body" and chance.random() < 0.3 else value[: chance.randrange(len(value))]
    database.execute(f"UPDATE {table} SET {column} = ? WHERE {KEYS[table]} = ?", [shorter, key])


def cut_off(database: sqlite3.Connection, chance: Random) -> None:
    """Cut the end off, of one table or of all in step, so that an earlier state stands there."""
    sizes = [row[0] for row in database.execute("SELECT size FROM checkpoints").fetchall()]
    size = chance.choice([0, *sizes[:-1]])
    cuts = [("records", size), ("nodes", node_count(size)), ("checkpoints", sizes.index(size) + 1 if size else 0)]
    for table, first in cuts if chance.random() < 0.5 else [chance.choice(cuts)]:
        database.execute(f"DELETE FROM {table} WHERE {KEYS[table]} >= ?", [first])


def sign_again(database: sqlite3.Connection, chance: Random) -> None:
    """Change a signature, with the log's own key even: over another root, or another size."""
    number = row_of(database, chance, "checkpoints")
    (size,) = database.execute("SELECT size FROM checkpoints WHERE number = ?", [number]).fetchone()
    note = chance.choice([sign(size, chance.randbytes(32)), sign(size + 1, chance.randbytes(32))])
    database.execute("UPDATE checkpoints SET note = ? WHERE number = ?", [note, number])


EDITS: list[Callable[[sqlite3.Connection, Random], None]] = [
    flip,
    flip,
    flip,
    delete,
    swap,
    duplicate,
    shorten,
    cut_off,
    sign_again,
]


def edits(original: Original, path: Path, count: int, chance: Random) -> None:
    """Make that many edits, each to the whole log, and see each found."""
    done = 0
    while done < count:
        path.write_bytes(original.file)
        edit = chance.choice(EDITS)
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA synchronous = OFF")
            database.execute("PRAGMA ignore_check_constraints = ON")
            edit(database, chance)
            database.commit()
        if content(path) == original.content:  # the edit came out as no change
            continue
        done += 1
        assert findings(str(path), original.held), f"edit {done} ({edit.__name__}) was not found"


def test_an_untouched_log_has_no_finding(original: Original, tmp_path: Path) -> None:
    """The log that the others edit is whole."""
    path = tmp_path / "log.sqlite"
    path.write_bytes(original.file)
    assert findings(str(path), original.held) == []


def test_any_edit_is_found(original: Original, tmp_path: Path) -> None:
    """Three hundred random edits."""
    edits(original, tmp_path / "log.sqlite", 300, Random(1))


@pytest.mark.long
@pytest.mark.parametrize("group", range(20))
def test_every_edit_is_found(original: Original, tmp_path: Path, group: int) -> None:
    """Ten thousand random edits, in twenty groups."""
    edits(original, tmp_path / "log.sqlite", 500, Random(1000 + group))


@pytest.mark.parametrize("seed", range(150))
def test_a_flipped_bit_of_the_file_is_found_or_harms_nothing(original: Original, tmp_path: Path, seed: int) -> None:
    """Where nothing is found, everything that stands in the log is as it was: the bit is one that is not used."""
    path = tmp_path / "log.sqlite"
    path.write_bytes(flipped(original.file, Random(seed)))
    if not findings(str(path), original.held):
        assert content(path) == original.content


@pytest.mark.parametrize("changed", [0, 7, 36])
def test_a_history_that_was_written_anew_is_found(original: Original, tmp_path: Path, changed: int) -> None:
    """With the log's own key, everything fits together: only the checkpoint held elsewhere shows it."""

    def forged() -> Iterator[Entry]:
        for number in range(37):
            yield entry(number + 100 if number == changed else number, kind="feedback")

    path = str(tmp_path / "forged.sqlite")
    create_store(path)
    with Writer(open_store(path, write=True), sign) as writer:
        writer.append_all(forged())
    assert findings(path, None) == []
    assert findings(path, original.held)


def test_findings_say_where(original: Original, tmp_path: Path) -> None:
    """A finding names the record, or the nearest stretch of records that the tree tells apart."""
    path = tmp_path / "log.sqlite"
    for change, place in (
        ("UPDATE records SET body = x'00' WHERE seq = 20", "record 20: its body is not the one that was recorded"),
        ("UPDATE records SET body = NULL WHERE seq = 20", "record 20: its body is missing"),
        ("DELETE FROM records WHERE seq = 11", "record 11: missing"),
        ("DELETE FROM records WHERE seq > 30", "records 31 to 36: missing at the end"),
        ("UPDATE records SET kind = 'refusal' WHERE seq = 3", "record 3: it stands under the kind `refusal`"),
        ("UPDATE records SET subject = NULL WHERE seq = 3", "record 3: it stands under another pseudonym"),
        ("UPDATE nodes SET hash = zeroblob(32) WHERE number = 0", "records 0 to 1: their hash is not"),
        ("DELETE FROM nodes WHERE number = 5", "node 5: missing"),
        ("INSERT INTO nodes VALUES (999, zeroblob(32))", "node 999: the tree of these records has no such node"),
        ("DELETE FROM checkpoints WHERE number = 2", "checkpoint 3: expected checkpoint 2"),
        ("UPDATE checkpoints SET size = 4 WHERE number = 2", "checkpoint 2: it stands under 4 records, and is over 8"),
        ("DELETE FROM rulesets", "missing, and records name it"),
        ("UPDATE rulesets SET content = x'00'", "its bytes do not have this hash"),
        ("UPDATE rulesets SET digest = 'sha256:00'", "it stands under another digest"),
    ):
        path.write_bytes(original.file)
        with closing(sqlite3.connect(path)) as database:
            database.execute(change)
            database.commit()
        assert any(place in finding for finding in findings(str(path), original.held)), change


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE records SET body = '\\x00' WHERE seq = 20",
        "UPDATE records SET header = set_byte(header, 9, get_byte(header, 9) # 1) WHERE seq = 36",
        "DELETE FROM records WHERE seq = 11",
        "DELETE FROM checkpoints WHERE number = 5",
        "UPDATE nodes SET hash = set_byte(hash, 0, get_byte(hash, 0) # 128) WHERE number = 7",
        "UPDATE checkpoints SET note = set_byte(note, 90, get_byte(note, 90) # 1) WHERE number = 2",
        "UPDATE rulesets SET content = 'x'",
    ],
)
def test_edits_are_found_in_postgres(postgres_server: str, change: str) -> None:
    """What a superuser does who takes the trigger away is found as well."""
    with postgres_place(postgres_server) as place:
        location = made(place)
        fill(open_store(location, write=True), BATCHES)
        store = open_store(location)
        held = store.checkpoint()
        store.close()
        assert findings(location, held) == []
        with psycopg.connect(place[1], autocommit=True) as owner:
            for table in KEYS:
                owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
            owner.execute(change)
        assert findings(location, held)
