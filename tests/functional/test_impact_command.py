"""`cds impact`: what another ruleset would have said over a log."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_logs import NAMES, MadeLog, decided, run

from cds.cli.impact_view import impact_view
from cds.cli.terminal import WIDEST, print_for_people


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> MadeLog:
    """Record patients of different kinds."""
    return MadeLog(tmp_path_factory.mktemp("log")).create().record(*NAMES)


def test_the_same_ruleset_changes_nothing(log: MadeLog) -> None:
    """Every decision is the one that was made."""
    ran = run("impact", *log.with_keys, "--to", "vertebral-augmentation", "--json")
    assert ran.status == 0, ran.err
    assert ran.document["records"] == {"unchanged": len(NAMES), "other_kind": 3}
    assert ran.document["changes"] == ran.document["rules"] == ran.document["dispositions"] == []


def test_another_ruleset_is_told_with_rules_and_patients(log: MadeLog) -> None:
    """Counts by kind, attribution by rule, and a sample of pseudonyms: `cds-impact/1`."""
    document = run("impact", *log.with_keys, "--to", "example-hospital", "--json").document
    assert document["schema"] == "cds-impact/1"
    assert document["to"]["id"] == "example-hospital"
    assert sum(document["records"].values()) == len(NAMES) + 3
    of_rules = [change for change in document["changes"] if change["sample"][0]["rule"] is not None]
    assert sum(change["changes"] for change in of_rules) == sum(
        count for rule in document["rules"] for count in rule["changes"].values()
    )
    subjects = {example["subject"] for change in document["changes"] for example in change["sample"]}
    assert all(len(subject) == 64 for subject in subjects)


@pytest.mark.parametrize("most", [0, 1, 3])
def test_the_sample_has_the_size_asked_for(log: MadeLog, most: int) -> None:
    """No more patients of a kind than asked for; the counts stay."""
    whole = run("impact", *log.with_keys, "--to", "example-hospital", "--json").document
    document = run("impact", *log.with_keys, "--to", "example-hospital", "--sample", str(most), "--json").document
    assert max(len(change["sample"]) for change in document["changes"]) == most
    assert [{**change, "sample": []} for change in document["changes"]] == [
        {**change, "sample": []} for change in whole["changes"]
    ]


def test_the_report_is_for_people(log: MadeLog) -> None:
    """It fits the page, names rules and records, says how many, and holds no patient's name."""
    ran = run("impact", *log.with_keys, "--to", "example-hospital", "--processes", "2")
    assert ran.status == 0
    assert max(map(len, ran.text.splitlines())) <= WIDEST
    for said in ("example-hospital", "Records", "Changes", "By rule", "timing.treat-now", "would have been different"):
        assert said in ran.text
    assert not any(decided(name)[0].subject in ran.text for name in NAMES)


def test_the_report_tells_outcomes_and_what_could_not_be_decided(capsys: pytest.CaptureFixture[str]) -> None:
    """How outcomes moved, which facts are not read and where first; of very many rules the most affected."""
    document = {
        "to": {"id": "site", "version": "2.0.0", "digest": "sha256:00", "status": "draft"},
        "records": {"unchanged": 1, "changed": 40, "facts_not_read": 2, "key_destroyed": 1, "other_kind": 3},
        "changes": [
            {
                "kind": "disposition_changed",
                "meaning": "the decision as a whole has another outcome",
                "changes": 1,
                "records": 1,
                "sample": [{"subject": None, "seq": 8, "rule": None, "before": "defer", "after": "proceed"}],
            }
        ],
        "rules": [{"rule": f"rule.{number}", "changes": {"advice_appeared": number + 1}} for number in range(40)],
        "dispositions": [{"before": "needs_information", "after": "proceed", "records": 1}],
        "problems": [{"result": "facts_not_read", "problem": "`$.labs.inr` is not read", "records": 2, "first": 5}],
    }
    print_for_people(*impact_view(document))
    said = capsys.readouterr().out
    for expected in (
        "record 8, nobody named: defer -> proceed",
        "needs information -> proceed",
        "first 5  `$.labs.inr` is not read",
        "and 10 more rules, which --json gives",
        "40 of 41 decisions would have been different; 3 could not be compared.",
    ):
        assert expected in said
    assert said.index("rule.39") < said.index("rule.10")
    assert "rule.9 " not in said


def test_what_cannot_be_read_is_counted(log: MadeLog) -> None:
    """Without keys nothing is decided, and the report says so."""
    ran = run("impact", log.path, "--to", "example-hospital")
    assert ran.status == 0
    assert "NOTHING COULD BE COMPARED: 6 decisions" in ran.text


def test_a_ruleset_that_is_not_there_is_refused(log: MadeLog, tmp_path: Path) -> None:
    """Before any record is read."""
    ran = run("impact", *log.with_keys, "--to", tmp_path / "nothing")
    assert (ran.status, ran.out) == (2, b"")
