"""One finding per rule and binding: worlds merged, overrides, precedence, urgency, opposition (language §8 to §10)."""

from __future__ import annotations

from typing import Any

import pytest
from builders import MEDICATIONS, listed, patient, program_of

from cds.backends.reference import Reference
from cds.ir.kleene import FALSE, TRUE, UNKNOWN
from cds.outcome.findings import Finding, findings_of

FACTS = """
facts:
  a.one: {type: boolean}
  a.two: {type: boolean}
  labs.inr: {type: number}
"""
ONE, TWO = "when: {a.one: {is: true}}", "when: {a.two: {is: true}}"
EACH = "for_each: m in medications"
LIMIT = """
parameters:
  limit:
    positions: {handout: {value: 2, confirmed: primary}, society: {value: 4, confirmed: primary}}
    resolve: {adopt: none, because: "x", by: "y", decided: "2026-11-01"}
"""
WASHOUT = """
parameters:
  washout:
    positions:
      handout: {value: {full_days: 7}, confirmed: primary}
      society: {value: {full_days: 5}, confirmed: primary}
    resolve: {adopt: handout, because: "x", by: "y", decided: "2026-11-01"}
"""


def findings(*fragments: str, **known: Any) -> dict[str, Finding]:
    """Give the findings on a patient, by rule and, but for the patient's own, binding."""
    program = program_of(*fragments)
    found = findings_of(program, Reference().evaluate(program, patient(program, **known)))
    return {each.rule.id + ("" if each.binding == "patient" else f" {each.binding}"): each for each in found}


def statuses(*fragments: str, **known: Any) -> dict[str, tuple[str, str | None]]:
    """Give what became of each finding, and what overrides it."""
    return {key: (found.status, found.overridden_by) for key, found in findings(*fragments, **known).items()}


class TestStatus:
    """What a verdict becomes before any other rule speaks (§8.3, §10.1)."""

    RULES = f"""rules:
      asks: {{{ONE}}}
      assumes: {{{ONE}, on_unknown: assume_applies}}
      skips: {{{ONE}, on_unknown: {{skip: it is asked elsewhere}}}}
    """

    def test_true_applies(self) -> None:
        """Whatever the rule does when it is UNKNOWN."""
        found = findings(FACTS, self.RULES, a={"one": True})
        assert {(each.status, each.assumed, each.verdict) for each in found.values()} == {("applies", False, TRUE)}

    def test_false_is_no_finding(self) -> None:
        """Rules that are FALSE are not listed."""
        assert findings(FACTS, self.RULES, a={"one": False}) == {}

    def test_unknown_is_what_the_rule_says(self) -> None:
        """Asked, assumed, or skipped; only the last is not listed."""
        found = findings(FACTS, self.RULES)
        assert {key: (each.status, each.is_assumed, each.is_listed) for key, each in found.items()} == {
            "asks": ("cannot_decide", False, True),
            "assumes": ("applies", True, True),
            "skips": ("skipped", False, False),
        }

    @pytest.mark.parametrize(
        ("inr", "status", "verdict"),
        [
            ("1", None, FALSE),
            ("3", "contested", UNKNOWN),
            ("5", "applies", TRUE),
            ({"from": "1", "to": "3"}, "cannot_decide", UNKNOWN),
            ({"from": "3", "to": "5"}, "cannot_decide", UNKNOWN),
        ],
    )
    def test_worlds_are_merged(self, inr: Any, status: str | None, verdict: int) -> None:
        """TRUE in one and FALSE in another is contested, otherwise any UNKNOWN leaves it open."""
        rule = "rules: {rule: {when: {labs.inr: {at_least: $limit}}}}"
        found = findings(FACTS, LIMIT, rule, labs={"inr": inr})
        assert [(each.status, each.verdict) for each in found.values()] == ([(status, verdict)] if status else [])

    @pytest.mark.parametrize("on_unknown", ["ask", "assume_applies"])
    @pytest.mark.parametrize("text", ["ibuprofen", "the white ones"])
    def test_intervals_that_differ_are_contested(self, on_unknown: str, text: str) -> None:
        """No source's figure is taken because it comes first; what nobody acts on has none anyway."""
        hold = f"""rules:
          stop: {{kind: hold, {EACH}, advise: hold, interval: $washout, on_unknown: {on_unknown},
                 when: {{m.substance: {{is: ibuprofen}}}}}}
        """
        found = statuses(
            MEDICATIONS, WASHOUT.replace("adopt: handout", "adopt: none"), hold, medications=listed({"text": text})
        )
        acts = text == "ibuprofen" or on_unknown == "assume_applies"
        assert found == {"stop medications/m1": ("contested" if acts else "cannot_decide", None)}

    def test_the_world_that_is_told_about_is_the_one_preferred(self) -> None:
        """The first world with the first of the truths that any world has."""
        rule = "rules: {rule: {when: {labs.inr: {at_least: $limit}}}}"
        found = findings(FACTS, LIMIT, rule, labs={"inr": {"from": "3", "to": "5"}})["rule"]
        assert found.truths == (TRUE, UNKNOWN)
        assert found.world_with(UNKNOWN, TRUE) == 1
        assert found.world_with(TRUE, UNKNOWN) == 0
        assert found.world_with(FALSE) == 0

    def test_what_an_open_list_leaves_out_is_not_listed(self) -> None:
        """It is asked about once, for the list."""
        rule = f"rules: {{rule: {{{EACH}, when: {{m.status: {{is: active}}}}}}}}"
        found = findings(MEDICATIONS, rule, medications=listed(complete=False))
        assert [(each.is_rest_of_list, each.is_listed) for each in found.values()] == [(True, False)]

    def test_findings_are_sorted(self) -> None:
        """By severity, rule and binding, whatever the order of rules and items (§8.10)."""
        rules = f"""rules:
          z: {{{EACH}, severity: high, when: {{m.status: {{is: active}}}}}}
          b: {{when: {{procedure.status: {{is: booked}}}}}}
          a: {{when: {{procedure.status: {{is: booked}}}}}}
        """
        items = [{"id": id_, "text": "aspirin", "status": "active"} for id_ in ("k2", "k1")]
        found = findings(MEDICATIONS, rules, medications=listed(*items))
        assert list(found) == ["z medications/k1", "z medications/k2", "a", "b"]


class TestOverrides:
    """Where the overrider applies the other is overridden, where it is UNKNOWN the other is withheld (§8.5)."""

    RULES = f"rules: {{over: {{{ONE}, overrides: [under]}}, under: {{{TWO}}}}}"

    def test_true_overrides(self) -> None:
        """The overridden rule stays, marked."""
        found = findings(FACTS, self.RULES, a={"one": True, "two": True})
        assert (found["under"].status, found["under"].overridden_by) == ("overridden", "over")
        assert found["under"].is_listed

    def test_what_was_only_unknown_and_is_overridden_is_not_listed(self) -> None:
        """It has nothing to say."""
        found = findings(FACTS, self.RULES, a={"one": True})
        assert found["under"].status == "overridden"
        assert not found["under"].is_listed

    def test_unknown_withholds(self) -> None:
        """Also what is TRUE, and what is contested or assumed."""
        found = findings(FACTS, self.RULES, a={"two": True})
        assert (found["under"].status, found["under"].overridden_by) == ("cannot_decide", "over")
        assert found["under"].is_withheld
        assumed = self.RULES.replace("under: {", "under: {on_unknown: assume_applies, ")
        assert not findings(FACTS, assumed)["under"].is_assumed

    def test_false_leaves_it(self) -> None:
        """Nothing is overridden by a rule that does not apply."""
        assert statuses(FACTS, self.RULES, a={"one": False, "two": True}) == {"under": ("applies", None)}

    def test_an_assumed_overrider_acts(self) -> None:
        """`assume_applies` acts as if TRUE."""
        assumed = self.RULES.replace("over: {", "over: {on_unknown: assume_applies, ")
        assert statuses(FACTS, assumed, a={"two": True})["under"] == ("overridden", "over")

    def test_a_skipped_overrider_still_withholds(self) -> None:
        """That it is silent does not make it FALSE."""
        skipping = self.RULES.replace("over: {", "over: {on_unknown: {skip: not asked}, ")
        assert statuses(FACTS, skipping, a={"two": True})["under"] == ("cannot_decide", "over")

    def test_a_contested_overrider_withholds(self) -> None:
        """In one world it overrides, in another it does not."""
        rules = f"rules: {{over: {{overrides: [under], when: {{labs.inr: {{at_least: $limit}}}}}}, under: {{{ONE}}}}}"
        found = statuses(FACTS, LIMIT, rules, labs={"inr": "3"}, a={"one": True})
        assert found == {"over": ("contested", None), "under": ("cannot_decide", "over")}

    def test_a_skipped_rule_is_not_withheld(self) -> None:
        """It says nothing either way."""
        rules = f"rules: {{over: {{{ONE}, overrides: [under]}}, under: {{{TWO}, on_unknown: {{skip: silent}}}}}}"
        assert statuses(FACTS, rules)["under"] == ("skipped", None)

    @pytest.mark.parametrize(("first", "second"), [("one", "two"), ("two", "one")])
    def test_an_override_outranks_a_withholding(self, first: str, second: str) -> None:
        """Whichever rule comes first by id."""
        rules = f"""rules:
          a-over: {{when: {{a.{first}: {{is: true}}}}, overrides: [under]}}
          b-over: {{when: {{a.{second}: {{is: true}}}}, overrides: [under]}}
          under: {{when: {{labs.inr: {{at_least: 2}}}}}}
        """
        found = statuses(FACTS, rules, a={"one": True}, labs={"inr": "3"})
        assert found["under"] == ("overridden", "a-over" if first == "one" else "b-over")

    def test_of_two_overriders_the_first_by_id_is_named(self) -> None:
        """Also of two that withhold."""
        rules = f"rules: {{b: {{{ONE}, overrides: [under]}}, a: {{{ONE}, overrides: [under]}}, under: {{{TWO}}}}}"
        assert statuses(FACTS, rules, a={"one": True, "two": True})["under"] == ("overridden", "a")
        assert statuses(FACTS, rules, a={"two": True})["under"] == ("cannot_decide", "a")

    def test_an_overridden_rule_still_overrides(self) -> None:
        """Its verdict counts, not what became of its advice."""
        rules = f"""rules:
          top: {{{ONE}, overrides: [middle]}}
          middle: {{{ONE}, overrides: [bottom]}}
          bottom: {{{ONE}}}
        """
        found = statuses(FACTS, rules, a={"one": True})
        assert found["middle"] == ("overridden", "top")
        assert found["bottom"] == ("overridden", "middle")

    def test_per_item_on_the_same_binding_only(self) -> None:
        """A patient-level overrider acts on all."""
        rules = f"""rules:
          item: {{{EACH}, when: {{m.status: {{is: stopped}}}}, overrides: [taken]}}
          taken: {{{EACH}, when: {{m.substance: {{in_class: nsaid}}}}}}
        """
        items = listed({"text": "aspirin", "status": "stopped"}, {"text": "aspirin", "status": "active"})
        found = statuses(MEDICATIONS, rules, medications=items)
        assert found["taken medications/m1"] == ("overridden", "item")
        assert found["taken medications/m2"] == ("applies", None)
        elsewhere = rules.replace("in_class: nsaid", "is: warfarin")
        assert set(statuses(MEDICATIONS, elsewhere, medications=items)) == {"item medications/m1"}
        whole = rules.replace(f"{EACH}, when: {{m.status: {{is: stopped}}}}", "when: {procedure.status: {is: booked}}")
        found = statuses(MEDICATIONS, whole, medications=items)
        assert {found["taken medications/m1"], found["taken medications/m2"]} == {("overridden", "item")}


class TestHoldPrecedence:
    """`unidentified`, then `prescriber`, outrank every other hold of one medication (§8.11)."""

    RULES = f"""
    rules:
      stop: {{kind: hold, {EACH}, advise: hold, interval: $washout, when: {{m.substance: {{in_class: nsaid}}}}}}
      ask: {{kind: hold, {EACH}, advise: refer, when: {{m.status: {{is: active}}}}}}
      ask-too: {{kind: hold, {EACH}, advise: refer, when: {{m.status: {{is: active}}}}}}
      find-out: {{kind: hold, {EACH}, advise: identify, judges: data_quality,
                 when: {{m.substance: {{known: false}}}}}}
      note: {{{EACH}, when: {{m.status: {{in: [active, stopped]}}}}}}
    """

    def test_where_stopping_is_not_ours_no_date_stands_beside_it(self) -> None:
        """The dated hold is overridden, two of the same standing are not, other kinds of rules neither."""
        found = statuses(MEDICATIONS, WASHOUT, self.RULES, medications=listed({"text": "aspirin", "status": "active"}))
        assert found == {
            "ask medications/m1": ("applies", None),
            "ask-too medications/m1": ("applies", None),
            "note medications/m1": ("applies", None),
            "stop medications/m1": ("overridden", "ask"),
        }

    def test_what_it_is_comes_first(self) -> None:
        """Of a medication that cannot be identified, everything else is overridden."""
        found = statuses(MEDICATIONS, WASHOUT, self.RULES, medications=listed({"text": "white", "status": "active"}))
        assert found == {
            "find-out medications/m1": ("applies", None),
            "ask medications/m1": ("overridden", "find-out"),
            "ask-too medications/m1": ("overridden", "find-out"),
            "note medications/m1": ("applies", None),
            "stop medications/m1": ("overridden", "find-out"),
        }

    def test_per_medication(self) -> None:
        """One medication's prescriber does not concern another's date."""
        items = listed({"text": "aspirin", "status": "stopped"}, {"text": "aspirin", "status": "active"})
        found = statuses(MEDICATIONS, WASHOUT, self.RULES, medications=items)
        assert found["stop medications/m1"] == ("applies", None)
        assert found["stop medications/m2"] == ("overridden", "ask")


class TestOpenHolds:
    """While it is open whether stopping is ours to advise, no date is given (§8.11)."""

    RULES = f"""
    rules:
      stop: {{kind: hold, {EACH}, advise: hold, interval: $washout, when: {{m.substance: {{in_class: nsaid}}}}}}
      keep: {{kind: hold, {EACH}, advise: continue, when: {{m.status: {{is: active}}}}}}
      ask: {{kind: hold, {EACH}, advise: refer, when: {{a.one: {{is: true}}}}}}
      find-out: {{kind: hold, {EACH}, advise: identify, when: {{a.two: {{is: true}}}}}}
    """

    def found(self, *more: str, **known: Any) -> dict[str, Finding]:
        """Give the findings on one medication, by rule."""
        items = listed({"text": "aspirin", "status": "active"})
        every = findings(FACTS, MEDICATIONS, WASHOUT, self.RULES, *more, medications=items, **known)
        return {each.rule.id: each for each in every.values()}

    def test_each_that_is_open_withholds_the_date_and_nothing_else(self) -> None:
        """The first by its id is named, all are remembered."""
        found = self.found()
        assert {id_: (each.status, each.overridden_by) for id_, each in found.items()} == {
            "ask": ("cannot_decide", None),
            "find-out": ("cannot_decide", None),
            "keep": ("applies", None),
            "stop": ("cannot_decide", "ask"),
        }
        assert [each.rule.id for each in found["stop"].withholders] == ["ask", "find-out"]
        assert found["stop"].is_withheld

    def test_what_is_settled_withholds_nothing(self) -> None:
        """The date is given, against which to go on is advised too: no prescriber and no doubt stands above them."""
        found = self.found(a={"one": False, "two": False})
        assert {id_: each.status for id_, each in found.items()} == {"keep": "contested", "stop": "contested"}

    def test_what_is_overridden_withholds_nothing(self) -> None:
        """It is no longer open whether it concerns this medication."""
        over = f"rules: {{over: {{{EACH}, when: {{m.status: {{is: active}}}}, overrides: [ask], because: x}}}}"
        found = self.found(over, a={"two": False})
        assert (found["ask"].status, found["stop"].overridden_by) == ("overridden", None)

    def test_of_one_that_is_true_but_withheld_what_withholds_it_has_to_be_settled(self) -> None:
        """Its own condition is."""
        over = "rules: {over: {when: {labs.inr: {at_least: 2}}, overrides: [ask], because: x}}"
        found = self.found(over, a={"one": True, "two": False})
        assert (found["ask"].overridden_by, found["stop"].overridden_by) == ("over", "ask")
        assert [each.rule.id for each in found["stop"].withholders] == ["over"]


class TestUrgency:
    """Of the rules about one finding the most urgent stands (§8.8)."""

    RULES = f"""rules:
      call: {{{ONE}, finding: bladder, severity: high}}
      emergency: {{{TWO}, finding: bladder, severity: critical}}
      unrelated: {{{ONE}, finding: fever, severity: info}}
      emergency-too: {{{TWO}, finding: bladder, severity: critical}}
    """

    def test_a_more_urgent_level_overrides(self) -> None:
        """Two of the same level both stand."""
        assert statuses(FACTS, self.RULES, a={"one": True, "two": True}) == {
            "emergency": ("applies", None),
            "emergency-too": ("applies", None),
            "call": ("overridden", "emergency"),
            "unrelated": ("applies", None),
        }

    def test_one_that_is_unknown_overrides_and_withholds_nothing(self) -> None:
        """The call to the doctor stands while nobody knows whether it is an emergency."""
        found = statuses(FACTS, self.RULES, a={"one": True})
        assert found["call"] == ("applies", None)
        assert found["emergency"] == ("cannot_decide", None)


class TestOpposition:
    """Opposite advice on one binding, neither overriding the other, is contested (§9.1)."""

    RULES = f"""
    rules:
      stop: {{kind: hold, {EACH}, advise: hold, interval: $washout, when: {{m.substance: {{in_class: nsaid}}}}}}
      go-on: {{kind: hold, {EACH}, advise: continue, when: {{m.status: {{is: active}}}}}}
    """

    def test_both_are_contested(self) -> None:
        """Each names the other."""
        items = listed({"text": "aspirin", "status": "active"}, {"text": "aspirin", "status": "stopped"})
        found = findings(MEDICATIONS, WASHOUT, self.RULES, medications=items)
        shown = {key: (each.status, each.opposed_by) for key, each in found.items()}
        assert shown == {
            "stop medications/m1": ("contested", ["go-on"]),
            "go-on medications/m1": ("contested", ["stop"]),
            "stop medications/m2": ("applies", []),
        }

    def test_what_is_overridden_opposes_nothing(self) -> None:
        """One of the two was told to give way."""
        rules = self.RULES.replace("go-on: {", "go-on: {overrides: [stop], because: it is needed, ")
        found = statuses(MEDICATIONS, WASHOUT, rules, medications=listed({"text": "aspirin", "status": "active"}))
        assert found == {"go-on medications/m1": ("applies", None), "stop medications/m1": ("overridden", "go-on")}

    def test_an_advice_opposed_to_itself_takes_two_rules(self) -> None:
        """One recommendation does not contradict itself."""
        advice = "advice: {start: {title: Start one, opposes: [start]}}"
        one, two = f"one: {{{ONE}, advise: start}}", f"two: {{{ONE}, advise: start}}"
        assert statuses(FACTS, advice, f"rules: {{{one}}}", a={"one": True}) == {"one": ("applies", None)}
        both = findings(FACTS, advice, f"rules: {{{one}, {two}}}", a={"one": True})
        assert {key: each.opposed_by for key, each in both.items()} == {"one": ["two"], "two": ["one"]}
