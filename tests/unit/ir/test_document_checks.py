"""What has to fit together in a ruleset besides its conditions (language §8, §9, §11)."""

from __future__ import annotations

import pytest
from builders import MEDICATIONS, program_of, refusal_of

FACTS = """
facts:
  fracture.painful: {type: boolean}
  procedure.status: {type: enum, values: [booked, done], required: true}
  medications: {type: list, items: {status: {type: enum, values: [active, stopped]}}}
  levels: {type: list, items: {healed: {type: boolean}}}
"""
WHEN = "when: {fracture.painful: {is: true}}"
EACH = "for_each: m in medications, when: {m.status: {is: active}}"
WASHOUT = """
parameters:
  washout:
    positions: {handout: {value: {full_days: 7}, confirmed: primary}}
    resolve: {adopt: handout, because: "x", by: "y", decided: "2026-11-01"}
"""


def refused(rules: str, *more: str) -> str:
    """Give the message with which rules are refused."""
    return refusal_of(FACTS, *more, f"rules: {{{rules}}}")


class TestRules:
    """What a rule names has to be there."""

    @pytest.mark.parametrize(
        ("rule", "said"),
        [
            (f"rule: {{{WHEN}, sources: [handuot]}}", "there is no source `handuot`; did you mean `handout`?"),
            (f"rule: {{{WHEN}, sources: [{{id: handuot, locator: p. 1}}]}}", "did you mean `handout`?"),
            (f"rule: {{{WHEN}, group: before}}", "there is no group `before`"),
            (f"rule: {{{WHEN}, advise: nota}}", "there is no advice `nota`; did you mean `note`?"),
            (f"rule: {{{WHEN}, kind: hold, advise: refer}}", "a rule of kind `hold` needs `for_each`"),
            (f"rule: {{{EACH}, kind: hold, advise: note}}", "the advice `note` says no hold state (`hold`)"),
            (f"rule: {{{EACH}, kind: hold, advise: hold}}", "dated hold advice needs `interval`"),
            (f"rule: {{{EACH}, advise: hold, interval: $w}}", "`interval` goes with dated hold advice"),
            (f"rule: {{{EACH}, kind: hold, advise: refer, interval: $w}}", "`interval` goes with dated hold advice"),
            (f"rule: {{{EACH}, kind: hold, advise: hold, interval: $w}}", "there is no parameter `w`"),
        ],
    )
    def test_a_rule_that_does_not_fit_is_refused(self, rule: str, said: str) -> None:
        """With what is wrong and what is near."""
        assert said in refused(rule)

    @pytest.mark.parametrize("kind", ["contraindication", "hold", "red_flag"])
    def test_what_protects_the_patient_may_not_skip(self, kind: str) -> None:
        """An undecided contraindication is never silent (§8.3)."""
        message = refused(f"rule: {{{EACH}, kind: {kind}, advise: refer, on_unknown: {{skip: it is tedious}}}}")
        assert f"a rule of kind `{kind}` may not skip" in message

    def test_the_source_of_a_derivation_is_there(self) -> None:
        """Derived facts cite as rules do."""
        derive = "derive: {fracture.hurts: {when: {fracture.painful: {is: true}}, sources: [handuot]}}"
        assert "there is no source `handuot`" in refusal_of(FACTS, derive)

    def test_what_an_advice_opposes_is_there(self) -> None:
        """The nearest advice is suggested."""
        advice = "advice: {stop: {title: Stop, opposes: [contniue]}}"
        assert "there is no advice `contniue`; did you mean `continue`?" in refusal_of(FACTS, advice)

    def test_all_problems_are_told_at_once(self) -> None:
        """An author mends them in one go."""
        message = refused(f"one: {{{WHEN}, group: before}}, two: {{{WHEN}, advise: nota}}")
        assert len(message.splitlines()) == 2


class TestFactsOfHolds:
    """The states of holds are found by facts of fixed types (§10.3, §10.4)."""

    @pytest.mark.parametrize(
        ("fact", "expected"),
        [
            ("frequency: {type: quantity, unit: /wk}", "the type `quantity` and the unit `/d`"),
            ("frequency: {type: number}", "the type `quantity` and the unit `/d`"),
            ("last_dose: {type: text}", "the type `time`"),
            ("last_dose_reported_at: {type: boolean}", "the type `time`"),
            ("status: {type: boolean}", "the type `enum`"),
        ],
    )
    def test_another_type_or_unit_is_refused(self, fact: str, expected: str) -> None:
        """Two doses a week read as two a day would give a date that is too late."""
        items = f"facts: {{drugs: {{type: list, items: {{used: {{type: boolean}}, {fact}}}}}}}"
        rule = "rule: {for_each: d in drugs, kind: hold, advise: hold, interval: $washout, when: {d.used: {is: true}}}"
        message = refused(rule, WASHOUT, items)
        assert f"facts.drugs.items.{fact.partition(':')[0]}: the states of holds are found by" in message
        assert f"expected {expected}" in message

    def test_a_list_that_is_not_there_is_told_once(self) -> None:
        """Without a list there are no facts to check."""
        rule = "rule: {for_each: d in drugs, kind: hold, advise: hold, interval: $washout, when: {d.used: {is: true}}}"
        assert "there is no list `drugs`" in refused(rule, WASHOUT)

    def test_the_usual_facts_fit(self) -> None:
        """The dictionary of the tests is one that holds can be found by."""
        rule = f"rules: {{stop: {{{EACH}, kind: hold, advise: hold, interval: $washout}}}}"
        assert "stop" in program_of(MEDICATIONS, WASHOUT, rule).rules


class TestGroups:
    """A group's condition is two-valued (§8.6)."""

    @pytest.mark.parametrize(
        ("applies_when", "said"),
        [
            ("{fracture.painful: {is: true}}", "`fracture.painful` is not required"),
            ("{any: [{procedure.status: {is: done}}, {fracture.painful: {is: true}}]}", "is not required"),
            ("{not: {as_of: {at_least: 1 d, before: as_of}}}", "`as_of` is not required"),
            ("{fracture.hurts: {is: true}}", "`fracture.hurts` is not required"),
            ("{rule: {applies: rule}}", "may use facts only"),
            ("{all: [{kind: {any_applies: indication}}]}", "may use facts only"),
            ("{exists: {each: m in medications, where: {m.status: {is: active}}}}", "may use facts only"),
            ("{procedure.status: {is: $phase}}", "cannot use `$phase`, which is not set"),
        ],
    )
    def test_what_could_be_unknown_is_refused(self, applies_when: str, said: str) -> None:
        """Facts that may be missing, derived facts, results, lists, and parameters that are not set."""
        rest = f"""
        derive: {{fracture.hurts: {{when: {{fracture.painful: {{is: true}}}}}}}}
        parameters: {{phase: {{unset: "each site has its own"}}}}
        groups: {{before: {{applies_when: {applies_when}}}}}
        """
        assert said in refused(f"rule: {{{WHEN}}}", rest)

    def test_a_name_that_is_not_there_is_told_as_such(self) -> None:
        """Not as a fact that is not required."""
        message = refusal_of(FACTS, "groups: {before: {applies_when: {procedure.statsu: {is: done}}}}")
        assert "there is no fact `procedure.statsu`; did you mean `procedure.status`?" in message


class TestDispositions:
    """The table has a shape (§11)."""

    @pytest.mark.parametrize(
        ("rows", "said"),
        [
            ("[]", "there is no disposition table"),
            ("[{code: proceed, text: x, cannot_decide: {at_least: high}}]", "the last row has no test"),
            ("[{code: defer, text: x}, {code: proceed, text: y}]", "every other row has one"),
            (
                "[{code: defer, text: x, hold: {any_state: [due]}, if_unknown: proceed}, {code: proceed, text: y}]",
                "`if_unknown` goes with `when`",
            ),
            (
                "[{code: defer, text: x, when: WHEN, if_unknown: needs_information}, {code: proceed, text: y}]",
                "there is no row with the code `needs_information`",
            ),
            (
                "[{code: defer, text: x, hold: {any_state: [overdeu]}}, {code: proceed, text: y}]",
                "there is no hold state `overdeu`; did you mean `overdue`?",
            ),
        ],
    )
    def test_a_table_of_another_shape_is_refused(self, rows: str, said: str) -> None:
        """Every row but the last has a test, and what it proposes is in the table."""
        rows = rows.replace("WHEN", "{fracture.painful: {is: true}}")
        assert said in refusal_of(FACTS, f"dispositions: {rows}")


class TestOverrides:
    """What can override what (§8.5)."""

    def test_a_circle_is_refused(self) -> None:
        """Nobody could say which one stands."""
        message = refused(f"one: {{{WHEN}, overrides: [two]}}, two: {{{WHEN}, overrides: [one]}}")
        assert "rules override each other in a circle" in message

    def test_a_rule_cannot_override_itself(self) -> None:
        """The shortest circle."""
        assert "in a circle: one -> one" in refused(f"one: {{{WHEN}, overrides: [one]}}")

    def test_what_is_overridden_is_there(self) -> None:
        """The nearest rule is suggested."""
        assert "did you mean `other`?" in refused(f"one: {{{WHEN}, overrides: [othr]}}, other: {{{WHEN}}}")

    @pytest.mark.parametrize(
        "overridden", [WHEN, "for_each: l in levels, when: {l.healed: {is: true}}"], ids=["per patient", "other list"]
    )
    def test_an_overrider_per_item_acts_on_the_same_list(self, overridden: str) -> None:
        """It has no binding in common with a rule per patient or over another list."""
        message = refused(f"one: {{{EACH}, overrides: [two]}}, two: {{{overridden}}}")
        assert "a rule over `medications` cannot override `two`" in message

    @pytest.mark.parametrize("overrider", [WHEN, EACH], ids=["per patient", "same list"])
    def test_an_overrider_per_patient_or_over_the_same_list_fits(self, overrider: str) -> None:
        """A patient-level rule overrides on all bindings."""
        rules = f"rules: {{one: {{{overrider}, overrides: [two]}}, two: {{{EACH}}}}}"
        assert program_of(FACTS, rules).rules["one"].overrides == ("two",)
