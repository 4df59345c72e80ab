"""`cds log evidence` and `cds evidence check`: one record, proved offline and decided again."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest
from made_logs import NAMES, ORIGIN, MadeLog, decided, defer, forget, run
from program import REPOSITORY, Ran, cds

from cds.actions.evidence import check_pack
from cds.audit.notes.encoding import base64_bytes, base64_text
from cds.audit.notes.keys import SigningKey
from cds.engine import BOTH, decide

FIRST = 3
"""The number of the first decision."""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> MadeLog:
    """Record patients of different kinds."""
    return MadeLog(tmp_path_factory.mktemp("log")).create().record(*NAMES)


@pytest.fixture(scope="module")
def pack(log: MadeLog) -> Path:
    """Give the evidence of the first decision."""
    return evidence(log, FIRST)


def evidence(log: MadeLog, seq: int, *more: str) -> Path:
    """Write the evidence of a record."""
    to = log.folder / f"evidence-{seq}{''.join(more)}.json"
    ran = run("log", "evidence", log.path, str(seq), "-o", to, "--keys", log.keys, *more)
    assert (ran.status, ran.out) == (0, b""), ran.err
    return to


def changed(pack: Path, to: Path, change: Callable[[Any], None]) -> Ran:
    """Change a pack, and check it."""
    document = orjson.loads(pack.read_bytes())
    change(document)
    to.write_bytes(orjson.dumps(document))
    return run("evidence", "check", to)


def in_base64(raw: str, old: bytes, new: bytes) -> str:
    """Change bytes that stand in base64."""
    content = base64_bytes(raw, what="this")
    assert old in content
    return base64_text(content.replace(old, new, 1))


def test_a_pack_is_proved_and_decided_again(log: MadeLog, pack: Path) -> None:
    """Status 0, with what was decided, by which log, and what a reader has to keep in mind."""
    ran = run("evidence", "check", pack, "--key", log.keys / "log.pub")
    assert ran.status == 0, ran.err
    for said in ("PROVED", ORIGIN, "by both engines: the same, byte for byte", "no known witness"):
        assert said in ran.text
    assert "the keys are those of the pack itself" not in ran.text
    assert "the keys are those of the pack itself" in run("evidence", "check", pack).text
    assert pack.stat().st_mode & 0o777 == 0o600


def test_the_outcome_is_a_document(log: MadeLog, pack: Path) -> None:
    """With the header, the body, and what came of deciding again."""
    verifier = (log.keys / "log.pub").read_text(encoding="utf-8").strip()
    document = run("evidence", "check", pack, "--key", verifier, "--json").document
    assert document["schema"] == "cds-evidence-check/1"
    assert (document["valid"], document["findings"]) == (True, [])
    assert document["record"]["seq"] == FIRST
    assert document["log"]["origin"] == ORIGIN
    assert document["decided_again"]["status"] == "identical"
    assert orjson.dumps(document["body"]["decision"], option=orjson.OPT_SORT_KEYS) == decided(NAMES[0])[1].to_bytes()


def test_it_needs_nothing_but_the_pack(pack: Path, tmp_path: Path) -> None:
    """Neither log nor keys nor the shipped rulesets: the package alone, in an empty folder."""
    shutil.copytree(REPOSITORY / "cds", tmp_path / "cds", ignore=shutil.ignore_patterns("__pycache__", "rulesets"))
    alone = tmp_path / "pack.json"
    shutil.copy(pack, alone)
    ran = cds.__wrapped__("evidence", "check", alone, PYTHONPATH=str(tmp_path))
    assert ran.status == 0, ran.err
    assert "by both engines: the same, byte for byte" in ran.text


def test_the_verifier_without_cds_agrees(log: MadeLog, pack: Path) -> None:
    """The one in docs/ proves the same pack."""
    key = (log.keys / "log.pub").read_text(encoding="utf-8").strip()
    script = REPOSITORY / "docs" / "verify_evidence.py"
    ran = subprocess.run([sys.executable, script, pack, key], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, "PROVED")


def test_another_key_proves_nothing(pack: Path) -> None:
    """A pack that somebody else signed is not evidence of this log."""
    ran = run("evidence", "check", pack, "--key", SigningKey.generate(ORIGIN).verifier.text)
    assert ran.status == 4
    assert "checkpoint: " in ran.text


@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("record.header", lambda pack: pack["record"].update(header=base64_text(b"{}"))),
        (
            "proof",
            lambda pack: pack["record"].update(header=in_base64(pack["record"]["header"], b"treatment", b"treetment")),
        ),
        ("record.body", lambda pack: pack["record"].update(body=base64_text(b"another body"))),
        ("record.key", lambda pack: pack["record"].update(key=base64_text(bytes(32)))),
        ("ruleset", lambda pack: pack.update(ruleset=in_base64(pack["ruleset"], b"hold", b"held"))),
        ("ruleset", lambda pack: pack.update(ruleset=None)),
        ("checkpoint", lambda pack: pack.update(checkpoint=pack["checkpoint"].replace("\n9\n", "\n8\n"))),
        ("proof.index", lambda pack: pack["proof"].update(index=2)),
    ],
)
def test_what_was_changed_is_found(pack: Path, tmp_path: Path, place: str, change: Callable[[Any], None]) -> None:
    """Status 4, and where."""
    ran = changed(pack, tmp_path / "changed.json", change)
    assert ran.status == 4
    assert "NOT PROVED" in ran.text
    assert f"{place}: " in ran.text


@pytest.mark.parametrize("key", ["key", "file"])
def test_the_verifier_without_cds_takes_the_key_or_its_file(log: MadeLog, pack: Path, key: str) -> None:
    """As `cds evidence check` does."""
    file = log.keys / "log.pub"
    given = file if key == "file" else file.read_text(encoding="utf-8").strip()
    script = REPOSITORY / "docs" / "verify_evidence.py"
    ran = subprocess.run([sys.executable, script, pack, given], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, "PROVED")


def test_no_more_is_said_to_be_proved_than_is(log: MadeLog, pack: Path, tmp_path: Path) -> None:
    """Without a known key, without the body, or without deciding again, the verdict says so itself."""
    key = ("--key", log.keys / "log.pub")
    assert "\nPROVED. Nothing was found wrong.\n" in run("evidence", "check", pack, *key).text
    assert "PROVED, if the key in the pack is that of the log: nothing" in run("evidence", "check", pack).text
    sealed = run("evidence", "check", evidence(log, FIRST, "--sealed"), *key)
    assert (sealed.status, "PROVED: that this record is in the log. What" in sealed.text) == (0, True)
    made = MadeLog(tmp_path, mask=("medications.*.text",)).create().record(NAMES[3])
    masked = run("evidence", "check", evidence(made, FIRST), "--key", made.keys / "log.pub")
    assert (masked.status, "PROVED: that this was recorded; not that it follows" in masked.text) == (0, True)


def test_a_key_without_a_body_is_found(pack: Path, tmp_path: Path) -> None:
    """Who left the body out cannot pass that off as retention."""
    ran = changed(pack, tmp_path / "changed.json", lambda pack: pack["record"].update(body=None))
    assert (ran.status, "record.key: there is a key, and no body" in ran.text) == (4, True)


def test_no_evidence_is_made_that_would_not_hold(tmp_path: Path) -> None:
    """The keys of another log are a mistake of the user; a damaged log has status 4."""
    made = MadeLog(tmp_path / "one").create().record(NAMES[0])
    other = MadeLog(tmp_path / "other").create()
    to = tmp_path / "pack.json"
    ran = run("log", "evidence", made.path, "3", "-o", to, "--keys", other.keys)
    assert (ran.status, "the verifier key is not that of the log" in ran.err) == (2, True)
    with closing(sqlite3.connect(made.path)) as connection, connection:
        connection.execute("UPDATE records SET body = zeroblob(100) WHERE seq = 3")
    sealed = run("log", "evidence", made.path, "3", "-o", to, "--keys", made.keys, "--sealed")
    assert (sealed.status, "record 3 cannot be proved: record.body" in sealed.err) == (4, True)
    with closing(sqlite3.connect(made.path)) as connection, connection:
        connection.execute("DELETE FROM rulesets")
    missing = run("log", "evidence", made.path, "3", "-o", to, "--keys", made.keys, "--sealed")
    assert (missing.status, "keeps no ruleset" in missing.err, to.exists()) == (4, True, False)


def test_a_forged_decision_is_found_by_deciding_again(tmp_path: Path) -> None:
    """All hashes fit, the log's own key signed it, and the ruleset does not say so."""
    made = MadeLog(tmp_path).create().record(NAMES[4], forge=defer)
    ran = run("evidence", "check", evidence(made, FIRST))
    assert ran.status == 4
    assert "decision $.disposition.code: something else comes out when it is decided again" in ran.text


def test_a_masked_record_is_valid_with_a_caution(tmp_path: Path) -> None:
    """It is proved as it was recorded; what the mask took out cannot come out again."""
    made = MadeLog(tmp_path, mask=("patient.weight",)).create().record(NAMES[1])
    document = run("evidence", "check", evidence(made, FIRST), "--json").document
    assert document["valid"]
    assert document["decided_again"]["status"] in {"equal_as_stored", "masked"}
    assert any("masked" in caution for caution in document["cautions"])


def test_a_record_for_another_build_is_valid_with_a_caution(pack: Path) -> None:
    """It is proved as recorded; that it was not decided again is said."""
    checked = check_pack(pack.read_bytes(), {7: decide}, BOTH, trusted=(), file=pack.name)
    assert checked.is_valid
    assert any(caution.startswith("not decided again: cannot be decided by this build") for caution in checked.cautions)


def test_a_destroyed_key_leaves_the_proof(tmp_path: Path) -> None:
    """The record is proved and cannot be read, and the pack says so."""
    made = MadeLog(tmp_path).create().record(NAMES[0])
    forget(made, NAMES[0])
    ran = run("evidence", "check", evidence(made, FIRST), "--json")
    assert (ran.status, ran.document["valid"], ran.document["body"], ran.document["decided_again"]) == (
        0,
        True,
        None,
        None,
    )
    assert any("nobody can read it" in caution for caution in ran.document["cautions"])


def test_a_sealed_pack_proves_without_showing(log: MadeLog) -> None:
    """The key of the record is left out on request: nothing of the patient is in the file."""
    path = evidence(log, FIRST, "--sealed")
    assert orjson.loads(path.read_bytes())["record"]["key"] is None
    ran = run("evidence", "check", path)
    assert ran.status == 0
    assert "decided again" not in ran.text


def test_other_records_have_evidence_too(log: MadeLog) -> None:
    """The activation of a ruleset, in plain, with nothing to decide again."""
    document = run("evidence", "check", evidence(log, 1), "--json").document
    assert document["valid"]
    assert document["record"]["kind"] == "ruleset_activation"
    assert document["decided_again"] is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("99",), "there is no record 99; expected a number below 9"),
        (("-1",), "there is no record -1"),
    ],
)
def test_a_record_that_is_not_there_is_refused(log: MadeLog, arguments: tuple[str, ...], said: str) -> None:
    """With the numbers that there are, and no file is written."""
    to = log.folder / "none.json"
    ran = run("log", "evidence", "-o", to, "--keys", log.keys, "--", log.path, *arguments)
    assert (ran.status, to.exists()) == (2, False)
    assert said in ran.err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE records SET header = CAST('{}' AS BLOB) WHERE seq = 3", "record 3 cannot be proved"),
        ("UPDATE records SET body = CAST('other' AS BLOB) WHERE seq = 3", "record 3 cannot be proved"),
        ("DELETE FROM nodes", "record 3 cannot be proved: the tree lacks the hash"),
    ],
)
def test_a_damaged_log_gives_no_evidence(tmp_path: Path, change: str, said: str) -> None:
    """Status 4, with what is wrong; no file is written that could be taken for evidence."""
    made = MadeLog(tmp_path).create().record(NAMES[0])
    with closing(sqlite3.connect(made.path)) as database, database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute(change)
    to = tmp_path / "none.json"
    ran = run("log", "evidence", made.path, "3", "-o", to, "--keys", made.keys)
    assert (ran.status, to.exists()) == (4, False)
    assert said in ran.err


def test_what_is_no_pack_is_refused(tmp_path: Path) -> None:
    """Status 2: it is not a pack that proves nothing, but no pack."""
    path = tmp_path / "no.json"
    path.write_text('{"schema": "cds-facts/1"}', encoding="utf-8")
    ran = run("evidence", "check", path)
    assert (ran.status, ran.out) == (2, b"")
    assert "no.json" in ran.err
