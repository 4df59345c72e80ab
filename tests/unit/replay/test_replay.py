"""Deciding records again: what is the same, what differs and where, and what cannot be compared."""

from __future__ import annotations

import json
import pickle
from hashlib import sha256
from typing import Any

import orjson
import pytest
from builders import loaded_from
from made_records import PATIENTS, RULES, Log, Rulesets, redigested

from cds.audit.privacy.mask import mask_of
from cds.audit.privacy.masked_decision import Masked, masked_decision
from cds.canonical import canonical_bytes
from cds.engine import decide
from cds.errors import CdsError, EngineDisagreement
from cds.facts.model import Facts
from cds.ir.program import Program
from cds.records.decision import Decision
from cds.replay.masked import anchors_of
from cds.replay.past import Gone, Past
from cds.replay.programs import Programs
from cds.replay.replay import MOST_DIFFERENCES, Replay, Replayed, Status
from cds.ruleset.stored import stored_bytes, stored_hash


@pytest.fixture(scope="module")
def log() -> Log:
    """Give a log whose ruleset is compiled once."""
    return Log()


def replayed(log: Log, change: Any, **options: Any) -> Replayed:
    """Decide the first record again after it was changed."""
    return log.replay(**options)(log.record(0, change))


def test_every_record_comes_out_the_same(log: Log) -> None:
    """The same ruleset and facts give the same bytes, whatever the patient."""
    replay = log.replay()
    assert [replay(past) for past in log.records()] == [Replayed(seq, Status.IDENTICAL) for seq in range(len(PATIENTS))]


@pytest.mark.parametrize("engines", [["reference"], ["durable"], ["durable", "reference"]])
@pytest.mark.parametrize("again", [None, ["reference"], ["durable", "reference"]])
def test_other_engines_give_the_same(log: Log, engines: list[str], again: list[str] | None) -> None:
    """A record is decided again by the engines that it names, or by others: their names are no part of the answer."""
    replay = log.replay(engines=again)
    assert {replay(past).status for past in log.records(engines=engines)} == {Status.IDENTICAL}


def test_a_decision_that_listed_all_rules_lists_them_again(log: Log) -> None:
    """Whether all rules were listed is read from the record."""
    records = log.records(list_all=True)
    assert any(b"does_not_apply" in past.body for past in records if isinstance(past.body, bytes))
    assert {log.replay()(past).status for past in records} == {Status.IDENTICAL}


def test_a_changed_decision_is_shown_field_by_field(log: Log) -> None:
    """Each field that differs has its JSONPath, what was recorded and what comes out now."""

    def change(_header: Any, body: Any) -> None:
        body["decision"]["disposition"]["code"] = "defer"
        body["decision"]["recommendations"][0]["severity"] = "critical"
        del body["decision"]["recommendations"][0]["advice"]

    found = replayed(log, change)
    assert found.status is Status.DIFFERENT
    selected = "$.recommendations[?@.rule == 'pain' && @.binding == 'patient']"
    assert found.document()["differences"] == [
        {"path": "$.disposition.code", "before": "defer", "after": "proceed"},
        {"path": f"{selected}.severity", "before": "critical", "after": "info"},
        {"path": f"{selected}.advice", "after": "note"},
    ]


def test_changed_facts_are_found(log: Log) -> None:
    """Facts that are not those of the decision give another decision."""

    def change(_header: Any, body: Any) -> None:
        body["facts"]["pain"] = False

    found = replayed(log, change)
    assert found.status is Status.DIFFERENT
    assert {"$.facts_digest", "$.digest"} <= {difference.path for difference in found.differences}


def test_a_changed_word_is_found_under_the_same_renderer(log: Log) -> None:
    """The same renderer puts the same decision into the same words."""

    def change(_header: Any, body: Any) -> None:
        body["decision"]["disposition"]["text"] += " Or not."

    found = replayed(log, change)
    assert [difference.path for difference in found.differences] == ["$.disposition.text"]


def test_other_words_of_another_renderer_are_the_same_decision(log: Log) -> None:
    """Where the version of the renderer differs, the decision digest is compared."""

    def change(_header: Any, body: Any) -> None:
        body["decision"]["renderer"] = 0
        body["decision"]["disposition"]["text"] = "As it was said then."

    assert replayed(log, change).status is Status.OTHER_WORDS


def test_another_renderer_excuses_no_other_difference(log: Log) -> None:
    """What the digest covers has to be the same, and the digest has to be that of what is recorded."""

    def severity(_header: Any, body: Any) -> None:
        body["decision"]["renderer"] = 0
        body["decision"]["recommendations"][0]["severity"] = "critical"

    def severity_with_digest(header: Any, body: Any) -> None:
        severity(header, body)
        redigested(body["decision"])

    for change in (severity, severity_with_digest):
        assert replayed(log, change).status is Status.DIFFERENT


@pytest.mark.parametrize("renderer", [None, 0])
def test_other_time_zone_data_is_told_apart(log: Log, renderer: int | None) -> None:
    """A decision that only names another version of the time-zone data is the same but for that."""

    def change(_header: Any, body: Any) -> None:
        body["decision"]["time_zone_data"] = "1999a"
        body["decision"]["renderer"] = body["decision"]["renderer"] if renderer is None else renderer
        redigested(body["decision"])

    def change_more(header: Any, body: Any) -> None:
        body["decision"]["disposition"]["code"] = "defer"
        change(header, body)

    def change_without_digest(header: Any, body: Any) -> None:
        digest = body["decision"]["digest"]
        change(header, body)
        body["decision"]["digest"] = digest

    assert replayed(log, change).status is Status.OTHER_TIME_ZONE_DATA
    assert replayed(log, change_more).status is Status.DIFFERENT
    assert replayed(log, change_without_digest).status is Status.DIFFERENT


def test_another_ruleset_may_decide_the_same(log: Log) -> None:
    """Under another ruleset than then, the same decision is told apart from the same bytes, and from another one."""
    for change, status in (
        ("title: Renamed", Status.OTHER_RULESET),
        ("rules: {pain: {severity: critical}}", Status.DIFFERENT),
    ):
        content = stored_bytes(loaded_from(RULES, change))
        rulesets = Rulesets({stored_hash(content): content})
        replay = Replay(Programs(rulesets), {1: decide}, under=stored_hash(content))
        assert replay(log.record(0)).status is status
    same = Replay(Programs(log.rulesets), {1: decide}, under=stored_hash(log.stored))
    assert same(log.record(0)).status is Status.IDENTICAL


@pytest.mark.parametrize("why", list(Gone))
def test_a_record_without_a_body_is_counted_as_such(log: Log, why: Gone) -> None:
    """A destroyed key, a removed body and one that cannot be opened are not identical: they are what they are."""
    assert log.replay()(log.gone(3, why)) == Replayed(3, Status(why.value))


def masking(log: Log, *names: str, severity: str | None = None) -> Any:
    """Give what masks facts in a record as the recorder does; a severity takes the place of the one decided."""

    def change(_header: Any, body: Any) -> None:
        left = mask_of(names, log.program.dictionary).facts(body["facts"])
        masked = Masked(left.removed, log.program.dictionary, anchors_of(log.program))
        body["facts"], body["masked"] = dict(left.document), list(left.removed)
        body["decision"] = masked_decision(body["decision"], masked, keyed_digest=lambda digest: f"keyed {digest}")
        if severity is not None:
            body["decision"]["recommendations"][0]["severity"] = severity

    return change


@pytest.mark.parametrize("again", [None, ["reference"], ["durable", "reference"]])
def test_a_masked_record_is_equal_as_far_as_it_is_stored(log: Log, again: list[str] | None) -> None:
    """Not identical, since something was taken out of it; where other things follow from the rest, not comparable."""
    replay = log.replay(engines=again)
    assert replay(log.record(3, masking(log, "medications.*.last_dose"))) == Replayed(3, Status.EQUAL_AS_STORED)
    assert replay(log.record(0, masking(log, "labs.inr"))) == Replayed(0, Status.MASKED)


def test_a_mask_that_took_nothing_out_does_not_count(log: Log) -> None:
    """The patient has no INR."""
    assert log.replay()(log.record(3, masking(log, "labs.inr"))).status is Status.IDENTICAL


def test_a_masked_record_that_was_altered_is_not_equal(log: Log) -> None:
    """Something else comes out; nobody can tell whether the mask is the reason."""
    altered = log.record(3, masking(log, "medications.*.last_dose", severity="critical"))
    assert log.replay()(altered).status is Status.MASKED


def test_another_ruleset_decides_instead(log: Log) -> None:
    """Other rules differ; other names alone are told apart; the same bytes are identical."""
    other = loaded_from(RULES.replace("severity: high", "severity: critical"))
    content = stored_bytes(other)
    rulesets = Rulesets({**log.rulesets.stored, stored_hash(content): content})
    replay = Replay(Programs(rulesets), {1: decide}, under=stored_hash(content))
    assert [replay(past).status for past in log.records()] == [
        Status.OTHER_RULESET,
        Status.DIFFERENT,
        Status.OTHER_RULESET,
        Status.DIFFERENT,
    ]
    same = Replay(Programs(log.rulesets), {1: decide}, under=stored_hash(log.stored))
    assert {same(past).status for past in log.records()} == {Status.IDENTICAL}


def test_an_altered_record_is_not_excused_by_another_ruleset(log: Log) -> None:
    """A decision without the digest that it names is told as different."""
    content = stored_bytes(loaded_from(RULES.replace("severity: high", "severity: critical")))

    def change(_header: Any, body: Any) -> None:
        body["decision"]["digest"] = f"sha256:{'0' * 64}"

    replay = Replay(Programs(Rulesets({stored_hash(content): content})), {1: decide}, under=stored_hash(content))
    assert replay(log.record(0, change)).status is Status.DIFFERENT


def test_records_of_other_kinds_are_only_counted(log: Log) -> None:
    """A refusal is no decision, whether or not its body can be read."""
    header = canonical_bytes(log.header(5, kind="refusal"))
    for body in (b'{"schema":"cds-body/1"}', Gone.KEY_DESTROYED):
        assert log.replay()(Past(5, header, body)).status is Status.OTHER_KIND


def test_other_semantics_need_another_build(log: Log) -> None:
    """A record of semantics that nobody here decides is a finding that says which are needed."""

    def change(header: Any, _body: Any) -> None:
        header["semantics"] = 7

    found = replayed(log, change)
    assert found.status is Status.NEEDS_OTHER_BUILD
    assert found.problem == "cannot be decided by this build: needs semantics 7; expected semantics 1"


def test_each_version_of_the_semantics_has_its_own_code(log: Log) -> None:
    """The code that decides is chosen by the semantics that the record names."""
    asked = []

    def of_then(program: Program, facts: Facts, *, engines: Any, list_all: bool) -> Decision:
        asked.append(facts.subject)
        return decide(program, facts, engines=engines, list_all=list_all)

    def change(header: Any, _body: Any) -> None:
        header["semantics"] = 0

    assert replayed(log, change, deciders={0: of_then, 1: decide}).status is Status.IDENTICAL
    assert asked == ["demo-001"]


def test_what_cannot_be_decided_again_is_told(log: Log) -> None:
    """A ruleset that is not the named one, facts that cannot be read, a header of another record: each says so."""

    def other_digest(header: Any, _body: Any) -> None:
        header["ruleset"]["digest"] = f"sha256:{'0' * 64}"

    def unknown_fact(_header: Any, body: Any) -> None:
        body["facts"]["pian"] = True

    def other_number(header: Any, _body: Any) -> None:
        header["seq"] = 9

    def no_decision(_header: Any, body: Any) -> None:
        body["decision"] = None

    def no_ruleset(header: Any, _body: Any) -> None:
        header["ruleset"] = None

    for change, problem in (
        (other_digest, "another digest than the record names"),
        (unknown_fact, "did you mean `pain`?"),
        (other_number, "with the number of its record"),
        (no_decision, "not one of `cds-body/1` with facts and a decision"),
        (no_ruleset, "the record has no ruleset, facts or decision"),
    ):
        found = replayed(log, change)
        assert found.status is Status.FAILED
        assert problem in str(found.problem)


@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
def test_a_body_that_is_no_json_object_is_told(log: Log, body: bytes) -> None:
    """Bytes that are no body do not stop the replay."""
    found = log.replay()(Past(0, canonical_bytes(log.header(0)), body))
    assert (found.status, found.problem) == (Status.FAILED, "the body of the record is not a JSON object")


def test_a_body_that_can_be_read_in_two_ways_is_never_identical(log: Log) -> None:
    """The decision that comes out stands first, and the one that readers see after it; or a note stands beside it."""
    past = log.record(0)
    assert isinstance(past.body, bytes)
    read = orjson.loads(past.body)
    seen = canonical_bytes({**read["decision"], "disposition": {"code": "proceed"}})
    for body in (
        past.body[:-1] + b',"decision":' + seen + b"}",
        past.body[:-1] + b',"masked":[]}',
        past.body[:-1] + b" }",
        canonical_bytes({**read, "outcome": {"problem": "never mind"}}),
        canonical_bytes({**read, "remark": "never mind"}),
    ):
        found = log.replay()(past._replace(body=body))
        assert (found.status, "more than a decision" in str(found.problem)) == (Status.FAILED, True)


def test_engines_that_disagree_are_told(log: Log) -> None:
    """A disagreement of today is a failure of the record, with the rule in its words."""

    def disagreeing(*_arguments: Any, **_options: Any) -> Decision:
        raise EngineDisagreement("pain", "patient", {"durable": "true", "reference": "false"})

    found = log.replay(deciders={1: disagreeing})(log.record(0))
    assert found.status is Status.FAILED
    assert "the engines disagree on rule `pain`" in str(found.problem)


def test_a_fault_does_not_stop_the_replay_nor_quote_a_value(log: Log) -> None:
    """An error of our own is told without its words, which could be a patient's."""

    def faulty(*_arguments: Any, **_options: Any) -> Decision:
        raise ValueError("weight 61 kg")

    found = log.replay(deciders={1: faulty})(log.record(0))
    assert (found.status, found.problem) == (Status.FAILED, "a fault of cds: it could not be decided again")


def test_many_differences_of_one_record_are_cut_off(log: Log) -> None:
    """A record that differs everywhere does not fill the report; one more than is shown says that there are more."""

    def change(_header: Any, body: Any) -> None:
        body["decision"] |= {f"more{number}": number for number in range(MOST_DIFFERENCES * 2)}

    assert len(replayed(log, change).differences) == MOST_DIFFERENCES + 1


def test_a_ruleset_is_read_once_and_the_oldest_is_forgotten() -> None:
    """Programs are kept by their hashes, a bounded number of them."""
    logs = [Log(loaded_from(RULES, f"title: Number {number}")) for number in range(3)]
    asked = []

    def rulesets(stored: str) -> bytes:
        asked.append(stored)
        return next(log.stored for log in logs if stored_hash(log.stored) == stored)

    replay = Replay(Programs(rulesets, most=2), {1: decide})
    for number in (0, 0, 1, 0, 2, 0, 1):
        assert replay(logs[number].record(1)).status is Status.IDENTICAL
    first, second, third = (stored_hash(log.stored) for log in logs)
    assert asked == [first, second, third, second]


def test_a_ruleset_that_cannot_be_read_is_asked_for_once(log: Log) -> None:
    """Every record of it fails, without the ruleset being read again for each."""
    asked = []

    def rulesets(stored: str) -> bytes:
        asked.append(stored)
        return log.stored + b"\n"

    replay = Replay(Programs(rulesets), {1: decide})
    problems = {replay(past).problem for past in log.records()}
    assert problems == {f"the stored ruleset is not the one with the hash {stored_hash(log.stored)}"}
    assert len(asked) == 1


def test_a_missing_ruleset_is_told(log: Log) -> None:
    """What the log says of a ruleset that is not there is what the record fails with."""

    def rulesets(_stored: str) -> bytes:
        raise CdsError("the log has no such ruleset")

    found = Replay(Programs(rulesets), {1: decide})(log.record(0))
    assert (found.status, found.problem) == (Status.FAILED, "the log has no such ruleset")


def test_stored_bytes_for_another_matcher_need_another_build(log: Log) -> None:
    """A record whose ruleset was made for another matcher is not decided by this one."""
    document = json.loads(stored_bytes(log.loaded))
    document["content"]["matcher"] = 99
    document["digest"] = f"sha256:{sha256(canonical_bytes(document['content'])).hexdigest()}"
    content = canonical_bytes(document)

    def change(header: Any, _body: Any) -> None:
        header["ruleset"]["stored"] = stored_hash(content)

    replay = Replay(Programs(Rulesets({stored_hash(content): content})), {1: decide})
    found = replay(log.record(0, change))
    assert found.status is Status.NEEDS_OTHER_BUILD
    assert "needs matcher 99" in str(found.problem)


def test_it_goes_to_another_process_without_what_is_compiled(log: Log) -> None:
    """Pickled, it is as new: what is compiled stays in its process."""
    replay = log.replay()
    replay(log.record(0))
    content = pickle.dumps(replay)
    assert len(content) < len(log.stored) + 1000
    assert pickle.loads(content)(log.record(0)).status is Status.IDENTICAL  # noqa: S301  # our own bytes
