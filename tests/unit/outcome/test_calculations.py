"""A calculated value is told with its inputs, rounded on its own side of every edge; its inputs are what is asked."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from builders import decision_of, patient, place_of, program_of, recommendation
from hypothesis import given
from hypothesis import strategies as st

from cds.facts.calculated import calculations_in_order
from cds.outcome.calculations import open_inputs, told

FACTS = """
facts:
  age: {type: quantity, unit: a}
  sex: {type: enum, values: [female, male, other]}
  weight: {type: quantity, unit: kg, taken: true}
  height: {type: quantity, unit: cm}
  creatinine: {type: quantity, unit: mg/dL, taken: true}
  ideal: {type: quantity, unit: kg, calculated: {formula: ideal_body_weight, from: {height: height, sex: sex}}}
  index: {type: quantity, unit: kg/m2, calculated: {formula: body_mass_index, from: {weight: weight, height: height}}}
  clearance:
    type: quantity
    unit: mL/min
    calculated: {formula: cockcroft_gault, from: {age: age, sex: sex, weight: weight, creatinine: creatinine}}
  at_ideal:
    type: quantity
    unit: mL/min
    calculated: {formula: cockcroft_gault, from: {age: age, sex: sex, weight: ideal, creatinine: creatinine}}
rules:
  rule: {when: {clearance: {more_than: 50 mL/min}}}
  ideal: {when: {at_ideal: {more_than: 50 mL/min}}}
  light: {when: {index: {less_than: 18.5 kg/m2}}}
  known: {judges: data_quality, when: {clearance: {known: true}}}
"""
PROGRAM = program_of(FACTS)
KNOWN = {"age": "74 a", "sex": "female", "weight": "61 kg", "height": "160 cm", "creatinine": "0.9 mg/dL"}


def value_told(fact: str, *edges: str, **said: Any) -> str:
    """Tell a calculated fact of a patient."""
    at = place_of(PROGRAM, patient(PROGRAM, **{**KNOWN, **said}))
    declared, calculation = next(each for each in calculations_in_order(PROGRAM.dictionary) if each[0].name == fact)
    return told(declared, calculation, [Fraction(edge) for edge in edges], at)


def asked(fact: str, **said: Any) -> tuple[str, ...]:
    """Name what would settle a calculated fact."""
    at = place_of(PROGRAM, patient(PROGRAM, **{**KNOWN, **said}))
    declared, calculation = next(each for each in calculations_in_order(PROGRAM.dictionary) if each[0].name == fact)
    return open_inputs(declared, calculation, at)


def test_a_value_is_told_with_what_it_was_calculated_from() -> None:
    """In the order of the formula, with the kind of the weight."""
    inputs = "age 74 a, sex female, weight 61 kg, creatinine 0.9 mg/dL"
    assert value_told("clearance") == f"52.8 mL/min, rounded (actual weight): {inputs}"


def test_a_calculated_input_is_told_with_its_own_inputs() -> None:
    """The reader sees which weight it was, and where it came from."""
    ideal = "ideal 52.4 kg, rounded (height 160 cm, sex female)"
    inputs = f"age 74 a, sex female, {ideal}, creatinine 0.9 mg/dL"
    assert value_told("at_ideal") == f"45.3 mL/min, rounded (ideal weight): {inputs}"


def test_a_formula_without_a_choice_of_weight_tells_none() -> None:
    """A body mass index is always of the weight that was given."""
    assert value_told("index") == "23.8 kg/m2, rounded: weight 61 kg, height 160 cm"


def test_an_exact_value_is_not_called_rounded() -> None:
    """81 kg at 1.8 m are 25."""
    assert value_told("index", weight="81 kg", height="180 cm").startswith("25 kg/m2: ")


@pytest.mark.parametrize(
    ("creatinine", "shown"),
    [
        ("0.9505", "50.004 mL/min, rounded"),
        ("0.95058", "50.0002 mL/min, rounded"),
        ("0.9506", "49.999 mL/min, rounded"),
        ("0.96", "49.5 mL/min, rounded"),
    ],
)
def test_rounding_never_crosses_or_meets_an_edge(creatinine: str, shown: str) -> None:
    """As many decimals as it takes."""
    assert value_told("clearance", "50", creatinine=f"{creatinine} mg/dL").startswith(shown)


@given(st.integers(100, 20_000), st.integers(1, 100))
def test_what_is_shown_lies_on_the_side_where_the_value_lies(creatinine: int, edge: int) -> None:
    """Whatever the value and the edge."""
    exact = Fraction(34221, 720) / Fraction(creatinine, 1000)
    shown = value_told("clearance", str(edge), creatinine=f"{creatinine}/1000 mg/dL").partition(" ")[0]
    assert (Fraction(shown) > edge, Fraction(shown) < edge) == (exact > edge, exact < edge)


def test_a_value_as_near_to_an_edge_as_no_decimal_shows_is_told_exactly() -> None:
    """As the ratio that it is."""
    edge = str(Fraction(100, 3) - Fraction(1, 10**40))
    shown = value_told("clearance", edge, age="80 a", sex="male", weight="40 kg", creatinine="1 mg/dL")
    assert shown.startswith("100/3 mL/min (actual weight)")


def test_an_interval_is_told_by_both_ends() -> None:
    """Each rounded, and never to the same figure."""
    assert value_told("clearance", sex="other").startswith("52.8 to 62.1 mL/min, rounded")
    narrow = value_told("clearance", weight={"from": "61 kg", "to": "61.001 kg"})
    assert narrow.startswith("52.8 to 52.811 mL/min, rounded")


def test_what_is_not_calculated_shows_what_is_missing() -> None:
    """Each input as it is known, or why it is not."""
    shown = value_told("clearance", weight=None, creatinine={"unknown": "refused"})
    assert shown == "not_calculated: age 74 a, sex female, weight null, creatinine refused"
    nested = value_told("at_ideal", height=None)
    assert "ideal not_calculated (height null, sex female)" in nested


@pytest.mark.parametrize(
    ("fact", "said", "names"),
    [
        ("clearance", {"weight": None, "age": {"from": "70 a", "to": "71 a"}}, ("age", "weight")),
        ("clearance", {"sex": "other"}, ("sex",)),
        ("at_ideal", {"height": None}, ("height",)),
        ("at_ideal", {"sex": "other", "creatinine": None}, ("sex", "creatinine")),
        ("ideal", {"height": "80 cm"}, ("height", "sex")),
    ],
)
def test_the_inputs_that_are_open_are_asked(fact: str, said: dict[str, Any], names: tuple[str, ...]) -> None:
    """Each once, through facts that are calculated themselves; all of them if each is known and no result follows."""
    assert asked(fact, **said) == names


def test_a_decision_asks_for_inputs_and_says_which_rules_they_would_settle() -> None:
    """The calculated fact itself is never asked for."""
    decision = decision_of(PROGRAM, patient(PROGRAM, **{**KNOWN, "creatinine": None, "height": None}))
    questions = {question["fact"]: (question["reason"], question["would_settle"]) for question in decision["ask"]}
    assert questions == {"creatinine": ("null", ["ideal", "rule"]), "height": ("null", ["ideal", "light"])}


def test_a_decision_rests_on_the_exact_value() -> None:
    """What is shown is rounded, what is compared is not."""
    decision = decision_of(PROGRAM, patient(PROGRAM, **{**KNOWN, "creatinine": "0.95058 mg/dL"}))
    [leaf] = recommendation(decision, "rule")["because"]
    assert leaf["truth"] == "true"
    assert leaf["value"].startswith("50.0002 mL/min, rounded")
    [known] = recommendation(decision, "known")["because"]
    assert known["value"].startswith("50 mL/min, rounded")
