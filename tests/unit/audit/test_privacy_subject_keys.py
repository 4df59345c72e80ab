"""Data keys of subjects: durable before they are used, bound to their subject, and really gone when destroyed."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from cds.audit.privacy.keys import Purpose, Versions
from cds.audit.privacy.subject_keys import SubjectKeys
from cds.errors import InputError, KeyFailure

BODY = Versions(Purpose.BODY, "a test", {"k1": b"1" * 32})
ROTATED = Versions(Purpose.BODY, "a test", {"k1": b"1" * 32, "k2": b"2" * 32})
NAMES = [sha256(f"{number}".encode()).hexdigest() for number in range(2_000)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a store."""
    return tmp_path / "subjects.sqlite"


@pytest.fixture
def keys(path: Path) -> Iterator[SubjectKeys]:
    """Open a store of data keys."""
    with SubjectKeys(path, BODY) as opened:
        yield opened


def rows(path: Path) -> dict[str, tuple[bytes, str]]:
    """Read the store as another program does."""
    database = sqlite3.connect(path)
    found = database.execute("SELECT pseudonym, wrapped, body_key FROM subject_key").fetchall()
    database.close()
    return {pseudonym: (wrapped, body_key) for pseudonym, wrapped, body_key in found}


def on_disk(path: Path) -> bytes:
    """Read every byte of the folder."""
    return b"".join(each.read_bytes() for each in sorted(path.parent.iterdir()))


def pieces(secret: bytes) -> Iterator[bytes]:
    """Cut a secret into overlapping pieces: to find one is to find a remnant."""
    return (secret[start : start + 8] for start in range(0, len(secret) - 8, 4))


def test_a_subject_keeps_its_key(keys: SubjectKeys, path: Path) -> None:
    """In this process, and in the next; another subject has another one."""
    first = keys.key_for("ada")
    assert len(first) == 32
    assert keys.key_for("ada") == first != keys.key_for("bob")
    with SubjectKeys(path, BODY) as again:
        assert again.find("ada") == first
        assert again.find("nobody") is None


def test_the_store_holds_no_plain_key_and_only_its_owner_may_use_it(keys: SubjectKeys, path: Path) -> None:
    """All its files have mode 0600."""
    plain = keys.keys_for(NAMES[:50])
    assert not any(key in on_disk(path) for key in plain.values())
    assert {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()} == {0o600}


def test_a_store_that_others_may_use_is_refused(path: Path) -> None:
    """As every secret file is."""
    SubjectKeys(path, BODY).close()
    path.chmod(0o644)
    with pytest.raises(InputError, match="others than its owner"):
        SubjectKeys(path, BODY)


def test_a_new_key_is_durable_before_it_is_given(path: Path) -> None:
    """A process that is killed right after has left every key that it was given."""
    program = f"""
import os, sys
from pathlib import Path
from cds.audit.privacy.keys import Purpose, Versions
from cds.audit.privacy.subject_keys import SubjectKeys
keys = SubjectKeys(Path({str(path)!r}), Versions(Purpose.BODY, "a test", {{"k1": b"1" * 32}}))
given = keys.keys_for([f"{{number:064x}}" for number in range(200)]) | {{"one": keys.key_for("one")}}
for name, key in given.items():
    print(name, key.hex())
sys.stdout.flush()
os.kill(os.getpid(), 9)
"""
    ended = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert ended.returncode == -9, ended.stderr
    given = dict(line.split() for line in ended.stdout.splitlines())
    assert len(given) == 201
    with SubjectKeys(path, BODY) as again:
        assert {name: key.hex() for name, key in again.keys_for(given).items()} == given


def test_nothing_is_left_on_disk_of_a_destroyed_key(path: Path) -> None:
    """Of 100 of 100, plain or wrapped, not even eight bytes; beside other connections, and after moves of pages."""
    with SubjectKeys(path, BODY) as keys, SubjectKeys(path, BODY) as other:
        beside = sqlite3.connect(path)
        plain: dict[str, bytes] = {}
        for start in range(0, len(NAMES), 100):
            plain.update(keys.keys_for(NAMES[start : start + 100]))
        beside.execute("SELECT count(*) FROM subject_key").fetchall()
        beside.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        wrapped = rows(path)
        gone = NAMES[7::20]
        assert all(other.find(name) == plain[name] for name in gone)
        assert all(wrapped[name][0] in on_disk(path) for name in gone)

        assert keys.destroy(gone) == 100

        left = on_disk(path)
        for name in gone:
            assert not any(piece in left for piece in pieces(wrapped[name][0]))
            assert not any(piece in left for piece in pieces(plain[name]))
            assert name.encode() not in left
        assert all(wrapped[name][0] in left for name in set(NAMES) - set(gone))
        assert [keys.find(name) for name in gone] == [other.find(name) for name in gone] == [None] * 100
        assert keys.destroy(gone) == 0
    beside.close()


def test_a_key_is_gone_from_every_process_that_remembered_it(keys: SubjectKeys, path: Path) -> None:
    """Who sealed with it a moment ago does not seal with it now."""
    before = keys.key_for("ada")
    with SubjectKeys(path, BODY) as other:
        assert other.destroy(["ada"]) == 1
    after = keys.key_for("ada")
    assert after != before
    assert rows(path).keys() == {"ada"}


def test_a_reader_that_hinders_the_erasing_is_told(path: Path) -> None:
    """The key is deleted; that its remnants may still be there is not passed over, and once more erases them."""
    with SubjectKeys(path, BODY, patience_seconds=0.05) as keys:
        keys.key_for("ada")
        wrapped = rows(path)["ada"][0]
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM subject_key").fetchall()
        with pytest.raises(KeyFailure, match=r"may still hold them.*end that program, and run this once more"):
            keys.destroy(["ada"])
        assert keys.find("ada") is None
        reader.execute("COMMIT")
        assert keys.destroy(["ada"]) == 0
        assert not any(piece in on_disk(path) for piece in pieces(wrapped))
    reader.close()


def test_rewrapping_keeps_the_keys_and_erases_how_they_were_wrapped(path: Path) -> None:
    """After it, the old body key opens nothing, and the new one everything."""
    with SubjectKeys(path, BODY) as keys:
        plain = keys.keys_for(NAMES)
    before = rows(path)
    with SubjectKeys(path, ROTATED) as keys:
        assert keys.key_for("new") != keys.key_for(NAMES[0]) == plain[NAMES[0]]
        assert keys.rewrap() == len(NAMES)
        assert keys.rewrap() == 0
        left = on_disk(path)
        assert not any(piece in left for wrapped, _ in before.values() for piece in [wrapped[:16], wrapped[28:44]])
    assert {body_key for _, body_key in rows(path).values()} == {"k2"}
    only_new = Versions(Purpose.BODY, "a test", {"k2": b"2" * 32})
    with SubjectKeys(path, only_new) as keys:
        assert keys.keys_for(NAMES) == plain


def test_without_the_body_key_nothing_is_unwrapped(keys: SubjectKeys, path: Path) -> None:
    """Neither by none, nor by another of that name; and no new key takes the place of one that is there."""
    keys.key_for("ada")
    with (
        SubjectKeys(path, Versions(Purpose.BODY, "a test", {"k2": b"2" * 32})) as other,
        pytest.raises(InputError, match="the body key `k1` is not in a test"),
    ):
        other.key_for("ada")
    with (
        SubjectKeys(path, Versions(Purpose.BODY, "a test", {"k1": b"x" * 32})) as other,
        pytest.raises(KeyFailure, match="the body key of another key folder"),
    ):
        other.key_for("ada")


def test_a_key_does_not_open_under_the_name_of_another_subject(keys: SubjectKeys, path: Path) -> None:
    """Who can write the file cannot give two patients one key."""
    keys.keys_for(["ada", "bob"])
    database = sqlite3.connect(path)
    database.execute("UPDATE subject_key SET wrapped = (SELECT wrapped FROM subject_key WHERE pseudonym = 'ada')")
    database.commit()
    database.close()
    with pytest.raises(KeyFailure, match="was altered"):
        keys.find("bob")


def test_a_flipped_bit_in_a_wrapped_key_is_noticed(keys: SubjectKeys, path: Path) -> None:
    """Wherever it is, a shortened one included."""
    keys.key_for("ada")
    wrapped = rows(path)["ada"][0]
    database = sqlite3.connect(path, isolation_level=None)
    flipped = [bytes([*wrapped[:at], wrapped[at] ^ 1, *wrapped[at + 1 :]]) for at in range(len(wrapped))]
    for bad in [*flipped, wrapped[:20], b""]:
        database.execute("UPDATE subject_key SET wrapped = ?", (bad,))
        with pytest.raises(KeyFailure, match="does not unwrap"):
            keys.find("ada")
    database.close()


def test_many_threads_agree_on_one_key(keys: SubjectKeys) -> None:
    """However many are the first to ask."""
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(keys.key_for, [f"subject-{number % 20}" for number in range(400)]))
    assert len(set(found)) == 20
    assert found[:20] == found[-20:]


def test_two_processes_agree_on_one_key(keys: SubjectKeys, path: Path) -> None:
    """Who comes second uses the key of who came first."""
    with SubjectKeys(path, BODY) as other:
        assert other.find("ada") is None
        assert keys.key_for("ada") == other.key_for("ada")


def test_only_so_many_keys_are_remembered(path: Path) -> None:
    """Those used last; the others are looked up again."""
    with SubjectKeys(path, BODY, most_cached=10) as keys:
        plain = keys.keys_for(NAMES[:100])
        assert len(keys._cached) == 10  # noqa: SLF001  # the bound on memory is the point
        assert {name: keys.key_for(name) for name in NAMES[:100]} == plain


def test_a_store_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """With the file and the reason, and no key is given."""
    with pytest.raises(KeyFailure, match="cannot be opened"):
        SubjectKeys(tmp_path / "none" / "subjects.sqlite", BODY)
    (tmp_path / "subjects.sqlite").write_bytes(os.urandom(4096))
    (tmp_path / "subjects.sqlite").chmod(0o600)
    with pytest.raises(KeyFailure, match="file is not a database"):
        SubjectKeys(tmp_path / "subjects.sqlite", BODY)


def test_a_full_disk_gives_no_key(keys: SubjectKeys) -> None:
    """What is not durable is not used."""
    keys.key_for("ada")
    database = keys._store._database  # noqa: SLF001  # a full disk, as SQLite tells it
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(KeyFailure, match="cannot be written: database or disk is full"):
        keys.keys_for(NAMES)
    assert keys.find(NAMES[0]) is None
    database.execute("PRAGMA max_page_count = 100000")
    assert len(keys.keys_for(NAMES)) == len(NAMES)


def test_a_store_of_a_newer_version_is_refused(keys: SubjectKeys, path: Path) -> None:
    """It may mean something else by what it holds."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 2")
    database.close()
    with pytest.raises(KeyFailure, match="written by a newer cds"):
        SubjectKeys(path, BODY)
    assert keys.find("ada") is None
