"""Every shipped patient, recorded, decided again, and decided under the example hospital's ruleset."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson
import pytest
from program import PATIENTS, REPOSITORY

from cds.canonical import canonical_bytes
from cds.engine import BOTH, decide
from cds.facts.schema import parse_facts, read_facts_text
from cds.ir.from_ruleset import compile_ruleset
from cds.replay.impact import Impact, Result
from cds.replay.impact_report import ImpactReport
from cds.replay.past import Past
from cds.replay.pool import in_order
from cds.replay.programs import Programs
from cds.replay.replay import Replay, Status
from cds.replay.tally import Tally
from cds.ruleset.loader import LoadedRuleset, load_ruleset
from cds.ruleset.stored import stored_bytes, stored_hash

RULESETS = REPOSITORY / "rulesets"
NAMES = ("vertebral-augmentation", "example-hospital")


class Beside:
    """The stored rulesets beside a log, by their hashes."""

    def __init__(self, *contents: bytes) -> None:
        self._contents = {stored_hash(content): content for content in contents}

    def __call__(self, stored: str) -> bytes:
        """Give the bytes of one."""
        return self._contents[stored]


@cache
def loaded(name: str) -> LoadedRuleset:
    """Load a shipped ruleset."""
    return load_ruleset(RULESETS / name, search=[RULESETS])


@cache
def log(name: str) -> tuple[Past, ...]:
    """Decide for every patient and record it."""
    program, stored = compile_ruleset(loaded(name)), stored_hash(stored_bytes(loaded(name)))
    records = []
    for seq, path in enumerate(sorted(PATIENTS.glob("*.json"))):
        facts = parse_facts(read_facts_text(path.read_bytes(), file=path.name), program.dictionary, program.concepts)
        header = {
            "schema": "cds-record/1",
            "seq": seq,
            "kind": "decision",
            "subject": {"pseudonym": path.stem, "key": "p1"},
            "ruleset": {"digest": program.identity.digest, "stored": stored},
            "semantics": 1,
        }
        body: dict[str, Any] = {"schema": "cds-body/1", "salt": "00", "facts": dict(facts.document), "masked": []}
        body |= {"decision": orjson.loads(decide(program, facts).to_bytes()), "outcome": None}
        records.append(Past(seq, canonical_bytes(header), canonical_bytes(body)))
    return tuple(records)


@pytest.fixture(scope="module")
def replay() -> Replay:
    """Give what decides again from nothing but stored bytes."""
    return Replay(Programs(Beside(*(stored_bytes(loaded(name)) for name in NAMES))), {1: decide})


def test_every_patient_comes_out_the_same(replay: Replay) -> None:
    """By both engines over two processes, from nothing but records and stored bytes: all identical."""
    tally = Tally()
    for one in in_order(replay, log("vertebral-augmentation"), processes=2):
        tally.add(one)
    assert tally.counts == {Status.IDENTICAL: len(log("vertebral-augmentation"))}
    assert tally.is_proved


def test_records_of_two_rulesets_are_each_decided_by_their_own(replay: Replay) -> None:
    """A log in which rulesets take turns: all identical."""
    records = [past for name in NAMES for past in log(name)[::7]]
    assert {replay(past).status for past in sorted(records, key=lambda past: past.seq)} == {Status.IDENTICAL}


def test_the_impact_of_the_example_hospital_is_what_it_adopts() -> None:
    """Its longer stop of clopidogrel moves dates; its own rule appears; the rule it switched off vanishes."""
    impact = Impact(stored_bytes(loaded("example-hospital")), decide, ["reference"])
    report = ImpactReport().add_all(map(impact, log("vertebral-augmentation")))
    document = report.document(impact.program.identity)
    by_rule = {found["rule"]: found["changes"] for found in document["rules"]}
    assert report.is_whole
    assert by_rule["hold.clopidogrel"]["hold_date_changed"] > 0
    assert by_rule["local.surgeon-on-call"].keys() == {"advice_appeared"}
    assert by_rule["inform.cost"].keys() == {"advice_vanished"}
    assert document["to"]["id"] == "example-hospital"
    canonical_bytes(document)


def test_impact_counts_what_two_decisions_differ_in() -> None:
    """A record is unchanged exactly where the decision under the other ruleset recommends and asks the same."""
    name = "example-hospital"
    program = compile_ruleset(loaded(name))
    impact = Impact(stored_bytes(loaded(name)), decide, BOTH)
    compared = ("recommendations", "disposition", "earliest_procedure")
    for past in log("vertebral-augmentation")[::8]:
        body = orjson.loads(past.body)
        facts = parse_facts(body["facts"], program.dictionary, program.concepts)
        then, now = body["decision"], orjson.loads(decide(program, facts).to_bytes())
        questions = [[asked["fact"] for asked in each["ask"]] for each in (then, now)]
        for each in (then, now):
            each["disposition"] = each["disposition"]["code"]
        is_same = all(then[key] == now[key] for key in compared) and questions[0] == questions[1]
        assert impact(past).result is (Result.UNCHANGED if is_same else Result.CHANGED), past.seq
