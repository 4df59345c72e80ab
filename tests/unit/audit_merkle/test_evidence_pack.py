"""A pack of evidence: gathered from a log, checked; whatever is changed is found.

cds and the stand-alone verifier, which shares no code with it, both look at every pack.
"""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from io import StringIO
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import jsonschema
import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag

from cds.audit.evidence import Evidence, evidence_schema, gather, read_evidence
from cds.audit.evidence_check import check_evidence
from cds.audit.merkle.hashing import leaf_hash
from cds.audit.notes.checkpoint import Checkpoint, sign_checkpoint
from cds.audit.notes.keys import Kind, SigningKey
from cds.audit.notes.witness import cosign
from cds.audit.privacy.envelope import Sealed, in_the_clear, record_key, seal
from cds.audit.record import Entry
from cds.audit.stores.sqlite import SqliteStore
from cds.audit.writer import Writer
from cds.canonical import canonical_bytes
from cds.errors import InputError
from cds.records.decision import decision_digest, digest_of

ROOT = Path(__file__).parents[3]
VERIFIER = ROOT / "docs" / "verify_evidence.py"
CONTENT = {"ruleset": {"id": "demo"}, "semantics": 1, "matcher": 1}
DIGEST = f"sha256:{sha256(canonical_bytes(CONTENT)).hexdigest()}"
RULESET = canonical_bytes({"schema": "cds-ruleset-stored/1", "content": CONTENT, "digest": DIGEST})
FACTS = {"schema": "cds-facts/1", "subject": "demo-1"}
UNSIGNED = {
    "schema": "cds-decision/1",
    "subject": "demo-1",
    "as_of": "2026-11-21T09:00:00-05:00",
    "ruleset": {"id": "demo", "version": "1", "digest": DIGEST, "status": "draft"},
    "facts_digest": digest_of(FACTS),
    "engines": ["durable", "reference"],
    "disposition": {"code": "delay", "text": "Wait for the laboratory, €.", "other": []},
    "recommendations": [
        {"rule": "timing.early", "binding": "patient", "status": "applies", "text": "Not yet."},
        {"rule": "hold.x", "binding": "medications/m1#x", "status": "cannot_decide", "text": "Ask for the last dose."},
    ],
    "ask": [{"fact": "labs.inr", "prompt": "What is the INR?", "reason": "missing", "would_settle": ["check.inr"]}],
}
DECISION = {**UNSIGNED, "digest": decision_digest(UNSIGNED)}
KEY = SigningKey("hospital.example/log", bytes(range(32)))
WITNESS = SigningKey("witness.example", bytes(range(1, 33)), Kind.COSIGNATURE)
SUBJECT_KEY = bytes(range(2, 34))
NAMED = {"digest": DECISION["ruleset"]["digest"], "stored": f"sha256:{sha256(RULESET).hexdigest()}"}
BODY = {
    "schema": "cds-body/1",
    "salt": "00" * 16,
    "facts": FACTS,
    "masked": [],
    "decision": DECISION,
    "outcome": None,
}
ABOUT_NOBODY = {"schema": "cds-body/1", "salt": "00" * 16, "content": {"reason": "tried"}}
SEALED, CLEAR, LAST = 2, 3, 5


def entry(kind: str, body: Any, *, is_sealed: bool, ruleset: dict[str, str] | None = None) -> Entry:
    """Make an entry, sealed for a subject or in the clear."""
    header = {
        "schema": "cds-record/1",
        "recorded_at": "2026-11-21T14:00:00.123456+00:00",
        "clock": "system",
        "kind": kind,
        "actor": {"id": "cli:jürg", "authenticated": False},
        "purpose": "treatment",
        "subject": {"pseudonym": "ab" * 32, "key": "p1"} if is_sealed else None,
        "ruleset": ruleset,
        "engine": "cds 0.1.0",
        "semantics": 1,
        "renderer": 2,
    }
    close: Callable[[bytes], Sealed] = in_the_clear
    if is_sealed:
        close = partial(seal, header=header, subject_key=SUBJECT_KEY, body_key="k1")
    made = close(body if isinstance(body, bytes) else canonical_bytes(body))
    return Entry({**header, "body": made.said}, made.body)


def decision(body: Any = BODY, ruleset: dict[str, str] | None = NAMED) -> Entry:
    """Make the entry of a decision about a patient."""
    return entry("decision", body, is_sealed=True, ruleset=ruleset)


@dataclass(frozen=True)
class Log:
    """A log with its packs."""

    store: SqliteStore

    def pack(self, seq: int, *, size: int | None = None) -> Evidence:
        """Gather the evidence of a record, with the key that opens it."""
        record = self.store.record(seq)
        header = json.loads(record.header)
        key = None
        if header["body"]["encryption"] and record.body is not None:
            key = record_key(record.body, header=header, subject_key=SUBJECT_KEY)
        return gather(self.store, seq, record_key=key, keys=[KEY.verifier], size=size)


def sign(size: int, root: bytes) -> bytes:
    """Sign checkpoints as the log does."""
    return sign_checkpoint(Checkpoint(KEY.name, size, root), KEY)


def recorded(folder: Path, *batches: list[Entry]) -> Log:
    """Record entries, a commit a batch."""
    path = folder / "log.sqlite"
    SqliteStore.create(path)
    store = SqliteStore(path, write=True)
    store.put_ruleset(NAMED["stored"], NAMED["digest"], RULESET)
    with Writer(store, sign) as writer:
        for batch in batches:
            writer.append_all(batch)
    return Log(SqliteStore(path))


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """Record six entries in two commits; 2 is a decision about a patient, 3 a configuration."""
    nobody = partial(entry, "configuration", ABOUT_NOBODY, is_sealed=False)
    kept = recorded(
        tmp_path_factory.mktemp("log"), [nobody(), decision(), decision(), nobody()], [nobody(), decision()]
    )
    yield kept
    kept.store.close()


@pytest.fixture(scope="module")
def standalone() -> ModuleType:
    """Load the stand-alone verifier, in which no name of cds stands."""
    source = VERIFIER.read_text()
    assert "import cds" not in source
    assert "from cds" not in source
    assert len(source.splitlines()) < 150
    spec = spec_from_file_location("verify_evidence", VERIFIER)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def proves(standalone: ModuleType, data: bytes, keys: list[str]) -> bool:
    """Ask the stand-alone verifier, as its command line does."""
    try:
        with redirect_stdout(StringIO()):
            standalone.verify(json.loads(data, object_pairs_hook=standalone.once), keys)
    except (SystemExit, InvalidSignature, InvalidTag):
        return False
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return False
    return True


def refused(data: bytes) -> list[str]:
    """Ask cds, with the log's key from elsewhere; gives what it finds."""
    try:
        checked = check_evidence(read_evidence(data), trusted=[KEY.verifier])
    except InputError as error:
        return [str(error)]
    return list(map(str, checked.findings))


@pytest.mark.parametrize("seq", range(LAST + 1))
def test_every_record_is_proved(seq: int, log: Log, standalone: ModuleType) -> None:
    """The pack of every record is proved, by both verifiers, and survives its file."""
    pack = log.pack(seq)
    data = bytes(pack)
    assert read_evidence(data) == pack
    assert refused(data) == []
    assert proves(standalone, data, [KEY.verifier.text])
    jsonschema.Draft202012Validator(evidence_schema()).validate(json.loads(data))


def test_pack_gives_what_was_recorded(log: Log) -> None:
    """A checked pack holds the header, the plain body and the checkpoint; the caution is that nobody else vouches."""
    checked = check_evidence(log.pack(SEALED), trusted=[KEY.verifier])
    assert checked.header is not None
    assert checked.checkpoint is not None
    assert checked.header["seq"] == SEALED
    assert json.loads(checked.body or b"") == BODY
    assert checked.checkpoint.checkpoint.size == LAST + 1
    assert [caution[:16] for caution in checked.cautions] == ["no known witness"]


def test_pack_under_an_older_checkpoint(log: Log, standalone: ModuleType) -> None:
    """A pack can be made under any stored checkpoint that covers the record, such as one that a witness holds."""
    pack = log.pack(SEALED, size=4)
    assert (pack.size, refused(bytes(pack))) == (4, [])
    assert proves(standalone, bytes(pack), [KEY.verifier.text])
    with pytest.raises(InputError, match=r"record 5 .* covers it, and there is the checkpoint over 4 records"):
        log.pack(LAST, size=4)
    with pytest.raises(InputError, match="there is no checkpoint"):
        log.pack(SEALED, size=3)


def test_witness_in_a_pack(log: Log, standalone: ModuleType) -> None:
    """A cosigned checkpoint tells the witness; with its time changed, the pack is refused by who knows the witness."""
    pack = log.pack(SEALED)
    cosigned = cosign(pack.checkpoint, WITNESS, timestamp=1_800_000_000)
    known = [KEY.verifier, WITNESS.verifier]
    checked = check_evidence(replace(pack, checkpoint=cosigned), trusted=known)
    assert checked.findings == ()
    assert checked.checkpoint is not None
    assert [found.timestamp for found in checked.checkpoint.witnesses] == [1_800_000_000]
    assert checked.cautions == ()
    texts = [key.text for key in known]
    assert proves(standalone, bytes(replace(pack, checkpoint=cosigned)), texts)
    line = cosigned.decode().splitlines()[-1]
    *start, encoded = line.split(" ")
    raw = bytearray(b64decode(encoded))
    raw[11] ^= 1
    forged = replace(
        pack, checkpoint=cosigned.replace(line.encode(), " ".join([*start, b64encode(raw).decode()]).encode())
    )
    assert "witness.example" in str(check_evidence(forged, trusted=known).findings[0])
    assert not proves(standalone, bytes(forged), texts)


def test_keys_of_the_pack_alone_are_said_to_be_so(log: Log) -> None:
    """Without a key from elsewhere a caution says that the key is the pack's own word."""
    checked = check_evidence(log.pack(SEALED))
    assert checked.findings == ()
    assert "compare them with what the log's operator published" in checked.cautions[-1]


def test_made_up_log_with_its_own_key_is_found_by_the_real_key(log: Log, standalone: ModuleType) -> None:
    """A pack that somebody signed with a key of their own under the log's name falls to who has the real key."""
    own = SigningKey(KEY.name, bytes(32))
    pack = log.pack(SEALED)
    root = leaf_hash(pack.header)
    forged = replace(
        pack,
        header=pack.header.replace(b'"seq":2', b'"seq":0'),
        index=0,
        size=1,
        hashes=(),
        keys=(own.verifier,),
    )
    root = leaf_hash(forged.header)
    forged = replace(forged, checkpoint=sign_checkpoint(Checkpoint(KEY.name, 1, root), own))
    assert check_evidence(forged).findings == ()
    assert "no known key signed" in refused(bytes(forged))[0]
    assert proves(standalone, bytes(forged), [])
    assert not proves(standalone, bytes(forged), [KEY.verifier.text])


def test_body_that_nobody_can_read_is_still_proved(log: Log, standalone: ModuleType) -> None:
    """Without the record's key, or without the body, the record is proved and its content left open, said so."""
    sealed = replace(log.pack(SEALED), record_key=None)
    removed = replace(sealed, body=None)
    for pack, said in ((sealed, "its key is not in the pack"), (removed, "retention removed it from the log, or")):
        checked = check_evidence(pack, trusted=[KEY.verifier])
        assert (checked.findings, checked.body) == ((), None)
        assert said in checked.cautions[0]
        assert proves(standalone, bytes(pack), [KEY.verifier.text])


def flip(raw: bytes, at: int = -1) -> bytes:
    """Flip the lowest bit of one byte."""
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at:][1:]


Change = Callable[[Evidence, Log], Evidence]
TAMPERED: dict[str, tuple[Change, str]] = {
    "time in the header": (
        lambda pack, _: replace(pack, header=pack.header.replace(b"T14:00", b"T15:00")),
        "proof: it does not lead from this header",
    ),
    "header no longer canonical": (
        lambda pack, _: replace(pack, header=pack.header.replace(b',"seq"', b', "seq"')),
        "record.header: the header is not written canonically",
    ),
    "header of another record": (
        lambda pack, log: replace(pack, header=log.store.record(1).header),
        "proof.index: the proof is of record 2, the header of record 1",
    ),
    "another record, with its body": (
        lambda pack, log: replace(pack, header=log.pack(1).header, body=log.pack(1).body),
        "proof.index: the proof is of record 2",
    ),
    "proof of another record": (
        lambda pack, log: replace(pack, hashes=log.pack(1).hashes),
        "proof: it does not lead",
    ),
    "index": (lambda pack, _: replace(pack, index=3), "proof.index: the proof is of record 3"),
    "size": (lambda pack, _: replace(pack, size=7), "proof.size: the proof is for 7 records, the checkpoint for 6"),
    "hash in the proof": (
        lambda pack, _: replace(pack, hashes=(flip(pack.hashes[0]), *pack.hashes[1:])),
        "proof: it does not lead",
    ),
    "proof too short": (lambda pack, _: replace(pack, hashes=pack.hashes[:-1]), "proof: it does not lead"),
    "proof too long": (lambda pack, _: replace(pack, hashes=(*pack.hashes, bytes(32))), "proof: it does not lead"),
    "checkpoint of another size": (
        lambda pack, log: replace(pack, checkpoint=log.pack(SEALED, size=4).checkpoint),
        "proof.size: the proof is for 6 records, the checkpoint for 4",
    ),
    "checkpoint edited": (
        lambda pack, _: replace(pack, checkpoint=pack.checkpoint.replace(b"\n6\n", b"\n8\n")),
        "checkpoint: the signature of `hospital.example/log",
    ),
    "checkpoint cut": (lambda pack, _: replace(pack, checkpoint=pack.checkpoint[:-1]), "checkpoint: "),
    "checkpoint signed twice": (
        lambda pack, _: replace(pack, checkpoint=pack.checkpoint + pack.checkpoint.splitlines(keepends=True)[-1]),
        "checkpoint: a key signs twice",
    ),
    "checkpoint of another log": (
        lambda pack, _: replace(pack, checkpoint=sign_checkpoint(Checkpoint("other/log", 6, bytes(32)), KEY)),
        "checkpoint: the checkpoint is of the log `other/log`",
    ),
    "body": (lambda pack, _: replace(pack, body=flip(pack.body or b"", 60)), "record.body: the body is not the one"),
    "body without its key": (
        lambda pack, _: replace(pack, body=flip(pack.body or b"", 60), record_key=None),
        "record.body: it is not the one that the header names",
    ),
    "body of another record": (lambda pack, log: replace(pack, body=log.pack(1).body), "record.body: "),
    "key of another record": (lambda pack, log: replace(pack, record_key=log.pack(1).record_key), "record.key: "),
    "key": (lambda pack, _: replace(pack, record_key=flip(pack.record_key or b"")), "record.key: "),
    "key of no length": (lambda pack, _: replace(pack, record_key=b""), "record.key: "),
    "ruleset": (lambda pack, _: replace(pack, ruleset=flip(RULESET)), "ruleset: it is not the one"),
    "ruleset left out": (lambda pack, _: replace(pack, ruleset=None), "ruleset: it is missing"),
    "ruleset added": (lambda _, log: replace(log.pack(CLEAR), ruleset=RULESET), "ruleset: the record names no ruleset"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_tampered_pack_is_refused_with_its_place(name: str, log: Log, standalone: ModuleType) -> None:
    """Each change of one part is found by both verifiers; cds says in which part."""
    change, said = TAMPERED[name]
    data = bytes(change(log.pack(SEALED), log))
    found = refused(data)
    assert any(finding.startswith(said) for finding in found), found
    assert not proves(standalone, data, [KEY.verifier.text])


def test_key_for_a_body_in_the_clear_is_refused(log: Log) -> None:
    """A pack of a body that is not sealed has no key in it."""
    assert refused(bytes(replace(log.pack(CLEAR), record_key=bytes(32)))) == [
        "record.key: the body is not sealed, and there is a key"
    ]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"decision": None}, "the record is of a decision, and none is in it"),
        ({"decision": {**DECISION, "as_of": "2031-01-01T00:00:00+00:00"}}, "does not have the digest"),
        ({"decision": {"digest": "sha256:"}}, "the decision does not have the digest"),
        ({"facts": {**FACTS, "subject": "demo-2"}}, "the facts do not have the digest"),
        ({"schema": "cds-body/2"}, "it is not a body of `cds-body/1`"),
        (b"no JSON", "it is not a body of `cds-body/1`"),
        (b'{"schema": "cds-body/1"}', "it is not a body of `cds-body/1`"),
        ({"remark": "never mind"}, "it is not a body of `cds-body/1`"),
        ({"outcome": {"problem": "never mind"}}, "there is a decision in it, and that there was none"),
    ],
)
def test_log_that_recorded_nonsense_proves_nothing_else(
    changed: dict[str, Any] | bytes, said: str, tmp_path: Path
) -> None:
    """A body that contradicts itself is found, though the log holds it rightly."""
    kept = recorded(tmp_path, [decision(changed if isinstance(changed, bytes) else {**BODY, **changed})])
    assert any(finding.startswith("record.body: ") and said in finding for finding in refused(bytes(kept.pack(0))))
    kept.store.close()


def test_body_that_can_be_read_in_two_ways_is_refused_by_both(tmp_path: Path, standalone: ModuleType) -> None:
    """One reader takes the first of two decisions, another the second."""
    kept = recorded(
        tmp_path, [decision(canonical_bytes(BODY)[:-1] + b',"decision":' + canonical_bytes(DECISION) + b"}")]
    )
    data = bytes(kept.pack(0))
    assert "it is not a body of `cds-body/1` in canonical JSON" in refused(data)[0]
    assert not proves(standalone, data, [KEY.verifier.text])
    kept.store.close()


def test_decision_under_another_kind_is_found(tmp_path: Path) -> None:
    """What is not decided again, since it is said to be no decision, holds none."""
    kept = recorded(tmp_path, [entry("no_advice", BODY, is_sealed=True, ruleset=NAMED)])
    assert refused(bytes(kept.pack(0))) == ["record.body: there is a decision in it, and that there was none"]
    kept.store.close()


def test_decision_by_another_ruleset_than_the_header_names(tmp_path: Path, standalone: ModuleType) -> None:
    """A decision has to name the ruleset of its header, and the header the digest that its stored ruleset has."""
    kept = recorded(tmp_path, [decision(ruleset={**NAMED, "digest": "sha256:other"}), decision(ruleset=None)])
    for seq in (0, 1):
        assert "names another ruleset than the header" in refused(bytes(kept.pack(seq)))[-1]
    assert refused(bytes(kept.pack(0)))[0] == "ruleset: it does not have the digest that the record names"
    assert not proves(standalone, bytes(kept.pack(0)), [])
    kept.store.close()


def test_masked_decision_is_not_held_to_its_digest(tmp_path: Path) -> None:
    """Where values were masked the stored digest is a keyed one, which nobody without the key can work out."""
    masked = {**BODY, "masked": ["patient.weight"], "decision": {**DECISION, "digest": "sha256:keyed"}}
    kept = recorded(tmp_path, [decision(masked)])
    assert refused(bytes(kept.pack(0))) == []
    kept.store.close()


MALFORMED = {
    "not JSON": lambda text: text[:-1],
    "deep": lambda _: "[" * 100_000,
    "a key twice": lambda text: text.replace('"checkpoint":', '"schema":"cds-evidence/1","checkpoint":', 1),
    "another schema": lambda text: text.replace("cds-evidence/1", "cds-evidence/2"),
    "a part more": lambda text: text.replace('{"checkpoint"', '{"also":1,"checkpoint"', 1),
    "a number as text": lambda text: text.replace('"index":2', '"index":"2"'),
    "a number as truth": lambda text: text.replace('"index":2', '"index":true'),
    "a float": lambda text: text.replace('"size":6', '"size":6.5'),
    "a huge number": lambda text: text.replace('"size":6', '"size":' + "9" * 5000),
    "base64": lambda text: text.replace('"ruleset":"', '"ruleset":"!'),
    "base64 written otherwise": lambda text: text.replace('"ruleset":"', '"ruleset":"A'),
    "key": lambda text: text.replace('"keys":["', '"keys":["x'),
    "no text": lambda text: text.replace("hospital.example/log\\n6", "\\ud800\\n6"),
    "an array": lambda text: f"[{text}]",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_pack_is_refused(name: str, log: Log) -> None:
    """A file that is not exactly a pack is refused with the place in it, and without a word of its content."""
    text = bytes(log.pack(SEALED)).decode()
    changed = MALFORMED[name](text)
    assert changed != text
    with pytest.raises(InputError, match=r"^pack\.json: "):
        read_evidence(changed.encode("utf-8", "surrogatepass"), file="pack.json")


def test_every_random_edit_is_found_by_both(log: Log, standalone: ModuleType) -> None:
    """Any byte of a pack changed, cut or added: refused by cds, or the same pack; and never proved by one alone.

    A change in the keys of the pack changes nothing for who brings the key along.
    """
    original = log.pack(SEALED)
    data = bytes(original)
    random = Random(7)  # noqa: S311  # repeatable
    for _ in range(1500):
        at = random.randrange(len(data))
        middle = random.choice([bytes([data[at] ^ 1 << random.randrange(8)]), b"", data[at : at + 1] * 2, b" "])
        changed = data[:at] + middle + data[at + 1 :]
        if refused(changed):
            assert not proves(standalone, changed, [KEY.verifier.text]) or reads_the_same(changed, data)
        else:
            assert replace(read_evidence(changed), keys=original.keys) == original


def reads_the_same(changed: bytes, data: bytes) -> bool:
    """Tell whether only such parts differ as the stand-alone verifier does not read when it is given a key."""
    parts = ("schema", "record", "ruleset", "proof", "checkpoint")
    one, other = json.loads(changed), json.loads(data)
    return all(one[part] == other[part] for part in parts)


def test_standalone_verifier_from_the_command_line(log: Log, tmp_path: Path) -> None:
    """The verifier is a command: status 0 and what was decided, or status 1 and why not."""
    path = tmp_path / "pack.json"
    path.write_bytes(bytes(log.pack(SEALED)))
    good = run(path, KEY.verifier.text)
    assert good.returncode == 0, good.stderr
    assert "record 2 is in the log hospital.example/log of 6 records" in good.stdout
    assert f"decided: {DECISION['disposition']['code']}" in good.stdout
    assert all(f"- {listed['rule']}, " in good.stdout for listed in DECISION["recommendations"])
    assert good.stdout.endswith("\nPROVED\n")
    assert "PROVED, if this is the key" in run(path).stdout
    path.write_bytes(bytes(replace(log.pack(SEALED), body=b"")))
    bad = run(path, KEY.verifier.text)
    assert (bad.returncode, bad.stderr) == (1, "NOT PROVED: the body is not the one in the header\n")
    path.write_bytes(b"{}")
    assert run(path).stderr.startswith("NOT PROVED: the pack is malformed")


def run(path: Path, *keys: str) -> subprocess.CompletedProcess[str]:
    """Run the verifier in a Python that cannot import cds, from a folder without it."""
    blocked = (
        "import sys, runpy; sys.modules['cds'] = None; del sys.argv[0]; runpy.run_path(*sys.argv[:1], None, '__main__')"
    )
    return subprocess.run(
        [sys.executable, "-c", blocked, str(VERIFIER), str(path), *keys],
        capture_output=True,
        text=True,
        check=False,
        cwd=path.parent,
    )
