"""What the durable engine answers, leaf by leaf and step by step (language §7, §8, §10.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import pytest
from small_programs import DAY, HOUR, at, derivation, facts, holds, items, program, rule, says, unknown_list

from cds.backends.durable import Durable
from cds.errors import EngineFailure
from cds.facts.model import FactList, Facts, Reason, Span, Text, TimeSpan, Unknown, Value, Word
from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth
from cds.ir.nodes import (
    AllOf,
    AnyOf,
    Applies,
    Condition,
    Counting,
    Derived,
    Elapsed,
    InClass,
    IsKnown,
    Not,
    NotConfigured,
    Quantified,
    Ref,
    Within,
)

ABSENT = Unknown(Reason.ABSENT)
YES, NO = Word(value=True), Word(value=False)
T = holds("yes")
OPEN, CLOSED = "open", "closed"
Ask = Callable[[Condition, Facts], Truth]


@pytest.fixture
def engine() -> Iterator[Durable]:
    """Give an engine, and free what it made."""
    durable = Durable()
    yield durable
    durable.close()


@pytest.fixture
def ask(engine: Durable) -> Ask:
    """Give the truth of one condition on the patient."""

    def truth(condition: Condition, said: Facts) -> Truth:
        made = program({rule("r"): condition})
        return engine.evaluate(made, said).get(("r", "patient", 0), FALSE)

    return truth


def span(low: str, high: str | None = None) -> Span:
    """Give a number, or an interval."""
    return Span(Fraction(low), Fraction(high or low))


class TestWords:
    """`is`, `in` and `in_class`."""

    @pytest.mark.parametrize(
        ("value", "truth"),
        [(Word("b"), TRUE), (Word("c"), FALSE), (Word("bb"), FALSE), (Word(""), FALSE), (ABSENT, UNKNOWN)],
    )
    def test_a_word_is_one_of_the_words_or_not(self, ask: Ask, value: Value, truth: Truth) -> None:
        """A prefix of a word, or a word that it is a prefix of, is another word."""
        assert ask(says("word", "a", "b"), facts({"word": value})) is truth

    @pytest.mark.parametrize("word", ['say "no"', "back\\slash", "}{,", "ä", "~61", "it's", "a\nb", ""])
    def test_any_text_can_be_a_word(self, ask: Ask, word: str) -> None:
        """What would need escaping for the engine is compared all the same."""
        said = facts({"word": Word(word)})
        assert ask(says("word", word), said) is TRUE
        assert ask(says("word", "other"), said) is FALSE
        assert ask(says("word", word), facts({"word": Word("a")})) is FALSE

    @pytest.mark.parametrize(("value", "truth"), [(YES, TRUE), (NO, FALSE), (ABSENT, UNKNOWN)])
    def test_a_boolean(self, ask: Ask, value: Value, truth: Truth) -> None:
        """`is: true` on a boolean fact."""
        assert ask(T, facts({"yes": value})) is truth

    @pytest.mark.parametrize(("value", "truth"), [(Word("a"), FALSE), (ABSENT, UNKNOWN)])
    def test_no_words_at_all(self, ask: Ask, value: Value, truth: Truth) -> None:
        """A known word is none of no words."""
        assert ask(says("word"), facts({"word": value})) is truth

    @pytest.mark.parametrize(("word", "truth"), [("w17", TRUE), ("w40", FALSE), (None, UNKNOWN)])
    def test_many_words(self, ask: Ask, word: str | None, truth: Truth) -> None:
        """A long list of words is asked for like a class."""
        value = ABSENT if word is None else Word(word)
        assert ask(says("word", *(f"w{number}" for number in range(40))), facts({"word": value})) is truth

    @pytest.mark.parametrize(("value", "truth"), [(Word("ibuprofen"), TRUE), (Word("x"), FALSE), (ABSENT, UNKNOWN)])
    def test_a_class(self, ask: Ask, value: Value, truth: Truth) -> None:
        """A substance is a member or is not."""
        in_class = InClass(Ref(None, "substance"), "nsaid", frozenset({"ibuprofen", "naproxen"}))
        assert ask(in_class, facts({"substance": value})) is truth


class TestNumbers:
    """Bounds on numbers and quantities."""

    @pytest.mark.parametrize(
        ("value", "truth"),
        [
            (span("1.5"), TRUE),
            (span("1.8"), FALSE),
            (span("1.79999999999999999999999999"), TRUE),
            (span("1.49999999999999999999999999"), FALSE),
            (span("1.5", "1.7"), TRUE),
            (span("1.4", "1.5"), UNKNOWN),
            (span("1", "3"), UNKNOWN),
            (span("1.8", "3"), FALSE),
            (span("-1e40", "1e40"), UNKNOWN),
            (span("1e40"), FALSE),
            (ABSENT, UNKNOWN),
        ],
    )
    def test_between_bounds_of_which_one_counts(self, ask: Ask, value: Value, truth: Truth) -> None:
        """An interval inside is TRUE, outside FALSE, across a bound UNKNOWN; however close, and however far."""
        within = Within(Ref(None, "inr"), Fraction("1.5"), Fraction("1.8"), high_included=False)
        assert ask(within, facts({"inr": value})) is truth

    def test_thresholds_of_any_denominator_share_a_scale(self, ask: Ask) -> None:
        """A third and a seventh are compared exactly."""
        third = Within(Ref(None, "n"), Fraction(1, 3), None)
        seventh = Within(Ref(None, "n"), None, Fraction(1, 7), high_included=False)
        assert ask(AllOf((third, Not(seventh))), facts({"n": Span(Fraction(1, 3), Fraction(1, 3))})) is TRUE
        assert ask(third, facts({"n": span("0.333333333333333")})) is FALSE

    @pytest.mark.parametrize(("value", "truth"), [(span("-7"), TRUE), (ABSENT, UNKNOWN)])
    def test_without_bounds(self, ask: Ask, value: Value, truth: Truth) -> None:
        """Any known number lies between no bounds."""
        assert ask(Within(Ref(None, "n"), None, None), facts({"n": value})) is truth


class TestTimes:
    """Time leaves: elapsed, by calendar, and by whole days."""

    @pytest.mark.parametrize(
        ("earlier", "truth"),
        [
            (at(-6 * HOUR), TRUE),
            (at(-6 * HOUR + 1), FALSE),
            (at(-9 * HOUR, -6 * HOUR), TRUE),
            (at(-9 * HOUR, -5 * HOUR), UNKNOWN),
            (at(-5 * HOUR, 0), FALSE),
            (ABSENT, UNKNOWN),
        ],
    )
    def test_elapsed_since_another_fact_of_the_patient(self, ask: Ask, earlier: Value, truth: Truth) -> None:
        """At least six hours, to the microsecond."""
        leaf = Elapsed(Ref(None, "fasting"), Ref(None, "as_of"), Counting.ELAPSED, 6 * HOUR, None)
        assert ask(leaf, facts({"fasting": earlier})) is truth

    @pytest.mark.parametrize(
        ("earlier", "truth"),
        [(at(-6 * HOUR), FALSE), (at(-6 * HOUR + 1), TRUE), (at(0), TRUE), (at(1), FALSE), (at(-1, 1), UNKNOWN)],
    )
    def test_less_than_means_before(self, ask: Ask, earlier: Value, truth: Truth) -> None:
        """Less than six hours before as_of is not after as_of."""
        fasting = Ref(None, "fasting")
        leaf = Elapsed(fasting, Ref(None, "as_of"), Counting.ELAPSED, 0, 6 * HOUR, high_included=False)
        assert ask(leaf, facts({"fasting": earlier})) is truth

    def test_calendar_days_keep_the_wall_time_over_a_clock_change(self, ask: Ask) -> None:
        """The clocks of New York went back on 2026-11-01: three weeks before now are 21 days and an hour."""
        leaf = Elapsed(Ref(None, "onset"), Ref(None, "as_of"), Counting.CALENDAR, 21, None)
        assert ask(leaf, facts({"onset": at(-21 * DAY - HOUR)})) is TRUE
        assert ask(leaf, facts({"onset": at(-21 * DAY - HOUR + 1)})) is FALSE
        assert ask(leaf, facts({"onset": at(-21 * DAY - HOUR, -21 * DAY)})) is UNKNOWN
        assert ask(leaf, facts()) is UNKNOWN

    def test_no_calendar_days_are_no_time_at_all(self, ask: Ask) -> None:
        """Moved by no days a time stays where it is."""
        leaf = Elapsed(Ref(None, "onset"), Ref(None, "as_of"), Counting.CALENDAR, 0, None)
        assert ask(leaf, facts({"onset": at(0)})) is TRUE
        assert ask(leaf, facts({"onset": at(1)})) is FALSE

    @pytest.mark.parametrize(
        ("onset", "truth"),
        [
            (at(0), FALSE),
            (at(-9 * HOUR), FALSE),
            (at(-9 * HOUR - 1), TRUE),
            (at(-33 * HOUR), TRUE),
            (at(-33 * HOUR - 1), FALSE),
            (at(-33 * HOUR - 1, -33 * HOUR), UNKNOWN),
        ],
    )
    def test_whole_days_do_not_look_at_the_hour(self, ask: Ask, onset: Value, truth: Truth) -> None:
        """Now is nine in the morning: yesterday ended nine hours ago, and began thirty-three hours ago."""
        leaf = Elapsed(Ref(None, "onset"), Ref(None, "as_of"), Counting.WHOLE_DAYS, 1, 1)
        assert ask(leaf, facts({"onset": onset})) is truth

    @pytest.mark.parametrize(("onset", "truth"), [(at(5), TRUE), (ABSENT, UNKNOWN)])
    def test_without_bounds(self, ask: Ask, onset: Value, truth: Truth) -> None:
        """Between two known times there always is some time."""
        leaf = Elapsed(Ref(None, "onset"), Ref(None, "as_of"), Counting.ELAPSED, None, None)
        assert ask(leaf, facts({"onset": onset})) is truth

    @pytest.mark.parametrize(("onset", "truth"), [(at(0), TRUE), (at(0, HOUR), UNKNOWN)])
    def test_a_time_is_compared_with_itself_as_with_any_other(self, ask: Ask, onset: Value, truth: Truth) -> None:
        """A moment is not after itself; of an interval nobody knows."""
        leaf = Elapsed(Ref(None, "onset"), Ref(None, "onset"), Counting.ELAPSED, 0, None)
        assert ask(leaf, facts({"onset": onset})) is truth


class TestOtherLeaves:
    """`known`, and parameters that are not set."""

    @pytest.mark.parametrize(
        ("value", "truth"),
        [(YES, TRUE), (Text("x"), TRUE), (span("1"), TRUE), (at(0), TRUE), (ABSENT, FALSE), (None, FALSE)],
    )
    def test_known_is_two_valued(self, ask: Ask, value: Value | None, truth: Truth) -> None:
        """Whatever the type, and however it is unknown."""
        assert ask(IsKnown(Ref(None, "x")), facts({} if value is None else {"x": value})) is truth

    def test_not_configured_is_unknown_but_settles_nothing(self, ask: Ask) -> None:
        """A leaf on an unset parameter, alone and beside others."""
        unset = NotConfigured(Ref(None, "x"), "p")
        assert ask(unset, facts()) is UNKNOWN
        assert ask(Not(unset), facts()) is UNKNOWN
        assert ask(AllOf((unset, T)), facts({"yes": NO})) is FALSE
        assert ask(AnyOf((unset, T)), facts({"yes": YES})) is TRUE

    def test_empty_all_and_any(self, ask: Ask) -> None:
        """All of nothing is TRUE, any of nothing FALSE, and they drop out of what they stand in."""
        assert ask(AllOf(()), facts()) is TRUE
        assert ask(AnyOf(()), facts()) is FALSE
        assert ask(AllOf((AllOf(()), T)), facts({"yes": YES})) is TRUE
        assert ask(AnyOf((AllOf(()), T)), facts()) is TRUE
        assert ask(AllOf((AnyOf(()), T)), facts()) is FALSE

    @pytest.mark.parametrize(
        ("condition", "value"),
        [
            (says("x", "a"), YES),
            (holds("x"), Word("a")),
            (says("x", "a"), span("1")),
            (InClass(Ref(None, "x"), "c", frozenset({"a"})), at(0)),
            (Within(Ref(None, "x"), Fraction(1), None), Word("40 mg")),
            (Elapsed(Ref(None, "x"), Ref(None, "as_of"), Counting.ELAPSED, 0, None), span("1")),
            (Elapsed(Ref(None, "x"), Ref(None, "as_of"), Counting.ELAPSED, 0, None), TimeSpan(0, 2**59)),
        ],
    )
    def test_a_value_of_another_type_is_an_error(self, ask: Ask, condition: Condition, value: Value) -> None:
        """The engine would compare a number with a text; it is never given the chance."""
        with pytest.raises(EngineFailure, match="`x`"):
            ask(condition, facts({"x": value}))


class TestSteps:
    """Bindings, lists with their closure, results of other steps, worlds."""

    def test_a_rule_over_a_list_answers_per_item(self, engine: Durable) -> None:
        """TRUE and UNKNOWN are there, FALSE is not."""
        made = program({rule("r", "meds"): says("status", "active", variable="med")})
        said = facts(meds=items("meds", {"status": Word("active")}, {"status": Word("stopped")}, {}))
        assert engine.evaluate(made, said) == {("r", "meds/i0", 0): TRUE, ("r", "meds/i2", 0): UNKNOWN}

    @pytest.mark.parametrize(
        "meds", [items("meds", complete=False), unknown_list(Unknown(Reason.REFUSED)), FactList((), complete=False)]
    )
    def test_what_a_list_leaves_out_is_a_binding_of_rules(self, engine: Durable, meds: FactList) -> None:
        """Rules get `<list>/*`, derivations do not."""
        made = program({rule("r", "meds"): AnyOf(()), derivation("d", "meds"): AnyOf(())})
        assert engine.evaluate(made, facts(meds=meds)) == {("r", "meds/*", 0): UNKNOWN}
        assert engine.evaluate(made, facts()) == {("r", "meds/*", 0): UNKNOWN}

    def test_outside_its_phase_of_care_a_rule_asks_nothing(self, engine: Durable) -> None:
        """`<list>/*` is FALSE where the group does not apply."""
        before = says("status", "booked")
        condition = AllOf((before, says("status", "active", variable="med")))
        made = program({rule("r", "meds", group="before"): condition}, {"before": before})
        assert engine.evaluate(made, facts({"status": Word("done")})) == {}
        assert engine.evaluate(made, facts({"status": Word("booked")})) == {("r", "meds/*", 0): UNKNOWN}

    def test_a_rule_per_item_may_ask_only_about_the_patient(self, engine: Durable) -> None:
        """Then it is the same for all items."""
        made = program({rule("r", "meds"): T})
        said = facts({"yes": YES}, meds=items("meds", {}, {}))
        assert engine.evaluate(made, said) == {("r", "meds/i0", 0): TRUE, ("r", "meds/i1", 0): TRUE}

    def test_times_of_an_item_are_compared_with_the_patient_and_with_each_other(self, engine: Durable) -> None:
        """Both ways round."""
        last, first, start = Ref("med", "last"), Ref("med", "first"), Ref(None, "start")
        made = program(
            {
                rule("before", "meds"): Elapsed(last, start, Counting.ELAPSED, DAY, 3 * DAY),
                rule("after", "meds"): Elapsed(start, last, Counting.WHOLE_DAYS, 0, None, low_included=False),
                rule("within", "meds"): Elapsed(first, last, Counting.CALENDAR, None, 2),
            }
        )
        said = facts(
            {"start": at(0)},
            meds=items(
                "meds",
                {"last": at(-2 * DAY), "first": at(-3 * DAY)},
                {"last": at(2 * DAY), "first": at(-DAY)},
                {"last": at(-4 * DAY, -DAY)},
                {"first": at(0)},
            ),
        )
        assert engine.evaluate(made, said) == {
            ("before", "meds/i0", 0): TRUE,
            ("within", "meds/i0", 0): TRUE,
            ("after", "meds/i1", 0): TRUE,
            ("before", "meds/i2", 0): UNKNOWN,
            ("within", "meds/i2", 0): UNKNOWN,
            ("before", "meds/i3", 0): UNKNOWN,
            ("after", "meds/i3", 0): UNKNOWN,
            ("within", "meds/i3", 0): UNKNOWN,
        }

    @pytest.mark.parametrize(
        ("quantifier", "words", "closure", "truth"),
        [
            ("exists", ["no", "yes"], CLOSED, TRUE),
            ("exists", ["no", None], CLOSED, UNKNOWN),
            ("exists", ["no"], CLOSED, FALSE),
            ("exists", ["no"], OPEN, UNKNOWN),
            ("exists", [], CLOSED, FALSE),
            ("every", ["yes"], CLOSED, TRUE),
            ("every", ["yes"], OPEN, UNKNOWN),
            ("every", ["yes", "no"], OPEN, FALSE),
            ("every", [], CLOSED, TRUE),
            ("every", [], OPEN, UNKNOWN),
        ],
    )
    def test_quantifiers(
        self,
        ask: Ask,
        quantifier: str,
        words: list[str | None],
        closure: str,
        truth: Truth,
    ) -> None:
        """A list that is not known complete never makes `exists` FALSE, nor `every` TRUE."""
        meds = items("meds", *({"w": Word(word)} if word else {} for word in words), complete=closure == CLOSED)
        condition = Quantified(quantifier, "meds", "m", says("w", "yes", variable="m"))
        assert ask(condition, facts(meds=meds)) is truth

    def test_a_quantifier_may_leave_out_the_own_item(self, engine: Durable) -> None:
        """Another nonsteroidal beside this one."""
        is_nsaid = InClass(Ref("other", "substance"), "nsaid", frozenset({"a", "b"}))
        other = Quantified("exists", "meds", "other", is_nsaid, without_own=True)
        made = program({rule("r", "meds"): other})
        one = facts(meds=items("meds", {"substance": Word("a")}, {"substance": Word("z")}))
        assert engine.evaluate(made, one) == {("r", "meds/i1", 0): TRUE}

    def test_without_an_own_item_of_the_list_nothing_is_left_out(self, ask: Ask) -> None:
        """A rule on the patient has no item to leave out."""
        condition = Quantified("exists", "meds", "m", says("w", "yes", variable="m"), without_own=True)
        assert ask(condition, facts(meds=items("meds", {"w": Word("yes")}))) is TRUE

    def test_a_quantifier_may_use_the_own_item(self, engine: Durable) -> None:
        """Another item that was begun after this one ended, of the same list or of another."""
        after = Elapsed(Ref("med", "last"), Ref("other", "at"), Counting.ELAPSED, 0, None)
        both = AllOf((after, says("kind", "k", variable="other"), says("status", "active", variable="med"), T))
        made = program(
            {
                rule("levels", "meds"): Quantified("exists", "levels", "other", both),
                rule("meds", "meds"): Quantified("every", "meds", "other", after, without_own=True),
                rule("own", "meds"): Quantified("exists", "levels", "other", says("status", "active", variable="med")),
            }
        )
        meds = items(
            "meds",
            {"status": Word("active"), "last": at(0), "at": at(0)},
            {"status": Word("active"), "last": at(2 * HOUR), "at": at(HOUR)},
            {"status": Word("stopped"), "last": at(0), "at": at(3 * HOUR)},
        )
        levels = items("levels", {"kind": Word("k"), "at": at(HOUR)}, {"kind": Word("j"), "at": at(5 * HOUR)})
        assert engine.evaluate(made, facts({"yes": YES}, meds=meds, levels=levels)) == {
            ("levels", "meds/i0", 0): TRUE,
            ("meds", "meds/i0", 0): TRUE,
            ("own", "meds/i0", 0): TRUE,
            ("own", "meds/i1", 0): TRUE,
        } | {("meds", "meds/i2", 0): TRUE}

    def test_a_large_condition_on_two_items_is_divided(self, engine: Durable) -> None:
        """All of eight alternatives, each about both items, which hold in two hundred and fifty-six ways."""
        last, other = Ref("med", "last"), Ref("other", "last")
        pairs = tuple(
            AnyOf((Elapsed(last, other, Counting.ELAPSED, hours * HOUR, None), _is_after(other, last, hours)))
            for hours in range(1, 9)
        )
        made = program({rule("r", "meds"): Quantified("exists", "meds", "other", AllOf(pairs))})
        meds = items("meds", {"last": at(0)}, {"last": at(7 * HOUR)}, {"last": at(8 * HOUR)}, complete=True)
        assert engine.evaluate(made, facts(meds=meds)) == {("r", "meds/i0", 0): TRUE, ("r", "meds/i2", 0): TRUE}

    def test_what_a_guarded_rule_asks_of_other_items_is_asked_of_all(self, engine: Durable) -> None:
        """A rule about one substance looks for any later item that is active."""
        later = Elapsed(Ref("med", "last"), Ref("other", "last"), Counting.ELAPSED, 1, None)
        active = AllOf((says("status", "active", variable="other"), says("route", "oral", variable="other")))
        condition = AllOf(
            (says("substance", "a", variable="med"), Quantified("exists", "meds", "other", AllOf((later, active))))
        )
        meds = items(
            "meds",
            {"substance": Word("a"), "last": at(0)},
            {"substance": Word("b"), "last": at(1), "status": Word("active"), "route": Word("oral")},
        )
        assert engine.evaluate(program({rule("r", "meds"): condition}), facts(meds=meds)) == {("r", "meds/i0", 0): TRUE}

    def test_a_divided_guarded_rule_is_false_for_other_substances(self, engine: Durable) -> None:
        """The part that asks for the substance is not looked at for them, and nothing else is known."""
        many = tuple(holds(f"yes{number}", variable="med") for number in range(13))
        made = program(
            {
                rule("a", "meds"): AllOf((says("substance", "a", variable="med"), *many)),
                rule("b", "meds"): AllOf((says("substance", "b", variable="med"), T)),
            }
        )
        meds = items("meds", {"substance": Word("a")}, {"substance": Word("b")}, {"substance": Word("c")}, {})
        assert engine.evaluate(made, facts(meds=meds)) == {
            ("a", "meds/i0", 0): UNKNOWN,
            ("b", "meds/i1", 0): UNKNOWN,
            ("a", "meds/i3", 0): UNKNOWN,
            ("b", "meds/i3", 0): UNKNOWN,
        }

    def test_derived_facts_and_results_of_rules_are_used_by_later_steps(self, engine: Durable) -> None:
        """Per item, of the patient, and over a list with what it leaves out."""
        active = says("status", "active", variable="med")
        made = program(
            {
                derivation("d", "meds"): active,
                derivation("p"): T,
                rule("item", "meds"): Derived("d", "med"),
                rule("patient"): Not(Derived("p", None)),
                rule("any"): Applies(("item", "patient"), ""),
                rule("one"): Applies(("patient",), ""),
            }
        )
        meds = items("meds", {"status": Word("stopped")}, complete=False)
        verdicts = engine.evaluate(made, facts({"yes": NO}, meds=meds))
        assert verdicts == {
            ("item", "meds/*", 0): UNKNOWN,
            ("patient", "patient", 0): TRUE,
            ("any", "patient", 0): TRUE,
            ("one", "patient", 0): TRUE,
        }

    @pytest.mark.parametrize(
        ("closure", "status", "truth"),
        [(CLOSED, "booked", FALSE), (OPEN, "booked", UNKNOWN), (OPEN, "done", FALSE), (CLOSED, "done", FALSE)],
    )
    def test_a_rule_per_item_applies_with_the_closure_of_its_list(
        self,
        engine: Durable,
        closure: str,
        status: str,
        truth: Truth,
    ) -> None:
        """What an open list leaves out may apply, but only in the rule's phase of care."""
        before = says("status", "booked")
        made = program(
            {
                rule("item", "meds", group="before"): AllOf((before, says("w", "yes", variable="med"))),
                rule("any"): Applies(("item",), ""),
            },
            {"before": before},
        )
        meds = items("meds", {"w": Word("no")}, complete=closure == CLOSED)
        verdicts = engine.evaluate(made, facts({"status": Word(status)}, meds=meds))
        assert verdicts.get(("any", "patient", 0), FALSE) is truth

    def test_every_world_is_answered_whole(self, engine: Durable) -> None:
        """Steps that differ, and steps that use them, differ; the others are the same."""
        limits = [Within(Ref(None, "inr"), Fraction(limit, 10), None) for limit in (15, 18)]
        made = program({rule("limit"): limits, rule("uses"): Not(Applies(("limit",), "")), rule("same"): T})
        assert engine.evaluate(made, facts({"inr": span("1.6"), "yes": YES})) == {
            ("limit", "patient", 0): TRUE,
            ("uses", "patient", 1): TRUE,
            ("same", "patient", 0): TRUE,
            ("same", "patient", 1): TRUE,
        }

    def test_more_items_than_a_batch(self, engine: Durable) -> None:
        """Six hundred items, and a condition that holds in twelve ways for each."""
        twelve = AnyOf(tuple(holds(f"yes{number}", variable="med") for number in range(12)))
        made = program({rule("r", "meds"): twelve})
        meds = items("meds", *({f"yes{number}": Word(value=True) for number in range(12)} for _ in range(600)))
        verdicts = engine.evaluate(made, facts(meds=meds))
        assert len(verdicts) == 600
        assert set(verdicts.values()) == {TRUE}


def _is_after(first: Ref, second: Ref, hours: int) -> Elapsed:
    return Elapsed(first, second, Counting.ELAPSED, hours * HOUR, None)
