"""`decide()`: engines that have to agree, and a function of its inputs alone (language §10.1, §13.2)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from builders import MEDICATIONS, listed, overlaid_from, patient, program_of

from cds.backends.durable import Durable
from cds.backends.reference import Reference
from cds.engine import BOTH, agreed_verdicts, backend_named, decide
from cds.errors import EngineDisagreement, EngineFailure, InputError, NotInEffect
from cds.facts.model import Facts
from cds.facts.schema import parse_facts
from cds.ir.from_ruleset import compile_ruleset
from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth
from cds.ir.program import Program
from cds.ir.verdicts import Key, Verdicts
from cds.ruleset.catalogue import shipped_rulesets
from cds.ruleset.loader import load_ruleset

PATIENTS = sorted((Path(__file__).parents[2] / "fixtures" / "patients").glob("*.json"))
RULES = """
rules:
  nsaid: {for_each: m in medications, when: {m.substance: {in_class: nsaid}}}
  booked: {kind: timing, when: {procedure.status: {is: booked}}}
  soon: {kind: timing, when: {procedure.start: {at_most: "7 d", after: as_of}}}
"""
Answers = dict[Key, Truth]


@dataclass(frozen=True)
class Liar:
    """An engine that knows the answers and tells others."""

    lie: Callable[[Answers], None]
    name: str = "liar"

    def evaluate(self, program: Program, facts: Facts) -> Verdicts:
        """Answer as the reference does, then lie."""
        answers = dict(Reference().evaluate(program, facts))
        self.lie(answers)
        return answers


class Broken:
    """An engine that cannot answer."""

    name = "broken"

    def evaluate(self, program: Program, facts: Facts) -> Verdicts:
        """Fail."""
        raise EngineFailure(f"no answer for {len(program.rules)} rules about `{facts.subject}`")


def case() -> tuple[Program, Facts]:
    """Give a patient of whom two rules are TRUE and one is UNKNOWN."""
    program = program_of(MEDICATIONS, RULES)
    return program, patient(program, medications=listed({"text": "ibuprofen"}, {"text": "warfarin"}))


def put(key: Key, truth: Truth) -> Callable[[Answers], None]:
    """Give a lie that changes or adds one answer."""
    return lambda answers: answers.update({key: truth})


class TestDisagreement:
    """Two engines that differ on anything stop the decision."""

    @pytest.mark.parametrize(
        ("lie", "rule", "binding", "honest", "lied"),
        [
            (put(("nsaid", "medications/m1", 0), UNKNOWN), "nsaid", "medications/m1", "true", "unknown"),
            (put(("soon", "patient", 0), TRUE), "soon", "patient", "unknown", "true"),
            (lambda answers: answers.pop(("booked", "patient", 0)), "booked", "patient", "true", "false"),
            (put(("nsaid", "medications/m2", 0), UNKNOWN), "nsaid", "medications/m2", "false", "unknown"),
            (put(("nsaid", "medications/m9", 0), TRUE), "nsaid", "medications/m9", "false", "true"),
        ],
        ids=["flips one", "settles one", "drops one", "adds one", "invents a binding"],
    )
    @pytest.mark.parametrize("first", [True, False])
    def test_one_lie_stops_it(
        self, lie: Callable[[Answers], None], rule: str, binding: str, honest: str, lied: str, *, first: bool
    ) -> None:
        """The error names rule, binding and both answers, whichever engine is asked first."""
        engines = [Liar(lie), "reference"] if first else ["reference", Liar(lie)]
        with pytest.raises(EngineDisagreement) as caught:
            decide(*case(), engines=engines)
        assert (caught.value.rule, caught.value.binding) == (rule, binding)
        assert caught.value.answers == {"reference": honest, "liar": lied}
        assert f"`{rule}` for `{binding}`" in str(caught.value)
        assert f"liar says {lied}, reference says {honest}; no advice is given" in str(caught.value)

    def test_of_several_lies_the_first_by_rule_is_named(self) -> None:
        """The same error every time."""
        liar = Liar(lambda answers: answers.clear())
        for _ in range(2):
            with pytest.raises(EngineDisagreement) as caught:
                decide(*case(), engines=["reference", liar])
            assert caught.value.rule == "booked"

    def test_a_third_engine_is_heard_too(self) -> None:
        """All that are asked have to agree."""
        with pytest.raises(EngineDisagreement) as caught:
            decide(*case(), engines=[*BOTH, Liar(put(("soon", "patient", 0), TRUE))])
        assert caught.value.answers == {"durable": "unknown", "reference": "unknown", "liar": "true"}

    def test_worlds_are_compared_one_by_one(self) -> None:
        """An answer for another world is another answer."""
        program = program_of(
            "facts: {labs.inr: {type: number}}",
            """
        parameters:
          limit:
            positions: {handout: {value: 2, confirmed: primary}, society: {value: 4, confirmed: primary}}
            resolve: {adopt: none, because: "x", by: "y", decided: "2026-11-01"}
        rules: {rule: {when: {labs.inr: {at_least: $limit}}}}
        """,
        )
        facts = patient(program, labs={"inr": "3"})

        def swap_worlds(answers: Answers) -> None:
            answers["rule", "patient", 1] = answers.pop(("rule", "patient", 0))

        with pytest.raises(EngineDisagreement):
            decide(program, facts, engines=["reference", Liar(swap_worlds)])

    def test_a_false_that_is_said_is_no_difference(self) -> None:
        """What is not answered is FALSE; an engine that says so agrees, and nothing is made of it."""
        pedant = Liar(put(("nsaid", "medications/m2", 0), FALSE), name="pedant")
        program, facts = case()
        together = decide(program, facts, engines=["reference", pedant]).document
        alone = decide(program, facts, engines=[pedant]).document
        honest = decide(program, facts, engines=["reference"]).document
        assert together["digest"] == alone["digest"] == honest["digest"]

    def test_an_engine_cannot_hide_behind_the_name_of_another(self) -> None:
        """Answers are kept by name, so that names have to differ."""
        impostor = Liar(put(("soon", "patient", 0), TRUE), name="reference")
        with pytest.raises(InputError, match="two engines are named `reference`"):
            decide(*case(), engines=[impostor, "reference"])


class TestFailure:
    """An engine that cannot answer stops the decision."""

    @pytest.mark.parametrize("engines", [["reference", Broken()], [Broken(), "reference"], [Broken()]])
    def test_no_answer_is_no_advice(self, engines: list[Any]) -> None:
        """The other engine alone is not enough where two were asked."""
        with pytest.raises(EngineFailure, match="no answer for 3 rules"):
            decide(*case(), engines=engines)


class TestNames:
    """Engines are chosen by name."""

    def test_each_engine_has_one_name_and_one_instance(self) -> None:
        """Engines keep compiled networks, never answers."""
        assert isinstance(backend_named("reference"), Reference)
        assert isinstance(backend_named("durable"), Durable)
        assert backend_named("durable") is backend_named("durable")

    def test_an_unknown_name_is_told_with_the_nearest(self) -> None:
        """And with all that there are."""
        message = "there is no engine `referense`; expected one of durable, reference; did you mean `reference`?"
        with pytest.raises(InputError, match=message.replace("?", r"\?")):
            decide(*case(), engines=["referense"])

    def test_without_engines_there_is_no_decision(self) -> None:
        """Nobody asked is nobody who answered."""
        with pytest.raises(InputError, match="no engine is chosen"):
            decide(*case(), engines=[])

    @pytest.mark.parametrize("engines", [["reference"], ["durable"], ["reference", "durable"]])
    def test_a_decision_names_who_decided(self, engines: list[str]) -> None:
        """In one order; its digest is the same, whoever did."""
        decision = decide(*case(), engines=engines)
        assert decision.document["engines"] == sorted(engines)
        assert decision.digest == decide(*case()).digest

    def test_by_default_both_decide(self) -> None:
        """An interactive decision is never one engine's."""
        assert decide(*case()).document["engines"] == ["durable", "reference"]


class TestEffectiveDates:
    """An active ruleset decides within its effective dates, in the facts' zone (§13.2)."""

    LIFECYCLE = """
    lifecycle: {status: active, effective_from: "2026-11-21", effective_until: "2026-11-22",
                sign_off: {by: B, role: surgeon, decided: "2026-11-20", digest: "DIGEST"}}
    """

    def active(self) -> Program:
        """Give a ruleset that is active on two days."""
        digest = program_of(MEDICATIONS, RULES).identity.digest
        return program_of(MEDICATIONS, RULES, self.LIFECYCLE.replace("DIGEST", digest))

    @pytest.mark.parametrize(
        "as_of", ["2026-11-21T00:00:00-05:00", "2026-11-22T23:59:59-05:00", "2026-11-23T04:59:59+00:00"]
    )
    def test_both_days_belong_to_it(self, as_of: str) -> None:
        """By the calendar of the site's zone."""
        program = self.active()
        assert decide(program, patient(program, as_of=as_of)).document["ruleset"]["status"] == "active"

    @pytest.mark.parametrize(
        ("as_of", "said"),
        [
            ("2026-11-20T23:59:59-05:00", "does not decide for 2026-11-20: it is in effect from 2026-11-21 on"),
            ("2026-11-23T00:00:00-05:00", "does not decide for 2026-11-23: it was in effect until 2026-11-22"),
        ],
    )
    def test_on_other_days_it_does_not_decide(self, as_of: str, said: str) -> None:
        """And says when it does."""
        program = self.active()
        with pytest.raises(NotInEffect, match=said):
            decide(program, patient(program, as_of=as_of))

    def test_a_draft_decides_at_any_time(self) -> None:
        """And every decision says that it is one."""
        program = program_of(MEDICATIONS, RULES, 'lifecycle: {status: draft, effective_from: "2030-01-01"}')
        assert decide(program, patient(program)).document["ruleset"]["status"] == "draft"


class TestPurity:
    """The same inputs give the same bytes."""

    def test_the_same_input_twice_gives_the_same_bytes(self) -> None:
        """Also from a program that was compiled anew, and after another patient."""
        program, facts = case()
        first = decide(program, facts).to_bytes()
        decide(program, patient(program, medications=listed({"text": "aspirin"}, complete=False)))
        assert decide(program, facts).to_bytes() == first
        anew = program_of.__wrapped__(MEDICATIONS, RULES)
        assert anew is not program
        assert decide(anew, case()[1]).to_bytes() == first

    def test_an_overlay_decides_under_its_own_name(self) -> None:
        """What a site switches off does not decide."""
        overlay = 'switch_off: [{rule: booked, because: "not here", by: the site, decided: "2026-11-20"}]'
        program = compile_ruleset(overlaid_from(overlay, MEDICATIONS, RULES))
        found = decide(program, patient(program, medications=listed({"text": "ibuprofen"}))).document
        assert found["ruleset"]["id"] == "site"
        assert [each["rule"] for each in found["recommendations"]] == ["nsaid", "soon"]


@cache
def shipped() -> Program:
    """Compile the shipped ruleset."""
    return compile_ruleset(load_ruleset(shipped_rulesets() / "vertebral-augmentation"))


@pytest.mark.parametrize("path", PATIENTS, ids=lambda path: path.stem)
def test_both_engines_agree_on_every_shipped_patient(path: Path) -> None:
    """On every rule, binding and world of the shipped ruleset."""
    program = shipped()
    facts = parse_facts(json.loads(path.read_text(encoding="utf-8")), program.dictionary, program.concepts)
    verdicts = agreed_verdicts(program, facts, [backend_named(name) for name in BOTH])
    assert verdicts
    assert set(verdicts.values()) <= {TRUE, UNKNOWN}
