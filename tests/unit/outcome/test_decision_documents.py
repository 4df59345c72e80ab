"""One decision as a document (contract: Decision; language §8.10, §13.2, §14.2)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from builders import MEDICATIONS, decision_of, listed, patient, program_of, recommendation

from cds.facts.instants import TZDATA_VERSION
from cds.records.decision import decision_digest

FACTS = """
facts:
  a.one: {type: boolean}
  labs.inr: {type: number}
parameters:
  limit:
    positions:
      handout: {value: 2, confirmed: primary}
      society: {value: 4, confirmed: secondary}
    resolve: {adopt: none, because: "x", by: "y", decided: "2026-11-01"}
rules:
  plain: {severity: high, text: "Do this.", when: {a.one: {is: true}},
          sources: [{id: handout, locator: "Page 1", strength: should}]}
  contested: {when: {labs.inr: {at_least: $limit}}}
"""


def decide(*rest: str, list_all: bool = False, **known: Any) -> Any:
    """Decide about a patient."""
    program = program_of(FACTS, *rest)
    return decision_of(program, patient(program, **known), list_all=list_all)


def test_a_decision_says_what_decided() -> None:
    """Ruleset, facts, semantics, engines, the zone and the release of the time zones."""
    found = decide()
    assert (found["schema"], found["subject"], found["zone"]) == ("cds-decision/1", "demo-001", "America/New_York")
    assert (found["as_of"], found["time_zone_data"]) == ("2026-11-21T09:00:00-05:00", TZDATA_VERSION)
    assert (found["semantics"], found["renderer"], found["engines"]) == (1, 2, ["reference"])
    assert {**found["ruleset"], "digest": ""} == {
        "id": "small",
        "version": "1.0.0",
        "digest": "",
        "status": "draft",
        "review_overdue": False,
    }


def test_a_recommendation_says_why() -> None:
    """Status, advice, sources, positions and the leaves that it rests on."""
    found = recommendation(decide(a={"one": True}), "plain")
    text = found.pop("text")
    assert text == "Do this."
    assert found == {
        "rule": "plain",
        "kind": "indication",
        "binding": "patient",
        "status": "applies",
        "severity": "high",
        "advice": "note",
        "title": "Title of plain",
        "assumed": False,
        "hold": None,
        "dates": [],
        "sources": [{"id": "handout", "locator": "Page 1", "strength": "should", "confirmed": "primary"}],
        "positions": [],
        "because": [{"leaf": "a.one is true", "value": "true", "truth": "true"}],
        "overridden_by": None,
        "opposed_by": [],
        "worlds": [],
    }


def test_worlds_are_told_apart_where_they_differ() -> None:
    """A contested rule shows its verdict by every source, and the reasons for which it applies."""
    found = recommendation(decide(labs={"inr": "3"}), "contested")
    assert found["status"] == "contested"
    assert found["worlds"] == [
        {"sources": {"$limit": "handout"}, "verdict": "true"},
        {"sources": {"$limit": "society"}, "verdict": "false"},
    ]
    assert found["because"] == [{"leaf": "labs.inr at least 2", "value": "3", "truth": "true"}]
    assert [position["source"] for position in found["positions"]] == ["handout", "society"]


def test_of_worlds_that_differ_the_open_one_is_told() -> None:
    """What keeps it open is the reason for a rule that cannot be decided."""
    found = recommendation(decide(labs={"inr": {"from": "3", "to": "5"}}), "contested")
    assert found["status"] == "cannot_decide"
    assert found["because"] == [{"leaf": "labs.inr at least 4", "value": "3 to 5", "truth": "unknown"}]


def test_an_overridden_rule_tells_why_it_was_true() -> None:
    """And what overrides it."""
    over = "rules: {over: {overrides: [contested], when: {a.one: {is: true}}}}"
    found = recommendation(decide(over, a={"one": True}, labs={"inr": "3"}), "contested")
    assert (found["status"], found["overridden_by"]) == ("overridden", "over")
    assert found["because"][0]["truth"] == "true"
    assert found["text"].startswith("Overridden by over:")


@pytest.mark.parametrize(("review_by", "overdue"), [("2026-11-20", True), ("2026-11-21", False)])
def test_an_overdue_review_is_told(review_by: str, *, overdue: bool) -> None:
    """The day itself is not late."""
    found = decide(f'lifecycle: {{status: draft, review_by: "{review_by}"}}')
    assert found["ruleset"]["review_overdue"] is overdue


class TestAll:
    """With `list_all` what is not listed otherwise is listed too."""

    RULES = """rules:
      skipped: {on_unknown: {skip: silent}, when: {labs.inr: {at_least: 2}}}
      over: {when: {a.one: {is: true}}, overrides: [under]}
      under: {when: {labs.inr: {at_least: 2}}, severity: critical}
    """

    def test_in_one_order(self) -> None:
        """By severity, rule and binding (§8.10)."""
        found = decide(self.RULES, list_all=True, a={"one": True})
        assert [(each["rule"], each["status"]) for each in found["recommendations"]] == [
            ("under", "overridden"),
            ("plain", "applies"),
            ("contested", "cannot_decide"),
            ("over", "applies"),
            ("skipped", "skipped"),
        ]

    def test_what_does_not_apply_tells_the_leaf_that_fails(self) -> None:
        """Per patient and per item."""
        found = recommendation(decide(list_all=True, a={"one": False}), "plain")
        assert (found["status"], found["because"]) == (
            "does_not_apply",
            [{"leaf": "a.one is true", "value": "false", "truth": "false"}],
        )
        program = program_of(MEDICATIONS, "rules: {r: {for_each: m in medications, when: {m.status: {is: active}}}}")
        facts = patient(program, medications=listed({"text": "aspirin", "status": "stopped"}, complete=False))
        listed_all = decision_of(program, facts, list_all=True)["recommendations"]
        assert [(each["binding"], each["status"]) for each in listed_all] == [("medications/m1", "does_not_apply")]

    def test_nothing_more_is_asked(self) -> None:
        """What is not listed is not asked about."""
        known: dict[str, Any] = {"a": {"one": True}}
        assert decide(self.RULES, list_all=True, **known)["ask"] == decide(self.RULES, **known)["ask"]


class TestDigest:
    """The digest covers what was decided, not the words for it (§14.2)."""

    def test_is_that_of_the_document_without_its_words(self) -> None:
        """Anyone can check it from the document alone."""
        found = decide(labs={"inr": {"from": "3", "to": "5"}})
        assert found["digest"] == decision_digest(found)

    def test_another_wording_changes_no_digest(self) -> None:
        """Nor do the names of the engines."""
        found = decide()
        other = json.loads(json.dumps(found))
        other["disposition"]["text"] = other["recommendations"][0]["text"] = other["ask"][0]["prompt"] = "other words"
        other["engines"] = ["another"]
        other["renderer"] = 2
        assert decision_digest(other) == found["digest"]

    @pytest.mark.parametrize(
        "known", [{"subject": "demo-002"}, {"as_of": "2026-11-21T09:00:01-05:00"}, {"a": {"one": False}}]
    )
    def test_another_input_does(self, known: dict[str, Any]) -> None:
        """Whom, when, and what was known."""
        assert decide(**known)["digest"] != decide()["digest"]

    def test_the_digest_of_the_facts_is_of_what_they_say(self) -> None:
        """Not of how they are written."""
        one, other = decide(labs={"inr": "3"}), decide(labs={"inr": "3.0"})
        assert one["facts_digest"] == other["facts_digest"]
        assert one["facts_digest"] != decide(labs={"inr": "4"})["facts_digest"]
