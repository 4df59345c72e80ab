"""What the generators make: every form of the language comes up, and everything that can be said of a patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from hypothesis import given
from strategies.chance import Seeded
from strategies.given import Case, case, cases, examples
from strategies.moments import CHANGES
from strategies.patients import Patients
from strategies.rulesets import Size

from cds.engine import decide
from cds.facts.dictionary import FactType
from cds.facts.model import Reason, Span, TimeSpan, Unknown
from cds.facts.zones import DAY
from cds.ir import nodes
from cds.ir.nodes import AllOf, AnyOf, Condition, Counting, Elapsed, Not, Quantified
from cds.ir.program import OnUnknown
from cds.ruleset.conditions import KEYWORDS, OPERATORS

MADE = 400


@pytest.fixture(scope="module")
def made() -> list[Case]:
    """Give a few hundred seeded cases."""
    return [case(Seeded(f"made/{number}"), Size()) for number in range(MADE)]


def nodes_of(condition: Condition) -> Iterator[Condition]:
    """Give a condition and all its parts."""
    yield condition
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from nodes_of(part)
        case Not(part) | Quantified(part=part):
            yield from nodes_of(part)
        case _:
            return


def all_nodes(made: list[Case]) -> Iterator[Condition]:
    """Give every node of every condition of every world."""
    for each in made:
        for world in each.program.worlds:
            for condition in world.conditions.values():
                yield from nodes_of(condition)


def test_every_node_of_the_ir_is_generated(made: list[Case]) -> None:
    """A node type that is new in the IR has to come up here, or nothing compares the engines on it."""
    known = {*get_args(nodes.Condition)}
    leaves = {kind for part in known for kind in (get_args(part) or (part,))}
    assert {type(node) for node in all_nodes(made)} == leaves
    assert {node.counting for node in all_nodes(made) if isinstance(node, Elapsed)} == set(Counting)


def keys_in(value: Any) -> Iterator[str]:
    """Give every key anywhere in a document."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield key
            yield from keys_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from keys_in(part)


def test_every_word_of_the_grammar_is_generated(made: list[Case]) -> None:
    """Every operator, every form of a condition, and every part of a rule that a ruleset may have."""
    found = {key for each in made for key in keys_in(each.ruleset)}
    parts = {"group", "for_each", "overrides", "finding", "judges", "positions", "interval", "other", "unset"}
    parts |= {"set", "shows", "standing", "locator", "note", "calculated", "dates"}
    assert found >= {*OPERATORS, *KEYWORDS, *parts, "before", "after", "skip", "if_unknown", "any_state", "guess"}
    types = {declared.type for each in made for declared in each.program.dictionary.values()}
    in_items = {
        inner.type
        for each in made
        for declared in each.program.dictionary.values()
        for inner in declared.items.values()
    }
    assert types | in_items == set(FactType) - {FactType.CODE, FactType.TEXT}
    assert {rule.on_unknown for each in made for rule in each.program.rules.values()} == set(OnUnknown)
    assert {len(each.program.worlds) for each in made} >= {1, 2, 3, 4, 6, 8}


def test_every_way_of_being_known_and_unknown_is_generated(made: list[Case]) -> None:
    """All reasons for UNKNOWN, intervals of numbers and times, whole days, every state of a list, every zone."""
    values = [each.facts.value(name) for each in made for name in each.program.dictionary]
    values += [
        value
        for each in made
        for fact_list in each.facts.lists.values()
        for item in fact_list.items
        for value in item.values.values()
    ]
    assert {value.reason for value in values if isinstance(value, Unknown)} == set(Reason)
    assert {value.low == value.high for value in values if isinstance(value, Span)} == {True, False}
    lengths = Counter(value.high - value.low for value in values if isinstance(value, TimeSpan))
    assert {0, DAY - 1} < lengths.keys()
    lists = [fact_list for each in made for fact_list in each.facts.lists.values()]
    assert {(each.complete, bool(each.items), each.unknown is None) for each in lists} == {
        (True, True, True),
        (True, False, True),
        (False, True, True),
        (False, False, True),
        (False, False, False),
    }
    assert any("#" in item.binding for fact_list in lists for item in fact_list.items)
    assert {each.facts.zone.name for each in made} == set(CHANGES)


def test_patients_stand_on_the_bounds_of_their_ruleset(made: list[Case]) -> None:
    """Values equal to a bound and values just beside it both come up often."""
    on, beside = 0, 0
    for each in made:
        thresholds = Patients(each.program).material.thresholds.numbers
        for name, value in each.facts.values.items():
            if isinstance(value, Span):
                figures = thresholds.get((None, name), ())
                on += value.low in figures
                beside += any(0 < abs(value.low - figure) <= 1 for figure in figures)
    assert on > MADE // 20
    assert beside > MADE // 20


def test_every_status_comes_out(made: list[Case]) -> None:
    """The decisions on generated patients have every status that a recommendation can have."""
    found = Counter(
        recommendation["status"]
        for each in made
        for recommendation in decide(each.program, each.facts, engines=["reference"], list_all=True).document[
            "recommendations"
        ]
    )
    assert found.keys() == {"applies", "cannot_decide", "contested", "overridden", "does_not_apply", "skipped"}
    assert min(found.values()) >= 10, found


@examples(40)
@given(cases())
def test_hypothesis_builds_what_the_seeded_generator_builds(made: Case) -> None:
    """The two sources of choices share the building code: what hypothesis draws is a valid ruleset and patient too."""
    assert made.program.steps
    assert made.facts.subject == "generated"
