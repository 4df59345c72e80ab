"""Every way in which durable-rules 2.0.28 was seen to fail, and how it is kept from it.

Forms that break the engine are refused before it sees them. Where that proves nothing by itself, the engine is shown
to break on them, in a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from json import dumps, loads
from typing import Any

import durable_rules_engine as engine_module
import pytest
from small_programs import DAY, HOUR, at, facts, holds, items, program, rule, says

from cds.backends.durable import Durable
from cds.backends.rete.column import Column, Encoder, Form, scaled
from cds.backends.rete.formula import paths
from cds.backends.rete.levels import Compiled, compile_plan
from cds.backends.rete.limits import MAX_MESSAGES, check, collision, distinct, fnv1a, message_ids, session_ids
from cds.backends.rete.plan import plan_of
from cds.backends.rete.signal import Head
from cds.errors import EngineFailure
from cds.facts.model import Reason, Span, Unknown, Word
from cds.ir.kleene import FALSE, TRUE, UNKNOWN
from cds.ir.nodes import AllOf, AnyOf, Condition, Counting, Elapsed, Not, Quantified, Ref, Within
from cds.ir.program import Program

UNKNOWN_FACT = Unknown(Reason.NOT_ASSESSED)
SUM = {"$add": {"$l": {"p": "p1"}, "$r": 1}}
HAS = {"p": {"$ex": {"p1": 1}}}
glibc = pytest.mark.skipif(sys.platform != "linux", reason="the engine breaks visibly with glibc's MALLOC_PERTURB_")


@pytest.fixture
def engine() -> Iterator[Durable]:
    """Give an engine, and free what it made."""
    durable = Durable()
    yield durable
    durable.close()


def compiled(made: Program) -> Compiled:
    """Compile a program as the engine would have it."""
    return compile_plan(plan_of(made))


def refused(*patterns: Any, **settings: Any) -> None:
    """Expect a rule to be refused."""
    with pytest.raises(EngineFailure, match=r"cannot take `some\.rule`"):
        check({"r": {"cap": 1, "all": list(patterns), **settings}}, "`some.rule`")


def in_own_process(script: str) -> int:
    """Run a script against the engine where freed and fresh memory is filled with garbage; give its exit status."""
    prelude = "import json, durable_rules_engine as engine\n"
    environment = {**os.environ, "MALLOC_PERTURB_": "165"}
    done = subprocess.run([sys.executable, "-c", prelude + script], env=environment, check=False, capture_output=True)
    return done.returncode


DELETE_WITHOUT_ACTION = """
handle = engine.create_ruleset("a", json.dumps({rules}))
engine.assert_facts(handle, json.dumps([{{"id": "0", "sid": "s", "x": 1}}]))
{then}
engine.delete_state(handle, "s")
"""


def fired_by(rules: dict[str, Any], *messages: dict[str, Any]) -> set[str]:
    """Ask the engine itself which rules fire, by patterns over one message."""
    every = {**rules, "sink": {"$ex": {"z": 1}}}
    handle = engine_module.create_ruleset(
        "raw", dumps({name: {"all": [{"m": found}]} for name, found in every.items()})
    )
    batch = [{"id": str(number), "sid": "s", "z": 1, **message} for number, message in enumerate(messages)]
    _, state = engine_module.assert_facts(handle, dumps(batch))
    _, text = engine_module.start_action_for_state(handle, state)
    fired = set()
    while text is not None:
        fired |= set(loads(text))
        text = engine_module.complete_and_start_action(handle, state)
    engine_module.delete_state(handle, "s")
    engine_module.delete_ruleset(handle)
    return fired - {"sink"}


class TestTheEngineItself:
    """What it does with what it is never given here: where one of these fails, it is no longer the engine we know."""

    def test_it_takes_one_name_for_another(self) -> None:
        """By a hash of 32 bits."""
        assert fired_by({"r": {"liquid": 1}}, {"costarring": 1}) == {"r"}

    def test_it_takes_one_type_for_another(self) -> None:
        """Text and truth values for numbers."""
        assert fired_by({"r": {"$lt": {"x": 5}}, "s": {"x": 0}}, {"x": "40 mg"}) == {"r"}
        assert fired_by({"r": {"$lt": {"x": 5}}}, {"x": True}) == {"r"}

    def test_it_stops_at_a_message_that_is_too_big_and_says_nothing(self) -> None:
        """Neither that message nor those after it are seen."""
        big = {f"x{number}": 1 for number in range(260)}
        assert fired_by({"r": {"y": 1}}, {}, big, {"y": 1}) == set()

    def test_it_fails_where_too_much_matches(self) -> None:
        """Sixty-five comparisons that hold for one message."""
        rules = {f"r{number}": {f"x{number}": 1} for number in range(64)}
        assert len(fired_by(rules, {f"x{number}": 1 for number in range(60)})) == 60
        with pytest.raises(engine_module.error, match="303"):
            fired_by(rules, {f"x{number}": 1 for number in range(64)})


class TestUnhandledMessages:
    """A state that is deleted before an action was started in it corrupts the heap."""

    @glibc
    def test_the_engine_breaks_on_it(self) -> None:
        """It frees what was never set; with an action started before, it does not."""
        unhandled = DELETE_WITHOUT_ACTION.format(rules={"r": {"all": [{"m": {"y": 1}}]}}, then="")
        assert in_own_process(unhandled) < 0
        started = "engine.start_action_for_state(handle, 1)"
        handled = DELETE_WITHOUT_ACTION.format(rules={"sink": {"all": [{"m": {"$ex": {"x": 1}}}]}}, then=started)
        assert in_own_process(handled) == 0

    def test_every_network_has_a_sink_for_every_message(self, engine: Durable) -> None:
        """So a record that fires nothing else is handled, however often."""
        last, start = Ref("med", "last"), Ref(None, "start")
        both = Quantified("exists", "levels", "l", Elapsed(last, Ref("l", "at"), Counting.ELAPSED, 0, None))
        made = program({rule("r", "meds"): AllOf((Elapsed(last, start, Counting.ELAPSED, 0, None), both))})
        for network in compiled(made).networks:
            assert network.definition["sink"]["all"] == [{"m": {"$ex": {"z": 1}}}]
        said = facts(meds=items("meds", {}, {}), levels=items("levels", {}))
        for _ in range(20):
            assert set(engine.evaluate(made, said).values()) == {UNKNOWN}


class TestComparisonsBetweenMessages:
    """A comparison with another message beside anything else reads out of bounds."""

    @pytest.mark.parametrize(
        "second",
        [
            {"$and": [{"kind": 1}, {"$gt": {"x": SUM}}]},
            {"$or": [{"kind": 1}, {"$gt": {"x": SUM}}]},
            {"$and": [{"$gt": {"x": SUM}}]},
            {"$gt": {"x": SUM, "y": SUM}},
            {"$gt": {"x": {"p": "p1"}}},
            {"$gt": {"x": 5}},
            {"x": SUM},
        ],
    )
    def test_only_the_bare_comparison_is_taken(self, second: Any) -> None:
        """One comparison with one sum, and nothing beside it."""
        refused(HAS, {"m": second})
        check({"r": {"cap": 1, "all": [HAS, {"m": {"$gt": {"x": SUM}}}]}}, "`some.rule`")

    def test_the_canary_is_refused(self) -> None:
        """The form that was seen to break the engine, in some layouts of memory."""
        refused({"p": {"kind": "p"}}, {"m": {"$and": [{"kind": "m"}, {"$gt": {"x": {"p": "a"}}}]}})

    def test_times_of_items_and_of_the_patient_are_joined_by_bare_comparisons(self) -> None:
        """However deep the leaf stands, its join is a rule of its own; names are of one message only."""
        deep = AnyOf((AllOf((says("a", "b", variable="med"), Not(_since_start("med")))), holds("yes")))
        networks = list(compiled(program({rule("r", "meds"): deep})).networks)
        joins = [pattern for n in networks for r in n.definition.values() for pattern in [r["all"]] if len(pattern) > 1]
        assert len(joins) == 2
        for first, second in joins:
            ((there, _),) = first["p"]["$ex"].items()
            ((_, compared),) = second["m"].items()
            ((name, operand),) = compared.items()
            assert operand == {"$add": {"$l": {"p": there}, "$r": DAY}}
            assert name != there


class TestComparisonsWithinAMessage:
    """`$m` reads memory that was never set where the other property is missing."""

    def test_the_message_s_own_name_is_refused(self) -> None:
        """The form that always fires."""
        refused({"m": {"$gt": {"x": {"m": "y"}}}})
        refused({"m": {"$gt": {"x": {"$add": {"$l": {"m": "y"}, "$r": 1}}}}})
        refused({"m": {"$gt": {"x": {"$m": "y"}}}})
        check({"r": {"cap": 1, "all": [{"m": {"$gt": {"x": {"$add": {"$l": {"$m": "y"}, "$r": 1}}}}}]}}, "")

    def test_both_bounds_of_every_time_are_always_there(self) -> None:
        """Of a patient and of an item of whom nothing is known."""
        made = program({rule("r", "meds"): AllOf((_since_start("med"), _between("med"), _between(None)))})
        for network in compiled(made).networks:
            encoders = compiled(made).encoders
            there = encoders[network.place.list].encode({}, facts().zone)
            assert set(network.reads.facts) <= set(there)
            assert set(network.reads.anchors) <= set(encoders[None].encode({}, facts().zone))

    @pytest.mark.parametrize(
        ("first", "last"), [(UNKNOWN_FACT, at(0)), (at(0), UNKNOWN_FACT), (UNKNOWN_FACT, UNKNOWN_FACT)]
    )
    @pytest.mark.parametrize("bounds", [(0, None), (None, 0), (1 - 2**58, None), (None, 2**58 - 1), (2**58 - 1, None)])
    def test_an_unknown_time_is_compared_and_settles_nothing(
        self, engine: Durable, first: Any, last: Any, bounds: tuple[int | None, int | None]
    ) -> None:
        """No sum of an unknown time and a duration reaches a known time, and none overflows."""
        leaf = Elapsed(Ref(None, "first"), Ref(None, "last"), Counting.ELAPSED, *bounds)
        joined = Elapsed(Ref("med", "first"), Ref(None, "last"), Counting.ELAPSED, *bounds)
        made = program({rule("r"): leaf, rule("i", "meds"): joined})
        said = facts({"first": first, "last": last}, meds=items("meds", {"first": first}))
        assert engine.evaluate(made, said) == {("r", "patient", 0): UNKNOWN, ("i", "meds/i0", 0): UNKNOWN}

    @pytest.mark.parametrize(
        "leaf",
        [
            Elapsed(Ref(None, "a"), Ref(None, "b"), Counting.ELAPSED, 2**58, None),
            Elapsed(Ref(None, "a"), Ref(None, "b"), Counting.ELAPSED, None, -(2**58)),
            Within(Ref(None, "a"), Fraction(2**58), None),
            Within(Ref(None, "a"), None, Fraction(1, 2**60)),
        ],
    )
    def test_what_could_overflow_is_refused_with_the_rule(self, engine: Durable, leaf: Condition) -> None:
        """Sums near 2**63 overflow without a word."""
        if isinstance(leaf, Within):
            leaf = AllOf((leaf, Within(leaf.fact, Fraction(7), None)))
        with pytest.raises(EngineFailure, match=r"rule `some\.rule`.*out of the engine's range"):
            engine.evaluate(program({rule("some.rule"): leaf}), facts())


class TestMultipleFirings:
    """`$or` fires once for each branch that holds, and `all` of n `any`s 2**n times."""

    @pytest.mark.parametrize("negated", [False, True])
    def test_all_of_fifteen_anys(self, engine: Durable, *, negated: bool) -> None:
        """They are heads of their own; no pattern holds in more than a dozen ways, or has sixteen ands and ors."""
        anys = tuple(AnyOf((holds(f"a{number}"), Not(holds(f"b{number}")))) for number in range(15))
        condition: Condition = AllOf(anys)
        made = program({rule("r"): Not(condition) if negated else condition})
        for signal in plan_of(made).signals.all:
            assert isinstance(signal, Head)
            assert max(paths(signal.condition.true), paths(signal.condition.false)) <= 12
        every = {f"{letter}{number}": Word(value=letter == "a") for letter, number in product("ab", range(15))}
        answers = [engine.evaluate(made, facts(said)) for said in (every, {**every, "a7": Word(value=False)}, {})]
        assert [answer.get(("r", "patient", 0), FALSE) for answer in answers] == (
            [FALSE, FALSE, UNKNOWN] if negated else [TRUE, TRUE, UNKNOWN]
        )
        said = {**every, "a7": Word(value=False), "b7": Word(value=True)}
        assert engine.evaluate(made, facts(said)).get(("r", "patient", 0), FALSE) is (TRUE if negated else FALSE)

    def test_many_parts_are_divided(self, engine: Durable) -> None:
        """All of a hundred leaves, any of which makes it false."""
        made = program({rule("r"): AllOf(tuple(holds(f"yes{number}") for number in range(100)))})
        every = {f"yes{number}": Word(value=True) for number in range(100)}
        assert engine.evaluate(made, facts(every)) == {("r", "patient", 0): TRUE}
        for number in (0, 50, 99):
            assert engine.evaluate(made, facts({**every, f"yes{number}": Word(value=False)})) == {}
        assert engine.evaluate(made, facts({**every, "yes3": UNKNOWN_FACT})) == {("r", "patient", 0): UNKNOWN}

    def test_too_many_ands_and_ors_are_refused(self) -> None:
        """The sixteenth makes the creation fail."""
        refused({"m": {"$and": [{"$or": [{"x": 1}, {"y": 1}]} for _ in range(14)]}})


class TestTypes:
    """The engine takes `"40 mg"` for a number, `true` for 1, `""` for 0, null for a value, and NaN for anything."""

    @pytest.mark.parametrize("value", [True, None, 1.5, float("nan"), 2**61, [1], ["x"]])
    def test_only_strings_and_small_integers_are_constants(self, value: Any) -> None:
        """In equalities and in comparisons."""
        refused({"m": {"x": value}})
        refused({"m": {"$lt": {"x": value}}})

    def test_only_strings_and_small_integers_are_asserted(self) -> None:
        """Whatever the value, and however it is put into the message."""
        columns = [Column(form.value, None, "x", form, number=3) for form in Form]
        for value in (Word("a"), Word(value=True), Span(Fraction("1e-7"), Fraction("1e99")), at(0, DAY), UNKNOWN_FACT):
            for column in columns:
                try:
                    encoded = Encoder([column]).encode({"x": value}, facts().zone)
                except EngineFailure:
                    continue
                assert all(type(found) is str or abs(found) <= 2**60 for found in encoded.values())  # type: ignore[arg-type]

    def test_a_number_keeps_its_order_to_every_threshold(self) -> None:
        """On a threshold, just below and just above it."""
        near = [
            Fraction(n, 10) + nudge for n in range(-12, 13) for nudge in (Fraction(-1, 10**9), 0, Fraction(1, 10**9))
        ]
        for value, threshold in product(near, [Fraction(n, 10) for n in range(-12, 13)]):
            ours, bound = scaled(value, 10), scaled(threshold, 10)
            assert (ours < bound, ours == bound) == (value < threshold, value == threshold)

    def test_a_ten_millionth_is_compared(self, engine: Durable) -> None:
        """`1e-7` cannot be read by the engine, and never has to be."""
        made = program({rule("r"): Within(Ref(None, "x"), Fraction("1e-7"), None)})
        said = facts({"x": Span(Fraction("1e-7"), Fraction("1e-7"))})
        assert engine.evaluate(made, said) == {("r", "patient", 0): TRUE}


class TestHashes:
    """Names are matched by 32-bit hashes: one property fires the rule on another."""

    def test_two_names_with_one_hash_are_refused(self) -> None:
        """The best known pair of all, and a name that is the engine's own."""
        assert fnv1a("costarring") == fnv1a("liquid")
        refused({"m": {"$and": [{"costarring": 1}, {"liquid": 1}]}})
        assert collision(["costarring", "x", "costarring"]) is None
        assert collision(["costarring", "x", "liquid"]) == ("costarring", "liquid")

    def test_ids_of_messages_and_states_are_all_different(self) -> None:
        """Those of a batch, of the anchor, and of the messages that the engine makes itself."""
        states = [f"sid-{session}" for session in session_ids()]
        assert len(message_ids()) == MAX_MESSAGES + 1
        assert len({fnv1a(id_) for id_ in (*message_ids(), *states)}) == len(message_ids()) + len(states)
        with pytest.raises(EngineFailure, match="`costarring` and `liquid`"):
            distinct(("costarring",), also=("liquid",))


class TestForbiddenForms:
    """`none`, `$not` and `$nex` depend on the order of facts; `any` and bigger rules fail at run time."""

    @pytest.mark.parametrize(
        "pattern",
        [
            {"m$not": {"x": 1}},
            {"m$any": [{"m": {"x": 1}}]},
            {"m": {"$nex": {"x": 1}}},
            {"m": {"$not": [{"x": 1}]}},
            {"m": {"$mt": {"x": "a.*"}}},
            {"m": {"$ex": {"x": 2}}},
            {"m": {"$and": []}},
            {"m": {"x": 1, "y": 1}},
            {"m": {"$gt": {"x": {"$mul": {"$l": {"$m": "y"}, "$r": 1}}}}},
            {"m": {"$gt": {"x": {"$add": {"$l": {"$m": "y"}}}}}},
            {"m": {"$gt": {"x": {"$add": {"$l": {"$m": "y"}, "$r": 1.5}}}}},
        ],
    )
    def test_what_is_not_known_to_be_safe_is_refused(self, pattern: Any) -> None:
        """Whatever it is."""
        refused(pattern)

    def test_settings_and_more_than_two_patterns_are_refused(self) -> None:
        """Seventeen joined patterns fail when the facts come."""
        refused({"m": {"x": 1}}, count=2)
        refused(*[{f"m{number}": {"x": 1}} for number in range(17)])
        refused({"p": {"x": 1}}, {"m": {"$gt": {"x": SUM}}})
        refused()

    def test_too_many_properties_comparisons_and_rules_are_refused(self) -> None:
        """The 255th property is written out of bounds, a full table is searched for ever."""
        refused({"m": {"$or": [{f"x{number}": 1} for number in range(101)]}})
        refused({"m": {"$or": [{"x": number} for number in range(401)]}})
        one = {"cap": 1, "all": [{"m": {"x": 1}}]}
        with pytest.raises(EngineFailure, match="more than 100 rules"):
            check({f"r{number}": one for number in range(101)}, "")

    def test_a_quantifier_inside_a_quantifier_is_refused_with_the_rule(self, engine: Durable) -> None:
        """It would need messages about three things."""
        inner = Quantified("exists", "levels", "b", holds("yes", variable="b"))
        outer = Quantified("exists", "levels", "a", AllOf((inner, holds("yes", variable="a"))))
        with pytest.raises(EngineFailure, match=r"rule `some\.rule`: a quantifier"):
            engine.evaluate(program({rule("some.rule", "meds"): outer}), facts())


class TestManyMatchesAtOnce:
    """The engine remembers 64 partial matches of a message, and fails the 65th."""

    @pytest.mark.parametrize(("node", "value", "count"), [(AllOf, False, 0), (AnyOf, True, 40)])
    def test_a_record_in_which_every_leaf_says_the_same(
        self, engine: Durable, *, node: type[AllOf | AnyOf], value: bool, count: int
    ) -> None:
        """Four hundred different leaves in forty rules, any of which settles its rule."""
        leaves = [[holds(f"yes{number}_{part}") for part in range(10)] for number in range(40)]
        steps = {rule(f"r{number:02}"): node(tuple(parts)) for number, parts in enumerate(leaves)}
        said = facts({leaf.fact.name: Word(value=value) for parts in leaves for leaf in parts})
        assert len(engine.evaluate(program(steps), said)) == count

    def test_all_bounds_of_a_number_at_once(self, engine: Durable) -> None:
        """A value can pass every threshold of a program."""
        steps = {rule(f"r{number:03}"): Within(Ref(None, "x"), Fraction(number), None) for number in range(90)}
        said = facts({"x": Span(Fraction(1000), Fraction(1000))})
        assert len(engine.evaluate(program(steps), said)) == 90

    def test_many_joins_of_one_time(self, engine: Durable) -> None:
        """An item is followed to every comparison with its time, whether it holds or not."""
        steps = {
            rule(f"r{number:03}", "meds"): Elapsed(
                Ref("med", "last"), Ref(None, "as_of"), Counting.ELAPSED, bound, None
            )
            for number, bound in enumerate(range(-45 * HOUR, 45 * HOUR, HOUR))
        }
        said = facts(meds=items("meds", {"last": at(0)}))
        assert len(engine.evaluate(program(steps), said)) == 46


def test_the_documented_host_is_not_used() -> None:
    """It starts threads that poll, and swallows the exceptions of actions."""
    script = "import sys, threading, cds.backends.durable\nprint('durable' in sys.modules, threading.active_count())"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "1"]


def test_the_1025th_state_is_no_other_than_the_first(engine: Durable) -> None:
    """Every state is deleted; the engine keeps 1,024."""
    made, threads = program({rule("r"): holds("yes")}), threading.active_count()
    for number in range(1100):
        value = Word(value=number % 2 == 0)
        expected = {("r", "patient", 0): TRUE} if value.value else {}
        assert engine.evaluate(made, facts({"yes": value})) == expected
    assert threading.active_count() == threads


def _since_start(variable: str | None) -> Elapsed:
    return Elapsed(Ref(None, "start"), Ref(variable, "last"), Counting.ELAPSED, DAY, None)


def _between(variable: str | None) -> Elapsed:
    return Elapsed(Ref(variable, "first"), Ref(variable, "last"), Counting.CALENDAR, 1, 3)
