"""`cds replay`: a log decided again, and what is told of what is not the same."""

from __future__ import annotations

import shutil
from itertools import islice
from pathlib import Path

import orjson
import pytest
from log_making import ROLE, postgres_place
from made_logs import NAMES, MadeLog, decided, defer, forget, ruleset, run
from program import REPOSITORY

from cds import actions
from cds.actions.recording import Recorder
from cds.audit.stores import create_store
from cds.cli.terminal import WIDEST
from cds.replay.tally import POSITION

SHIPPED = REPOSITORY / "rulesets" / "vertebral-augmentation"
OTHERS = 3
"""Records that are no decisions: the configuration, the ruleset's activation and its adoptions."""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> MadeLog:
    """Record patients of different kinds."""
    return MadeLog(tmp_path_factory.mktemp("log")).create().record(*NAMES)


@pytest.fixture(scope="module")
def forged(tmp_path_factory: pytest.TempPathFactory) -> MadeLog:
    """Record one patient rightly, and two with another outcome than was decided."""
    made = MadeLog(tmp_path_factory.mktemp("forged")).create().record(NAMES[0])
    return made.record(NAMES[4], NAMES[5], forge=defer)


def test_what_was_recorded_comes_out_again(log: MadeLog) -> None:
    """Every decision is the same, byte for byte: status 0, and the counts in one table."""
    ran = run("replay", *log.with_keys)
    assert ran.status == 0, ran.err
    assert "6  identical" in ran.text
    assert "6 of 6 decisions came out the same. None differs." in ran.text


@pytest.mark.parametrize("how", [(), ("--engine", "reference"), ("--engine", "durable"), ("--processes", "2")])
def test_however_it_is_decided_the_same_is_found(log: MadeLog, how: tuple[str, ...]) -> None:
    """One engine or both, one process or two."""
    ran = run("replay", *log.with_keys, "--json", *how)
    assert (ran.status, ran.document) == (
        0,
        {
            "schema": "cds-replay/1",
            "proved": True,
            "next_seq": 9,
            "counts": {"other_kind": OTHERS, "identical": 6},
            "named": {},
            "records": [],
        },
    )


def test_a_record_that_differs_is_shown_field_by_field(forged: MadeLog) -> None:
    """Status 5; each difference with the number of its record, the path, what was recorded and what comes out."""
    ran = run("replay", *forged.with_keys)
    assert ran.status == 5
    assert "record 4: another decision comes out" in ran.text
    assert '$.disposition.code: "defer" -> "emergency"' in ran.text
    assert "1 of 3 decisions came out the same. NOT PROVED." in ran.text
    assert max(map(len, ran.text.splitlines())) <= WIDEST
    found = run("replay", *forged.with_keys, "--json")
    assert found.status == 5
    assert found.document["named"] == {"different": [4, 5]}
    assert [one["seq"] for one in found.document["records"]] == [4, 5]
    by_path = {one["path"]: one for one in found.document["records"][0]["differences"]}
    assert by_path.keys() == {"$.disposition.code", "$.digest"}
    assert (by_path["$.disposition.code"]["before"], by_path["$.disposition.code"]["after"]) == ("defer", "emergency")


def test_destroyed_keys_are_counted_as_such(tmp_path: Path) -> None:
    """The patient's records are neither identical nor wrong; with nothing left to compare nothing is proved."""
    made = MadeLog(tmp_path).create().record(NAMES[0], NAMES[1])
    forget(made, NAMES[0])
    ran = run("replay", *made.with_keys, "--json")
    assert (ran.status, ran.document["counts"]["key_destroyed"], ran.document["counts"]["identical"]) == (0, 1, 1)
    forget(made, NAMES[1])
    ran = run("replay", *made.with_keys)
    assert ran.status == 5
    assert "0 of 2 decisions came out the same; 2 cannot be compared. NOT PROVED." in ran.text


def test_without_keys_nothing_is_proved(log: MadeLog) -> None:
    """A body that cannot be opened is no destroyed key."""
    ran = run("replay", log.path, "--json")
    assert (ran.status, ran.document["counts"]) == (5, {"other_kind": OTHERS, "unreadable": 6})


def test_where_nothing_is_to_be_decided_nothing_is_said_to_be_proved(log: MadeLog) -> None:
    """A start behind the last decision, and a log whose other records cannot be compared, claim no more than that."""
    assert (
        "There was no decision to decide again: nothing is proved." in run("replay", *log.with_keys, "--from", "9").text
    )


def test_masked_records_are_compared_as_far_as_they_are_stored(tmp_path: Path) -> None:
    """Where the mask took out what nothing followed from, they are equal so far; otherwise not comparable."""
    made = MadeLog(tmp_path, mask=("medications.*.text",)).create().record(*NAMES)
    ran = run("replay", *made.with_keys, "--json")
    counts = ran.document["counts"]
    assert ran.status == 0
    assert counts.keys() == {"other_kind", "equal_as_stored", "masked", "identical"}
    assert sum(counts.values()) == OTHERS + len(NAMES)
    told = run("replay", *made.with_keys).text
    assert "not comparable: masked" in told
    assert "cannot be compared. None of the others differs." in told


def test_a_forged_masked_record_is_not_equal(tmp_path: Path) -> None:
    """Another outcome than follows from the stored facts is never counted as equal."""
    made = MadeLog(tmp_path, mask=("patient.weight",)).create().record(NAMES[1], forge=defer)
    ran = run("replay", *made.with_keys, "--json")
    assert (ran.status, ran.document["counts"]) == (5, {"other_kind": OTHERS, "masked": 1})


def test_a_replay_goes_on_from_its_position(log: MadeLog, tmp_path: Path) -> None:
    """What is counted already is not decided again, and counts on."""
    position = tmp_path / "position.json"
    assert run("replay", *log.with_keys, "--position", position).status == 0
    kept = orjson.loads(position.read_bytes())
    assert (kept["schema"], kept["next_seq"], kept["counts"]["identical"]) == (POSITION, 9, 6)
    half = {**kept, "next_seq": 6, "counts": {"other_kind": OTHERS, "identical": 3}}
    position.write_bytes(orjson.dumps(half))
    ran = run("replay", *log.with_keys, "--position", position, "--json")
    assert (ran.status, ran.document["next_seq"], ran.document["counts"]["identical"]) == (0, 9, 6)
    assert orjson.loads(position.read_bytes()) == kept


def test_a_replay_that_is_broken_off_keeps_its_position(log: MadeLog, tmp_path: Path) -> None:
    """What was taken and done with counts; the rest is left for the next run."""
    position = tmp_path / "position.json"
    with actions.replay_log(str(log.path), keys=log.keys, position=position) as running:
        for _ in islice(running.done, 6):
            continue
    assert orjson.loads(position.read_bytes())["next_seq"] == 5
    ran = run("replay", *log.with_keys, "--position", position, "--json")
    assert (ran.status, ran.document["counts"]) == (0, {"other_kind": OTHERS, "identical": 6})


def test_the_position_of_another_replay_is_refused(log: MadeLog, tmp_path: Path) -> None:
    """Counts of different replays are never added up."""
    position = tmp_path / "position.json"
    run("replay", *log.with_keys, "--position", position)
    for other in (("--engine", "reference"), ("--ruleset", SHIPPED)):
        ran = run("replay", *log.with_keys, "--position", position, *other)
        assert ran.status == 2
        assert "this is the position of another replay" in ran.err
    ran = run("replay", *log.with_keys, "--position", position, "--from", "4")
    assert ran.status == 2
    assert "goes on from record 9" in ran.err


def test_a_part_can_be_replayed(log: MadeLog) -> None:
    """From a record on; a number that the log does not have is refused."""
    assert run("replay", *log.with_keys, "--from", "7", "--json").document["counts"] == {"identical": 2}
    for wrong, said in (
        (("--from", "10"), "there is no record 10"),
        (("--processes", "0"), "0 processes decide nothing"),
    ):
        ran = run("replay", *log.with_keys, *wrong)
        assert (ran.status, ran.out) == (2, b"")
        assert said in ran.err


def test_another_ruleset_is_compared(log: MadeLog, tmp_path: Path) -> None:
    """The same content gives the same; another name alone is told apart; other rules differ."""
    same = run("replay", *log.with_keys, "--ruleset", SHIPPED, "--json")
    assert (same.status, same.document["counts"]["identical"]) == (0, 6)
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "copy"))
    path = folder / "ruleset.yaml"
    text = path.read_text(encoding="utf-8")
    assert "\nversion: " in text
    version = next(line for line in text.splitlines() if line.startswith("version: "))
    path.write_text(text.replace(version, "version: 9.9.9"), encoding="utf-8")
    named = run("replay", *log.with_keys, "--ruleset", folder, "--json")
    assert named.status == 5
    assert named.document["counts"] == {"other_kind": OTHERS, "other_ruleset": 6}
    other = run("replay", *log.with_keys, "--ruleset", "example-hospital", "--json")
    assert other.status == 5
    assert other.document["counts"]["different"] > 0


def test_a_log_in_postgresql_is_replayed_too(tmp_path: Path, postgres_server: str) -> None:
    """By a role that can only append and read, over two processes that each open the log for its rulesets."""
    with postgres_place(postgres_server) as (log, owner):
        keys = MadeLog(tmp_path).make_keys()
        create_store(owner, role=ROLE)
        with Recorder(log, keys) as recorder:
            for name in NAMES:
                recorder.decision(ruleset(), *decided(name))
        ran = run("replay", log, "--keys", keys.folder, "--processes", "2", "--json")
        assert (ran.status, ran.document["counts"]) == (0, {"other_kind": OTHERS, "identical": 6})


def test_what_is_no_log_is_refused(tmp_path: Path) -> None:
    """A message, and no traceback."""
    ran = run("replay", tmp_path / "nothing.sqlite")
    assert (ran.status, ran.out) == (2, b"")
    assert "Traceback" not in ran.err
