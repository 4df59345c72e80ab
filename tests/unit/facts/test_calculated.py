"""Calculated facts: exact by hand-made vectors, an interval of all that its inputs allow, refused where impossible."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.errors import FactsError
from cds.facts.calculated import FORMULAS, given_inputs
from cds.facts.dictionary import Calculation, Declaration, Dictionary, FactType, FormulaName
from cds.facts.json_schema import facts_schema
from cds.facts.model import Facts, Reason, Span, Unknown, Value
from cds.facts.schema import parse_facts
from cds.facts.units import quantity_text
from cds.terminology.concepts import Concepts

NOTHING = Concepts({}, (), frozenset())
FRAME = {"schema": "cds-facts/1", "subject": "x", "as_of": "2026-11-21T09:00:00-05:00", "zone": "America/New_York"}
SEXES = {"female": Fraction("0.85"), "male": Fraction(1)}
Interval = tuple[Fraction, Fraction]


def quantity(name: str, unit: str, calculated: Calculation | None = None, **more: Any) -> Declaration:
    """Declare a quantity."""
    return Declaration(name, FactType.QUANTITY, ask="", unit=unit, calculated=calculated, **more)


def calculation(formula: FormulaName, **inputs: str) -> Calculation:
    """Put facts into a formula."""
    return Calculation(formula, tuple((name, inputs[name]) for name in FORMULAS[formula].inputs))


def dictionary_of(*more: Declaration) -> Dictionary:
    """Give the usual facts, which later ones of the same name replace."""
    clearance = {"age": "age", "sex": "sex", "creatinine": "creatinine"}
    declared = [
        quantity("age", "a"),
        Declaration("sex", FactType.ENUM, ask="", values=("female", "male", "other")),
        quantity("weight", "kg"),
        quantity("height", "cm"),
        quantity("creatinine", "mg/dL", molar_mass_g_per_mol=Fraction("113.12")),
        quantity("clearance", "mL/min", calculation(FormulaName.COCKCROFT_GAULT, weight="weight", **clearance)),
        quantity("at_ideal", "mL/min", calculation(FormulaName.COCKCROFT_GAULT, weight="ideal", **clearance)),
        quantity("ideal", "kg", calculation(FormulaName.IDEAL_BODY_WEIGHT, height="height", sex="sex")),
        quantity("index", "kg/m2", calculation(FormulaName.BODY_MASS_INDEX, weight="weight", height="height")),
        *more,
    ]
    return {each.name: each for each in declared}


DICTIONARY = dictionary_of()


def read(dictionary: Dictionary = DICTIONARY, **said: Any) -> Facts:
    """Read a document."""
    return parse_facts({**FRAME, **said}, dictionary, NOTHING)


def refusal(dictionary: Dictionary = DICTIONARY, **said: Any) -> str:
    """Give the message with which a document is refused."""
    with pytest.raises(FactsError) as caught:
        read(dictionary, **said)
    return str(caught.value)


def exactly(value: Value) -> Fraction:
    """Give a figure that is known exactly."""
    assert isinstance(value, Span)
    assert value.low == value.high
    return value.low


def rounded(value: Fraction, places: int) -> str:
    """Round half up, as a reader of a table does."""
    with localcontext() as context:
        context.prec = 50
        decimal = Decimal(value.numerator) / Decimal(value.denominator)
        return str(decimal.quantize(Decimal(1).scaleb(-places)))


@pytest.mark.parametrize(
    ("age", "sex", "weight", "creatinine", "clearance"),
    [
        # (140 - 74) x 61 x 0.85 / (72 x 0.9) = 3422.1 / 64.8
        ("74", "female", "61", "0.9", "52.81"),
        # (140 - 74) x 61 / 64.8 = 4026 / 64.8
        ("74", "male", "61", "0.9", "62.13"),
        # 50 x 72 / 72
        ("90", "male", "72", "1", "50.00"),
        # 60 x 60 x 0.85 / (72 x 0.85)
        ("80", "female", "60", "0.85", "50.00"),
        # 60 x 54 / (72 x 1.5), 60 x 54 / (72 x 3)
        ("80", "male", "54", "1.5", "30.00"),
        ("80", "male", "54", "3", "15.00"),
        # 100 x 70 / 72
        ("40", "male", "70", "1", "97.22"),
        # 55 x 50.5 x 0.85 / (72 x 1.37) = 2360.875 / 98.64
        ("85", "female", "50.5", "1.37", "23.93"),
        ("140", "female", "60", "1", "0.00"),
    ],
)
def test_the_clearance_of_hand_made_vectors(age: str, sex: str, weight: str, creatinine: str, clearance: str) -> None:
    """By the formula on paper."""
    facts = read(age=f"{age} a", sex=sex, weight=f"{weight} kg", creatinine=f"{creatinine} mg/dL")
    assert rounded(exactly(facts.value("clearance")), 2) == clearance


@pytest.mark.parametrize(
    ("height", "sex", "ideal"),
    [
        # five feet are 152.4 cm, an inch is 2.54 cm
        ("152.4", "female", "45.50"),
        ("152.4", "male", "50.00"),
        ("177.8", "male", "73.00"),
        ("162.56", "female", "54.70"),
        ("149.86", "female", "43.20"),
    ],
)
def test_the_ideal_weight_of_hand_made_vectors(height: str, sex: str, ideal: str) -> None:
    """2.3 kg for each inch, below five feet too."""
    assert rounded(exactly(read(height=f"{height} cm", sex=sex).value("ideal")), 2) == ideal


def test_the_body_mass_index_of_a_hand_made_vector() -> None:
    """81 kg at 1.8 m."""
    assert exactly(read(weight="81 kg", height="180 cm").value("index")) == 25


def test_arithmetic_is_exact() -> None:
    """A clearance is a ratio of whole numbers, never the nearest decimal."""
    facts = read(age="74 a", sex="female", weight="61 kg", creatinine="0.9 mg/dL")
    assert exactly(facts.value("clearance")) == Fraction(34221, 648)


def test_one_calculated_fact_may_use_another() -> None:
    """The ideal weight of a man of five feet is 50 kg: 60 x 50 / 72."""
    facts = read(age="80 a", sex="male", height="152.4 cm", creatinine="1 mg/dL")
    assert exactly(facts.value("at_ideal")) == Fraction(3000, 72)
    assert facts.value("clearance") == Unknown(Reason.NOT_CALCULATED)


def test_inputs_are_converted_exactly() -> None:
    """Pounds, micromoles and a result in another unit."""
    clearance = quantity("clearance", "mL/s", DICTIONARY["clearance"].calculated)
    dictionary = dictionary_of(quantity("weight", "g"), clearance)
    facts = read(dictionary, age="80 a", sex="male", weight="60 kg", creatinine="100 umol/L")
    creatinine = Fraction("1.1312")
    assert exactly(facts.value("clearance")) == 60 * 60 / (72 * creatinine) / 60


def test_another_sex_is_the_interval_of_both() -> None:
    """Neither factor is chosen."""
    said = {"age": "80 a", "weight": "60 kg", "creatinine": "1 mg/dL"}
    female, male = (exactly(read(sex=sex, **said).value("clearance")) for sex in ("female", "male"))
    assert read(sex="other", **said).value("clearance") == Span(female, male)


@pytest.mark.parametrize("missing", ["age", "sex", "weight", "creatinine"])
@pytest.mark.parametrize("said", [None, {"unknown": "refused"}])
def test_an_unknown_input_makes_it_unknown(missing: str, said: Any) -> None:
    """For a reason of its own."""
    known = {"age": "80 a", "sex": "male", "weight": "60 kg", "creatinine": "1 mg/dL"}
    assert read(**{**known, missing: said}).value("clearance") == Unknown(Reason.NOT_CALCULATED)


def test_the_document_holds_what_was_given_only() -> None:
    """What is calculated changes no digest of the facts, and the normal form reads back."""
    facts = read(weight="81 kg", height="180 cm")
    assert "index" not in facts.document
    assert parse_facts(facts.document, DICTIONARY, NOTHING).values == facts.values


def test_the_json_schema_offers_no_calculated_fact() -> None:
    """An editor warns of one, as the reader refuses it."""
    assert set(facts_schema(DICTIONARY)["properties"]) >= {"age", "weight"}
    assert not {"clearance", "ideal", "index"} & set(facts_schema(DICTIONARY)["properties"])


def test_a_calculated_fact_that_is_given_is_refused_with_its_inputs() -> None:
    """Those that can be given: not the ideal weight, but what it follows from."""
    message = refusal(at_ideal="50 mL/min")
    assert message.startswith("$.at_ideal: `at_ideal` is calculated from other facts, it cannot be given")
    assert message.endswith("expected `age`, `sex`, `height`, `creatinine`")
    assert given_inputs(DICTIONARY["at_ideal"], DICTIONARY) == ("age", "sex", "height", "creatinine")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"age": "141 a"}, "$.age: this value of `age` is not possible where something is calculated from it"),
        ({"age": {"from": "100 a", "to": "140.5 a"}}, "expected at least `0 a` and at most `140 a`"),
        ({"age": "-1 a"}, "expected at least `0 a`"),
        ({"creatinine": "0 mg/dL"}, "expected more than `0 mg/dL`"),
        ({"creatinine": "-0.1 mg/dL"}, "expected more than `0 mg/dL`"),
        ({"creatinine": {"from": "-1 mg/dL", "to": "1 mg/dL"}}, "$.creatinine"),
        ({"weight": "0 kg"}, "expected more than `0 kg`"),
        ({"height": "0 cm"}, "expected more than `0 cm`"),
    ],
)
def test_what_is_impossible_is_an_input_error(said: dict[str, Any], message: str) -> None:
    """Whatever else is missing; the message holds no value of the patient."""
    assert message in refusal(**said)


@pytest.mark.parametrize("fact", ["creatinine", "weight", "height"])
def test_an_interval_that_begins_with_nothing_gives_no_figure(fact: str) -> None:
    """Less than what the laboratory can measure is no impossible input, and no clearance follows from it."""
    known = {"age": "80 a", "sex": "male", "weight": "60 kg", "creatinine": "1 mg/dL", "height": "160 cm"}
    unit = known[fact].split()[1]
    facts = read(**{**known, fact: {"from": f"0 {unit}", "to": known[fact]}})
    uses = {"creatinine": "clearance", "weight": "clearance", "height": "index"}[fact]
    assert facts.value(uses) == Unknown(Reason.NOT_CALCULATED)


@pytest.mark.parametrize("height", ["90 cm", "20 cm"])
def test_a_height_without_an_ideal_weight_gives_none(height: str) -> None:
    """The formula would fall below nothing: neither the weight nor what follows from it is known."""
    facts = read(height=height, sex="male", age="80 a", creatinine="1 mg/dL")
    assert facts.value("ideal") == Unknown(Reason.NOT_CALCULATED)
    assert facts.value("at_ideal") == Unknown(Reason.NOT_CALCULATED)


def ends(low: str, high: str) -> st.SearchStrategy[Interval]:
    """Draw an interval of figures with three decimals, or a single one."""
    figure = st.integers(int(Fraction(low) * 1000), int(Fraction(high) * 1000)).map(lambda n: Fraction(n, 1000))
    return st.one_of(figure.map(lambda n: (n, n)), st.tuples(figure, figure).map(lambda two: (min(two), max(two))))


PATIENTS = st.fixed_dictionaries(
    {
        "age": ends("0", "140"),
        "weight": ends("0.001", "300"),
        "creatinine": ends("0.001", "40"),
        "height": ends("120", "230"),
    }
)


def said_of(patient: dict[str, Interval], sex: str) -> dict[str, Any]:
    """Write a patient as a document says it."""
    units = {"age": "a", "weight": "kg", "creatinine": "mg/dL", "height": "cm"}
    return {"sex": sex} | {
        name: quantity_text(low, units[name])
        if low == high
        else {"from": quantity_text(low, units[name]), "to": quantity_text(high, units[name])}
        for name, (low, high) in patient.items()
    }


@given(PATIENTS, st.sampled_from(["female", "male", "other"]), st.data())
def test_an_interval_holds_the_result_of_every_point_in_it(
    patient: dict[str, Interval], sex: str, data: st.DataObject
) -> None:
    """The formula on paper, for figures anywhere in the inputs; and the ends of the interval are reached."""
    points = {
        name: low + (high - low) * Fraction(data.draw(st.integers(0, 8)), 8) for name, (low, high) in patient.items()
    }
    factor = data.draw(st.sampled_from([SEXES[sex]] if sex in SEXES else list(SEXES.values())))
    expected = {
        "clearance": (140 - points["age"]) * points["weight"] * factor / (72 * points["creatinine"]),
        "index": points["weight"] * 10000 / points["height"] ** 2,
    }
    facts = read(**said_of(patient, sex))
    for name, figure in expected.items():
        value = facts.value(name)
        assert isinstance(value, Span)
        assert value.low <= figure <= value.high
    low_factor, high_factor = (SEXES.get(sex, SEXES[other]) for other in ("female", "male"))
    (youngest, oldest), (lightest, heaviest) = patient["age"], patient["weight"]
    least, most = patient["creatinine"]
    assert facts.value("clearance") == Span(
        (140 - oldest) * lightest * low_factor / (72 * most), (140 - youngest) * heaviest * high_factor / (72 * least)
    )


@given(PATIENTS, PATIENTS, st.sampled_from(["female", "male", "other"]))
def test_narrower_inputs_give_a_narrower_result(one: dict[str, Interval], other: dict[str, Interval], sex: str) -> None:
    """More information never leads out of what was known before (§7.11)."""
    wide = {name: (min(one[name][0], other[name][0]), max(one[name][1], other[name][1])) for name in one}
    before, after = read(**said_of(wide, sex)), read(**said_of(one, sex))
    for name in ("clearance", "at_ideal", "ideal", "index"):
        was, became = before.value(name), after.value(name)
        assert isinstance(was, Span)
        assert isinstance(became, Span)
        assert was.low <= became.low <= became.high <= was.high


@given(
    st.integers(18, 139),
    st.integers(30_000, 200_000),
    st.sampled_from(["15", "30", "50"]),
    st.sampled_from(list(SEXES)),
)
def test_a_clearance_on_an_edge_is_exactly_the_edge(age: int, grams: int, edge: str, sex: str) -> None:
    """The creatinine that leads there, a hair more and a hair less: the same side as on paper."""
    creatinine = (140 - age) * Fraction(grams, 1000) * SEXES[sex] / (72 * Fraction(edge))
    hair = Fraction(1, 10**9)
    said = {"age": f"{age} a", "sex": sex, "weight": f"{grams} g"}
    found = [
        exactly(read(creatinine=f"{value.numerator}/{value.denominator} mg/dL", **said).value("clearance"))
        for value in (creatinine - hair, creatinine, creatinine + hair)
    ]
    assert found[0] > found[1] == Fraction(edge) > found[2]
