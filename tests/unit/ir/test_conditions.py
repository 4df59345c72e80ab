"""Conditions of the language become nodes: names, units, parameters and regions (language §7)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from builders import program_of, refusal_of

from cds.ir import nodes
from cds.ir.nodes import Counting, Ref
from cds.ir.text import MICROSECONDS_AN_HOUR

FACTS = """
facts:
  fracture.painful: {type: boolean}
  fracture.etiology: {type: enum, values: [osteoporosis, trauma]}
  fracture.onset: {type: time, granularity: day}
  fracture.note: {type: text}
  labs.inr: {type: number, taken: true}
  labs.creatinine: {type: quantity, unit: mg/dL}
  procedure.start: {type: time}
  procedure.end: {type: time}
  medications: {type: list, items: {substance: {type: concept}, last_dose: {type: time}, used: {type: boolean}}}
  levels: {type: list, items: {healed: {type: boolean}}}
substances:
  ibuprofen: {classes: [nsaid], names: [ibuprofen]}
  naproxen: {classes: [nsaid], names: [naproxen]}
  warfarin: {names: [warfarin]}
classes: {nsaid: {title: NSAID}}
parameters:
  limit:
    positions: {handout: {value: "1.5", confirmed: primary}}
    resolve: &resolved {adopt: handout, because: "x", by: "y", decided: "2026-11-01"}
  limits:
    positions: {handout: {value: {from: "1.5", to: "1.8", strict: from}, confirmed: primary}}
    resolve: *resolved
  wide_limits:
    positions: {handout: {value: {from: "1.5", to: "1.8", strict: to}, confirmed: primary}}
    resolve: *resolved
  washout: {positions: {handout: {value: {full_days: 7}, confirmed: primary}}, resolve: *resolved}
  open_limit: {unset: "each site has its own"}
derive:
  fracture.is_old: {when: {fracture.onset: {more_than: 12 wk, before: as_of}}}
  med.is_nsaid: {for_each: med in medications, when: {med.substance: {in_class: nsaid}}}
"""

INR, ONSET, START, AS_OF = (Ref(None, name) for name in ("labs.inr", "fracture.onset", "procedure.start", "as_of"))


def node_of(condition: str, *, for_each: str = "") -> nodes.Condition:
    """Compile one condition, of a rule per patient or per item."""
    each = f"for_each: {for_each}, " if for_each else ""
    program = program_of(FACTS, f"rules: {{rule: {{{each}judges: data_quality, when: {condition}}}}}")
    return program.worlds[0].conditions["rule"]


def refused(condition: str, *, rest: str = "", rule: str = "") -> str:
    """Give the message with which a condition is refused."""
    return refusal_of(FACTS, rest or "{}", f"rules: {{rule: {{{rule}when: {condition}}}}}")


class TestRegions:
    """An operator's name says whether its bound belongs to it (§7.3)."""

    @pytest.mark.parametrize(
        ("test", "region"),
        [
            ('at_least: "1.5"', {"low": Fraction(3, 2), "high": None}),
            ('more_than: "1.5"', {"low": Fraction(3, 2), "high": None, "low_included": False}),
            ('at_most: "1.5"', {"low": None, "high": Fraction(3, 2)}),
            ('less_than: "1.5"', {"low": None, "high": Fraction(3, 2), "high_included": False}),
            ('between: ["1.5", "2"]', {"low": Fraction(3, 2), "high": Fraction(2)}),
        ],
    )
    def test_of_numbers(self, test: str, region: dict[str, Any]) -> None:
        """Each operator gives its own region."""
        assert node_of(f"{{labs.inr: {{{test}}}}}") == nodes.Within(INR, **region)

    def test_units_are_converted_exactly(self) -> None:
        """A bound in another unit is converted to the fact's own."""
        found = node_of('{labs.creatinine: {at_least: "12 mg/L"}}')
        assert found == nodes.Within(Ref(None, "labs.creatinine"), Fraction(6, 5), None)

    @pytest.mark.parametrize(
        ("test", "low", "high", "high_included"),
        [
            ('at_most: "3 d"', 0, 3, True),
            ('less_than: "3 d"', 0, 3, False),
            ('between: ["1 d", "3 d"]', 1, 3, True),
            ('at_least: "3 d"', 3, None, True),
        ],
    )
    def test_of_times_begin_at_zero(self, test: str, low: int, high: int | None, *, high_included: bool) -> None:
        """`at most 3 days before` does not hold for a time that comes after (§7.7)."""
        found = node_of(f"{{procedure.end: {{{test}, after: procedure.start}}}}")
        expected = nodes.Elapsed(
            START, Ref(None, "procedure.end"), Counting.CALENDAR, low, high, high_included=high_included
        )
        assert found == expected

    def test_an_empty_region_is_refused(self) -> None:
        """A bound that nothing can meet is a slip of its author."""
        assert "the lower bound is above the upper bound" in refused('{labs.inr: {between: ["3", "1"]}}')
        assert "no time can fulfil this" in refused('{procedure.start: {less_than: "0 d", before: as_of}}')

    def test_a_region_of_one_value_is_not_empty(self) -> None:
        """`between 2 and 2` is 2."""
        assert node_of('{labs.inr: {between: ["2", "2"]}}') == nodes.Within(INR, Fraction(2), Fraction(2))


class TestTimes:
    """How a duration is counted (§7.7)."""

    def test_hours_are_elapsed_time(self) -> None:
        """`h` and `min` count microseconds."""
        found = node_of('{procedure.start: {more_than: "36 h", after: as_of}}')
        assert found == nodes.Elapsed(
            AS_OF, START, Counting.ELAPSED, 36 * MICROSECONDS_AN_HOUR, None, low_included=False
        )

    def test_weeks_are_calendar_days(self) -> None:
        """`wk` is seven calendar days."""
        found = node_of('{procedure.start: {at_least: "2 wk", after: as_of}}')
        assert found == nodes.Elapsed(AS_OF, START, Counting.CALENDAR, 14, None)

    @pytest.mark.parametrize("condition", ["{fracture.onset: {%s, before: procedure.start}}"])
    def test_a_fact_of_days_is_compared_in_whole_days(self, condition: str) -> None:
        """One side of granularity `day` is enough."""
        found = node_of(condition % 'at_least: "3 d"')
        assert found == nodes.Elapsed(ONSET, START, Counting.WHOLE_DAYS, 3, None)

    def test_whole_days_count_on_either_side(self) -> None:
        """The anchor may be the one that is known by day."""
        found = node_of('{procedure.start: {at_least: "3 d", after: fracture.onset}}')
        assert found == nodes.Elapsed(ONSET, START, Counting.WHOLE_DAYS, 3, None)

    def test_hours_do_not_go_with_a_fact_of_days(self) -> None:
        """An onset is known by day; hours would pretend to more."""
        assert "is compared in whole days" in refused('{fracture.onset: {at_least: "36 h", before: as_of}}')

    def test_two_ways_of_counting_do_not_mix(self) -> None:
        """`between` counts one way."""
        message = refused('{procedure.start: {between: ["1 d", "36 h"], before: as_of}}')
        assert "one bound counts elapsed time, the other calendar days" in message

    def test_months_are_not_durations(self) -> None:
        """Durations are minutes, hours, days or weeks."""
        assert "`3 mo`" in refused('{procedure.start: {at_least: "3 mo", before: as_of}}')

    def test_a_time_needs_an_anchor(self) -> None:
        """There is no implicit now."""
        assert "a time needs `before` or `after`" in refused('{procedure.start: {at_least: "3 d"}}')

    def test_an_anchor_goes_with_times_only(self) -> None:
        """A number is measured to nothing."""
        assert "`before` and `after` go with times" in refused('{labs.inr: {at_least: "3", before: as_of}}')

    def test_an_anchor_is_a_time(self) -> None:
        """The nearest time is suggested, even where the site has not set the figure."""
        message = refused("{procedure.start: {at_least: $open_limit, before: procedur.end}}")
        assert "before: there is no time `procedur.end`; did you mean `procedure.end`?" in message
        assert "after: there is no time `labs.inr`" in refused('{procedure.start: {at_least: "1 d", after: labs.inr}}')


class TestInside:
    """Whether a time lies later than a hold interval permits (§7.13)."""

    HOURS = """
    parameters:
      hours: {positions: {handout: {value: {hours: {from: 2, to: 6}}, confirmed: primary}}, resolve: RESOLVED}
      doses: {positions: {handout: {value: {doses: 4, per_day: 2}, confirmed: primary}}, resolve: RESOLVED}
      none: {positions: {handout: {value: {hours: 0}, confirmed: primary}}, resolve: RESOLVED}
    """.replace("RESOLVED", '{adopt: handout, because: "x", by: "y", decided: "2026-11-01"}')

    def test_hours_are_elapsed_time_by_the_longer_end(self) -> None:
        """The last permitted time itself lies outside."""
        program = program_of(
            FACTS, self.HOURS, "rules: {rule: {when: {procedure.start: {inside: $hours, before: procedure.end}}}}"
        )
        end, high = Ref(None, "procedure.end"), 6 * MICROSECONDS_AN_HOUR
        expected = nodes.Elapsed(START, end, Counting.ELAPSED, 0, high, high_included=False)
        assert program.worlds[0].conditions["rule"] == expected

    @pytest.mark.parametrize(
        "condition",
        [
            "{procedure.start: {inside: $washout, before: procedure.end}}",
            "{procedure.end: {inside: $washout, after: procedure.start}}",
        ],
    )
    def test_days_are_whole_days_and_never_after(self, condition: str) -> None:
        """On the day itself the clock tells before from after."""
        end = Ref(None, "procedure.end")
        days = nodes.Elapsed(START, end, Counting.WHOLE_DAYS, None, 7)
        assert node_of(condition) == nodes.AllOf((days, nodes.Elapsed(START, end, Counting.ELAPSED, 0, None)))

    def test_what_is_not_set_leaves_it_open(self) -> None:
        """As every leaf on a parameter."""
        condition = "{procedure.start: {inside: $open_limit, before: procedure.end}}"
        assert node_of(condition) == nodes.NotConfigured(START, "open_limit")

    @pytest.mark.parametrize(
        ("condition", "said"),
        [
            (
                "{procedure.start: {inside: $doses, before: procedure.end}}",
                "the parameter `doses` counts doses; expected",
            ),
            ("{procedure.start: {inside: $limit, before: procedure.end}}", "the parameter `limit` is no hold interval"),
            (
                "{procedure.start: {inside: $none, before: procedure.end}}",
                "no time can fulfil this; expected an interval",
            ),
            ("{fracture.onset: {inside: $washout, before: procedure.end}}", "`inside` needs two instants"),
            ("{procedure.start: {inside: $washout, before: fracture.onset}}", "`inside` needs two instants"),
            ("{procedure.start: {inside: $washout}}", "a time needs `before` or `after`"),
            ("{procedure.start: {inside: $washout, before: labs.inr}}", "there is no time `labs.inr`"),
            ("{procedure.start: {inside: washout, before: procedure.end}}", "`washout` is not written as it should be"),
            ("{procedure.start: {at_least: $washout, before: procedure.end}}", "which only `inside` asks for"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, condition: str, said: str) -> None:
        """Intervals in doses or of no hours, other parameters, days, and what has no anchor."""
        assert said in refused(condition, rest=self.HOURS)


class TestValues:
    """What a fact is compared with (§7.2, §7.5)."""

    def test_is_in_and_is_not(self) -> None:
        """`is` and `in` are one node; `is_not` is its negation."""
        etiology = Ref(None, "fracture.etiology")
        assert node_of("{fracture.etiology: {is: trauma}}") == nodes.OneOf(etiology, frozenset({"trauma"}))
        both = frozenset({"trauma", "osteoporosis"})
        assert node_of("{fracture.etiology: {in: [trauma, osteoporosis]}}") == nodes.OneOf(etiology, both)
        painful = nodes.OneOf(Ref(None, "fracture.painful"), frozenset({True}))
        assert node_of("{fracture.painful: {is_not: true}}") == nodes.Not(painful)

    def test_a_class_is_expanded_to_its_members(self) -> None:
        """Engines need no table of classes."""
        found = node_of("{exists: {each: 'm in medications', where: {m.substance: {in_class: nsaid}}}}")
        members = nodes.InClass(Ref("m", "substance"), "nsaid", frozenset({"ibuprofen", "naproxen"}))
        assert found == nodes.Quantified("exists", "medications", "m", members)

    def test_a_parameter_stands_for_its_value(self) -> None:
        """`$limit` is the adopted figure; of a range the end that `strict` names."""
        assert node_of("{labs.inr: {more_than: $limit}}") == nodes.Within(INR, Fraction(3, 2), None, low_included=False)
        assert node_of("{labs.inr: {at_least: $limits}}") == nodes.Within(INR, Fraction(3, 2), None)
        assert node_of("{labs.inr: {at_least: $wide_limits}}") == nodes.Within(INR, Fraction(9, 5), None)

    def test_a_parameter_that_the_site_has_not_set_leaves_the_leaf_open(self) -> None:
        """Also where only one of two bounds is not set."""
        assert node_of("{labs.inr: {more_than: $open_limit}}") == nodes.NotConfigured(INR, "open_limit")
        assert node_of('{labs.inr: {between: ["1", $open_limit]}}') == nodes.NotConfigured(INR, "open_limit")

    @pytest.mark.parametrize(
        ("condition", "said"),
        [
            ('{fracture.painful: {is: "true"}}', "`true` is not a boolean"),
            ("{fracture.etiology: {is: traum}}", "did you mean `trauma`?"),
            ("{fracture.etiology: {in: [trauma, true]}}", "`true` is not a value of `fracture.etiology`"),
            ("{exists: {each: 'm in medications', where: {m.substance: {is: ibuprofn}}}}", "did you mean `ibuprofen`?"),
            ("{exists: {each: 'm in medications', where: {m.substance: {in_class: nsaids}}}}", "there is no class"),
            ('{labs.inr: {at_least: "1.5 mg"}}', "expected a number without a unit"),
            ("{labs.inr: {at_least: true}}", "`true` is not an exact number"),
            ("{labs.creatinine: {at_least: 5}}", "has no unit"),
            ('{labs.creatinine: {at_least: "5 kg"}}', "`kg`"),
            ("{labs.inr: {at_least: $lmit}}", "did you mean `$limit`?"),
            ("{labs.inr: {at_least: $nothing_like_it}}", "there is no parameter `nothing_like_it`"),
            ("{labs.inr: {at_least: $washout}}", "`washout` is a hold interval"),
            ("{labs.inr: {is: 5}}", "`is` does not go with the type `number`"),
            ("{fracture.note: {is: x}}", "expected no condition on it"),
            ("{fracture.etiolgy: {is: trauma}}", "there is no fact `fracture.etiolgy`; did you mean"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, condition: str, said: str) -> None:
        """The message says what does not fit, and what would."""
        assert said in refused(condition)


class TestDerivedFacts:
    """Derived facts are boolean (§8.7)."""

    def test_is_used_like_any_boolean(self) -> None:
        """Per patient, and per item through the rule's variable."""
        old = nodes.Derived("derive:fracture.is_old", None)
        assert node_of("{fracture.is_old: {is: true}}") == old
        assert node_of("{fracture.is_old: {is_not: false}}") == old
        assert node_of("{fracture.is_old: {is: false}}") == nodes.Not(old)
        assert node_of("{fracture.is_old: {is_not: true}}") == nodes.Not(old)
        nsaid = nodes.Derived("derive:medications/is_nsaid", "m")
        assert node_of("{m.is_nsaid: {is: true}}", for_each="m in medications") == nsaid

    def test_in_both_truth_values_still_needs_the_fact_to_be_known(self) -> None:
        """`in: [true, false]` is TRUE or UNKNOWN, as for any boolean."""
        old = nodes.Derived("derive:fracture.is_old", None)
        assert node_of("{fracture.is_old: {in: [true]}}") == old
        assert node_of("{fracture.is_old: {in: [true, false]}}") == nodes.AnyOf((old, nodes.Not(old)))

    @pytest.mark.parametrize("test", ["{is: 5}", "{is: true, before: as_of}", "{known: true}", "{at_least: 5}"])
    def test_anything_else_is_refused(self, test: str) -> None:
        """It has two values and no time."""
        assert "a derived fact is boolean" in refused(f"{{fracture.is_old: {test}}}")

    def test_its_name_is_suggested(self) -> None:
        """Derived facts are among the names that can be meant."""
        assert "did you mean `fracture.is_old`?" in refused("{fracture.is_odl: {is: true}}")
        message = refused("{m.is_nsaids: {is: true}}", rule="for_each: m in medications, ")
        assert "did you mean `m.is_nsaid`?" in message


class TestStructure:
    """Joined conditions, quantifiers and results (§7.8 to §7.10)."""

    def test_order_of_parts_means_nothing(self) -> None:
        """Parts are sorted by their text."""
        one = node_of("{all: [{fracture.painful: {is: true}}, {any: [{labs.inr: {at_most: 2}}]}]}")
        other = node_of("{all: [{any: [{labs.inr: {at_most: 2}}]}, {fracture.painful: {is: true}}]}")
        assert one == other
        assert isinstance(one, nodes.AllOf)

    def test_every_without_the_own_item(self) -> None:
        """`other: true` in a rule over the same list."""
        condition = "{every: {each: 'o in medications', where: {not: {o.used: {is: true}}}, other: true}}"
        used = nodes.Not(nodes.OneOf(Ref("o", "used"), frozenset({True})))
        expected = nodes.Quantified("every", "medications", "o", used, without_own=True)
        assert node_of(condition, for_each="m in medications") == expected

    def test_a_quantifier_may_use_the_rules_own_item(self) -> None:
        """Both variables are in scope, one level deep."""
        condition = '{exists: {each: "l in levels", where: {all: [{l.healed: {is: true}}, {m.used: {is: true}}]}}}'
        assert isinstance(node_of(condition, for_each="m in medications"), nodes.Quantified)

    @pytest.mark.parametrize(
        ("condition", "said"),
        [
            (
                "{exists: {each: m in medications, where: {every: {each: l in levels, where: {m.used: {is: true}}}}}}",
                "a quantifier cannot stand inside another",
            ),
            ("{exists: {each: 'm in medicatons', where: {m.used: {is: true}}}}", "did you mean `medications`?"),
            ("{exists: {each: 'm in labs.inr', where: {m.used: {is: true}}}}", "there is no list `labs.inr`"),
            ("{exists: {each: 'labs in medications', where: {labs.used: {is: true}}}}", "`labs` is taken"),
            (
                "{exists: {each: 'm in medications', where: {m.used: {is: true}}, other: true}}",
                "`other` needs a rule that is `for_each` over `medications`",
            ),
        ],
    )
    def test_quantifiers_that_do_not_fit_are_refused(self, condition: str, said: str) -> None:
        """A quantifier is over a list, by a name of its own, at most one level deep."""
        assert said in refused(condition)

    def test_a_rule_cannot_be_over_what_is_no_list(self) -> None:
        """`for_each` is checked as a quantifier is."""
        assert "there is no list `labs.inr`" in refused("{labs.inr: {at_least: 2}}", rule="for_each: m in labs.inr, ")

    def test_results_are_named_by_rule_kind_or_advice(self) -> None:
        """All three are resolved to ids of rules, sorted."""
        rules = """
        rules:
          pain: {kind: timing, when: {fracture.painful: {is: true}}}
          ache: {kind: timing, advise: refer, when: {fracture.painful: {is: true}}}
          by-rule: {when: {rule: {applies: pain}}}
          by-kind: {when: {kind: {any_applies: timing}}}
          by-advice: {when: {advice: {any_applies: refer}}}
        """
        conditions = program_of(FACTS, rules).worlds[0].conditions
        assert conditions["by-rule"] == nodes.Applies(("pain",), "rule pain")
        assert conditions["by-kind"] == nodes.Applies(("ache", "pain"), "kind timing")
        assert conditions["by-advice"] == nodes.Applies(("ache",), "advice refer")

    @pytest.mark.parametrize(
        ("condition", "said"),
        [
            ("{rule: {applies: ruel}}", "there is no rule `ruel`; did you mean `rule`?"),
            ("{kind: {any_applies: timing}}", "no rule has the kind `timing`"),
            ("{advice: {any_applies: notes}}", "no rule has the advice `notes`; did you mean `note`?"),
        ],
    )
    def test_results_of_nothing_are_refused(self, condition: str, said: str) -> None:
        """A name that no rule has is a slip."""
        assert said in refused(condition)

    def test_results_in_a_circle_are_refused(self) -> None:
        """The circle is named."""
        message = refusal_of(FACTS, "rules: {a: {when: {rule: {applies: b}}}, b: {when: {rule: {applies: a}}}}")
        assert "results are used in a circle" in message

    def test_known_is_for_rules_that_judge_the_data(self) -> None:
        """Elsewhere it would turn an answer round when more becomes known (§7.11)."""
        assert node_of("{labs.inr: {known: true}}") == nodes.IsKnown(INR)
        assert node_of("{labs.inr: {known: false}}") == nodes.Not(nodes.IsKnown(INR))
        assert "`known` is allowed only in rules that say `judges: data_quality`" in refused(
            "{labs.inr: {known: true}}"
        )
