"""The commands of the log as a user runs them: recording, verifying, showing, forgetting, rotating, pruning."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from log_making import ROLE, postgres_place
from program import COMMAND, NAPROXEN, Ran, environment, line, patient
from typer.testing import CliRunner

from cds import actions
from cds.actions.log_keeping import make_log
from cds.audit.notes.keys import Kind, SigningKey
from cds.audit.notes.witness import cosign
from cds.audit.record import record_schema
from cds.cli.app import app

ORIGIN = "cds.example.org/log"
ADA = "ada-001"
IN_A_SPACE_OF_ITS_OWN = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")


def run(*arguments: str | Path, given: bytes = b"") -> Ran:
    """Run a command in this process, which is faster than in its own."""
    ran = CliRunner().invoke(app, [*map(str, arguments)], input=given)
    return Ran(ran.exit_code, ran.stdout_bytes, ran.stderr)


@pytest.fixture(autouse=True)
def _loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load the shipped ruleset once for all commands that run in this process; it is immutable."""
    monkeypatch.setattr(actions, "load_ruleset", load_once)


load_once = cache(actions.load_ruleset)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a log `log.sqlite` with its keys in `keys`, as the place where commands run, and one patient's facts."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CDS_KEYS", "keys")
    make_log("log.sqlite", Path("keys"), ORIGIN)
    Path("ada.json").write_bytes(line(patient(subject=ADA)))
    return tmp_path


def shown(*arguments: str) -> list[dict[str, Any]]:
    """List records."""
    found: list[dict[str, Any]] = run("log", "show", "log.sqlite", *arguments, "--json").document["records"]
    return found


def shown_kinds() -> list[str]:
    """Give the kinds of all records."""
    return [record["header"]["kind"] for record in shown()]


def record(seq: int) -> Any:
    """Show one record."""
    return run("log", "show", "log.sqlite", str(seq), "--json").document


def test_a_log_is_made_with_its_keys(tmp_path: Path) -> None:
    """The verifier key is printed, and is in `log.pub`; the log is intact from its first record on."""
    log, keys = tmp_path / "log.sqlite", tmp_path / "keys"
    ran = run("log", "init", log, "--keys", keys, "--name", ORIGIN, "--actor", "root@host")
    assert (ran.status, ran.text) == (0, (keys / "log.pub").read_text())
    assert ran.text.startswith(f"{ORIGIN}+")
    verified = run("log", "verify", log, "--key", keys / "log.pub", "--json").document
    assert (verified["schema"], verified["intact"], verified["records"]) == ("cds-log-verification/1", True, 1)
    again = run("log", "init", log, "--keys", tmp_path / "more", "--name", ORIGIN)
    assert (again.status, list((tmp_path).glob("more"))) == (2, [])
    assert run("log", "init", tmp_path / "new.sqlite", "--keys", keys, "--name", ORIGIN).status == 2
    assert not (tmp_path / "new.sqlite").exists()
    assert run("log", "init", tmp_path / "new.sqlite", "--keys", tmp_path / "k", "--name", "a b").status == 2
    assert (
        run("log", "init", tmp_path / "new.sqlite", "--keys", tmp_path / "k", "--name", "a", "--role", "r").status == 2
    )
    assert not (tmp_path / "k").exists()


def test_evaluate_answers_as_without_recording_and_records_that(site: Path) -> None:
    """The decision is the same, byte for byte, and stands in the log with who asked and what for."""
    said = ("evaluate", "ada.json", "--json")
    plain = run(*said)
    ran = run(*said, "--record", "log.sqlite", "--actor", "mr. t", "--purpose", "audit")
    assert (ran.status, ran.out, ran.err) == (0, plain.out, plain.err)
    assert shown_kinds() == ["configuration", "ruleset_activation", "adoption", "decision"]
    last = record(3)
    assert last["header"]["actor"] == {"id": "mr. t", "authenticated": False}
    assert (last["header"]["purpose"], last["header"]["clock"]) == ("audit", "system")
    assert last["body"]["decision"] == ran.document
    assert ADA.encode() not in (site / "log.sqlite").read_bytes()


@pytest.mark.usefixtures("site")
def test_what_gets_no_advice_is_recorded() -> None:
    """Wrong facts end with status 2 as without recording, and the log knows that somebody asked."""
    Path("bad.json").write_bytes(line(patient(patient={"age": "abc"})))
    ran = run("evaluate", "bad.json", "--record", "log.sqlite")
    assert (ran.status, ran.out) == (2, b"")
    assert "bad.json" in ran.err
    assert (shown_kinds()[-1], record(3)["body"]["outcome"]["problem"]) == ("no_advice", "the facts could not be read")
    assert run("evaluate", "none.json", "--record", "log.sqlite").status == 2
    assert len(shown_kinds()) == 4


@pytest.mark.usefixtures("site")
def test_lines_are_answered_in_order_and_all_recorded() -> None:
    """The output is the same as without recording; each line has its record, in order, also the one that failed."""
    lines = b"".join([*(line(patient(subject=f"s{number}")) for number in range(20)), b"{}\n", line(patient())])
    plain = run("evaluate", "--jsonl", given=lines)
    ran = run("evaluate", "--jsonl", "--record", "log.sqlite", given=lines)
    assert (ran.status, ran.out) == (3, plain.out)
    assert shown_kinds()[3:] == [*["decision"] * 20, "no_advice", "decision"]
    subjects = [record(seq)["body"]["decision"]["subject"] for seq in (3, 10, 22)]
    assert subjects == ["s0", "s7", "s19"]


@pytest.mark.usefixtures("site")
def test_a_line_is_answered_before_the_next_one_comes() -> None:
    """Who sends a line and waits for its answer gets it: a commit never waits for more lines."""
    program = subprocess.Popen(
        [*COMMAND, "evaluate", "--jsonl", "--record", "log.sqlite"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(CDS_KEYS="keys"),
    )
    assert program.stdin is not None
    assert program.stdout is not None
    for number in range(3):
        program.stdin.write(line(patient(subject=f"s{number}")))
        program.stdin.flush()
        assert json.loads(program.stdout.readline())["subject"] == f"s{number}"
        assert record(3 + number)["body"]["facts"]["subject"] == f"s{number}"
    program.stdin.close()
    assert program.wait() == 0
    program.stdout.close()


@pytest.mark.usefixtures("site")
def test_holds_record_the_decision_of_each_patient() -> None:
    """The worklist is the same as without recording; whoever fails is recorded too, and the rest go on."""
    Path("ward.jsonl").write_bytes(line(patient(subject="s1")) + b'{"schema": "cds-facts/1"}\n' + line(patient()))
    plain = run("holds", "ward.jsonl", "--json")
    ran = run("holds", "ward.jsonl", "--json", "--record", "log.sqlite")
    assert (ran.status, ran.out) == (3, plain.out)
    assert shown_kinds()[3:] == ["decision", "no_advice", "decision"]


@pytest.mark.usefixtures("site")
def test_acknowledgements_are_recorded_sealed_for_their_patient() -> None:
    """Who took note is the actor; what was noted is readable with the keys only, and found by the patient's id."""
    Path("list.json").write_bytes(run("holds", "ada.json", "--json").out)
    seen = json.loads(Path("list.json").read_bytes())["seen"][0]
    medication = seen["binding"].partition("/")[2]
    said = ("--subject", ADA, "-m", medication, "--reason", "patient_informed", "--by", "Jörg K.")
    ran = run("acknowledge", "list.json", *said, "--record", "log.sqlite")
    assert ran.status == 0
    (found,) = shown("--subject", ADA)
    assert (found["header"]["kind"], found["header"]["actor"]["id"]) == ("acknowledgement", "Jörg K.")
    assert record(found["header"]["seq"])["body"]["content"] == ran.document
    assert found["header"]["body"]["encryption"] is not None


@pytest.mark.usefixtures("site")
def test_what_is_said_of_recording_without_a_log_is_refused() -> None:
    """Who names keys or an actor believes that it is recorded: it is not, and that is said before any answer."""
    for option in (("--keys", "keys"), ("--actor", "me"), ("--purpose", "audit"), ("--recording", "recording.yaml")):
        ran = run("evaluate", "ada.json", *option)
        assert (ran.status, ran.out) == (2, b"")
        assert f"error: `{option[0]}` is about recording, and nothing is recorded; expected `--record LOG`" in ran.err
    for option in (("--actor", "a\nb"), ("--purpose", "A B")):
        assert run("evaluate", "ada.json", "--record", "log.sqlite", *option).status == 2


@pytest.mark.usefixtures("site")
def test_the_settings_of_a_site_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file names keys, actor, purpose and mask; the command line goes before it."""
    monkeypatch.delenv("CDS_KEYS")
    Path("recording.yaml").write_text(
        "schema: cds-recording/1\nkeys: keys\nactor: ward-7\npurpose: research\nmask: [patient.weight]\n"
    )
    said = ("evaluate", "ada.json", "--json", "--record", "log.sqlite", "--recording", "recording.yaml")
    assert run(*said).status == run(*said, "--actor", "me").status == 0
    actors = [(one["header"]["actor"]["id"], one["header"]["purpose"]) for one in shown() if one["disposition"] is None]
    assert actors[-2:] == [("ward-7", "research"), ("me", "research")]
    with_keys = run("log", "show", "log.sqlite", "4", "--keys", "keys", "--json").document
    assert with_keys["body"]["masked"] == ["patient.weight"]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--record", "none.sqlite"), 2, "there is no log `none.sqlite`; expected one made by `cds log init`"),
        (("--record", "log.sqlite", "--keys", "none"), 2, "there is no key folder `none`"),
        (("--record", "log.sqlite", "--keys", "other"), 2, "is not that of the log `log.sqlite`"),
        (("--record", "ada.json"), 7, "the file is damaged or no SQLite file"),
        (("--record", "postgresql://me:pw@localhost:1/x"), 7, "the server cannot be reached"),
    ],
)
@pytest.mark.usefixtures("site")
def test_a_log_that_cannot_be_recorded_into_stops_the_answer(
    arguments: tuple[str, ...], status: int, said: str
) -> None:
    """Nothing is printed but one message, which says what is wrong, and no password."""
    make_log("other.sqlite", Path("other"), "cds.example.org/other")
    for command in (("evaluate", "ada.json", "--json"), ("holds", "ada.json"), ("evaluate", "--jsonl", "ada.json")):
        ran = run(*command, *arguments)
        assert (ran.status, ran.out, ran.err.count("\n")) == (status, b"", 1)
        assert said in ran.err
        assert "pw" not in ran.err


@pytest.mark.usefixtures("site")
def test_a_log_in_postgresql_needs_an_extra() -> None:
    """Without the package the message names the extra."""
    code = "import sys\nsys.modules['psycopg'] = None\nsys.argv[0] = 'cds'\nfrom cds.cli import main\nmain()"
    ran = subprocess.run(
        [COMMAND[0], "-c", code, "log", "checkpoint", "postgresql://localhost/x"],
        capture_output=True,
        env=environment(),
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert b"`pip install cds[postgres]`" in ran.stderr


def test_a_log_in_postgresql_is_kept_by_a_role_that_can_only_append(site: Path, postgres_server: str) -> None:
    """Its owner makes it, another role records; bodies are never removed from it, keys are destroyed as elsewhere."""
    with postgres_place(postgres_server) as (log, owner):
        keys = ("--keys", "pg-keys")
        made = run("log", "init", owner, *keys, "--name", "cds.example.org/pg", "--role", ROLE)
        assert made.status == 0
        assert run("evaluate", "ada.json", "--record", log, *keys).status == 0
        assert run("log", "verify", log, *keys, "--json").document["records"] == 4
        refused = run("log", "prune", log, "--before", "3", *keys)
        assert (refused.status, "append-only" in refused.err) == (2, True)
        assert run("log", "forget", log, "--subject", ADA, *keys).status == 0
        assert run("log", "rotate", log, "--key", "log", *keys).status == 0
        listed = run("log", "show", log, *keys, "--json").document["records"]
    kinds = [one["header"]["kind"] for one in listed]
    assert kinds[3:] == ["decision", "key_destruction", "configuration"]
    assert (site / "pg-keys" / "log.pub").read_text().count("\n") == 2


def in_a_space_of_its_own(script: str) -> Ran:
    """Run a script that may mount file systems, where the system lets us."""
    if shutil.which("unshare") is None or subprocess.run([*IN_A_SPACE_OF_ITS_OWN, "true"], check=False).returncode:
        pytest.skip("this system lets nobody mount a file system of their own")
    ran = subprocess.run(
        [*IN_A_SPACE_OF_ITS_OWN, script], capture_output=True, env=environment(CDS_KEYS="keys"), check=False
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr.decode())


@pytest.mark.parametrize("command", ["evaluate ada.json --json", "evaluate --jsonl ada.json", "holds ada.json"])
@pytest.mark.parametrize(
    ("mount", "said"),
    [
        (
            "mount -t tmpfs -o size=1m tmpfs full && cp log.sqlite full/ && dd if=/dev/zero of=full/fill bs=1k",
            "the disk",
        ),
        ("mount -t tmpfs tmpfs full && cp log.sqlite full/ && mount -o remount,ro full", "Read-only file system"),
    ],
    ids=["full", "read-only"],
)
def test_a_disk_that_takes_no_record_gets_no_advice(site: Path, mount: str, said: str, command: str) -> None:
    """A full disk and a read-only file system end with status 7 and a message, and nothing on standard output."""
    (site / "full").mkdir()
    python = f"cd {site} && {' '.join(COMMAND)}"
    ran = in_a_space_of_its_own(f"({mount}) 2>/dev/null >&2; {python} {command} --record full/log.sqlite")
    assert (ran.status, ran.out) == (7, b"")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_lines_stop_where_the_disk_is_full(site: Path) -> None:
    """What was printed before has its record; the line that has none is not printed, nor any after it."""
    (site / "full").mkdir()
    Path("many.jsonl").write_bytes(b"".join(line(patient(subject=f"s{number}")) for number in range(100)))
    script = (
        f"mount -t tmpfs -o size=3m tmpfs full && cd {site} && cp log.sqlite full/ && {' '.join(COMMAND)} evaluate "
        "--jsonl many.jsonl --record full/log.sqlite; status=$?; cp full/log.sqlite* . ; exit $status"
    )
    ran = in_a_space_of_its_own(script)
    answered = ran.out.splitlines()
    assert ran.status == 7
    assert 0 < len(answered) < 100
    decisions = [one for one in shown() if one["header"]["kind"] == "decision"]
    assert len(decisions) >= len(answered)
    assert record(3)["body"]["decision"] == json.loads(answered[0])


def edited(edit: str) -> None:
    """Change the database of the log as an intruder would, by SQL that can swap bytes."""
    database = sqlite3.connect("log.sqlite", isolation_level=None)
    database.create_function("swapped", 3, lambda raw, old, new: raw.replace(old.encode(), new.encode()))
    database.execute(edit)
    database.close()


@pytest.fixture
def filled(site: Path) -> Path:
    """Fill the log with a few decisions."""
    lines = b"".join(line(patient(subject=subject)) for subject in (ADA, "bob", ADA, "eve"))
    assert run("evaluate", "--jsonl", "--record", "log.sqlite", given=lines).status == 0
    return site


def test_an_intact_log_verifies_with_the_verifier_key_alone(filled: Path) -> None:
    """An auditor has no secret key; without a checkpoint from elsewhere the limit is told in words."""
    key = (filled / "keys" / "log.pub").read_text().strip()
    ran = run("log", "verify", "log.sqlite", "--key", key)
    assert ran.status == 0
    assert "intact: 7 records" in ran.text
    assert "cannot be excluded" in " ".join(ran.text.split())
    assert "records/s" in ran.err
    document = run("log", "verify", "log.sqlite", "--json").document
    assert (document["intact"], document["findings"], document["records"]) == (True, [], 7)
    assert any("rewrote or cut off cannot be excluded" in limit for limit in document["limits"])


@pytest.mark.parametrize(
    ("edit", "place"),
    [
        ("UPDATE records SET body = x'00' WHERE seq = 4", "record 4"),
        ("UPDATE records SET header = swapped(header, 'treatment', 'research') WHERE seq = 5", "record"),
        ("DELETE FROM records WHERE seq = 2", "record 2"),
        ("UPDATE checkpoints SET note = swapped(note, '1', '2')", "checkpoint 0"),
    ],
)
@pytest.mark.usefixtures("filled")
def test_a_log_that_was_changed_is_not_intact(edit: str, place: str) -> None:
    """Status 4, and where."""
    edited(edit)
    ran = run("log", "verify", "log.sqlite")
    document = run("log", "verify", "log.sqlite", "--json").document
    assert (ran.status, document["intact"]) == (4, False)
    assert "NOT INTACT" in ran.text
    assert any(finding["place"].startswith(place) for finding in document["findings"])


def test_a_tail_that_is_cut_off_shows_against_a_checkpoint_held_elsewhere(filled: Path) -> None:
    """A shorter copy of the log verifies alone, and not against what somebody else kept."""
    shutil.copytree(filled, filled / "early", ignore=shutil.ignore_patterns("early"))
    run("evaluate", "ada.json", "--record", "log.sqlite")
    Path("held.txt").write_bytes(run("log", "checkpoint", "log.sqlite").out)
    assert run("log", "verify", "log.sqlite", "--checkpoint", "held.txt").status == 0
    assert run("log", "verify", "early/log.sqlite").status == 0
    ran = run("log", "verify", "early/log.sqlite", "--checkpoint", "held.txt")
    assert ran.status == 4
    assert "missing at the end" in ran.text
    assert run("log", "verify", "log.sqlite", "--checkpoint", "ada.json").status == 2
    assert run("log", "verify", "none.sqlite").status == 2
    assert "there is no file `none.pub`" in run("log", "verify", "log.sqlite", "--key", "none.pub").err


def test_a_file_too_damaged_to_be_opened_is_not_intact(filled: Path) -> None:
    """A log whose first page is gone is a finding, not a mistake of the user."""
    content = bytearray((filled / "log.sqlite").read_bytes())
    content[:100] = bytes(100)
    (filled / "log.sqlite").write_bytes(content)
    ran = run("log", "verify", "log.sqlite", "--json")
    assert (ran.status, ran.document["findings"][0]["place"]) == (4, "the database")


@pytest.mark.usefixtures("filled")
def test_a_list_shows_who_did_what_and_patients_by_pseudonym() -> None:
    """Dispositions stand where the keys read them; a patient's id stands nowhere, and finds the patient's records."""
    ran = run("log", "show", "log.sqlite")
    assert ran.status == 0
    assert len(ran.text.splitlines()) == 8
    assert "defer" in ran.text
    assert ADA not in ran.text
    assert [one["header"]["seq"] for one in shown("--subject", ADA)] == [3, 5]
    assert [one["header"]["seq"] for one in shown("--subject", ADA, "--kind", "acknowledgement")] == []
    assert [one["header"]["seq"] for one in shown("--kind", "adoption")] == [2]
    assert run("log", "show", "log.sqlite", "--kind", "decisoin").err.endswith("did you mean `decision`?\n")
    assert run("log", "show", "log.sqlite", "3", "--kind", "decision").status == 2
    assert run("log", "show", "log.sqlite", "99").status == 2


def test_without_the_keys_only_headers_are_shown(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An auditor with `log.pub` alone sees every header, and bodies only of what is about nobody."""
    auditor = filled / "auditor"
    auditor.mkdir()
    shutil.copy(filled / "keys" / "log.pub", auditor)
    monkeypatch.setenv("CDS_KEYS", str(auditor))
    assert run("log", "verify", "log.sqlite").status == 0
    assert {one["disposition"] for one in shown()} == {None}
    assert record(0)["body"]["content"]["recording"]["keys"]["body"] == "k1"
    sealed = record(3)
    assert (sealed["body"], sealed["header"]["seq"]) == (None, 3)
    assert "no key folder that opens it is named" in sealed["problem"]
    assert run("log", "show", "log.sqlite", "--subject", ADA).status == 2
    assert [path.name for path in auditor.iterdir()] == ["log.pub"]


@pytest.mark.usefixtures("filled")
def test_one_record_is_shown_for_people_and_an_altered_one_is_no_result() -> None:
    """The header in words and the body below; where the body is another, only the header, and status 4."""
    ran = run("log", "show", "log.sqlite", "3")
    assert ran.status == 0
    assert "record 3: decision" in ran.text
    assert '"disposition": {' in ran.text
    edited("UPDATE records SET body = x'00' WHERE seq = 3")
    ran = run("log", "show", "log.sqlite", "3")
    assert (ran.status, "disposition" in ran.text) == (4, False)
    assert "altered or swapped" in ran.err
    edited("UPDATE records SET header = x'00' WHERE seq = 3")
    for arguments in (("3",), ("--kind", "decision")):
        ran = run("log", "show", "log.sqlite", *arguments)
        assert (ran.status, "the header of record 3 is damaged" in ran.err) == (2, True)


@pytest.mark.usefixtures("filled")
def test_records_are_as_their_schema_says() -> None:
    """Every record that can be opened is valid by `cds schema record`."""
    assert run("schema", "record").document == record_schema()
    validator = Draft202012Validator(record_schema())
    for seq in range(7):
        found = record(seq)
        validator.validate({"header": found["header"], "body": found["body"]})


def test_a_checkpoint_is_joined_with_the_signature_of_a_witness(filled: Path) -> None:
    """The witness's signature is verified and added to the log's own; what is not of this log is refused."""
    own = run("log", "checkpoint", "log.sqlite").out
    witness = SigningKey.generate("witness.example", Kind.COSIGNATURE)
    Path("signed.txt").write_bytes(cosign(own, witness, timestamp=1_700_000_000))
    ran = run("log", "checkpoint", "log.sqlite", "--witness", "signed.txt", "--key", witness.verifier.text)
    assert ran.out.startswith(own)
    assert ran.out.count(b"witness.example") == 1
    Path("held.txt").write_bytes(ran.out)
    assert run("log", "verify", "log.sqlite", "--checkpoint", "held.txt").status == 0
    other = SigningKey.generate("other.example", Kind.COSIGNATURE).verifier.text
    for key in (("--key", other), (), ("--key", "keys/log.pub")):
        assert run("log", "checkpoint", "log.sqlite", "--witness", "signed.txt", *key).status == 2
    make_log("other.sqlite", filled / "other", ORIGIN)
    refused = run("log", "checkpoint", "other.sqlite", "--witness", "signed.txt", "--key", witness.verifier.text)
    assert "not a checkpoint that the log has made" in refused.err


@pytest.mark.usefixtures("filled")
def test_a_patient_is_forgotten_and_the_log_verifies() -> None:
    """Nobody reads the patient from then on; all others stay readable; the destruction is on record."""
    ran = run("log", "forget", "log.sqlite", "--subject", ADA, "--actor", "dpo")
    assert (ran.status, ran.out) == (0, b"")
    assert "1 keys destroyed" in ran.err
    assert record(3)["body"] is None
    assert record(4)["body"]["facts"]["subject"] == "bob"
    last = record(7)
    assert (last["header"]["kind"], last["header"]["actor"]["id"]) == ("key_destruction", "dpo")
    assert last["header"]["subject"] == record(3)["header"]["subject"]
    assert run("log", "verify", "log.sqlite").status == 0
    again = run("log", "forget", "log.sqlite", "--pseudonym", last["header"]["subject"]["pseudonym"])
    assert (again.status, shown_kinds()[-1]) == (0, "key_destruction")
    nobody = run("log", "forget", "log.sqlite", "--subject", "nobody-1")
    assert (nobody.status, "nobody-1" in nobody.err) == (2, False)


@pytest.mark.usefixtures("filled")
def test_a_destroyed_key_that_is_back_from_a_copy_is_told() -> None:
    """The log is intact, the promise is not kept; who came back and has a new key is no such patient."""
    shutil.copy("keys/subjects.sqlite", "copy.sqlite")
    run("log", "forget", "log.sqlite", "--subject", ADA)
    run("evaluate", "ada.json", "--record", "log.sqlite")
    assert "put back" not in run("log", "verify", "log.sqlite").text
    shutil.copy("copy.sqlite", "keys/subjects.sqlite")
    ran = run("log", "verify", "log.sqlite", "--json")
    pseudonym = record(3)["header"]["subject"]["pseudonym"]
    assert ran.status == 0
    assert any(f"`{pseudonym}` was destroyed, and a copy of it was put back" in said for said in ran.document["limits"])
    assert "put back" not in run("log", "verify", "log.sqlite", "--key", "keys/log.pub").text
    run("log", "forget", "log.sqlite", "--pseudonym", pseudonym)
    assert "put back" not in run("log", "verify", "log.sqlite").text


@pytest.mark.parametrize("key", ["body", "pseudonym", "log"])
def test_a_key_is_rotated_and_everything_goes_on(filled: Path, key: str) -> None:
    """Old records are found and read, new ones are made, and the log verifies, also against an older checkpoint."""
    Path("held.txt").write_bytes(run("log", "checkpoint", "log.sqlite").out)
    before = (filled / "keys" / "log.key").read_text()
    ran = run("log", "rotate", "log.sqlite", "--key", key)
    assert (ran.status, ran.out) == (0, b"")
    assert (key in ran.err) or (key == "log" and ORIGIN in ran.err)
    assert ((filled / "keys" / "log.key").read_text() == before) is (key != "log")
    assert run("evaluate", "ada.json", "--record", "log.sqlite").status == 0
    assert [one["header"]["seq"] for one in shown("--subject", ADA)] == [3, 5, 8]
    assert [one["disposition"] for one in shown("--subject", ADA)] == ["defer"] * 3
    assert record(7)["header"]["kind"] == "configuration"
    assert run("log", "verify", "log.sqlite", "--checkpoint", "held.txt").status == 0


def test_a_body_key_from_the_environment_is_rotated_there(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command does not write what a site keeps elsewhere: it says what is needed, and uses it once it is there."""
    keys = filled / "keys"
    monkeypatch.setenv("CDS_KEY_BODY_K1", (keys / "body.k1.key").read_text())
    (keys / "body.k1.key").unlink()
    refused = run("log", "rotate", "log.sqlite", "--key", "body")
    assert (refused.status, "`CDS_KEY_BODY_K2`" in refused.err) == (2, True)
    make_log("other.sqlite", filled / "other", ORIGIN)
    new = (filled / "other" / "body.k1.key").read_text().replace("body.k1", "body.k2")
    monkeypatch.setenv("CDS_KEY_BODY_K2", new)
    assert "the keys of 3 patients are wrapped by it" in run("log", "rotate", "log.sqlite", "--key", "body").err
    monkeypatch.delenv("CDS_KEY_BODY_K1")
    assert record(3)["body"]["facts"]["subject"] == ADA
    assert not list(keys.glob("body.*"))


def test_old_bodies_are_removed_and_the_log_verifies(filled: Path) -> None:
    """By number or by day; the headers stay, the file forgets the bodies, and the removal is on record."""
    body = sqlite3.connect("log.sqlite").execute("SELECT body FROM records WHERE seq = 3").fetchone()[0]
    assert body[:64] in (filled / "log.sqlite").read_bytes()
    ran = run("log", "prune", "log.sqlite", "--before", "4")
    assert (ran.status, "4 bodies" in ran.err) == (0, True)
    assert not any(body[:64] in path.read_bytes() for path in filled.glob("log.sqlite*"))
    assert record(3)["problem"] == "the body was removed by retention"
    assert record(4)["body"] is not None
    assert run("log", "verify", "log.sqlite").status == 0
    assert "0 bodies" in run("log", "prune", "log.sqlite", "--before", "4").err
    assert run("log", "prune", "log.sqlite", "--before", "2001-01-01").status == 2
    assert run("log", "prune", "log.sqlite", "--before", "2999-01-01").status == 0
    assert run("log", "verify", "log.sqlite").status == 0
    for wrong in ("0", "99", "soon"):
        assert run("log", "prune", "log.sqlite", "--before", wrong).status == 2


def test_a_body_that_is_gone_without_retention_is_not_intact(filled: Path) -> None:
    """Only what the log itself says was removed may be missing."""
    edited("UPDATE records SET body = NULL WHERE seq = 5")
    found = run("log", "verify", "log.sqlite", "--json")
    assert (found.status, found.document["findings"]) == (
        4,
        [{"place": "record 5", "problem": "its body is missing"}],
    )
    assert (filled / "keys").is_dir()


def test_another_process_that_records_is_not_disturbed(site: Path) -> None:
    """While one records, the others read and verify; a second that would record is told so, with status 7."""
    program = subprocess.Popen(
        [*COMMAND, "evaluate", "--jsonl", "--record", "log.sqlite"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(CDS_KEYS="keys"),
        cwd=site,
    )
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(line(patient(NAPROXEN)))
    program.stdin.flush()
    program.stdout.readline()
    assert run("log", "verify", "log.sqlite").status == 0
    assert shown_kinds()[-1] == "decision"
    for command in (("evaluate", "ada.json"), ("log", "forget", "--subject", ADA), ("log", "rotate", "--key", "body")):
        ran = run(*command, *(("--record", "log.sqlite") if command[0] == "evaluate" else ("log.sqlite",)))
        assert (ran.status, ran.out) == (7, b"")
        assert "another process is recording into `log.sqlite`; only one may" in ran.err
    program.stdin.close()
    assert program.wait() == 0
    program.stdout.close()
