"""Past facts under a new ruleset: which kinds of change there are, by which rules, for whom."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from builders import loaded_from
from made_records import PATIENTS, RULES, Log

from cds.engine import decide
from cds.errors import EngineDisagreement
from cds.records.decision import Decision
from cds.replay.changes import IN_WORDS, Kind
from cds.replay.impact import Effect, Impact, Result
from cds.replay.impact_report import MOST_PROBLEMS, SAMPLE, ImpactReport
from cds.replay.past import Gone
from cds.replay.pool import in_order
from cds.ruleset.stored import stored_bytes

ADOPT_SEVEN = "parameters: {days: {resolve: {adopt: society}}}"
OPEN_QUESTION = """
rules:
  pain:
    when: null
    positions:
      handout: {when: {pain: {is: true}}, confirmed: primary}
      society: {when: {pain: {is: false}}, confirmed: secondary}
    resolve: {adopt: none, because: "it is open", by: "the author", decided: "2026-11-01"}
"""


@pytest.fixture(scope="module")
def log() -> Log:
    """Give a log whose ruleset is compiled once."""
    return Log()


def impact(*changes: str, engines: tuple[str, ...] = ("durable", "reference")) -> Impact:
    """Give the impact of the ruleset of the log with some changes."""
    return Impact(stored_bytes(loaded_from(RULES, *changes)), decide, engines)


def kinds(effect: Effect) -> set[tuple[str, str | None, str | None, str | None]]:
    """Give the changes of a record as words."""
    return {(change.kind.value, change.rule, change.before, change.after) for change in effect.changes}


def test_the_same_ruleset_changes_nothing(log: Log) -> None:
    """Under the ruleset that it was decided by, every decision is the same."""
    assert [impact()(past).result for past in log.records()] == [Result.UNCHANGED] * len(PATIENTS)


@pytest.mark.parametrize(
    ("change", "patient", "expected"),
    [
        (
            'rules: {inr: {when: {labs.inr: {more_than: "1.0"}}}}',
            0,
            {("advice_appeared", "inr", None, "applies")},
        ),
        (
            'rules: {inr: {when: {labs.inr: {more_than: "2.0"}}}}',
            1,
            {("advice_vanished", "inr", "applies", None)},
        ),
        (
            "rules: {pain: {severity: critical}}",
            0,
            {("severity_changed", "pain", "info", "critical")},
        ),
        (
            "rules: {pain: {advise: refer}}",
            0,
            {("advice_changed", "pain", "note", "refer")},
        ),
        (
            "rules: {inr: {when: {any: [{labs.inr: {more_than: '1.0'}}, {pain: {is: true}}]}}}",
            2,
            {("advice_appeared", "inr", None, "applies")},
        ),
        (
            "rules: {inr: {when: {all: [{labs.inr: {more_than: '1.0'}}, {pain: {is: true}}]}}}",
            2,
            {("became_undecidable", "inr", None, "cannot_decide")},
        ),
        (
            "rules: {pain: {when: {any: [{pain: {is: true}}, {labs.inr: {more_than: '1.0'}}]}}}",
            2,
            {("became_decidable", "pain", "cannot_decide", "applies"), ("questions_changed", None, None, None)},
        ),
        (
            "rules: {pain: {on_unknown: {skip: not needed}}}",
            2,
            {("became_decidable", "pain", "cannot_decide", None), ("questions_changed", None, None, None)},
        ),
        (
            OPEN_QUESTION,
            0,
            {("became_contested", "pain", "applies", "contested")},
        ),
        (
            "{rules: {other: {when: {pain: {is: true}}, overrides: [pain]}}}",
            0,
            {("advice_vanished", "pain", "applies", "overridden"), ("advice_appeared", "other", None, "applies")},
        ),
        (
            "dispositions: [{code: defer, text: Wait., when: {pain: {is: true}}}, {code: proceed, text: Go.}]",
            0,
            {("disposition_changed", None, "proceed", "defer")},
        ),
        (
            "rules: {pain: {title: Another title}}",
            0,
            {("details_changed", "pain", None, None)},
        ),
    ],
)
def test_each_kind_of_change_is_told(log: Log, change: str, patient: int, expected: set[Any]) -> None:
    """A small change of the ruleset gives just the kinds of change that it makes for this patient."""
    assert kinds(impact(change)(log.record(patient))) == expected


def test_holds_change_in_state_and_date(log: Log) -> None:
    """A longer interval moves the dates and no more; with a longer reminder window the state changes."""
    found = kinds(impact(ADOPT_SEVEN)(log.record(3)))
    assert found == {
        ("hold_date_changed", "hold.ibuprofen", None, None),
        ("earliest_procedure_changed", None, None, None),
    }
    soon = "settings: {reminder_window: 9 d}"
    assert ("hold_state_changed", "hold.ibuprofen", "planned", "due") in kinds(impact(soon)(log.record(3)))


def test_other_dates_that_advice_tells_are_compared() -> None:
    """A date of advice that is no hold has a kind of its own."""
    dates = "rules: {pain: {text: 'From {day}.', dates: {day: {before: procedure.start, by: 2 d}}}}"
    log = Log(loaded_from(RULES, dates))
    found = kinds(impact(dates.replace("2 d", "3 d"))(log.record(3)))
    assert found == {("other_date_changed", "pain", None, None)}


def test_opposition_that_ends_is_told() -> None:
    """Advice that was contested by other advice and no longer is."""
    opposed = "rules: {keep: {for_each: med in medications, when: {med.substance: {is: ibuprofen}}, advise: continue}}"
    log = Log(loaded_from(RULES, opposed))
    assert ("no_longer_contested", "hold.ibuprofen", "contested", "applies") in kinds(impact()(log.record(3)))


def test_a_ruleset_is_asked_before_it_is_in_effect(log: Log) -> None:
    """Past days lie before the day on which a new ruleset comes into effect; it decides for them all the same."""
    retired = 'lifecycle: {status: retired, effective_from: "2030-01-01", effective_until: "2030-12-31"}'
    assert impact(retired)(log.record(0)).result is Result.UNCHANGED


def test_facts_that_the_new_dictionary_does_not_read_are_counted(log: Log) -> None:
    """The place is told, with what was expected there, and never what stands there."""
    in_milligrams = RULES.replace("labs.inr: {type: number}", "labs.inr: {type: quantity, unit: mg/dL}")
    ruleset = loaded_from(in_milligrams.replace('"1.5"', '"1.5 mg/dL"'))
    fewer = Impact(stored_bytes(ruleset), decide, ["reference"])
    effect = fewer(log.record(1))
    assert effect.result is Result.FACTS_NOT_READ
    assert str(effect.problem).startswith("`$.labs.inr` is not read; expected ")
    assert "1.9" not in str(effect.problem)
    report = ImpactReport().add_all(fewer(past) for past in log.records(3))
    assert report.document(fewer.program.identity)["records"] == {"facts_not_read": 3}
    assert not report.is_whole


def test_what_cannot_be_decided_is_counted_as_what_it_is(log: Log) -> None:
    """Masked and gone records, other kinds, and failures are no unchanged decisions."""

    def masked(_header: Any, body: Any) -> None:
        body["masked"] = ["labs.inr"]

    def other_kind(header: Any, _body: Any) -> None:
        header["kind"] = "feedback"

    def broken(_header: Any, body: Any) -> None:
        del body["decision"]["ask"]

    records = [log.record(0, masked), log.record(1, other_kind), log.record(2, broken)]
    records += [log.gone(3, Gone.KEY_DESTROYED), log.gone(4, Gone.REMOVED), log.gone(5, Gone.UNREADABLE)]
    one = impact()
    report = ImpactReport().add_all(map(one, records))
    document = report.document(one.program.identity)
    assert document["records"] == {
        "failed": 1,
        "masked": 1,
        "key_destroyed": 1,
        "removed": 1,
        "unreadable": 1,
        "other_kind": 1,
    }
    assert document["problems"] == [
        {"result": "failed", "problem": "a fault of cds: it could not be decided", "records": 1, "first": 2}
    ]


def test_engines_that_disagree_under_the_new_ruleset_are_told(log: Log) -> None:
    """No advice under the new ruleset is a finding about it."""

    def disagreeing(*_arguments: Any, **_options: Any) -> Decision:
        raise EngineDisagreement("pain", "patient", {"durable": "true", "reference": "false"})

    effect = Impact(log.stored, disagreeing, ["reference"])(log.record(0))
    assert effect.result is Result.FAILED
    assert "the engines disagree on rule `pain`" in str(effect.problem)


def test_the_report_counts_by_kind_rule_and_outcome(log: Log) -> None:
    """Changes, records, rules and outcomes are counted; a sample names patients by pseudonym and record."""
    one = impact(
        "rules: {pain: {severity: critical}}",
        "dispositions: [{code: defer, text: Wait., when: {pain: {is: true}}}, {code: proceed, text: Go.}]",
    )
    report = ImpactReport().add_all(map(one, log.records(8)))
    document = report.document(one.program.identity)
    assert report.has_changes
    assert report.is_whole
    assert document["schema"] == "cds-impact/1"
    assert document["to"]["digest"] == one.program.identity.digest
    assert document["records"] == {"unchanged": 2, "changed": 6}
    assert document["rules"] == [{"rule": "pain", "changes": {"severity_changed": 6}}]
    assert document["dispositions"] == [{"before": "proceed", "after": "defer", "records": 4}]
    severity, disposition = document["changes"]
    assert (severity["kind"], severity["changes"], severity["records"]) == ("severity_changed", 6, 6)
    assert severity["sample"] == [
        {"subject": f"{number:064x}", "seq": number, "rule": "pain", "before": "info", "after": "critical"}
        for number in (0, 2, 3)
    ]
    assert disposition["kind"] == "disposition_changed"
    json.dumps(document)


def test_the_sample_is_the_same_in_any_order_and_bounded(log: Log) -> None:
    """Ten patients at most, the same ones whichever record comes first, each with the earliest record."""
    one = impact("rules: {pain: {severity: critical}}")
    template = one(log.record(0))
    effects = [Effect(seq, Result.CHANGED, f"patient {seq % 40}", template.changes) for seq in range(200)]
    forwards, backwards = (ImpactReport().add_all(each) for each in (effects, reversed(effects)))
    documents = [report.document(one.program.identity) for report in (forwards, backwards)]
    assert documents[0] == documents[1]
    sample = documents[0]["changes"][0]["sample"]
    assert len(sample) == SAMPLE == len({example["subject"] for example in sample})
    assert all(example["seq"] < 40 for example in sample)


def test_the_report_does_not_grow_with_problems() -> None:
    """Positions in lists are one problem; beyond some number, problems are counted together."""
    report = ImpactReport()
    for seq in range(200):
        report.add(Effect(seq, Result.FACTS_NOT_READ, "p", problem=f"`$.items[{seq}]` is not read"))
    assert list(report.problems.items()) == [((Result.FACTS_NOT_READ, "`$.items[*]` is not read"), 200)]
    for seq in range(200):
        report.add(Effect(seq, Result.FAILED, "p", problem=f"problem {seq}"))
    assert len(report.problems) <= MOST_PROBLEMS + 1
    assert sum(report.problems.values()) == 400


def test_every_kind_has_its_words() -> None:
    """The report can say in words what each kind means."""
    assert set(IN_WORDS) == set(Kind)


def test_it_goes_over_several_processes(log: Log) -> None:
    """Two processes find what one finds; what is compiled does not travel."""
    one = impact("rules: {pain: {severity: critical}}")
    alone = [one(past) for past in log.records(8)]
    assert list(in_order(one, log.records(8), processes=2)) == alone
    assert len(pickle.dumps(one)) < 10_000
