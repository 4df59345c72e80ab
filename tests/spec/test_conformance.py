"""Every conformance case on every engine: what `docs/language.md` says is what they answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from spec_cases import Case, all_cases
from spec_rulesets import Rulesets, as_json

from cds.engine import backend_named, decide
from cds.errors import FactsError, NotInEffect, RulesetError
from cds.facts.model import Facts
from cds.facts.schema import parse_facts, read_facts_text
from cds.ir.kleene import FALSE
from cds.ir.program import Program
from cds.ir.verdicts import PATIENT

ENGINES = ("reference", "durable")
WITHOUT_ENGINE = frozenset({"load_error", "input_error", "loads", "digest"})
REFUSALS = {"load_error": RulesetError, "input_error": FactsError, "not_in_effect": NotInEffect}


def _runs() -> Iterator[Any]:
    for case in all_cases():
        engines = ("load",) if case.expect.keys() & WITHOUT_ENGINE else ENGINES
        for engine in engines:
            yield pytest.param(case, engine, id=f"{case.id}-{engine}")


@pytest.fixture(scope="session")
def rulesets(tmp_path_factory: pytest.TempPathFactory) -> Rulesets:
    """Give the one place where fragments are compiled."""
    return Rulesets(tmp_path_factory.mktemp("rulesets"))


@pytest.mark.parametrize(("case", "engine"), list(_runs()))
def test_case(case: Case, engine: str, rulesets: Rulesets) -> None:
    """The engine answers, or the loader refuses, as the language page says."""
    refusal = next((kind for kind in REFUSALS if kind in case.expect), None)
    if refusal is not None:
        with pytest.raises(REFUSALS[refusal]) as caught:
            _run(case, engine, rulesets)
        message = str(caught.value)
        missing = [part for part in case.expect[refusal] if part not in message]
        assert not missing, f"the message lacks {missing}: {message}"
    elif "digest" in case.expect:
        other = rulesets.digest({**case.fragment, **(case.compared or {})})
        is_same = rulesets.digest(case.fragment) == other
        assert is_same == (case.expect["digest"] == "same")
    else:
        _run(case, engine, rulesets)


def _run(case: Case, engine: str, rulesets: Rulesets) -> None:
    if isinstance(case.fragment.get("catalogue"), list):
        rulesets.load_all(case.fragment["catalogue"], case.id.replace("/", "-"))
        return
    program = rulesets.program(case)
    text = case.document if isinstance(case.document, str) else as_json(case.document)
    facts = parse_facts(read_facts_text(text, file="facts.json"), program.dictionary, program.concepts)
    if engine == "load":
        return
    expect = dict(case.expect)
    if "verdicts" in expect:
        _check_verdicts(expect.pop("verdicts"), program, facts, engine)
    if expect:
        decision = decide(program, facts, engines=[engine])
        for what, expected in expect.items():
            assert (what, _found(what, expected, decision.document)) == (what, expected)


def _check_verdicts(expected: Mapping[str, Any], program: Program, facts: Facts, engine: str) -> None:
    """Compare per rule and binding; bindings that are not named have to be FALSE."""
    verdicts = backend_named(engine).evaluate(program, facts)
    unknown_rules = expected.keys() - program.rules.keys()
    assert not unknown_rules, f"the case names rules that are not there: {unknown_rules}"
    found = {
        rule: {
            binding: _word(truth) for (step, binding, _), truth in verdicts.items() if step == rule and truth != FALSE
        }
        for rule in expected
    }
    assert found == {rule: _as_bindings(said) for rule, said in expected.items()}


def _as_bindings(said: Any) -> dict[str, Any]:
    bindings = said if isinstance(said, dict) else {PATIENT: said}
    return {binding: truth for binding, truth in bindings.items() if truth is not False}


def _word(truth: int) -> Any:
    return True if truth > 0 else "unknown"


def _found(what: str, expected: Any, decision: Mapping[str, Any]) -> Any:
    """Give what a decision says, in the form and as far as a case expects it."""
    recommendations = decision["recommendations"]
    match what:
        case "status" | "overridden_by" | "assumed" | "opposed_by" | "severity":
            return {rule: _per_binding(rule, what, said, recommendations) for rule, said in expected.items()}
        case "positions" | "sources":
            return {rule: _cited(rule, what, said, recommendations) for rule, said in expected.items()}
        case "dates":
            return {rule: _dates(rule, said, recommendations) for rule, said in expected.items()}
        case "because":
            return {rule: _reasons(rule, recommendations) for rule in expected}
        case "hold":
            return {binding: _hold(binding, said, recommendations) for binding, said in expected.items()}
        case "listed":
            return [f"{found['rule']} {found['binding']}" for found in recommendations]
        case "disposition":
            return decision["disposition"]["code"]
        case "other_dispositions":
            return decision["disposition"]["other"]
        case "ask":
            return [_asked(asked, expected) for asked in decision["ask"]]
        case "ruleset_status":
            return decision["ruleset"]["status"]
        case _:
            return decision[what]


def _per_binding(rule: str, what: str, said: Any, recommendations: list[Any]) -> Any:
    found = {each["binding"]: each[what] for each in recommendations if each["rule"] == rule}
    if isinstance(said, dict):
        return found
    return found.get(PATIENT, "not listed") if found.keys() <= {PATIENT} else found


def _reasons(rule: str, recommendations: list[Any]) -> list[str]:
    return [leaf["value"] for each in recommendations if each["rule"] == rule for leaf in each["because"]]


def _cited(rule: str, what: str, said: list[Any], recommendations: list[Any]) -> list[Any]:
    """Give what the first recommendation of a rule cites, as far as a case names its fields."""
    cited = next(each[what] for each in recommendations if each["rule"] == rule)
    if len(cited) != len(said):
        return list(cited)
    return [{key: each.get(key) for key in fields} for each, fields in zip(cited, said, strict=True)]


def _dates(rule: str, said: Mapping[str, Any], recommendations: list[Any]) -> dict[str, Any]:
    """Give what the first recommendation of a rule tells of the dates, and of their fields, that a case names."""
    dates = {date["name"]: date for date in next(each["dates"] for each in recommendations if each["rule"] == rule)}
    if not said:
        return dates
    return {name: {key: dates[name][key] for key in fields} for name, fields in said.items() if name in dates}


def _hold(binding: str, said: Any, recommendations: list[Any]) -> Any:
    """Give the one hold of a binding that is not overridden."""
    holds = [each["hold"] for each in recommendations if each["binding"] == binding and each["hold"] is not None]
    if len(holds) != 1:
        return [hold["state"] for hold in holds]
    return {key: holds[0].get(key) for key in said} if isinstance(said, dict) else holds[0]["state"]


def _asked(asked: Mapping[str, Any], expected: list[Any]) -> Any:
    with_reason = any(isinstance(each, dict) for each in expected)
    return {"fact": asked["fact"], "reason": asked["reason"]} if with_reason else asked["fact"]
