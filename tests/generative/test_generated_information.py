"""More information settles what is UNKNOWN and never turns TRUE and FALSE round (language §7.11); asking gets there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from strategies.answers import answered
from strategies.chance import Seeded
from strategies.given import Case, case, cases, examples
from strategies.information import less_known
from strategies.patients import parsed
from strategies.rulesets import ANSWERABLE, MONOTONE

from cds.backends.reference import Reference
from cds.engine import decide
from cds.facts.model import Facts
from cds.ir.kleene import FALSE, UNKNOWN
from cds.ir.program import Program
from cds.ir.verdicts import PATIENT, Key


def keys_of_both(program: Program, less: Facts, more: Facts) -> Iterator[Key]:
    """Give the keys of steps on the patient, and on the items that both patients have."""
    for step in program.steps:
        bindings = [PATIENT]
        if step.list is not None:
            known = {item.binding for item in more.list(step.list).items}
            bindings = [item.binding for item in less.list(step.list).items if item.binding in known]
        for binding in bindings:
            for world in program.worlds:
                yield step.id, binding, world.number


@examples(200)
@given(cases(MONOTONE))
def test_more_information_never_turns_true_and_false_round(made: Case) -> None:
    """Of a patient known less well, all that is TRUE or FALSE for any step stays so once more is known."""
    less = parsed(made.program, less_known(made.chance, made.program, made.facts))
    before, after = (Reference().evaluate(made.program, facts) for facts in (less, made.facts))
    for key in keys_of_both(made.program, less, made.facts):
        was = before.get(key, FALSE)
        assert was is UNKNOWN or after.get(key, FALSE) is was, key


def undecided(decision: Any) -> dict[tuple[str, str], Any]:
    """Give the recommendations that cannot be decided, by rule and binding."""
    return {
        (found["rule"], found["binding"]): found
        for found in decision["recommendations"]
        if found["status"] == "cannot_decide"
    }


@examples(100)
@given(cases(ANSWERABLE))
def test_every_unknown_leaf_of_an_undecided_rule_is_asked(made: Case) -> None:
    """A rule that cannot be decided names its UNKNOWN leaves, and questions are asked that would settle it."""
    decision = decide(made.program, made.facts).document
    settled_by = {rule for asked in decision["ask"] for rule in asked["would_settle"]}
    for (rule, _), found in undecided(decision).items():
        unknown = [met for met in found["because"] if met["truth"] == "unknown"]
        assert unknown or found["overridden_by"] is not None
        assert rule in settled_by or is_withheld_by_a_dispute(found, decision)


@examples(100)
@given(cases(ANSWERABLE))
def test_answering_every_question_leaves_nothing_undecided(made: Case) -> None:
    """Once all that was asked is answered exactly, every rule that could not be decided is, or has become a dispute."""
    assert left_undecided(made) == set()


def test_answering_leaves_nothing_undecided_over_many_rulesets() -> None:
    """The same over many more rulesets: worlds that turn on different facts, and several overriders, are rare."""
    for number in range(700):
        made = case(Seeded(f"answered/{number}"), ANSWERABLE)
        assert left_undecided(made) == set(), number


def left_undecided(made: Case) -> set[tuple[str, str]]:
    """Give what cannot be decided before every question was answered, and still cannot afterwards."""
    before = decide(made.program, made.facts, engines=["reference"]).document
    questions = [asked["fact"] for asked in before["ask"]]
    document = answered(made.chance, made.patients, made.facts, made.patient, questions)
    after = decide(made.program, parsed(made.program, document), engines=["reference"]).document
    left = {key for key, found in undecided(after).items() if not is_withheld_by_a_dispute(found, after)}
    return left & undecided(before).keys()


def is_withheld_by_a_dispute(found: Any, decision: Any) -> bool:
    """Say whether a rule that sources dispute withholds this, or withholds what withholds it: no fact settles that."""
    overriders = [other for other in decision["recommendations"] if other["rule"] == found["overridden_by"]]
    verdicts = [{world["verdict"] for world in other["worlds"]} for other in overriders]
    return any({"true", "false"} <= found for found in verdicts) or any(
        is_withheld_by_a_dispute(other, decision) for other in overriders if other["status"] == "cannot_decide"
    )
