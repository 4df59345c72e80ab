"""Small conditions over small fact sets, all of them, on both engines, by the truth tables of the language page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations_with_replacement, product
from typing import Any

import pytest
from spec_conditions import ASSIGNMENTS, shapes_to_depth
from spec_leaves import AS_OF, grids
from spec_programs import BASE, ITEM, TRIPLES, UNKNOWN_WAYS, said_for, with_rules
from spec_rulesets import Rulesets
from spec_tables import LETTERS, connectives, quantifiers

from cds.engine import backend_named
from cds.facts.model import Facts
from cds.facts.schema import parse_facts
from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth
from cds.ir.program import Program
from cds.ir.verdicts import PATIENT

ENGINES = ("reference", "durable")
RULES_A_PROGRAM = 400


@pytest.fixture(scope="module")
def rulesets(tmp_path_factory: pytest.TempPathFactory) -> Rulesets:
    """Give the place where fragments are compiled."""
    return Rulesets(tmp_path_factory.mktemp("exhaustive"))


@pytest.fixture(scope="module")
def base(rulesets: Rulesets) -> Program:
    """Give the program that the leaves are taken from."""
    return rulesets.compiled(BASE)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_operator_on_every_value(engine: str, rulesets: Rulesets) -> None:
    """Every operator answers by its definition for every value, interval, and way of being unknown; `not` too."""
    rules = {
        f"{name}-{number}": {"when": {name: test}}
        for name, grid in grids().items()
        for number, (test, _) in enumerate(grid.tests)
    }
    named = {id_.replace("_", "-"): rule for id_, rule in rules.items()}
    negated = {f"not-{id_}": {"when": {"not": rule["when"]}} for id_, rule in named.items()}
    facts = {name: grid.declared for name, grid in grids().items()}
    program = rulesets.compiled({"facts": facts, "rules": {**named, **negated}})
    for row in range(max(len(grid.values) for grid in grids().values())):
        at = {name: grid.values[row % len(grid.values)] for name, grid in grids().items()}
        expected = {}
        for name, grid in grids().items():
            for number, (_, holds) in enumerate(grid.tests):
                truth = at[name].truth(holds)
                id_ = f"{name}-{number}".replace("_", "-")
                expected[id_] = truth
                expected[f"not-{id_}"] = connectives().negation[truth]
        found = _verdicts(engine, program, _facts(program, {name: value.said for name, value in at.items()}), PATIENT)
        assert found == _not_false(expected), {name: value.said for name, value in at.items()}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("triple", TRIPLES, ids="+".join)
def test_every_condition_to_depth_two(engine: str, triple: tuple[str, ...], base: Program) -> None:
    """Each condition of depth two is right, in a program of its own, under every assignment."""
    everything = range(len(shapes_to_depth(2).shapes))
    _check_shapes(engine, base, triple, depth=2, numbers=everything, rules_a_program=1)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("triple", [TRIPLES[0], TRIPLES[3]], ids="+".join)
def test_conditions_of_depth_three(engine: str, triple: tuple[str, ...], base: Program) -> None:
    """One condition of depth three for each set that differs only in which leaf is which is right."""
    _check_shapes(engine, base, triple, depth=3, numbers=shapes_to_depth(3).canonical())


@pytest.mark.long
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("triple", TRIPLES, ids="+".join)
def test_every_condition_of_depth_three(engine: str, triple: tuple[str, ...], base: Program) -> None:
    """Each condition of depth three is right under every assignment, over every kind of leaf."""
    _check_shapes(engine, base, triple, depth=3, numbers=range(len(shapes_to_depth(3).shapes)))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("parts", [3, 4])
@pytest.mark.parametrize("connective", ["all", "any"])
def test_connectives_of_many_parts(engine: str, connective: str, parts: int, rulesets: Rulesets) -> None:
    """Three and four parts are joined as two are."""
    names = [f"p{number}" for number in range(parts)]
    program = rulesets.compiled(
        {
            "facts": {name: {"type": "boolean"} for name in names},
            "rules": {"r": {"when": {connective: [{name: {"is": True}} for name in names]}}},
        }
    )
    said = {TRUE: True, FALSE: False, UNKNOWN: None}
    for truths in product(LETTERS.values(), repeat=parts):
        facts = _facts(program, {name: said[truth] for name, truth in zip(names, truths, strict=True)})
        expected = {"r": connectives().joined(connective, truths)}
        assert _verdicts(engine, program, facts, PATIENT) == _not_false(expected), truths


@pytest.mark.parametrize("engine", ENGINES)
def test_quantifiers_over_every_list(engine: str, rulesets: Rulesets) -> None:
    """Quantifiers, their negations, and results of rules per item follow the page for all lists up to three items."""
    where = {"item.ok": {"is": True}}
    program = rulesets.compiled(
        {
            "facts": {"items": {"type": "list", "items": {"ok": {"type": "boolean"}}}},
            "rules": {
                "exists": {"when": {"exists": {"each": "item in items", "where": where}}},
                "every": {"when": {"every": {"each": "item in items", "where": where}}},
                "not-exists": {"when": {"not": {"exists": {"each": "item in items", "where": where}}}},
                "not-every": {"when": {"not": {"every": {"each": "item in items", "where": where}}}},
                "exists-not": {"when": {"exists": {"each": "item in items", "where": {"not": where}}}},
                "per-item": {"for_each": "item in items", "when": where},
                "result": {"when": {"rule": {"applies": "per-item"}}},
            },
        }
    )
    tables, negation = quantifiers(), connectives().negation
    for state, said, truths in _lists():
        exists, every = (tables[quantifier, state].of(truths) for quantifier in ("exists", "every"))
        expected = {
            "exists": exists,
            "every": every,
            "not-exists": negation[exists],
            "not-every": negation[every],
            "exists-not": negation[every],
            "result": exists,
        }
        found = _verdicts(engine, program, _facts(program, {"items": said}), PATIENT)
        assert found == _not_false(expected), said


@pytest.mark.parametrize("engine", ENGINES)
def test_other_over_every_list(engine: str, rulesets: Rulesets) -> None:
    """`other: true` is the quantifier over all items but the rule's own; the rest of the list is U."""
    where = {"second.ok": {"is": True}}
    quantifier = {"each": "second in items", "where": where, "other": True}
    program = rulesets.compiled(
        {
            "facts": {"items": {"type": "list", "items": {"ok": {"type": "boolean"}}}},
            "rules": {name: {"for_each": "item in items", "when": {name: quantifier}} for name in ("exists", "every")},
        }
    )
    tables, empty, complete = quantifiers(), "complete and empty", "complete"
    for state, said, truths in _lists():
        facts = _facts(program, {"items": said})
        for number in range(len(truths)):
            others = [truth for at, truth in enumerate(truths) if at != number]
            state_of_others = empty if state == complete and not others else state
            expected = {name: tables[name, state_of_others].of(others) for name in ("exists", "every")}
            assert _verdicts(engine, program, facts, f"items/i{number}") == _not_false(expected), (said, number)
        rest = {} if state.startswith(complete) else {"exists": UNKNOWN, "every": UNKNOWN}
        assert _verdicts(engine, program, facts, "items/*") == rest, said


def _lists() -> Iterator[tuple[str, Any, list[Truth]]]:
    """Give every list of up to three items with the name that the page has for its state, and its items' truths."""
    complete, empty, open_list, unknown = dict.fromkeys(state for _, state in quantifiers())
    said = {TRUE: {"ok": True}, FALSE: {"ok": False}, UNKNOWN: {}}
    for size in range(4):
        for truths in combinations_with_replacement(LETTERS.values(), size):
            items = [{"id": f"i{number}", **said[truth]} for number, truth in enumerate(truths)]
            yield complete if items else empty, {"reconciled": True, "items": items}, list(truths)
            yield open_list, {"reconciled": False, "items": items}, list(truths)
            yield open_list, {"items": items}, list(truths)
    for way in UNKNOWN_WAYS:
        yield unknown, way, []


def _check_shapes(
    engine: str,
    base: Program,
    triple: tuple[str, ...],
    *,
    depth: int,
    numbers: Sequence[int],
    rules_a_program: int = RULES_A_PROGRAM,
) -> None:
    shapes = shapes_to_depth(depth)
    truths = shapes.truths()
    conditions = shapes.conditions([base.worlds[0].conditions[leaf] for leaf in triple])
    per_item = any(leaf.startswith("item-") for leaf in triple)
    binding, model = (ITEM, "item-boolean") if per_item else (PATIENT, "boolean")
    documents = [_facts(base, said_for(triple, truth, turn)) for turn, truth in enumerate(ASSIGNMENTS)]
    for first in range(0, len(numbers), rules_a_program):
        chosen = {f"c{number}": number for number in numbers[first : first + rules_a_program]}
        program = with_rules(base, {id_: conditions[number] for id_, number in chosen.items()}, base.rules[model])
        for turn, facts in enumerate(documents):
            expected = {id_: truths[number][turn] for id_, number in chosen.items()}
            found = {id_: t for id_, t in _verdicts(engine, program, facts, binding).items() if id_ in chosen}
            assert found == _not_false(expected), (triple, ASSIGNMENTS[turn])


def _facts(program: Program, said: Mapping[str, Any]) -> Facts:
    envelope = {"schema": "cds-facts/1", "subject": "all", "as_of": AS_OF.isoformat(), "zone": "UTC"}
    return parse_facts({**envelope, **said}, program.dictionary, program.concepts)


def _verdicts(engine: str, program: Program, facts: Facts, binding: str) -> dict[str, Truth]:
    """Give the rules' verdicts for one binding, those that are not F."""
    verdicts = backend_named(engine).evaluate(program, facts)
    return {step: truth for (step, bound, _), truth in verdicts.items() if bound == binding and step in program.rules}


def _not_false(expected: Mapping[str, Truth]) -> dict[str, Truth]:
    return {rule: truth for rule, truth in expected.items() if truth is not FALSE}
