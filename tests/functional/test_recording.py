"""Recording: what was asked, answered or refused is in the log before anything of it leaves."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from program import patient

from cds.actions import Patient, Ruleset, decide_recorded, evaluate, load_ruleset, read_patient
from cds.actions.clock import Stamp
from cds.actions.entries import By
from cds.actions.key_folders import keys_at, opened_subjects
from cds.actions.log_keeping import forget, make_log, prune
from cds.actions.logs import opened_log, past_records
from cds.actions.recording import Recorder
from cds.audit.privacy.keys import Keys
from cds.audit.privacy.settings import Settings
from cds.backends.reference import Reference
from cds.errors import EngineDisagreement, EngineFailure, FactsError, InputError, NotInEffect, NotRecorded
from cds.facts.model import Facts
from cds.ir.program import Program
from cds.replay.past import Gone, header_of
from cds.ruleset.stored import from_stored, stored_bytes, stored_hash

ORIGIN = "cds.example.org/log"
NAMED = "Margarete-1941"


@cache
def ruleset() -> Ruleset:
    """Load the shipped ruleset once."""
    return load_ruleset()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[str]:
    """Make a log, with its keys in `keys` beside it."""
    location = str(tmp_path / "decisions.sqlite")
    make_log(location, tmp_path / "keys", ORIGIN)
    return location


def keys_of(log: str) -> Keys:
    """Load the keys of a log."""
    return keys_at(Path(log).with_name("keys"))


def reading(**changes: Any) -> partial[Patient]:
    """Give what reads a shipped patient, with changes."""
    return partial(read_patient, json.dumps(patient(**changes)), ruleset())


def recorded(log: str, *, with_keys: bool = True) -> list[tuple[dict[str, Any], Any]]:
    """Give every record: its header, and its body or why it is gone."""
    with opened_log(log) as store, opened_subjects(Path(log).with_name("keys")) as subjects:
        return [
            (header_of(past), past.body if isinstance(past.body, Gone) else orjson.loads(past.body))
            for past in past_records(store, subjects if with_keys else None)
        ]


def kinds(log: str) -> list[str]:
    """Give the kinds of all records, in order."""
    return [header["kind"] for header, _ in recorded(log)]


def test_a_decision_is_recorded_with_who_when_and_why(log: str) -> None:
    """The record names actor, purpose, clock and ruleset; the body is the facts and the decision, byte for byte."""
    stamp = Stamp("2026-11-21T14:00:00.5+01:00", "given")
    with Recorder(log, keys_of(log), by=By("ward-7", "audit"), clock=lambda: stamp) as recorder:
        read, decision = decide_recorded(recorder, ruleset(), reading())
    header, body = recorded(log)[-1]
    assert (header["kind"], header["recorded_at"], header["clock"]) == ("decision", stamp.at, "given")
    assert (header["actor"], header["purpose"]) == ({"id": "ward-7", "authenticated": False}, "audit")
    assert header["ruleset"]["digest"] == ruleset().loaded.digest == decision.document["ruleset"]["digest"]
    assert (body["facts"], body["decision"]) == (read.facts.document, decision.document)
    assert (body["masked"], body["outcome"]) == ([], None)
    assert evaluate(ruleset(), read.facts).to_bytes() == decision.to_bytes()


def test_a_service_may_say_of_each_request_who_asks(log: str) -> None:
    """Who asks is said for one request, and that a token proved it."""
    with Recorder(log, keys_of(log)) as recorder:
        decide_recorded(recorder, ruleset(), reading(), by=By("sub-17", authenticated=True))
        recorder.event("feedback", {"accepted": True}, by=By("sub-18"))
    (decision, _), (feedback, body) = recorded(log)[-2:]
    assert decision["actor"] == {"id": "sub-17", "authenticated": True}
    assert (feedback["kind"], feedback["actor"]["id"]) == ("feedback", "sub-18")
    assert (feedback["subject"], body["content"]) == (None, {"accepted": True})


def test_no_file_of_the_log_holds_a_patient(log: str) -> None:
    """Neither id nor facts stand in any byte of the log, of what SQLite keeps beside it, or of the key store."""
    with Recorder(log, keys_of(log)) as recorder:
        decide_recorded(recorder, ruleset(), reading(subject=NAMED))
        with pytest.raises(FactsError):
            decide_recorded(recorder, ruleset(), reading(subject=NAMED, patient={"age": NAMED}))
        for path in Path(log).parent.rglob("*"):
            if path.is_file():
                assert NAMED.encode() not in path.read_bytes(), path.name


def test_facts_that_cannot_be_read_are_recorded_without_a_word_of_them(log: str) -> None:
    """Nobody is known for whom they could be sealed, so the record says only that, and where the text breaks off."""
    with Recorder(log, keys_of(log)) as recorder:
        with pytest.raises(FactsError):
            decide_recorded(recorder, ruleset(), reading(subject=NAMED, patient={NAMED: 1}))
        with pytest.raises(FactsError):
            decide_recorded(recorder, ruleset(), partial(read_patient, f'{{"subject": "{NAMED}"', ruleset()))
    (wrong, body), (torn, torn_body) = recorded(log)[-2:]
    assert [header["kind"] for header in (wrong, torn)] == ["no_advice"] * 2
    assert (wrong["subject"], wrong["body"]["encryption"]) == (None, None)
    assert (body["facts"], body["decision"]) == (None, None)
    assert body["outcome"] == {"problem": "the facts could not be read"}
    assert torn_body["outcome"]["problem"].startswith("the facts could not be read (line 1, column ")


def test_a_ruleset_that_is_not_in_effect_is_recorded_with_the_facts(log: str) -> None:
    """There is no advice, and the log says for which facts there was none, and why."""
    identity = replace(ruleset().program.identity, status="retired", effective_until="2001-01-01")
    over = Ruleset(ruleset().loaded, replace(ruleset().program, identity=identity))
    with Recorder(log, keys_of(log)) as recorder, pytest.raises(NotInEffect):
        decide_recorded(recorder, over, reading())
    header, body = recorded(log)[-1]
    assert header["kind"] == "no_advice"
    assert header["subject"] is not None
    assert body["facts"] == reading()().facts.document
    assert "does not decide for" in body["outcome"]["problem"]


def test_engines_that_disagree_are_recorded(log: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log names the rule and both answers, with the facts, sealed."""
    honest = Reference.evaluate

    def lying(self: Reference, program: Program, facts: Facts) -> Any:
        return {
            key: truth for key, truth in honest(self, program, facts).items() if key[0] != "indication.osteoporosis"
        }

    monkeypatch.setattr(Reference, "evaluate", lying)
    with Recorder(log, keys_of(log)) as recorder, pytest.raises(EngineDisagreement) as raised:
        decide_recorded(recorder, ruleset(), reading())
    header, body = recorded(log)[-1]
    assert (header["kind"], body["outcome"]["problem"]) == ("disagreement", str(raised.value))
    assert body["facts"]["subject"] == patient()["subject"]


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (EngineFailure("the engine could not answer"), "the engine could not answer"),
        (ValueError(NAMED), "a fault of cds"),
    ],
)
def test_failures_are_recorded_in_words_without_values(
    log: str, monkeypatch: pytest.MonkeyPatch, failure: Exception, said: str
) -> None:
    """An engine that fails, or a fault of our own, leaves a record; the words of a fault are not quoted."""

    def failing(*_: object) -> None:
        raise failure

    monkeypatch.setattr(Reference, "evaluate", failing)
    with Recorder(log, keys_of(log)) as recorder, pytest.raises(type(failure)):
        decide_recorded(recorder, ruleset(), reading())
    header, body = recorded(log)[-1]
    assert (header["kind"], body["outcome"]["problem"]) == ("no_advice", said)


def test_a_mistake_in_the_call_is_not_a_request_that_was_refused(log: str) -> None:
    """An engine that does not exist is told to the caller; there was no request to record."""
    with Recorder(log, keys_of(log)) as recorder, pytest.raises(InputError, match="engine"):
        decide_recorded(recorder, ruleset(), reading(), engines="boht")
    assert kinds(log) == ["configuration"]


def test_no_decision_leaves_a_log_that_takes_none(log: str) -> None:
    """Once the log is closed, nothing is answered."""
    recorder = Recorder(log, keys_of(log))
    decide_recorded(recorder, ruleset(), reading())
    recorder.close()
    before = kinds(log)
    with pytest.raises(NotRecorded):
        decide_recorded(recorder, ruleset(), reading())
    assert kinds(log) == before


def test_no_decision_leaves_when_its_key_cannot_be_kept(log: str) -> None:
    """A body that could never be opened is not a record: a key store that takes no key stops the answer."""
    with Recorder(log, keys_of(log)) as recorder:
        other = sqlite3.connect(Path(log).with_name("keys") / "subjects.sqlite", isolation_level=None)
        other.execute("DROP TABLE subject_key")
        other.close()
        with pytest.raises(NotRecorded, match="not recorded: the store of subject keys"):
            decide_recorded(recorder, ruleset(), reading())
    assert "decision" not in kinds(log)


def test_a_ruleset_is_stored_and_activated_once_however_many_use_it_first(log: str) -> None:
    """Sixteen threads start at once: one activation, one adoption, both before every decision, and no number twice."""
    with Recorder(log, keys_of(log)) as recorder:

        def decide(number: int) -> int:
            read = reading(subject=f"patient-{number % 5}")()
            return recorder.decision(ruleset(), read.facts, evaluate(ruleset(), read.facts, engines="reference"))

        with ThreadPoolExecutor(16) as pool:
            numbers = list(pool.map(decide, range(48)))
    found = kinds(log)
    assert found == ["configuration", "ruleset_activation", "adoption", *["decision"] * 48]
    assert sorted(numbers) == list(range(3, 51))


def test_an_activation_says_which_ruleset_and_an_adoption_by_whom(log: str) -> None:
    """Both name the stored ruleset; what is stored under that name is the ruleset that decided."""
    with Recorder(log, keys_of(log)) as recorder:
        decide_recorded(recorder, ruleset(), reading())
    (activation, identity), (adoption, said) = recorded(log)[1:3]
    named = {"digest": ruleset().loaded.digest, "stored": stored_hash(stored_bytes(ruleset().loaded))}
    assert activation["ruleset"] == adoption["ruleset"] == named
    assert identity["content"].items() >= {"id": "vertebral-augmentation", "status": "draft"}.items()
    assert said["content"]["adopted"]
    assert all({"because", "by"} <= choice.keys() for choice in said["content"]["adopted"].values())
    with opened_log(log) as store:
        assert from_stored(store.ruleset(named["stored"])).digest == named["digest"]


def test_an_activation_is_recorded_once_for_a_log_not_once_for_a_process(log: str) -> None:
    """Opened again, the log is told nothing that it knows; a ruleset loaded anew is the same ruleset."""
    for loaded in (ruleset(), ruleset(), load_ruleset()):
        with Recorder(log, keys_of(log)) as recorder:
            decide_recorded(recorder, loaded, reading())
    assert kinds(log) == ["configuration", "ruleset_activation", "adoption", *["decision"] * 3]


def test_an_activation_that_a_crash_kept_out_is_recorded_at_the_next_use(log: str) -> None:
    """The ruleset is stored first; if the process ends there, the record still comes, before the first decision."""
    content = stored_bytes(ruleset().loaded)
    with Recorder(log, keys_of(log)) as recorder:
        recorder.store.put_ruleset(stored_hash(content), ruleset().loaded.digest, content)
    with Recorder(log, keys_of(log)) as recorder:
        decide_recorded(recorder, ruleset(), reading())
    assert kinds(log) == ["configuration", "ruleset_activation", "adoption", "decision"]


@pytest.mark.parametrize("damage", ["DELETE FROM rulesets", "UPDATE rulesets SET content = x'7b7d'"])
def test_nothing_is_decided_by_a_ruleset_that_the_log_has_lost(log: str, damage: str) -> None:
    """Its record could never be decided again, so that no advice is given."""
    with Recorder(log, keys_of(log)) as recorder:
        decide_recorded(recorder, ruleset(), reading())
    with closing(sqlite3.connect(log)) as connection, connection:
        connection.execute(damage)
    with Recorder(log, keys_of(log)) as recorder, pytest.raises(NotRecorded, match="does not keep the ruleset"):
        decide_recorded(recorder, ruleset(), reading())


def test_a_configuration_is_recorded_when_it_changes(log: str) -> None:
    """The same settings are recorded once; another mask is another configuration; retention makes it said again."""
    masked = Settings(mask=("patient.weight",), actor="ward-7")
    for settings in (None, masked, masked, None):
        with Recorder(log, keys_of(log), settings):
            pass
    found = [body["content"]["recording"]["mask"] for _, body in recorded(log)]
    assert found == [[], ["patient.weight"], []]
    with Recorder(log, keys_of(log)) as recorder:
        assert prune(recorder, 3) == 3
    with Recorder(log, keys_of(log)):
        pass
    assert [body for _, body in recorded(log)[:3]] == [Gone.REMOVED] * 3
    assert [*recorded(log)[3][1]["content"], *recorded(log)[4][1]["content"]] == ["retention", "recording"]


def test_a_mask_takes_facts_out_of_the_record_and_not_out_of_the_decision(log: str) -> None:
    """The patient gets the whole answer; the log says which facts it was not given."""
    with Recorder(log, keys_of(log), Settings(mask=("patient.weight",))) as recorder:
        _, decision = decide_recorded(recorder, ruleset(), reading())
    _, body = recorded(log)[-1]
    assert body["masked"] == ["patient.weight"]
    assert "weight" not in body["facts"]["patient"]
    assert body["decision"]["disposition"] == decision.document["disposition"]
    assert body["decision"]["digest"] != decision.document["digest"]


def test_a_mask_that_fits_no_fact_records_nothing_and_answers_nothing(log: str) -> None:
    """A site that misspells what it wants to hide is told so before anything is kept."""
    with (
        Recorder(log, keys_of(log), Settings(mask=("patient.wieght",))) as recorder,
        pytest.raises(InputError, match=r"did you mean `patient\.weight`"),
    ):
        decide_recorded(recorder, ruleset(), reading())
    assert "decision" not in kinds(log)


def test_keys_of_another_log_are_refused(log: str, tmp_path: Path) -> None:
    """Nothing is signed or sealed by keys that are not those of the log."""
    other = make_log(str(tmp_path / "other.sqlite"), tmp_path / "other", "cds.example.org/other")
    with pytest.raises(InputError, match=r"is not that of the log .*; expected the keys of `cds.example.org/log`"):
        Recorder(log, other)
    with pytest.raises(InputError, match=r"does not name the key that signs"):
        Recorder(log, replace(keys_of(log), verifiers=other.verifiers))
    with pytest.raises(InputError, match="has no key to sign with"):
        Recorder(log, replace(keys_of(log), signing=None))
    with Recorder(log, keys_of(log)):
        pass
    assert kinds(log) == ["configuration"]


def test_only_one_process_records_at_a_time(log: str) -> None:
    """A second recorder is refused while the first is open, and what the first records is whole."""
    with Recorder(log, keys_of(log)) as recorder:
        with pytest.raises(NotRecorded, match="another process is recording"):
            Recorder(log, keys_of(log))
        decide_recorded(recorder, ruleset(), reading())
    assert kinds(log)[-1] == "decision"


def test_bodies_that_cannot_be_read_say_why(log: str) -> None:
    """No key at hand, a key that was destroyed and a body that was removed are told apart; later ones are readable."""
    with Recorder(log, keys_of(log)) as recorder:
        decide_recorded(recorder, ruleset(), reading(subject="ada"))
        decide_recorded(recorder, ruleset(), reading(subject="bob"))
        assert forget(recorder, subject="ada") == 1
        decide_recorded(recorder, ruleset(), reading(subject="ada"))
    ada, bob, destruction, again = (body for _, body in recorded(log)[3:])
    assert ada is Gone.KEY_DESTROYED
    assert (bob["facts"]["subject"], again["facts"]["subject"]) == ("bob", "ada")
    assert destruction["content"]["keys"] == 1
    assert [body for _, body in recorded(log, with_keys=False)[3:]][:2] == [Gone.KEY_DESTROYED, Gone.UNREADABLE]
    with Recorder(log, keys_of(log)) as recorder:
        prune(recorder, 5)
    assert [body for _, body in recorded(log)[:5]] == [Gone.REMOVED] * 5


def test_a_patient_is_forgotten_by_id_or_by_pseudonym(log: str) -> None:
    """Both destroy the same key and name the same pseudonym; a patient that nobody knows changes nothing."""
    with Recorder(log, keys_of(log)) as recorder:
        decide_recorded(recorder, ruleset(), reading(subject="ada"))
        pseudonym = recorded(log)[-1][0]["subject"]["pseudonym"]
        assert forget(recorder, pseudonym=pseudonym) == 1
        assert forget(recorder, subject="ada") == 0
        with pytest.raises(InputError, match="nothing was changed"):
            forget(recorder, subject="eve")
        with pytest.raises(InputError, match="no record of this pseudonym"):
            forget(recorder, pseudonym="00")
        with pytest.raises(InputError, match="one patient has to be named"):
            forget(recorder)
    assert [header["subject"]["pseudonym"] for header, _ in recorded(log)[-2:]] == [pseudonym] * 2
