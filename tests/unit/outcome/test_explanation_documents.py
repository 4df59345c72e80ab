"""`cds-explanation/1`: why one rule says what it says, and what would change it."""

from __future__ import annotations

from typing import Any

from builders import MEDICATIONS, listed, patient, program_of

from cds.backends.reference import Reference
from cds.engine import decide
from cds.outcome.explanation_document import bindings_of, explanation_document

FACTS = """
facts:
  a.one: {type: boolean, ask: "One?"}
  a.two: {type: boolean, ask: "Two?"}
  labs.inr: {type: number}
parameters:
  limit:
    positions:
      handout: {value: 2, confirmed: primary}
      society: {value: 4, confirmed: secondary}
    resolve: {adopt: none, because: "x", by: "y", decided: "2026-11-01"}
rules:
  both: {severity: high, when: {all: [{a.one: {is: true}}, {a.two: {is: true}}]}}
  over: {when: {a.two: {is: false}}, overrides: [under], because: it is nearer}
  under: {when: {a.one: {is: true}}}
  limited: {when: {labs.inr: {at_least: $limit}}}
"""
GROUPED = """
groups: {before: {applies_when: {procedure.status: {is: booked}}}}
rules:
  each: {for_each: m in medications, when: {m.substance: {in_class: nsaid}}}
  grouped: {group: before, for_each: m in medications, when: {m.substance: {in_class: nsaid}}}
"""


def explain(rule: str, *fragments: str, **known: Any) -> Any:
    """Explain a rule for all its bindings."""
    program = program_of(*(fragments or (FACTS,)))
    facts = patient(program, **known)
    verdicts = Reference().evaluate(program, facts)
    decision = decide(program, facts, engines=["reference"], list_all=True).document
    bindings = bindings_of(program.rules[rule], facts)
    return explanation_document(program, facts, verdicts, decision, rule=rule, bindings=bindings)


def test_it_says_what_it_explains() -> None:
    """The rule, and the decision that it belongs to."""
    found = explain("both")
    assert (found["schema"], found["rule"], found["kind"], found["severity"]) == (
        "cds-explanation/1",
        "both",
        "indication",
        "high",
    )
    assert (found["title"], found["subject"], found["engines"]) == ("Title of both", "demo-001", ["reference"])
    assert [each["binding"] for each in found["explanations"]] == ["patient"]


def test_why_what_is_missing_and_what_would_change_it() -> None:
    """As data and as sentences."""
    [found] = explain("both", a={"one": True})["explanations"]
    assert found["outcome"]["status"] == "cannot_decide"
    [world] = found["worlds"]
    assert (world["verdict"], world["sources"]) == ("unknown", {})
    assert world["because"] == [
        {"leaf": "a.one is true", "value": "true", "truth": "true"},
        {"leaf": "a.two is true", "value": "absent", "truth": "unknown"},
    ]
    assert world["missing"] == [{"fact": "a.two", "prompt": "Two? (not said)", "reason": "absent"}]
    assert world["would_change"] == [
        {"leaf": "a.one is true", "value": "true", "truth": "true", "to": {"false": "false"}},
        {"leaf": "a.two is true", "value": "absent", "truth": "unknown", "to": {"true": "true", "false": "false"}},
    ]
    assert world["text"] == {
        "why": [
            "Whether the condition is met cannot be told from the facts given.",
            "Yes: a.one is true (true).",
            "Open: a.two is true (not said).",
        ],
        "missing": ["Two? (not said)"],
        "would_change": [
            "a.one is true (true): if it were not so, the condition would not be met.",
            (
                "a.two is true (not said): if it were so, the condition would be met; "
                "if it were not so, the condition would not be met."
            ),
        ],
    }


def test_the_condition_is_a_tree() -> None:
    """Every part with its truth, every leaf with the value that it met."""
    [world] = explain("both", a={"one": False})["explanations"][0]["worlds"]
    assert world["condition"] == {
        "form": "all",
        "text": "all",
        "truth": "false",
        "parts": [
            {"form": "leaf", "text": "a.one is true", "truth": "false", "value": "false", "settles": True},
            {"form": "leaf", "text": "a.two is true", "truth": "unknown", "value": "absent", "settles": False},
        ],
    }


def test_what_became_of_the_rule_is_told() -> None:
    """Also that another rule overrides it, and why."""
    [found] = explain("under", a={"one": True, "two": False})["explanations"]
    assert found["outcome"]["status"] == "overridden"
    assert found["text"] == ["The advice is overridden.", "Rule `over` overrides it: it is nearer."]
    [found] = explain("under", a={"one": True})["explanations"]
    assert found["text"][-1] == "Rule `over` could override it and cannot be decided: it is nearer."
    [found] = explain("under", a={"one": False})["explanations"]
    assert found["text"] == ["So the rule does not apply."]


def test_worlds_that_differ_are_told_apart() -> None:
    """By the open questions, also where the verdict is the same for another reason."""
    worlds = explain("limited", labs={"inr": "3"})["explanations"][0]["worlds"]
    assert [(world["sources"], world["verdict"]) for world in worlds] == [
        ({"$limit": "handout"}, "true"),
        ({"$limit": "society"}, "false"),
    ]
    worlds = explain("limited", labs={"inr": "5"})["explanations"][0]["worlds"]
    assert [world["verdict"] for world in worlds] == ["true", "true"]
    [world] = explain("both")["explanations"][0]["worlds"]
    assert world["sources"] == {}


def test_each_item_has_its_explanation() -> None:
    """With the label by which people know it."""
    medications = listed({"text": "Advil"}, {"text": "warfarin"})
    found = explain("each", MEDICATIONS, GROUPED, medications=medications)["explanations"]
    assert [(each["binding"], each["label"], each["worlds"][0]["verdict"]) for each in found] == [
        ("medications/m1", "Advil", "true"),
        ("medications/m2", "warfarin", "false"),
    ]


def test_parts_of_a_quantifier_name_their_item() -> None:
    """In the tree."""
    rule = "rules: {rule: {when: {exists: {each: m in medications, where: {m.substance: {in_class: nsaid}}}}}}"
    found = explain("rule", MEDICATIONS, rule, medications=listed({"text": "aspirin"}))
    tree = found["explanations"][0]["worlds"][0]["condition"]
    assert [part["binding"] for part in tree["parts"]] == ["medications/m1"]


class TestWhatAListLeavesOut:
    """The binding of an open list is explained too."""

    def rest(self, rule: str, status: str) -> Any:
        """Explain what an open list leaves out."""
        found = explain(rule, MEDICATIONS, GROUPED, medications=listed(complete=False), procedure={"status": status})[
            "explanations"
        ]
        assert [each["binding"] for each in found] == ["medications/*"]
        assert (found[0]["label"], found[0]["outcome"], found[0]["text"]) == (None, None, [])
        return found[0]["worlds"][0]

    def test_it_is_open(self) -> None:
        """And would be settled by completing the list."""
        for rule in ("each", "grouped"):
            world = self.rest(rule, "booked")
            assert world["verdict"] == "unknown"
            assert world["text"]["why"][-1] == (
                "The list `medications` is not known to be complete: what it leaves out could concern this rule."
            )
            assert [each["fact"] for each in world["missing"]] == ["medications"]
            assert {each["leaf"]: each["to"] for each in world["would_change"]}["medications is complete"] == {
                "true": "false"
            }

    def test_outside_the_phase_of_care_it_is_not(self) -> None:
        """The phase is the reason, and nothing is missing."""
        world = self.rest("grouped", "done")
        assert world["verdict"] == "false"
        assert [each["leaf"] for each in world["because"]] == ["procedure.status is booked"]
        assert world["missing"] == []
        assert world["text"]["why"] == ["The condition is not met.", "No: procedure.status is booked (done)."]
