"""Calculated facts: a closed table of formulas over the patient's other facts (language §4.9).

Arithmetic is exact. Every formula only rises or only falls in each of its inputs, so that inputs known as intervals
give the interval of the results that they allow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from graphlib import TopologicalSorter

from cds.errors import Place
from cds.facts.context import refusal
from cds.facts.dictionary import Calculation, Declaration, Dictionary, FormulaName
from cds.facts.model import ABSENT, Reason, Span, Unknown, Value, Word
from cds.facts.units import convert

NOT_CALCULATED = Unknown(Reason.NOT_CALCULATED)

_CENTIMETRES_AN_INCH = Fraction("2.54")


@dataclass(frozen=True, slots=True)
class Input:
    """What a formula takes: a quantity above zero in `unit`, or words that each stand for a figure.

    `rises` says that more of it makes more of the result. `most` is the largest figure for which the formula holds;
    `zero` says that nothing at all is a figure too.
    """

    rises: bool
    unit: str | None = None
    words: Mapping[str, Span] = field(default_factory=dict)
    most: Fraction | None = None
    zero: bool = False


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula, the unit of its result, and its inputs by the names that a ruleset gives them.

    `told` is the input of which a reader has to know whether it was given or is itself calculated.
    """

    title: str
    unit: str
    inputs: Mapping[str, Input]
    of: Callable[[Mapping[str, Fraction]], Fraction]
    told: str | None = None


Calculations = tuple[tuple[Declaration, Calculation], ...]
"""Calculated facts and how each is calculated, in an order in which each comes after what it is calculated from."""


def calculations_in_order(dictionary: Dictionary) -> Calculations:
    """Give the calculated facts of a dictionary.

    Raises:
        CycleError: facts are calculated from each other in a circle.
    """
    calculations = {
        name: (declared, declared.calculated)
        for name, declared in sorted(dictionary.items())
        if declared.calculated is not None
    }
    uses = {
        name: [fact for _, fact in calculation.inputs if fact in calculations]
        for name, (_, calculation) in calculations.items()
    }
    return tuple(calculations[name] for name in TopologicalSorter(uses).static_order())


def given_inputs(declared: Declaration, dictionary: Dictionary) -> tuple[str, ...]:
    """Name the facts that have to be given for a calculated one, each once."""
    return tuple(dict.fromkeys(_given_inputs(declared, dictionary)))


def calculated_values(
    calculations: Calculations, dictionary: Dictionary, values: Mapping[str, Value], place: Place
) -> dict[str, Value]:
    """Calculate facts from a patient's values.

    Raises:
        FactsError: an input is a figure for which its formula does not hold, such as an age above 140 years.
    """
    found: dict[str, Value] = {}
    for declared, calculation in calculations:
        inputs = {fact: found.get(fact) or values.get(fact, ABSENT) for _, fact in calculation.inputs}
        result = _result(calculation, dictionary, inputs, place)
        found[declared.name] = NOT_CALCULATED if result is None else _in_unit_of(declared, calculation, result)
    return found


def is_open(value: Value, taken_as: Input) -> bool:
    """Say whether an input is not known exactly: unknown, an interval, or a word that stands for several figures."""
    if isinstance(value, Span):
        return value.low != value.high
    if isinstance(value, Word) and value.value in taken_as.words:
        figures = taken_as.words[str(value.value)]
        return figures.low != figures.high
    return True


def _given_inputs(declared: Declaration, dictionary: Dictionary) -> Iterator[str]:
    if declared.calculated is None:
        yield declared.name
        return
    for _, fact in declared.calculated.inputs:
        yield from _given_inputs(dictionary[fact], dictionary)


def _result(calculation: Calculation, dictionary: Dictionary, values: Mapping[str, Value], place: Place) -> Span | None:
    """Apply a formula to both ends of its inputs; None where it has no result."""
    formula = FORMULAS[calculation.formula]
    figures: dict[str, Span] = {}
    for name, fact in calculation.inputs:
        said = _figures(dictionary[fact], formula.inputs[name], values[fact])
        if said is not None and _holds_for(said, dictionary[fact], formula.inputs[name], place):
            figures[name] = said
    if figures.keys() != formula.inputs.keys():
        return None
    lows = {name: said.low if formula.inputs[name].rises else said.high for name, said in figures.items()}
    highs = {name: said.high if formula.inputs[name].rises else said.low for name, said in figures.items()}
    result = Span(formula.of(lows), formula.of(highs))
    return None if result.low < 0 else result


def _in_unit_of(declared: Declaration, calculation: Calculation, result: Span) -> Span:
    unit = FORMULAS[calculation.formula].unit
    return Span(*(convert(end, unit, str(declared.unit)) for end in (result.low, result.high)))


def _figures(declared: Declaration, taken_as: Input, value: Value) -> Span | None:
    """Give an input's figures in the formula's unit, None if it is unknown."""
    if isinstance(value, Word):
        return taken_as.words[str(value.value)]
    if not isinstance(value, Span):
        return None
    unit, other = str(declared.unit), str(taken_as.unit)
    mass = declared.molar_mass_g_per_mol
    return Span(*(convert(end, unit, other, molar_mass_g_per_mol=mass) for end in (value.low, value.high)))


def _holds_for(figures: Span, declared: Declaration, taken_as: Input, place: Place) -> bool:
    """Say whether a formula holds for all of an input's figures; what was given and is impossible is refused."""
    is_impossible = figures.low < 0 or (figures.high == 0 and not taken_as.zero)
    is_too_much = taken_as.most is not None and figures.high > taken_as.most
    if declared.calculated is None and (is_impossible or is_too_much):
        least = "at least" if taken_as.zero else "more than"
        most = f" and at most `{taken_as.most} {taken_as.unit}`" if taken_as.most is not None else ""
        raise refusal(
            f"this value of `{declared.name}` is not possible where something is calculated from it",
            place,
            tuple(declared.name.split(".")),
            expected=f"{least} `0 {taken_as.unit}`{most}",
        )
    return not (is_impossible or is_too_much) and (figures.low > 0 or taken_as.zero)


def _cockcroft_gault(of: Mapping[str, Fraction]) -> Fraction:
    """Give the creatinine clearance by Cockcroft and Gault in mL/min: (140 - age) x weight x sex / (72 x creatinine).

    The formula is not stated by any of the guidelines whose bands are clearances; it is consistent with published
    test vectors.
    """
    return (140 - of["age"]) * of["weight"] * of["sex"] / (72 * of["creatinine"])


def _devine(of: Mapping[str, Fraction]) -> Fraction:
    """Give the ideal body weight by Devine in kg: 50 (men) or 45.5 (women), and 2.3 for each inch above five feet.

    It stands in none of the clinical documents of the ruleset and is unconfirmed there: it is site configuration, used
    only to flag that another weight would lead to another band.
    """
    return of["sex"] + Fraction("2.3") * (of["height"] / _CENTIMETRES_AN_INCH - 60)


def _body_mass_index(of: Mapping[str, Fraction]) -> Fraction:
    """Give the body mass index in kg/m2: the weight by the square of the height."""
    return of["weight"] / (of["height"] / 100) ** 2


def _by_sex(female: str, male: str) -> dict[str, Span]:
    """Give the figure for each word; `other` is the interval of both."""
    for_female, for_male = Fraction(female), Fraction(male)
    return {
        "female": Span(for_female, for_female),
        "male": Span(for_male, for_male),
        "other": Span(min(for_female, for_male), max(for_female, for_male)),
    }


FORMULAS: Mapping[FormulaName, Formula] = {
    FormulaName.COCKCROFT_GAULT: Formula(
        title="creatinine clearance",
        unit="mL/min",
        inputs={
            "age": Input(rises=False, unit="a", most=Fraction(140), zero=True),
            "sex": Input(rises=True, words=_by_sex("0.85", "1")),
            "weight": Input(rises=True, unit="kg"),
            "creatinine": Input(rises=False, unit="mg/dL"),
        },
        of=_cockcroft_gault,
        told="weight",
    ),
    FormulaName.IDEAL_BODY_WEIGHT: Formula(
        title="ideal weight",
        unit="kg",
        inputs={
            "height": Input(rises=True, unit="cm"),
            "sex": Input(rises=True, words=_by_sex("45.5", "50")),
        },
        of=_devine,
    ),
    FormulaName.BODY_MASS_INDEX: Formula(
        title="body mass index",
        unit="kg/m2",
        inputs={"weight": Input(rises=True, unit="kg"), "height": Input(rises=False, unit="cm")},
        of=_body_mass_index,
    ),
}
"""Every formula that a ruleset can name."""
