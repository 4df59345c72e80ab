"""How rulesets are kept and freed, what happens when the engine fails, and who may share it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import durable_rules_engine as real
import pytest
from small_programs import at, derivation, facts, holds, items, program, rule, says

from cds.backends import durable
from cds.backends.durable import Durable
from cds.backends.reference import Reference
from cds.backends.rete.levels import compile_plan
from cds.backends.rete.plan import plan_of
from cds.errors import EngineFailure
from cds.facts.model import Facts, TimeSpan, Word
from cds.ir.kleene import TRUE, UNKNOWN
from cds.ir.nodes import AllOf, AnyOf, Applies, Counting, Derived, Elapsed, InClass, Not, Quantified, Ref
from cds.ir.program import Program
from cds.ir.verdicts import Verdicts

YES = {("r", "patient", 0): TRUE}
LAST_YEAR = 253_370_764_800 * 1_000_000
"""9999-01-01T00:00Z."""
Replace = Callable[..., None]


class Counted:
    """The C module, with a count of the rulesets and states that live in it."""

    def __init__(self) -> None:
        self.rulesets: set[int] = set()
        self.states = 0
        self.messages: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(real, name)

    def create_ruleset(self, name: str, rules: str) -> int:
        """Create a ruleset."""
        handle: int = real.create_ruleset(name, rules)
        self.rulesets.add(handle)
        return handle

    def delete_ruleset(self, handle: int) -> None:
        """Delete a ruleset."""
        self.rulesets.remove(handle)
        real.delete_ruleset(handle)

    def assert_facts(self, handle: int, messages: str) -> tuple[int, int]:
        """Assert messages."""
        self.states += 1
        self.messages.append(messages)
        found: tuple[int, int] = real.assert_facts(handle, messages)
        return found

    def delete_state(self, handle: int, session: str) -> None:
        """Delete a state."""
        self.states -= 1
        real.delete_state(handle, session)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    """Count what lives in the engine; at the end of a test nothing may."""
    module = Counted()
    monkeypatch.setattr(durable, "engine", module)
    yield module
    assert module.states == 0


@pytest.fixture
def replace(monkeypatch: pytest.MonkeyPatch) -> Replace:
    """Put a failing function in the place of one of the C module's."""

    def put(**functions: Any) -> None:
        monkeypatch.setattr(durable, "engine", SimpleNamespace(**{**vars(real), **functions}))

    return put


def one_rule() -> Program:
    """Give a new program of one rule."""
    return program({rule("r"): holds("yes")})


def said(*, yes: bool = True) -> Facts:
    """Give the facts that the rule asks for."""
    return facts({"yes": Word(value=yes)})


class TestKeeping:
    """Rulesets are compiled once a program, and freed."""

    def test_a_program_is_compiled_once(self, counted: Counted) -> None:
        """Evaluating it again creates nothing."""
        engine, made = Durable(), one_rule()
        for _ in range(3):
            assert engine.evaluate(made, said()) == YES
        assert len(counted.rulesets) == 1
        engine.close()
        assert not counted.rulesets

    def test_only_the_programs_used_last_are_kept(self, counted: Counted) -> None:
        """The one unused for longest goes first, and comes back when it is needed."""
        engine, programs = Durable(kept_programs=2), [one_rule() for _ in range(4)]
        for number in (0, 1, 0, 2, 3, 0, 1):
            assert engine.evaluate(programs[number], said()) == YES
            assert len(counted.rulesets) <= 2
        engine.close()
        assert not counted.rulesets

    def test_the_program_in_use_is_always_kept(self, counted: Counted) -> None:
        """Also where none should be."""
        engine, made = Durable(kept_programs=0), one_rule()
        assert [engine.evaluate(made, said()) for _ in range(2)] == [YES, YES]
        assert len(counted.rulesets) == 1
        engine.close()
        assert not counted.rulesets

    def test_rulesets_are_freed_with_their_engine(self, counted: Counted) -> None:
        """An engine that nobody holds leaves nothing behind."""
        engine = Durable()
        engine.evaluate(one_rule(), said())
        assert counted.rulesets
        del engine
        assert not counted.rulesets

    def test_an_engine_can_be_used_after_it_was_closed(self, counted: Counted) -> None:
        """It compiles again."""
        engine, made = Durable(), one_rule()
        engine.evaluate(made, said())
        engine.close()
        assert engine.evaluate(made, said()) == YES
        engine.close()
        assert not counted.rulesets

    def test_networks_nobody_asks_for_are_not_created(self, counted: Counted) -> None:
        """Nor run: rules about other substances than the patient's cost nothing."""
        steps = {
            rule(f"r{number:03}", "meds"): AllOf((_is(f"s{number}"), says("status", "active", variable="med")))
            for number in range(200)
        }
        engine, made = Durable(), program(steps)
        two = [{"substance": Word(f"s{number}"), "status": Word("active")} for number in (7, 150)]
        verdicts = engine.evaluate(made, facts(meds=items("meds", *two)))
        assert verdicts == {("r007", "meds/i0", 0): TRUE, ("r150", "meds/i1", 0): TRUE}
        assert len(counted.rulesets) == 2
        verdicts = engine.evaluate(made, facts(meds=items("meds", {"status": Word("stopped")})))
        assert verdicts == {}
        assert len(counted.rulesets) == 25, "an unidentified item may be any substance"
        engine.close()

    def test_worlds_share_what_is_the_same_in_them(self, counted: Counted) -> None:
        """Two hundred equal worlds are one."""
        conditions = [holds("yes")] * 200
        engine = Durable()
        assert len(engine.evaluate(program({rule("r"): conditions}), said())) == 200
        assert len(counted.messages) == 2, "one to prepare the ruleset, one for the patient"
        engine.close()


class TestFailures:
    """Anything but a plain success is an error, and nothing is left of it for the next patient."""

    @pytest.mark.parametrize("code", [1, 2, 3])
    def test_a_return_code_is_an_error(self, replace: Replace, code: int) -> None:
        """Not handled, already seen, deferred."""
        replace(assert_facts=lambda handle, batch: (code, real.assert_facts(handle, batch)[1]))
        with pytest.raises(EngineFailure, match=f"code {code}"):
            Durable().evaluate(one_rule(), said())

    def test_another_state_than_the_only_one_is_an_error(self, replace: Replace) -> None:
        """After a batch it cannot read, the engine reports success and a state that is not there."""
        replace(assert_facts=lambda handle, batch: (real.assert_facts(handle, batch)[0], 12345))
        with pytest.raises(EngineFailure, match="code 0"):
            Durable().evaluate(one_rule(), said())

    @pytest.mark.parametrize("failing", ["create_ruleset", "assert_facts", "complete_and_start_action"])
    @pytest.mark.parametrize("error", [real.error("error code: 311"), MemoryError()])
    def test_an_error_of_the_engine_is_ours(self, replace: Replace, failing: str, error: Exception) -> None:
        """It leaves as an `EngineFailure`, not as the C module's error."""

        def fail(*_: object) -> None:
            raise error

        replace(**{failing: fail, "delete_state": lambda *_: None})
        with pytest.raises(EngineFailure, match="durable-rules could not"):
            Durable().evaluate(one_rule(), said())

    def test_messages_that_the_engine_never_saw_are_an_error(self, replace: Replace) -> None:
        """It stops at a message it cannot read, and says nothing."""

        def drop_last(handle: int, batch: str) -> Any:
            return real.assert_facts(handle, f"{batch.rpartition(',{')[0]}]" if ",{" in batch else batch)

        made = program({rule("r", "meds"): says("status", "active", variable="med")})
        replace(assert_facts=drop_last)
        with pytest.raises(EngineFailure, match="did not see every message"):
            Durable().evaluate(made, facts(meds=items("meds", {}, {})))

    def test_a_condition_both_true_and_false_is_an_error(self, replace: Replace) -> None:
        """An engine that contradicts itself is not believed."""

        def both(name: str, rules: str) -> Any:
            return real.create_ruleset(name, rules.replace('{"$neq":{"b0":1}}', '{"b0":1}'))

        replace(create_ruleset=both)
        with pytest.raises(EngineFailure, match="both true and false"):
            Durable().evaluate(one_rule(), said())

    def test_after_an_error_everything_is_compiled_anew(self, counted: Counted) -> None:
        """Also where the error was ours: a value of the wrong type."""
        engine, made = Durable(), one_rule()
        engine.evaluate(made, said())
        (before,) = counted.rulesets
        with pytest.raises(EngineFailure, match="`yes`"):
            engine.evaluate(made, facts({"yes": at(0)}))
        assert not counted.rulesets
        assert engine.evaluate(made, said()) == YES
        assert counted.rulesets != {before}
        engine.close()

    def test_a_ruleset_that_cannot_be_prepared_is_freed(
        self, counted: Counted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """But not its state: no action was started in it, and to delete it then is what breaks the engine."""
        monkeypatch.setattr(counted, "start_action_for_state", lambda *_: None, raising=False)
        with pytest.raises(EngineFailure, match="did not see every message"):
            Durable().evaluate(one_rule(), said())
        assert not counted.rulesets
        assert counted.states == 1
        counted.states = 0

    def test_a_time_that_leaves_the_calendar_is_later_than_all(self) -> None:
        """So much has not passed."""
        leaf = Elapsed(Ref(None, "start"), Ref(None, "as_of"), Counting.CALENDAR, 400, None)
        engine, made = Durable(), program({rule("r"): leaf, rule("not-r"): Not(leaf)})
        late = facts({"start": TimeSpan(LAST_YEAR, LAST_YEAR)})
        assert engine.evaluate(made, late) == Reference().evaluate(made, late) == {("not-r", "patient", 0): TRUE}
        engine.close()


class TestSharing:
    """One engine serves many threads."""

    def test_threads_do_not_disturb_each_other(self) -> None:
        """Eight threads, one engine of two programs and room for one: every answer is that of its own facts."""
        made = _mixed_program()
        other = one_rule()
        engine = Durable(kept_programs=1)
        records = [_record(number) for number in range(16)]
        alone = [engine.evaluate(made, record) for record in records]

        def work(number: int) -> bool:
            expected: list[Verdicts] = [alone[number % 16], YES]
            asked = [(made, records[number % 16]), (other, said())]
            return [engine.evaluate(*question) for question in asked] == expected

        with ThreadPoolExecutor(8) as threads:
            assert all(threads.map(work, range(160)))
        engine.close()

    def test_the_same_program_compiles_to_the_same_networks(self) -> None:
        """Their definitions do not depend on sets, addresses or earlier programs."""
        first, second = (
            [network.definition for network in compile_plan(plan_of(_mixed_program())).networks] for _ in range(2)
        )
        assert first == second


def _is(substance: str) -> InClass:
    return InClass(Ref("med", "substance"), f"class-{substance}", frozenset({substance, "any"}))


def _mixed_program() -> Program:
    last, start = Ref("med", "last"), Ref(None, "start")
    active = says("status", "active", variable="med")
    return program(
        {
            derivation("d", "meds"): AllOf((_is("a"), active)),
            rule("item", "meds"): AnyOf((Derived("d", "med"), Elapsed(last, start, Counting.CALENDAR, 1, 5))),
            rule("other", "meds"): Quantified("exists", "meds", "other", Derived("d", "other"), without_own=True),
            rule("patient"): AllOf((Not(holds("yes")), Applies(("item",), ""))),
        }
    )


def _record(number: int) -> Facts:
    meds = [
        {"substance": Word("ab"[number >> place & 1]), "status": Word("active"), "last": at(-place * number * 10**11)}
        for place in range(1 + number % 3)
    ]
    values = {"yes": Word(value=number % 2 == 0), "start": at(number * 10**10)}
    return facts(values, meds=items("meds", *meds, complete=number % 4 == 0))


def test_the_name_is_that_of_decision_engines() -> None:
    """As the contract has it."""
    assert Durable().name == "durable"
    assert UNKNOWN not in YES.values()
