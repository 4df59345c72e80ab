"""Nothing is forgotten: every node, state, reason and record of a decision has its place everywhere."""

from __future__ import annotations

import re
from collections import Counter as Count
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
from builders import MEDICATIONS, listed, patient, place_of, program_of

from cds.backends import reference
from cds.engine import decide
from cds.facts.model import Reason
from cds.ir import nodes
from cds.ir.kleene import Truth
from cds.ir.nodes import AllOf, AnyOf, Condition, Counting, Not, Quantified, Ref
from cds.ir.program import HOLD_STATES, HoldAdvice
from cds.ir.text import Units, text_of
from cds.outcome.explanation import explanation
from cds.outcome.holds import DATED_STATES, WITHOUT_A_DATE
from cds.outcome.reasons import reasons
from cds.records.decision import Status
from cds.trace.explanation_text import (
    change_sentence,
    leaf_sentence,
    outcome_sentences,
    value_words,
    verdict_sentence,
)
from cds.trace.hold_sentences import interval_text
from cds.trace.model import HoldReason, LeafTrace, Question
from cds.trace.sentences import prompt_text, recommendation_text

ADRS = sorted((Path(__file__).parents[3] / "docs" / "adr").glob("*.md"))
EVERY_NODE = """
facts:
  a.one: {type: boolean}
  labs.inr: {type: number}
  onset: {type: time, granularity: day}
parameters: {limit: {unset: "each site has its own"}}
derive: {med.is_old: {for_each: med in medications, when: {med.last_dose: {more_than: "30 d", before: as_of}}}}
rules:
  one-of: {when: {a.one: {is: true}}}
  within: {when: {labs.inr: {at_least: 2}}}
  elapsed: {when: {procedure.start: {at_least: "36 h", after: as_of}}}
  calendar: {when: {procedure.start: {at_least: "2 d", after: as_of}}}
  whole-days: {when: {onset: {at_least: "2 d", before: as_of}}}
  in-class: {for_each: m in medications, when: {m.substance: {in_class: nsaid}}}
  is-known: {judges: data_quality, when: {labs.inr: {known: true}}}
  derived: {for_each: m in medications, when: {m.is_old: {is: true}}}
  not-configured: {when: {labs.inr: {at_least: $limit}}}
  adopted: {when: {any: [{$limit: {set: true}}, {$limit: {is: early}}]}}
  joined: {when: {all: [{a.one: {is: true}}, {any: [{labs.inr: {at_least: 2}}, {not: {labs.inr: {at_most: 1}}}]}]}}
  exists: {when: {exists: {each: m in medications, where: {m.status: {is: active}}}}}
  every: {when: {every: {each: m in medications, where: {m.status: {is: active}}}}}
  applies: {when: {any: [{rule: {applies: in-class}}, {rule: {applies: one-of}}]}}
"""


def node_types() -> set[type]:
    """Give every type of node that a condition can have."""
    return {each for each in get_args(Condition) if isinstance(each, type)}


def parts_of(condition: Condition) -> Iterator[Condition]:
    """Give a condition and everything below it."""
    yield condition
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from parts_of(part)
        case Not(part) | Quantified(part=part):
            yield from parts_of(part)
        case _:
            return


def public_dataclasses(module: ModuleType) -> set[type]:
    """Give the dataclasses that a module defines."""
    found = (value for value in vars(module).values() if isinstance(value, type) and is_dataclass(value))
    return {each for each in found if each.__module__ == module.__name__}


class TestNodes:
    """A node without a meaning, a text, a reason or an explanation would pass in silence."""

    def test_every_node_of_the_module_can_stand_in_a_condition(self) -> None:
        """A reference to a fact is the only other thing there."""
        assert public_dataclasses(nodes) - {Ref} == node_types()

    def test_every_node_has_a_meaning(self) -> None:
        """And nothing else has one."""
        assert reference._MEANING.keys() == node_types()  # noqa: SLF001  # the table of meanings is what is checked

    def test_the_language_can_write_every_node(self) -> None:
        """And every way of counting time."""
        conditions = program_of(MEDICATIONS, EVERY_NODE).worlds[0].conditions.values()
        written = [part for condition in conditions for part in parts_of(condition)]
        assert {type(part) for part in written} == node_types()
        assert {part.counting for part in written if isinstance(part, nodes.Elapsed)} == set(Counting)

    @pytest.mark.parametrize("complete", [True, False])
    @pytest.mark.parametrize("known", [True, False])
    def test_every_node_is_decided_told_and_explained(self, *, known: bool, complete: bool) -> None:
        """By both engines, and alike by what is told of it."""
        program = program_of(MEDICATIONS, EVERY_NODE)
        items: list[dict[str, Any]] = [{"text": "aspirin", "status": "active", "last_dose": "2026-11-01"}, {}]
        said: dict[str, Any] = {"a": {"one": True}, "labs": {"inr": "2"}, "onset": "2026-11-01"} if known else {}
        facts = patient(program, medications=listed(*items, complete=complete), **said)
        decide(program, facts, list_all=True)
        for rule in program.rules.values():
            bindings = [item.binding for item in facts.list(rule.list).items] if rule.list else ["patient"]
            for binding in bindings:
                at = place_of(program, facts, rule.id, binding)
                condition = program.worlds[0].conditions[rule.id]
                truth = reference.truth_of(condition, at)
                assert truth is at.verdict(rule.id, binding)
                assert explanation(condition, at).truth is truth
                assert reasons(condition, at)
                assert text_of(condition, Units(program.dictionary, at.lists.items()))


class TestWords:
    """A state or reason without a sentence would be told by silence."""

    def test_every_hold_state_has_a_sentence_of_its_own(self) -> None:
        """And a date or none."""
        said = [hold_text(state=state) for state in HOLD_STATES]
        assert len(set(said)) == len(HOLD_STATES)
        assert set(HOLD_STATES) - WITHOUT_A_DATE - DATED_STATES == {"continue", "no_rule"}
        assert not WITHOUT_A_DATE & DATED_STATES

    def test_every_hold_reason_has_a_sentence(self) -> None:
        """Its own, or that of its state."""
        silent = hold_text(reason="before_deadline")
        said_by_the_state = {reason for reason in HoldReason if hold_text(reason=reason.value) == silent}
        assert said_by_the_state == {
            HoldReason.UNIDENTIFIED,
            HoldReason.PRESCRIBER,
            HoldReason.CONTINUE,
            HoldReason.CONDITION_UNKNOWN,
            HoldReason.DOSE_AFTER_DEADLINE,
            HoldReason.BEFORE_DEADLINE,
        }

    def test_every_advice_on_holds_is_a_state_or_leads_to_one(self) -> None:
        """`dated` is computed, the others are states and reasons themselves."""
        others = set(HoldAdvice) - {HoldAdvice.DATED}
        assert others <= set(HOLD_STATES)
        assert others <= {reason.value for reason in HoldReason}

    @pytest.mark.parametrize("reason", Reason)
    def test_every_way_of_being_unknown_has_its_words(self, reason: Reason) -> None:
        """Where it is asked, and where it is explained."""
        assert prompt_text(Question("fact", "How?", label=None, reason=reason)) != "How?"
        assert value_words(reason.value) != reason.value

    @pytest.mark.parametrize("status", get_args(Status))
    def test_every_status_has_its_words(self, status: str) -> None:
        """What applies needs none in a decision; an explanation says it."""
        text = recommendation_text("Text.", {**RECOMMENDATION, "status": status, "hold": None}, None, [])
        assert (text == "Text.") == (status == "applies")
        assert outcome_sentences(status, assumed=False, overridden_by=None, because=None)

    @pytest.mark.parametrize("truth", Truth)
    def test_every_truth_has_its_words(self, truth: Truth) -> None:
        """As verdict, as leaf, and as what would become of it."""
        leaf = LeafTrace("leaf", "value", truth)
        assert verdict_sentence(truth)
        assert leaf_sentence(leaf)
        assert change_sentence(leaf, {Truth.TRUE: truth})

    @pytest.mark.parametrize("counting", ["full_days", "hours", "doses"])
    def test_every_way_of_counting_a_hold_has_its_words(self, counting: str) -> None:
        """Days, hours and doses."""
        assert interval_text({"counting": counting, "low": 1, "high": 2}).startswith("1 to 2 ")


RECOMMENDATION = {"title": "Title.", "assumed": False, "overridden_by": "other", "opposed_by": [], "dates": []}


def hold_text(**hold: str) -> str:
    """Render a recommendation whose hold differs only in this."""
    dates = dict.fromkeys(("last_permitted_dose", "no_dose_from", "last_dose", "earliest_procedure", "interval"))
    whole = {
        "state": "planned",
        "reason": "before_deadline",
        "substance": None,
        "record_status": None,
        "other_deadlines": [],
        **dates,
        **hold,
    }
    return recommendation_text("Text.", {**RECOMMENDATION, "status": "applies", "hold": whole}, "Advil", [])


class TestDecisionRecords:
    """Architecture decisions are numbered, each once."""

    def test_numbers_are_used_once_and_without_gaps(self) -> None:
        """From the first that is there."""
        numbers = [int(path.name.partition("-")[0]) for path in ADRS]
        assert [number for number, count in Count(numbers).items() if count > 1] == []
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))

    @pytest.mark.parametrize("path", ADRS, ids=lambda path: path.stem)
    def test_a_file_carries_its_number_and_says_when_it_was_decided(self, path: Path) -> None:
        """Heading and name agree."""
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(path.name.partition('-')[0])}. ")
        assert re.search(
            r"^\*\*Decided\*\* [0-9]{4}-[0-9]{2}-[0-9]{2}\. \*\*Status\*\* (accepted|superseded)", text, re.MULTILINE
        )
