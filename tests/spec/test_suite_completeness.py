"""The suite itself: every section of the language has its cases, and every node of the IR stands in one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

import pytest
from spec_cases import Case, all_cases
from spec_rulesets import Rulesets
from spec_tables import sections

from cds.ir import nodes
from cds.ir.conditions_from_ruleset import OPERATORS_BY_TYPE
from cds.ir.nodes import AllOf, AnyOf, Condition, Counting, Elapsed, Not, Quantified
from cds.ir.program import HOLD_STATES

DECIDED = ("7.", "8.", "9.", "10.", "11.")
"""The sections that say what is decided; each needs a case of its own."""
LEAST_CASES = 300
NOT_COMPILED = frozenset({"load_error", "digest", "loads"})


@pytest.fixture(scope="module")
def conditions(tmp_path_factory: pytest.TempPathFactory) -> list[Condition]:
    """Give every condition and every part of one that some case compiles."""
    rulesets = Rulesets(tmp_path_factory.mktemp("completeness"))
    programs = {rulesets.program(case) for case in all_cases() if not case.expect.keys() & NOT_COMPILED}
    whole = (condition for program in programs for world in program.worlds for condition in world.conditions.values())
    return [part for condition in whole for part in _parts(condition)]


def test_every_section_that_decides_has_a_case() -> None:
    """A section of the page without a case has a meaning that nobody checks."""
    tested = {case.section for case in all_cases()}
    assert [number for number in sections() if number.startswith(DECIDED) and number not in tested] == []


def test_every_case_names_a_section_of_the_page() -> None:
    """A case whose section is gone tests what the language no longer says."""
    known = {*sections(), "2"}
    assert [case.id for case in all_cases() if case.section not in known] == []


def test_there_are_enough_cases_and_each_has_a_name_of_its_own() -> None:
    """No case hides behind another one's name."""
    ids = [case.id for case in all_cases()]
    assert len(ids) >= LEAST_CASES
    assert len(set(ids)) == len(ids)


def test_every_node_stands_in_a_case(conditions: list[Condition]) -> None:
    """A new node of the IR needs a case before it can be relied on."""
    node_types = {kind for kind in get_args(nodes.Condition) if isinstance(kind, type)}
    assert {node.__name__ for node in node_types} - {type(part).__name__ for part in conditions} == set()


def test_every_form_of_a_node_stands_in_a_case(conditions: list[Condition]) -> None:
    """Both quantifiers, with and without `other`, and every way of counting time."""
    quantified = {(part.quantifier, part.without_own) for part in conditions if isinstance(part, Quantified)}
    assert quantified == {("exists", False), ("exists", True), ("every", False), ("every", True)}
    assert {part.counting for part in conditions if isinstance(part, Elapsed)} == set(Counting)


def test_every_operator_stands_in_a_case_on_every_type() -> None:
    """Each operator is compiled on each type that it goes with."""
    used = {pair for case in all_cases() if not case.expect.keys() & NOT_COMPILED for pair in _operators(case)}
    wanted = {(operator, str(kind)) for kind, operators in OPERATORS_BY_TYPE.items() for operator in operators}
    assert wanted - used == set()


def test_every_hold_state_stands_in_a_case() -> None:
    """Each state that a decision can show is expected somewhere."""
    expected = {state for case in all_cases() for state in _states(case.expect.get("hold", {}))}
    assert [state for state in HOLD_STATES if state not in expected] == ["no_rule"]  # the hold sheet alone tells it


def _states(holds: Mapping[str, Any]) -> Iterator[str]:
    for hold in holds.values():
        yield hold if isinstance(hold, str) else hold.get("state", "")


def _parts(condition: Condition) -> Iterator[Condition]:
    yield condition
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _parts(part)
        case Not(part) | Quantified(part=part):
            yield from _parts(part)
        case _:
            return


def _operators(case: Case) -> Iterator[tuple[str, str]]:
    """Give the operators of a case's rules with the types of their facts."""
    types = {name: fact["type"] for name, fact in case.fragment.get("facts", {}).items()}
    for name, fact in case.fragment.get("facts", {}).items():
        types.update({f"{name}/{inner}": part["type"] for inner, part in fact.get("items", {}).items()})
        if fact.get("taken"):
            types[f"{name}.taken"] = "time"
    for rule in case.fragment.get("rules", {}).values():
        for fact, operator in _tests(rule, {}):
            if fact in types:
                yield operator, types[fact]


def _tests(node: object, lists: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Give facts and operators of a written condition; an item's fact as `list/fact`."""
    if isinstance(node, list):
        for part in node:
            yield from _tests(part, lists)
    if not isinstance(node, dict):
        return
    bound = node.get("for_each") or node.get("each")
    if isinstance(bound, str):
        variable, _, name = bound.partition(" in ")
        lists = {**lists, variable: name}
    for key, value in node.items():
        first, _, rest = str(key).partition(".")
        fact = f"{lists[first]}/{rest}" if first in lists else str(key)
        if isinstance(value, dict):
            yield from ((fact, operator) for operator in value)
        yield from _tests(value, lists)
