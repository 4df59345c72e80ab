"""`decide()`: the pure function that everything else carries inputs to, or answers from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from cds.backends.base import Backend
from cds.backends.durable import Durable
from cds.backends.reference import Reference
from cds.errors import EngineDisagreement, InputError, NotInEffect, nearest
from cds.facts.model import Facts
from cds.facts.time_text import day_text
from cds.ir.kleene import FALSE
from cds.ir.program import Program
from cds.ir.verdicts import Verdicts
from cds.outcome.document import decision_document, truth_word
from cds.records.decision import Decision
from cds.ruleset.lifecycle import in_effect

_MAKERS: Mapping[str, type[Durable | Reference]] = {Durable.name: Durable, Reference.name: Reference}
BOTH = (Durable.name, Reference.name)
"""The engines of an interactive decision: both, and they have to agree."""


@cache
def backend_named(name: str) -> Backend:
    """Give the one engine of that name in this process; engines keep compiled networks, never answers.

    Raises:
        InputError: there is no such engine.
    """
    if name not in _MAKERS:
        raise InputError(
            f"there is no engine `{name}`", expected=f"one of {', '.join(_MAKERS)}", suggestion=nearest(name, _MAKERS)
        )
    return _MAKERS[name]()


def decide(
    program: Program,
    facts: Facts,
    *,
    engines: Sequence[str | Backend] = BOTH,
    list_all: bool = False,
) -> Decision:
    """Decide for one patient: the same program and facts give the same bytes, today and in ten years.

    `engines` are names or engines; all of them are asked and all have to agree on every rule, binding and world. With
    `list_all` the rules that do not apply are listed too, with the leaves that fail.

    Raises:
        EngineDisagreement: two engines answered differently; no advice is given.
        EngineFailure: an engine could not answer; no advice is given.
        InputError: there is no such engine, none at all, or one twice.
        NotInEffect: the ruleset does not decide for this `as_of`.
    """
    _check_in_effect(program, facts)
    backends = [backend_named(engine) if isinstance(engine, str) else engine for engine in engines]
    verdicts = agreed_verdicts(program, facts, backends)
    names = [backend.name for backend in backends]
    return Decision(decision_document(program, facts, verdicts, engines=names, list_all=list_all))


def agreed_verdicts(program: Program, facts: Facts, backends: Sequence[Backend]) -> Verdicts:
    """Ask every engine and give their common answer.

    Raises:
        EngineDisagreement: two of them differ on some rule, binding and world.
        InputError: there is no engine, or two have one name, so that one's answer could hide the other's.
    """
    _check_names([backend.name for backend in backends])
    answers = {backend.name: _without_false(backend.evaluate(program, facts)) for backend in backends}
    first, *others = answers.values()
    for other in others:
        if other != first:
            raise _disagreement(answers)
    return first


def _check_names(names: Sequence[str]) -> None:
    if not names:
        raise InputError("no engine is chosen", expected=f"one or more of {', '.join(_MAKERS)}")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"two engines are named `{twice}`", expected="each engine once")


def _without_false(verdicts: Verdicts) -> Verdicts:
    """Leave out FALSE answers, should an engine give any: what is not in `Verdicts` is FALSE."""
    if FALSE not in verdicts.values():
        return verdicts
    return {key: truth for key, truth in verdicts.items() if truth is not FALSE}


def _disagreement(answers: Mapping[str, Verdicts]) -> EngineDisagreement:
    keys = sorted({key for verdicts in answers.values() for key in verdicts})
    rule, binding, world = next(key for key in keys if len({v.get(key, FALSE) for v in answers.values()}) > 1)
    said = {name: truth_word(verdicts.get((rule, binding, world), FALSE)) for name, verdicts in answers.items()}
    return EngineDisagreement(rule, binding, said)


def _check_in_effect(program: Program, facts: Facts) -> None:
    identity = program.identity
    day = day_text(facts.as_of, facts.zone)
    problem = in_effect(identity.status, identity.effective_from, identity.effective_until, day)
    if problem is not None:
        raise NotInEffect(f"the ruleset `{identity.id}` {identity.version} does not decide for {day}: {problem}")
