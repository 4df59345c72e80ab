"""The whole condition with the truth of every part, and what another answer to one leaf would do."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from builders import MEDICATIONS, listed, patient, place_of, program_of, verdict_of

from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth
from cds.outcome.explanation import explanation, explanation_of_rest
from cds.trace.model import Trace

T, U, F = TRUE, UNKNOWN, FALSE
FACTS = """
facts:
  a.one: {type: boolean}
  a.two: {type: boolean}
  a.three: {type: boolean}
  levels: {type: list, items: {healed: {type: boolean}}}
"""
ONE, TWO, THREE = (f"{{a.{name}: {{is: true}}}}" for name in ("one", "two", "three"))


def traced(condition: str, *rest: str, each: str = "", binding: str = "patient", **known: Any) -> Trace:
    """Explain one condition for a patient."""
    for_each = f"for_each: {each}, " if each else ""
    program = program_of(FACTS, *rest, f"rules: {{rule: {{{for_each}when: {condition}}}}}")
    at = place_of(program, patient(program, **known), binding=binding)
    return explanation(program.worlds[0].conditions["rule"], at)


def leaves(node: Trace) -> list[Trace]:
    """Give the leaves of a trace, in order."""
    return [node] if node.leaf else [leaf for part in node.parts for leaf in leaves(part)]


def shape(node: Trace) -> Any:
    """Give form and truth of every part."""
    return (node.form, node.truth, *(shape(part) for part in node.parts)) if node.parts else (node.form, node.truth)


class TestTree:
    """Every part with its truth."""

    def test_connectives(self) -> None:
        """As they stand in the condition."""
        tree = traced(f"{{all: [{ONE}, {{not: {{any: [{TWO}, {THREE}]}}}}]}}", a={"one": True, "two": False})
        assert shape(tree) == ("all", U, ("leaf", T), ("not", U, ("any", U, ("leaf", U), ("leaf", F))))

    def test_a_quantifier_has_one_part_per_item_and_one_for_the_list(self) -> None:
        """A list that is not known complete is a part of its own."""
        condition = "{exists: {each: l in levels, where: {l.healed: {is: true}}}}"
        tree = traced(condition, levels=listed({"healed": False}, complete=False))
        assert (tree.form, tree.text, tree.truth) == ("exists", "exists l in levels", U)
        assert [(part.binding, part.text, part.truth) for part in tree.parts] == [
            ("levels/m1", "l.healed is true", F),
            (None, "levels is complete", U),
        ]
        assert [part.text for part in traced(condition, levels=listed({})).parts] == ["l.healed is true"]

    def test_other_items(self) -> None:
        """The rule's own item is no part."""
        condition = "{every: {each: o in levels, where: {o.healed: {is: true}}, other: true}}"
        levels = listed({"healed": True}, {"healed": False})
        tree = traced(condition, each="l in levels", binding="levels/m1", levels=levels)
        assert (tree.text, [part.binding for part in tree.parts]) == ("every o in other levels", ["levels/m2"])

    def test_derived_facts_are_opened(self) -> None:
        """Of the patient and of items, by the condition that derives them."""
        derive = """derive:
          a.either: {when: {any: [{a.one: {is: true}}, {a.two: {is: true}}]}}
          x.fine: {for_each: x in levels, when: {x.healed: {is: true}}}
        """
        tree = traced("{a.either: {is: true}}", derive, a={"one": True})
        assert (tree.text, shape(tree)) == ("a.either", ("result", T, ("any", T, ("leaf", T), ("leaf", U))))
        tree = traced("{l.fine: {is: true}}", derive, each="l in levels", binding="levels/m1", levels=listed({}))
        assert (tree.text, shape(tree)) == ("l.fine", ("result", U, ("leaf", U)))

    RESULTS = """
    groups: {before: {applies_when: {procedure.status: {is: booked}}}}
    rules:
      one: {kind: timing, when: {procedure.status: {is: booked}}}
      each: {kind: timing, for_each: m in medications, when: {m.substance: {in_class: nsaid}}}
      grouped: {kind: follow_up, group: before, for_each: m in medications, when: {m.substance: {in_class: nsaid}}}
      timing: {kind: aftercare, when: {kind: {any_applies: timing}}}
      follow-up: {kind: aftercare, when: {kind: {any_applies: follow_up}}}
    """

    def result(self, rule: str, **known: Any) -> Trace:
        """Explain a rule that uses the results of others."""
        program = program_of(MEDICATIONS, self.RESULTS)
        facts = patient(program, **known)
        tree = explanation(program.worlds[0].conditions[rule], place_of(program, facts, rule))
        assert tree.truth is verdict_of(program, facts, rule)
        return tree

    def test_results_are_opened_by_rule_and_binding(self) -> None:
        """Each with its own condition; what an open list leaves out is a binding too."""
        tree = self.result("timing", medications=listed({"text": "warfarin"}, complete=False))
        assert (tree.form, tree.text) == ("result", "kind timing applies")
        assert [(part.form, part.text, part.binding, part.truth) for part in tree.parts] == [
            ("rule", "each", "medications/m1", F),
            ("rule", "each", "medications/*", U),
            ("rule", "one", "patient", T),
        ]

    def test_of_a_complete_list_nothing_is_left_out(self) -> None:
        """One part per item."""
        tree = self.result("follow-up", medications=listed({"text": "aspirin"}))
        assert [part.binding for part in tree.parts] == ["medications/m1"]

    @pytest.mark.parametrize(("status", "truth"), [("booked", U), ("done", F)])
    def test_what_a_list_leaves_out_depends_on_the_phase(self, status: str, truth: Truth) -> None:
        """Outside it the rule is FALSE whatever the list may hold."""
        tree = self.result("follow-up", medications=listed(complete=False), procedure={"status": status})
        assert shape(tree) == (
            "result",
            truth,
            ("rule", truth, ("all", truth, ("leaf", T if truth is U else F), ("leaf", U))),
        )


class TestChanges:
    """By another answer to one leaf alone, what would become of the verdict."""

    CONDITIONS = (
        ONE,
        f"{{not: {ONE}}}",
        f"{{all: [{ONE}, {TWO}]}}",
        f"{{any: [{ONE}, {TWO}]}}",
        f"{{all: [{{any: [{ONE}, {TWO}]}}, {THREE}]}}",
        f"{{any: [{{all: [{ONE}, {TWO}]}}, {{all: [{TWO}, {THREE}]}}]}}",
        f"{{all: [{{any: [{ONE}, {TWO}]}}, {{any: [{ONE}, {THREE}]}}]}}",
        f"{{any: [{{all: [{ONE}, {TWO}]}}, {{all: [{{not: {ONE}}}, {THREE}]}}]}}",
        f"{{not: {{any: [{{all: [{ONE}, {{not: {TWO}}}]}}, {{all: [{TWO}, {{not: {ONE}}}]}}]}}}}",
    )

    @pytest.mark.parametrize("condition", CONDITIONS)
    def test_are_what_another_answer_gives(self, condition: str) -> None:
        """Deciding again with that answer gives the same, also where a leaf stands twice: it has one answer."""
        program = program_of(FACTS, f"rules: {{rule: {{when: {condition}}}}}")
        for values in product((True, None, False), repeat=3):
            known = dict(zip(("one", "two", "three"), values, strict=True))
            facts = patient(program, a=known)
            tree = explanation(program.worlds[0].conditions["rule"], place_of(program, facts))
            assert tree.truth is verdict_of(program, facts)
            for leaf in leaves(tree):
                name = leaf.text.split()[0].removeprefix("a.")
                again = {
                    truth: verdict_of(program, patient(program, a={**known, name: truth is T})) for truth in (T, F)
                }
                assert leaf.changes == {truth: verdict for truth, verdict in again.items() if verdict is not tree.truth}
                assert leaf.settles == bool(leaf.changes)

    @pytest.mark.parametrize(
        ("quantifier", "levels", "changes"),
        [
            ("exists", {"healed": False}, {T: F}),
            ("exists", {"healed": True}, {}),
            ("every", {"healed": True}, {T: T}),
            ("every", {"healed": False}, {}),
        ],
    )
    def test_completing_a_list_settles_it_the_other_way(
        self,
        quantifier: str,
        levels: dict[str, bool],
        changes: dict[Truth, Truth],
    ) -> None:
        """`exists` over what is now all there is, is FALSE; `every` is TRUE."""
        condition = f"{{{quantifier}: {{each: l in levels, where: {{l.healed: {{is: true}}}}}}}}"
        tree = traced(condition, levels=listed(levels, complete=False))
        assert leaves(tree)[-1].text == "levels is complete"
        assert leaves(tree)[-1].changes == changes

    def test_completing_a_list_of_which_nothing_is_known_settles_nothing(self) -> None:
        """Its items would have to be told as well."""
        tree = traced("{exists: {each: l in levels, where: {l.healed: {is: true}}}}")
        assert leaves(tree)[0].changes == {}

    def test_the_same_leaf_of_two_items_is_two_leaves(self) -> None:
        """Each item has its own answer."""
        condition = "{every: {each: l in levels, where: {l.healed: {is: true}}}}"
        tree = traced(condition, levels=listed({"healed": True}, {"healed": True}))
        assert [leaf.changes for leaf in leaves(tree)] == [{F: F}, {F: F}]

    def test_the_same_times_of_two_items_are_two_leaves(self) -> None:
        """Also where a leaf has two facts."""
        rule = """rules: {rule: {when: {exists: {each: m in medications, where:
          {m.last_dose: {at_most: "3 d", before: as_of}}}}}}"""
        program = program_of(MEDICATIONS, rule)
        items = listed({"text": "aspirin", "last_dose": "2026-01-01"}, {"text": "aspirin", "last_dose": "2026-01-01"})
        facts = patient(program, medications=items)
        tree = explanation(program.worlds[0].conditions["rule"], place_of(program, facts))
        assert [leaf.changes for leaf in leaves(tree)] == [{T: T}, {T: T}]


def test_what_an_open_list_leaves_out_is_explained_by_phase_and_list() -> None:
    """Completing the list leaves nothing to say; a rule without a phase turns on the list alone."""
    program = program_of(MEDICATIONS, TestTree.RESULTS)
    facts = patient(program, medications=listed(complete=False))
    grouped = explanation_of_rest(program.rules["grouped"], place_of(program, facts, "grouped"))
    assert [(leaf.text, leaf.changes) for leaf in leaves(grouped)] == [
        ("procedure.status is booked", {F: F}),
        ("medications is complete", {T: F}),
    ]
    alone = explanation_of_rest(program.rules["each"], place_of(program, facts, "each"))
    assert (alone.text, alone.changes) == ("medications is complete", {T: F})
