"""Destroying the key of a patient: the facts are gone, the proof stays, and everyone else's records are as before."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from cds.actions import load_ruleset, read_patient, shipped_patients
from cds.actions.rulesets import Ruleset
from cds.audit.evidence import gather
from cds.audit.evidence_check import check_evidence
from cds.audit.notes.checkpoint import Checkpoint, sign_checkpoint
from cds.audit.notes.keys import SigningKey, VerifierKey
from cds.audit.privacy.envelope import open_body, open_in_the_clear, record_key, seal
from cds.audit.privacy.keys import Keys, Purpose, add_version, load_keys, make_keys
from cds.audit.privacy.subjects import Subjects
from cds.audit.record import Entry
from cds.audit.stores.sqlite import SqliteStore
from cds.audit.writer import Writer
from cds.canonical import canonical_bytes
from cds.errors import NotReadable

ORIGIN = "cds.example.org/log"
ADA, BOB = "ada-001", "bob-002"


class Log:
    """A log with its key folder, as a site has them."""

    def __init__(self, folder: Path, ruleset: Ruleset) -> None:
        signing = SigningKey.generate(ORIGIN)
        self.path, self.ruleset = folder / "decisions.sqlite", ruleset
        self.keys: Keys = make_keys(folder / "keys", signing=signing.text, verifier=signing.verifier.text)
        SqliteStore.create(self.path)
        self._signing = signing

    def record(self, *patients: str) -> None:
        """Record what was said of patients, one record each."""
        store = SqliteStore(self.path, write=True)
        with (
            Subjects(self.keys) as subjects,
            Writer(store, lambda size, root: sign_checkpoint(Checkpoint(ORIGIN, size, root), self._signing)) as writer,
        ):
            writer.append_all([self._entry(patient, subjects) for patient in patients])

    def read(self, seq: int) -> dict[str, Any]:
        """Open the body of a record."""
        record = SqliteStore(self.path).record(seq)
        header = orjson.loads(record.header)
        with Subjects(self.keys) as subjects:
            opened: dict[str, Any] = orjson.loads(
                open_body(record.body or b"", header=header, subject_key=subjects.key_of(header))
            )
        return opened

    def problems(self) -> list[str]:
        """Prove every record, with its body where the key is there."""
        store = SqliteStore(self.path)
        trusted = [VerifierKey.parse(text) for text in self.keys.verifiers]
        found = []
        for record in store.records():
            header = orjson.loads(record.header)
            with Subjects(self.keys) as subjects:
                try:
                    key = record_key(record.body or b"", header=header, subject_key=subjects.key_of(header))
                except NotReadable:
                    key = None
            checked = check_evidence(gather(store, record.seq, record_key=key, keys=trusted), trusted=trusted)
            found += [f"{record.seq}: {finding.place}: {finding.problem}" for finding in checked.findings]
        return found

    def _entry(self, patient: str, subjects: Subjects) -> Entry:
        facts = read_patient(shipped_patients()[0].read_bytes(), self.ruleset).facts.document
        plain = canonical_bytes(
            {
                "schema": "cds-body/1",
                "salt": "00" * 16,
                "facts": {**facts, "subject": patient},
                "masked": [],
                "decision": None,
                "outcome": {"problem": "the engines disagree"},
            }
        )
        pseudonym, key = subjects.key_for(patient)
        header = {
            "schema": "cds-record/1",
            "recorded_at": "2026-11-21T14:00:00.000000+00:00",
            "clock": "given",
            "kind": "disagreement",
            "actor": {"id": "test", "authenticated": False},
            "purpose": "treatment",
            "subject": pseudonym.to_header(),
            "ruleset": None,
            "engine": "cds 0.1.0",
            "semantics": 1,
            "renderer": 2,
        }
        sealed = seal(plain, header=header, subject_key=key, body_key=subjects.keys.body_key)
        return Entry({**header, "body": dict(sealed.said)}, sealed.body)


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    """Load the shipped ruleset."""
    return load_ruleset()


@pytest.fixture
def log(tmp_path: Path, ruleset: Ruleset) -> Log:
    """Record three things: of Ada, of Bob, of Ada."""
    made = Log(tmp_path, ruleset)
    made.record(ADA, BOB, ADA)
    return made


def files(folder: Path) -> Iterator[bytes]:
    """Read every file below a folder."""
    return (path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_recorded_patient_is_in_no_file(log: Log) -> None:
    """Neither by id nor by a fact; and the one who has the keys reads both."""
    assert log.read(0)["facts"]["subject"] == log.read(2)["facts"]["subject"] == ADA
    assert log.read(1)["facts"]["subject"] == BOB
    assert log.problems() == []
    for content in files(log.path.parent):
        assert ADA.encode() not in content
        assert b'"facts"' not in content


def test_a_destroyed_key_makes_the_facts_unreadable_and_the_log_still_verifies(log: Log) -> None:
    """All of Ada's records, none of Bob's; the headers and the proofs are as they were."""
    headers = [record.header for record in SqliteStore(log.path).records()]
    with Subjects(log.keys) as subjects:
        key = subjects.keys.find(subjects.pseudonyms.of(ADA).value)
        assert key is not None
        assert subjects.destroy(ADA) == 1
        assert subjects.destroy(ADA) == 0
    for seq in (0, 2):
        with pytest.raises(NotReadable, match="the key of its subject was destroyed") as told:
            log.read(seq)
        assert told.value.no_key
    assert log.read(1)["facts"]["subject"] == BOB
    assert log.problems() == []
    assert [record.header for record in SqliteStore(log.path).records()] == headers
    assert not any(key in content for content in files(log.path.parent))


def test_who_comes_back_gets_a_new_key(log: Log) -> None:
    """The new record is read, the old ones stay unreadable, and say why."""
    with Subjects(log.keys) as subjects:
        subjects.destroy(ADA)
    log.record(ADA)
    assert log.read(3)["facts"]["subject"] == ADA
    with pytest.raises(NotReadable, match="was made anew after the key of the subject was destroyed"):
        log.read(0)
    assert log.problems() == []


def test_a_backup_of_the_log_brings_nothing_back(log: Log, tmp_path: Path) -> None:
    """The keys are not in it."""
    backup = tmp_path / "backup.sqlite"
    shutil.copy(log.path, backup)
    with Subjects(log.keys) as subjects:
        subjects.destroy(ADA)
    shutil.copy(backup, log.path)
    with pytest.raises(NotReadable):
        log.read(0)
    assert log.problems() == []


def test_an_old_copy_of_the_keys_is_worthless_once_the_body_key_is_replaced(log: Log, tmp_path: Path) -> None:
    """The documented way to destroy what lies in backups: rotate, then delete the old body key."""
    copy = tmp_path / "copy.sqlite"
    shutil.copy(log.keys.subjects, copy)
    with Subjects(log.keys) as subjects:
        subjects.destroy(ADA)
    log.keys = add_version(log.keys, Purpose.BODY)
    with Subjects(log.keys) as subjects:
        assert subjects.keys.rewrap() == 1
    (log.keys.folder / "body.k1.key").unlink()
    log.keys = load_keys(log.keys.folder)
    assert log.read(1)["facts"]["subject"] == BOB
    shutil.copy(copy, log.keys.subjects)
    with pytest.raises(Exception, match="the body key `k1` is not in"):
        log.read(0)


def test_a_new_pseudonym_key_leaves_old_records_to_be_found_and_destroyed(log: Log) -> None:
    """Under both keys, each with a data key of its own."""
    log.keys = add_version(log.keys, Purpose.PSEUDONYM)
    log.record(ADA)
    store = SqliteStore(log.path)
    with Subjects(log.keys) as subjects:
        found = [seq for each in subjects.pseudonyms.all_of(ADA) for seq in store.find(subject=each.value)]
        assert found == [3, 0, 2]
        assert log.read(3)["facts"]["subject"] == log.read(0)["facts"]["subject"] == ADA
        assert subjects.destroy(ADA) == 2
    for seq in found:
        with pytest.raises(NotReadable):
            log.read(seq)


def test_one_record_can_be_opened_for_somebody_else(log: Log) -> None:
    """Its evidence pack carries the key of this record, which opens no other of the same patient."""
    store = SqliteStore(log.path)
    trusted = [VerifierKey.parse(text) for text in log.keys.verifiers]
    record = store.record(0)
    header = orjson.loads(record.header)
    with Subjects(log.keys) as subjects:
        key = record_key(record.body or b"", header=header, subject_key=subjects.key_of(header))
    checked = check_evidence(gather(store, 0, record_key=key, keys=trusted), trusted=trusted)
    assert checked.findings == ()
    assert ADA.encode() in (checked.body or b"")
    other = check_evidence(replace(gather(store, 2, record_key=None, keys=trusted), record_key=key), trusted=trusted)
    assert [finding.place for finding in other.findings] == ["record.key"]
    with pytest.raises(NotReadable):
        open_in_the_clear(record.body or b"", header=header)
