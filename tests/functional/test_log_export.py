"""`cds log export`: what leaves the log, in which form, and what of it is a patient's."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet
import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from fhir.resources.R4B.provenance import Provenance
from made_logs import NAMES, ORIGIN, MadeLog, decided, forget, run
from program import REPOSITORY, cds

from cds.actions.log_exports import replaced
from cds.audit.merkle.hashing import leaf_hash
from cds.audit.notes.encoding import base64_bytes
from cds.audit.record import read_header
from cds.audit.stores import open_store
from cds.canonical import canonical_bytes
from cds.errors import InputError

SIZE = len(NAMES) + 3
RESOURCES: dict[str, Any] = {"audit-event": AuditEvent, "provenance": Provenance}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> MadeLog:
    """Record patients of different kinds."""
    return MadeLog(tmp_path_factory.mktemp("log")).create().record(*NAMES)


def exported(log: MadeLog, form: str, *more: str) -> Path:
    """Export to a new file or folder."""
    to = log.folder / "-".join(("export", form, *more))
    ran = run("log", "export", *log.with_keys, "--format", form, "-o", to, *more)
    assert (ran.status, ran.out) == (0, b""), ran.err
    assert f"{SIZE} records" in ran.err
    return to


def lines(path: Path) -> list[Any]:
    """Read lines of JSON."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def headers(log: MadeLog) -> list[bytes]:
    """Read the headers from the log itself."""
    store = open_store(str(log.path))
    found = [record.header for record in store.records()]
    store.close()
    return found


def test_lines_hold_what_was_recorded(log: MadeLog) -> None:
    """Header and plain body stand in each line, byte for byte, so that they can be hashed again."""
    path = exported(log, "jsonl")
    raw = path.read_bytes().splitlines()
    assert all(canonical_bytes(orjson.loads(line)) == line for line in raw)
    assert [canonical_bytes(line["header"]) for line in lines(path)] == headers(log)
    decisions = [line["body"]["decision"] for line in lines(path) if line["header"]["kind"] == "decision"]
    assert [canonical_bytes(decision) for decision in decisions] == [decided(name)[1].to_bytes() for name in NAMES]
    assert {(line["schema"], line["state"]) for line in lines(path)} == {("cds-log-line/1", "plain")}
    assert path.stat().st_mode & 0o777 == 0o600


def test_sealed_lines_hold_what_is_stored(log: MadeLog) -> None:
    """Bodies stay as they are, with the hash that the header has of them; no patient can be read."""
    path = exported(log, "jsonl", "--sealed")
    for line in lines(path):
        assert line["state"] == "as_stored"
        stored = base64_bytes(line["body"], what="the body")
        assert line["header"]["body"]["hash"] == f"sha256:{sha256(stored).hexdigest()}"
    assert b"recommendations" not in path.read_bytes()


def test_lines_go_to_standard_output(log: MadeLog) -> None:
    """Without a file; remarks go elsewhere."""
    ran = run("log", "export", *log.with_keys)
    assert (ran.status, ran.err) == (0, "")
    assert len(ran.out.splitlines()) == SIZE


def test_without_keys_it_says_what_it_could_not_open(log: MadeLog) -> None:
    """The headers are exported, the bodies are not, and a remark says how many."""
    ran = run("log", "export", log.path)
    assert ran.status == 0
    assert f"{len(NAMES)} of {SIZE} bodies could not be opened" in ran.err
    states = [orjson.loads(line)["state"] for line in ran.out.splitlines()]
    assert states == ["plain"] * 3 + ["unreadable"] * len(NAMES)


def test_parquet_holds_the_same_as_the_lines(log: MadeLog) -> None:
    """Every header and body, with the columns that are asked for most beside them."""
    table = pyarrow.parquet.read_table(exported(log, "parquet"))
    rows = table.to_pylist()
    assert [row["header"].encode() for row in rows] == headers(log)
    assert [orjson.loads(row["body"]) for row in rows] == [line["body"] for line in lines(exported(log, "jsonl"))]
    for row in rows:
        said = read_header(row["header"].encode())
        assert (row["seq"], row["kind"], row["recorded_at"]) == (said["seq"], said["kind"], said["recorded_at"])
        assert row["leaf"] == leaf_hash(row["header"].encode()).hex()
    dispositions = [decided(name)[1].document["disposition"]["code"] for name in NAMES]
    assert [row["disposition"] for row in rows] == [None] * 3 + dispositions
    assert [row["decision"] for row in rows[3:]] == [decided(name)[1].digest for name in NAMES]


def test_sealed_parquet_says_nothing_of_a_patient(log: MadeLog) -> None:
    """The bodies as they are stored, and no outcome."""
    rows = pyarrow.parquet.read_table(exported(log, "parquet", "--sealed")).to_pylist()
    assert {row["disposition"] for row in rows} == {None}
    for row in rows:
        assert f"sha256:{sha256(row['body']).hexdigest()}" == orjson.loads(row["header"])["body"]["hash"]


@pytest.mark.parametrize("form", RESOURCES)
def test_resources_are_valid_and_hold_no_patient_data(log: MadeLog, form: str) -> None:
    """One a line, each read by the models of another library; of the patient at most the pseudonym."""
    path = exported(log, form)
    found = lines(path)
    for resource in found:
        RESOURCES[form].model_validate(resource)
    assert [resource["id"] for resource in found] == [leaf_hash(header).hex() for header in headers(log)]
    text = path.read_text(encoding="utf-8")
    assert ORIGIN in text
    for name in NAMES:
        facts = decided(name)[0]
        assert facts.subject not in text
        assert decided(name)[1].digest not in text
        assert str(facts.document["as_of"]) not in text


def test_tiles_are_checked_by_the_command(log: MadeLog) -> None:
    """An export is whole and signed; a changed byte is found, with the place."""
    folder = exported(log, "tiles")
    key = log.keys / "log.pub"
    assert run("evidence", "check", folder, "--key", key).status == 0
    assert run("evidence", "check", folder).status == 2
    bundle = folder / "tile" / "entries" / "000.p" / str(SIZE)
    content = bundle.read_bytes()
    assert b"treatment" in content
    bundle.write_bytes(content.replace(b"treatment", b"treetment", 1))
    ran = run("evidence", "check", folder, "--key", key)
    assert ran.status == 4
    assert "entry" in ran.text
    found = run("evidence", "check", folder, "--key", key, "--json")
    assert (found.status, found.document["valid"]) == (4, False)
    bundle.write_bytes(content)
    assert run("evidence", "check", folder, "--key", key, "--json").document["valid"]


def test_destroyed_keys_are_told(tmp_path: Path) -> None:
    """The line stays, without a body, and says why."""
    made = MadeLog(tmp_path).create().record(NAMES[0])
    forget(made, NAMES[0])
    ran = run("log", "export", *made.with_keys)
    by_seq = {line["header"]["seq"]: line for line in map(orjson.loads, ran.out.splitlines())}
    assert (by_seq[3]["body"], by_seq[3]["state"]) == (None, "key_destroyed")
    assert by_seq[4]["header"]["kind"] == "key_destruction"


@pytest.mark.parametrize("form", ["jsonl", "parquet", "audit-event", "provenance"])
def test_a_damaged_record_is_not_exported_as_if_it_were_whole(tmp_path: Path, form: str) -> None:
    """Status 4, with its number; what was at the place stays."""
    made = MadeLog(tmp_path).create().record(NAMES[0])
    to = tmp_path / "out"
    to.write_text("as it was", encoding="utf-8")
    with closing(sqlite3.connect(made.path)) as database, database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("UPDATE records SET header = CAST('{}' AS BLOB) WHERE seq = 2")
    ran = run("log", "export", *made.with_keys, "--format", form, "-o", to)
    assert (ran.status, to.read_text(encoding="utf-8")) == (4, "as it was")
    assert "record 2 cannot be exported" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "parket", "-o", "x"), "did you mean `parquet`?"),
        (("--format", "parquet"), "cannot go to standard output"),
        (("--format", "tiles"), "cannot go to standard output"),
        (("-o", "no-such-folder/x"), "cannot be written"),
    ],
)
def test_what_cannot_be_exported_is_refused(log: MadeLog, arguments: tuple[str, ...], said: str) -> None:
    """One message, status 2, nothing on standard output."""
    ran = run("log", "export", *log.with_keys, *arguments)
    assert (ran.status, ran.out) == (2, b"")
    assert said in ran.err


def test_without_pyarrow_it_says_what_to_install(log: MadeLog, tmp_path: Path) -> None:
    """The extra is named; what was at the place stays."""
    (tmp_path / "pyarrow.py").write_text("raise ImportError\n", encoding="utf-8")
    to = tmp_path / "there.parquet"
    to.write_text("as it was", encoding="utf-8")
    path = f"{tmp_path}{os.pathsep}{REPOSITORY}"
    ran = cds.__wrapped__("log", "export", *log.with_keys, "--format", "parquet", "-o", to, PYTHONPATH=path)
    assert (ran.status, to.read_text(encoding="utf-8")) == (2, "as it was")
    assert "cds[bulk]" in ran.err


def test_an_export_does_not_go_into_a_file_that_somebody_put_there(tmp_path: Path) -> None:
    """What stands under the name of the unfinished file is not written to, nor what it leads to."""
    theirs = tmp_path / "theirs"
    theirs.touch()
    (tmp_path / f".log.jsonl.{os.getpid()}").symlink_to(theirs)
    with pytest.raises(InputError, match="cannot be written"), replaced(tmp_path / "log.jsonl") as path:
        path.write_bytes(b"of a patient")
    assert theirs.read_bytes() == b""
