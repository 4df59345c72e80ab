"""Both engines on generated rulesets and patients: they agree, and an engine that lies stops the decision."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies.chance import Drawn, Seeded
from strategies.given import Case, case, cases, examples
from strategies.patients import Patients, parsed
from strategies.programs import compiled
from strategies.rulesets import SMALL, Size, ruleset

from cds.backends.base import Backend
from cds.backends.durable import Durable
from cds.backends.reference import Reference
from cds.engine import decide
from cds.errors import EngineDisagreement
from cds.facts.model import Facts
from cds.ir.from_ruleset import compile_ruleset
from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth
from cds.ir.program import Program
from cds.ir.verdicts import PATIENT, Key, Verdicts
from cds.ruleset.loader import load_ruleset

TRUTHS = (TRUE, FALSE, UNKNOWN)
SHIPPED = Path(__file__).parents[2] / "rulesets" / "vertebral-augmentation"


@examples(200)
@given(cases(SMALL))
def test_engines_agree_on_small_rulesets(made: Case) -> None:
    """On every rule, binding and world both engines give the same truth, and a decision comes out."""
    assert Durable().evaluate(made.program, made.facts) == Reference().evaluate(made.program, made.facts)
    decide(made.program, made.facts)


@examples(100)
@given(cases(Size()))
def test_engines_agree_on_larger_rulesets(made: Case) -> None:
    """The same with more rules, deeper conditions and up to eight worlds."""
    assert Durable().evaluate(made.program, made.facts) == Reference().evaluate(made.program, made.facts)
    decide(made.program, made.facts)


def test_engines_agree_over_many_patients_of_one_process() -> None:
    """One engine of each kind, many rulesets and patients one after the other: no answer differs."""
    durable, reference = Durable(), Reference()
    for number in range(50):
        program = compiled(ruleset(Seeded(f"many/{number}")))
        patients = Patients(program)
        for patient in range(50):
            facts = parsed(program, patients.document(Seeded(f"many/{number}/{patient}")))
            assert durable.evaluate(program, facts) == reference.evaluate(program, facts), (number, patient)


def test_engines_agree_on_the_shipped_ruleset() -> None:
    """Patients made for the shipped ruleset, on its bounds and beside them: both engines give the same verdicts."""
    program = compile_ruleset(load_ruleset(SHIPPED))
    patients, durable, reference = Patients(program), Durable(), Reference()
    for number in range(150):
        facts = parsed(program, patients.document(Seeded(f"shipped/{number}")))
        assert durable.evaluate(program, facts) == reference.evaluate(program, facts), number
    assert decide(program, facts).document["recommendations"]


class Lying:
    """The reference engine with one answer changed."""

    name = "lying"

    def __init__(self, key: Key, truth: Truth) -> None:
        self._key, self._truth = key, truth

    def evaluate(self, program: Program, facts: Facts) -> Verdicts:
        """Answer as the reference does, but for one answer."""
        told = dict(Reference().evaluate(program, facts))
        told.pop(self._key, None)
        return told if self._truth is FALSE else told | {self._key: self._truth}


def keys_of(program: Program, facts: Facts) -> list[Key]:
    """Give every key that an engine answers for."""
    return [
        (step.id, binding, world.number)
        for step in program.steps
        for binding in ([PATIENT] if step.list is None else [item.binding for item in facts.list(step.list).items])
        for world in program.worlds
    ]


@pytest.mark.parametrize("honest", ["reference", "durable"])
@examples(80)
@given(st.data())
def test_a_lying_engine_stops_the_decision(honest: str, data: st.DataObject) -> None:
    """One changed verdict of any step, binding and world: no advice, and the error names the rule and both answers."""
    chance = Drawn(data.draw)
    made = case(chance)
    key = chance.one_of(keys_of(made.program, made.facts) or [(made.program.steps[0].id, PATIENT, 0)])
    true_answer = Reference().evaluate(made.program, made.facts).get(key, FALSE)
    lie = chance.one_of([truth for truth in TRUTHS if truth is not true_answer])
    with pytest.raises(EngineDisagreement) as error:
        decide(made.program, made.facts, engines=[honest, Lying(key, lie)])
    assert (error.value.rule, error.value.binding) == key[:2]
    assert error.value.answers == {honest: true_answer.name.lower(), "lying": lie.name.lower()}
    assert f"`{key[0]}`" in str(error.value)
    assert all(answer in str(error.value) for answer in error.value.answers.values())


@examples(60)
@given(st.data())
def test_an_engine_that_loses_a_verdict_stops_the_decision(data: st.DataObject) -> None:
    """An answer that is not there is FALSE; where another engine says TRUE or UNKNOWN, no advice is given."""
    chance = Drawn(data.draw)
    made = case(chance)
    verdicts = sorted(Reference().evaluate(made.program, made.facts))
    assume(verdicts)
    key = chance.one_of(verdicts)
    loser: Backend = Lying(key, FALSE)
    with pytest.raises(EngineDisagreement) as error:
        decide(made.program, made.facts, engines=["durable", "reference", loser])
    assert error.value.rule == key[0]
    assert error.value.answers["lying"] == "false"
    assert error.value.answers["durable"] == error.value.answers["reference"] != "false"
