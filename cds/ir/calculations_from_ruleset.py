"""How facts are calculated, once formulas and inputs are found to fit together (language §4.9)."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError

from cds.errors import InputError, nearest
from cds.facts.calculated import FORMULAS, Input, calculations_in_order
from cds.facts.decimals import read_number
from cds.facts.dictionary import Calculation, Dictionary, FactType
from cds.facts.units import convert
from cds.ir.layers import circle_of
from cds.ruleset.model import Calculated, Fact
from cds.ruleset.places import Path
from cds.ruleset.problems import Problems

_NEVER_GIVEN = ("ask", "minimum", "maximum", "molar_mass", "taken", "required", "codes")
"""What a fact that is never given or asked for has no use for."""


def calculation_of(fact: Fact, facts: Mapping[str, Fact], path: Path, problems: Problems) -> Calculation | None:
    """Give how a fact is calculated, None if it is given; what does not fit is added to the problems."""
    if fact.calculated is None:
        return None
    for key in _NEVER_GIVEN:
        if getattr(fact, key) not in (None, False, []):
            problems.add((*path, key), f"`{key}` does not go with `calculated`: such a fact is never given")
    _check_result(fact, fact.calculated, path, problems)
    _check_inputs(fact.calculated, facts, (*path, "calculated", "from"), problems)
    given = fact.calculated.from_
    inputs = FORMULAS[fact.calculated.formula].inputs
    return Calculation(fact.calculated.formula, tuple((name, given[name]) for name in inputs if name in given))


def check_circles(dictionary: Dictionary, problems: Problems) -> None:
    """Refuse facts that are calculated from each other in a circle."""
    try:
        calculations_in_order(dictionary)
    except CycleError as error:
        problems.add(("facts",), f"facts are calculated in a circle: {' -> '.join(circle_of(error))}")


def _check_result(fact: Fact, calculated: Calculated, path: Path, problems: Problems) -> None:
    unit = FORMULAS[calculated.formula].unit
    if fact.type is not FactType.QUANTITY:
        problems.add((*path, "type"), f"`{calculated.formula}` gives a quantity", expected=f"the unit `{unit}`")
    elif fact.unit is not None and not _converts(unit, fact.unit):
        problems.add((*path, "unit"), f"`{calculated.formula}` does not give `{fact.unit}`", expected=f"`{unit}`")


def _check_inputs(calculated: Calculated, facts: Mapping[str, Fact], path: Path, problems: Problems) -> None:
    inputs = FORMULAS[calculated.formula].inputs
    for name in inputs:
        if name not in calculated.from_:
            problems.add(path, f"`{calculated.formula}` needs `{name}`")
    for name, fact_name in calculated.from_.items():
        if name not in inputs:
            suggestion = nearest(name, inputs)
            problems.add((*path, name), f"`{calculated.formula}` takes no `{name}`", suggestion=suggestion)
        elif fact_name not in facts:
            suggestion = nearest(fact_name, facts)
            problems.add((*path, name), f"there is no fact `{fact_name}`", suggestion=suggestion)
        else:
            _check_input(fact_name, facts[fact_name], inputs[name], (*path, name), problems)


def _check_input(name: str, fact: Fact, taken_as: Input, path: Path, problems: Problems) -> None:
    if taken_as.unit is None:
        if fact.type is not FactType.ENUM or not taken_as.words.keys() >= set(fact.values):
            expected = f"an enum of {', '.join(f'`{word}`' for word in taken_as.words)}"
            problems.add(path, f"`{name}` has other values than the formula takes", expected=expected)
    elif fact.type is not FactType.QUANTITY or not _converts(fact.unit, taken_as.unit, fact.molar_mass):
        problems.add(path, f"`{name}` cannot be put in here", expected=f"a quantity that converts to `{taken_as.unit}`")


def _converts(unit: str | None, other: str, molar_mass: object = None) -> bool:
    try:
        mass = None if molar_mass is None else read_number(molar_mass)
        convert(read_number(1), str(unit), other, molar_mass_g_per_mol=mass)
    except InputError:
        return False
    return True
