"""The leaves that a verdict rests on, with the values that they met (language §4.6, §7)."""

from __future__ import annotations

from typing import Any

import pytest
from builders import listed, patient, place_of, program_of

from cds.ir.kleene import TRUE, UNKNOWN
from cds.ir.nodes import IsKnown, Ref
from cds.outcome.reasons import leaf_trace, reasons

FACTS = """
facts:
  a.one: {type: boolean}
  a.two: {type: boolean}
  a.three: {type: boolean}
  etiology: {type: enum, values: [osteoporosis, trauma]}
  labs.inr: {type: number}
  weight: {type: quantity, unit: kg}
  onset: {type: time, granularity: day}
  start: {type: time}
  note: {type: text}
  sample: {type: code}
  levels: {type: list, items: {healed: {type: boolean}, height: {type: quantity, unit: mm}}}
"""
ONE, TWO, THREE = (f"{{a.{name}: {{is: true}}}}" for name in ("one", "two", "three"))


def because(condition: str, *rest: str, each: str = "", binding: str = "patient", **known: Any) -> list[str]:
    """Give leaf and value of what a condition's truth rests on."""
    for_each = f"for_each: {each}, " if each else ""
    rule = f"rules: {{rule: {{{for_each}judges: data_quality, when: {condition}}}}}"
    program = program_of(FACTS, *rest, rule)
    at = place_of(program, patient(program, **known), binding=binding)
    return [f"{leaf.leaf}: {leaf.value}" for leaf in reasons(program.worlds[0].conditions["rule"], at)]


class TestConnectives:
    """A verdict rests on the parts that make it."""

    @pytest.mark.parametrize(
        ("known", "rests_on"),
        [
            ({"one": True, "two": True}, ["one", "two"]),
            ({"one": True, "two": False}, ["two"]),
            ({"one": False, "two": False}, ["one", "two"]),
            ({"one": True}, ["one", "two"]),
            ({"two": False}, ["two"]),
        ],
    )
    def test_all(self, known: dict[str, bool], rests_on: list[str]) -> None:
        """On every part, or on those that are FALSE; TRUE parts of an open one say whom it concerns."""
        assert [leaf.split()[0] for leaf in because(f"{{all: [{ONE}, {TWO}]}}", a=known)] == [
            f"a.{name}" for name in rests_on
        ]

    @pytest.mark.parametrize(
        ("known", "rests_on"),
        [
            ({"one": True, "two": False}, ["one"]),
            ({"one": False, "two": False}, ["one", "two"]),
            ({"one": False}, ["two"]),
            ({}, ["one", "two"]),
        ],
    )
    def test_any(self, known: dict[str, bool], rests_on: list[str]) -> None:
        """On the parts with the same truth."""
        assert [leaf.split()[0] for leaf in because(f"{{any: [{ONE}, {TWO}]}}", a=known)] == [
            f"a.{name}" for name in rests_on
        ]

    def test_not(self) -> None:
        """A negation rests on what its part rests on."""
        assert because(f"{{not: {{all: [{ONE}, {TWO}]}}}}", a={"one": True, "two": False}) == ["a.two is true: false"]

    def test_a_leaf_is_told_once(self) -> None:
        """However often it stands in the condition."""
        condition = f"{{any: [{{all: [{ONE}, {TWO}]}}, {{all: [{ONE}, {THREE}]}}]}}"
        assert because(condition, a={"one": False, "two": True, "three": True}) == ["a.one is true: false"]


class TestValues:
    """Values are data: exact, with their unit, a time in the site's zone, an unknown by its way of being unknown."""

    @pytest.mark.parametrize(
        ("condition", "known", "value"),
        [
            ("{a.one: {is: true}}", {"a": {"one": False}}, "false"),
            ("{etiology: {is: trauma}}", {"etiology": "osteoporosis"}, "osteoporosis"),
            ("{labs.inr: {at_least: 2}}", {"labs": {"inr": "1.50"}}, "1.5"),
            ('{weight: {at_least: "60 kg"}}', {"weight": "61500 g"}, "61.5 kg"),
            ('{weight: {at_least: "60 kg"}}', {"weight": {"from": "50 kg", "to": "70 kg"}}, "50 to 70 kg"),
            ("{a.one: {is: true}}", {"a": {"one": {"unknown": "not_assessed"}}}, "not_assessed"),
            ("{a.one: {is: true}}", {"a": {"one": None}}, "null"),
            ("{a.one: {is: true}}", {}, "absent"),
            ("{a.one: {is: true}}", {"a": {"one": {"conflicting": [True, False]}}}, "contradicted: false / true"),
            (
                '{start: {at_least: "1 d", after: as_of}}',
                {"start": "2026-12-01T13:00:00Z"},
                "2026-11-21T09:00:00-05:00, 2026-12-01T08:00:00-05:00",
            ),
            (
                '{onset: {at_least: "1 d", before: as_of}}',
                {"onset": "2026-11-01"},
                "2026-11-01, 2026-11-21T09:00:00-05:00",
            ),
        ],
    )
    def test_are_told_as_data(self, condition: str, known: dict[str, Any], value: str) -> None:
        """One value, or the two of a measured time."""
        [found] = because(condition, **known)
        assert found.partition(": ")[2] == value

    @pytest.mark.parametrize(
        ("leaf", "given", "value"),
        [
            (IsKnown(Ref(None, "note")), "said", "said"),
            (IsKnown(Ref(None, "sample")), {"system": "http://loinc.org", "code": "2160-0"}, "loinc|2160-0"),
        ],
    )
    def test_texts_and_codes_are_told_as_they_are(self, leaf: IsKnown, given: Any, value: str) -> None:
        """The language lets no condition stand on them; the nodes would."""
        program = program_of(FACTS, f"rules: {{rule: {{when: {ONE}}}}}")
        at = place_of(program, patient(program, **{leaf.fact.name: given}))
        assert leaf_trace(leaf, at, TRUE).value == value


class TestLists:
    """A quantifier rests on its items, and on whether the list is complete."""

    ANY = "{exists: {each: l in levels, where: {l.healed: {is: true}}}}"
    ALL = "{every: {each: l in levels, where: {l.healed: {is: true}}}}"

    @pytest.mark.parametrize(
        ("condition", "levels", "rests_on"),
        [
            (ANY, listed({"healed": True}, {"healed": False}), ["l.healed is true: true"]),
            (ANY, listed({"healed": False}, {"healed": False}), ["l.healed is true: false"]),
            (ANY, listed(), ["levels is complete: 0 items"]),
            (ANY, listed({"healed": False}, {}), ["l.healed is true: absent"]),
            (ANY, listed({"healed": False}, complete=False), ["levels is complete: 1 item, not known to be all"]),
            (
                ANY,
                listed({}, complete=False),
                ["l.healed is true: absent", "levels is complete: 1 item, not known to be all"],
            ),
            (ANY, None, ["levels is complete: null"]),
            (ALL, listed({"healed": True}), ["l.healed is true: true"]),
            (ALL, listed({"healed": True}, {"healed": False}), ["l.healed is true: false"]),
            (ALL, listed(), ["levels is complete: 0 items"]),
        ],
    )
    def test_quantifiers(self, condition: str, levels: Any, rests_on: list[str]) -> None:
        """On the items with its truth, or on all of them."""
        assert because(condition, levels=levels) == rests_on

    def test_no_other_item_is_a_reason_too(self) -> None:
        """The rule's own item left out, a complete list may have none."""
        condition = "{exists: {each: o in levels, where: {o.healed: {is: true}}, other: true}}"
        found = because(condition, each="l in levels", binding="levels/m1", levels=listed({"healed": True}))
        assert found == ["levels is complete: 1 item"]

    def test_facts_of_both_variables_are_told(self) -> None:
        """With the units of the items' facts."""
        condition = (
            '{exists: {each: o in levels, where: {all: [{o.height: {at_least: "5 mm"}}, {l.healed: {is: true}}]}}}'
        )
        found = because(
            condition, each="l in levels", binding="levels/m1", levels=listed({"healed": True, "height": "1 cm"})
        )
        assert found == ["l.healed is true: true", "o.height at least 5 mm: 10 mm"]


class TestResults:
    """Results and derived facts are traced to the leaves that they rest on."""

    REST = """
    derive:
      a.either: {when: {any: [{a.one: {is: true}}, {a.two: {is: true}}]}}
      l.is_high: {for_each: l in levels, when: {l.height: {at_least: "5 mm"}}}
    groups: {phase: {applies_when: {status: {is: booked}}}}
    facts: {status: {type: enum, values: [booked, done], required: true}}
    rules:
      healed: {kind: timing, for_each: l in levels, when: {l.healed: {is: true}}}
      grouped: {for_each: l in levels, group: phase, when: {l.healed: {is: true}}}
      flagged: {kind: timing, when: {a.three: {is: true}}}
    """

    def because(self, condition: str, *, status: str = "booked", **known: Any) -> list[str]:
        """Give what a condition on results rests on."""
        return because(condition, self.REST, status=status, **known)

    def test_a_derived_fact(self) -> None:
        """Of the patient, and of an item."""
        assert self.because("{a.either: {is: true}}", a={"two": True}) == ["a.two is true: true"]
        condition = "{exists: {each: x in levels, where: {x.is_high: {is: true}}}}"
        assert self.because(condition, levels=listed({"height": "6 mm"})) == ["l.height at least 5 mm: 6 mm"]

    @pytest.mark.parametrize(
        ("known", "rests_on"),
        [
            ({"a": {"three": True}}, ["a.three is true: true"]),
            ({"a": {"three": False}, "levels": listed({"healed": True}, {})}, ["l.healed is true: true"]),
            ({"a": {"three": True}, "levels": listed({"healed": False})}, ["a.three is true: true"]),
            (
                {"a": {"three": False}, "levels": listed({"healed": False}, {"healed": False})},
                ["a.three is true: false", "l.healed is true: false"],
            ),
            (
                {"levels": listed({"healed": False}, {}, complete=False)},
                [
                    "a.three is true: absent",
                    "l.healed is true: absent",
                    "levels is complete: 2 items, not known to be all",
                ],
            ),
        ],
    )
    def test_of_rules(self, known: dict[str, Any], rests_on: list[str]) -> None:
        """On the bindings with its truth, all of them if it is FALSE, and on the list where that leaves it open."""
        assert self.because("{kind: {any_applies: timing}}", **known) == rests_on

    def test_a_list_out_of_phase_is_no_reason(self) -> None:
        """What it leaves out could not matter."""
        condition = "{rule: {applies: grouped}}"
        in_phase = self.because(condition, levels=listed(complete=False))
        assert in_phase == ["levels is complete: 0 items, not known to be all"]
        assert self.because(condition, levels=listed({}, complete=False), status="done") == ["status is booked: done"]

    def test_a_list_without_items(self) -> None:
        """It is told why a rule applies to none of them: the phase, or that there are none."""
        condition = "{rule: {applies: grouped}}"
        assert self.because(condition, levels=listed(complete=False), status="done") == ["status is booked: done"]
        assert self.because(condition, levels=listed()) == ["levels is complete: 0 items"]


class TestQuestions:
    """What is asked is what is missing, or known too vaguely."""

    def questions(self, condition: str, **known: Any) -> list[tuple[str, str, str | None, str | None]]:
        """Give fact, prompt, label and reason of each question."""
        program = program_of(FACTS, f"rules: {{rule: {{when: {condition}}}}}")
        at = place_of(program, patient(program, **known))
        leaves = reasons(program.worlds[0].conditions["rule"], at)
        return [(each.fact, each.prompt, each.label, each.reason) for leaf in leaves for each in leaf.questions]

    def test_of_an_item_it_is_told_which(self) -> None:
        """By its binding, and by its label for people."""
        condition = "{exists: {each: l in levels, where: {l.healed: {is: true}}}}"
        [(fact, prompt, label, reason)] = self.questions(condition, levels=listed({}))
        assert (fact, prompt, reason) == ("levels/m1.healed", "What is healed?", "absent")
        assert label == "m1"

    @pytest.mark.parametrize(
        ("known", "asked"),
        [
            ({}, ["onset", "start"]),
            ({"onset": "2026-11-01"}, ["start"]),
            ({"onset": "2026-11-20", "start": {"from": "2026-11-21", "to": "2026-11-23"}}, ["start"]),
            ({"onset": {"from": "2026-11-19", "to": "2026-11-20"}, "start": "2026-11-21"}, ["onset"]),
        ],
    )
    def test_of_two_times_the_vague_one(self, known: dict[str, Any], asked: list[str]) -> None:
        """A day is precise where whole days are compared."""
        condition = '{onset: {at_least: "2 d", before: start}}'
        assert [fact for fact, _, _, _ in self.questions(condition, **known)] == asked

    def test_a_date_is_vague_where_hours_count(self) -> None:
        """It is the whole day."""
        condition = '{start: {at_least: "200 h", after: as_of}}'
        [(fact, _, _, reason)] = self.questions(condition, start="2026-11-29")
        assert (fact, reason) == ("start", None)

    def test_what_the_site_has_not_set_is_asked_of_the_site(self) -> None:
        """Whatever is known of the patient."""
        parameters = "parameters: {policy: {unset: 'each site has its own'}}"
        program = program_of(FACTS, parameters, "rules: {rule: {when: {$policy: {is: early}}}}")
        [leaf] = reasons(program.worlds[0].conditions["rule"], place_of(program, patient(program)))
        assert (leaf.leaf, leaf.value, leaf.truth) == ("adopted policy is early", "not configured", UNKNOWN)
        assert [(each.fact, each.prompt) for each in leaf.questions] == [("$policy", "each site has its own")]

    def test_what_is_settled_asks_nothing(self) -> None:
        """Even if a fact beside it is missing."""
        assert self.questions(f"{{any: [{ONE}, {TWO}]}}", a={"one": True}) == []
