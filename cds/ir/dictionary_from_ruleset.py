"""The ruleset's fact dictionary, as the types that facts are parsed with."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction

from cds.errors import InputError
from cds.facts.decimals import read_number
from cds.facts.dictionary import Declaration, Dictionary, FactType
from cds.facts.model import Reason
from cds.facts.schema import RESERVED
from cds.facts.ucum import parse_unit
from cds.facts.units import convert, parse_quantity
from cds.ir.calculations_from_ruleset import calculation_of, check_circles
from cds.ir.codes_from_ruleset import check_codes_of_fact, codes_of_fact
from cds.ruleset.conditions import Scalar
from cds.ruleset.model import Fact, RulesetDocument
from cds.ruleset.places import Path
from cds.ruleset.problems import Problems

AS_OF = Declaration("as_of", FactType.TIME, ask="")
_MEASURED = frozenset({FactType.NUMBER, FactType.QUANTITY})


def dictionary_of(document: RulesetDocument, problems: Problems) -> Dictionary:
    """Give every declaration by its full name, the times of measured facts and `as_of` included."""
    declared = {"as_of": AS_OF}
    _check_names(document.facts, ("facts",), RESERVED, problems)
    for name, fact in document.facts.items():
        declared.update(_declarations(name, fact, ("facts", name), problems, beside=document.facts))
    check_circles(declared, problems)
    return declared


def _check_names(facts: Mapping[str, Fact], path: Path, reserved: Collection[str], problems: Problems) -> None:
    """Refuse names that a facts document cannot keep apart: reserved ones, and one fact below another."""
    for name in facts:
        words = name.split(".")
        if words[0] in reserved:
            problems.add((*path, name), f"the name `{words[0]}` is taken", at_key=True)
        for above in (".".join(words[:length]) for length in range(1, len(words))):
            if above in facts:
                problems.add((*path, name), f"`{name}` lies below `{above}`, which is a fact", at_key=True)


def _declarations(
    name: str, fact: Fact, path: tuple[str, ...], problems: Problems, *, beside: Mapping[str, Fact]
) -> Iterator[tuple[str, Declaration]]:
    """Give the declarations of a fact; `beside` are the patient's facts, from which it may be calculated."""
    _check(fact, path, problems)
    yield name, _declaration(name, fact, path, problems, beside=beside)
    if fact.taken:
        ask = f"When was this measured: {fact.ask}"
        yield f"{name}.taken", Declaration(f"{name}.taken", FactType.TIME, ask=ask, not_after_as_of=True)


def _declaration(
    name: str, fact: Fact, path: tuple[str, ...], problems: Problems, *, beside: Mapping[str, Fact]
) -> Declaration:
    items: dict[str, Declaration] = {}
    _check_names(fact.items, (*path, "items"), ("id",), problems)
    for item_name, item_fact in fact.items.items():
        items.update(_declarations(item_name, item_fact, (*path, "items", item_name), problems, beside=beside))
    return Declaration(
        name=name,
        type=fact.type,
        ask=fact.ask or "",
        values=tuple(sorted(fact.values)),
        unit=fact.unit,
        minimum=_number(fact.minimum, (*path, "minimum"), problems),
        maximum=_number(fact.maximum, (*path, "maximum"), problems),
        molar_mass_g_per_mol=_number(fact.molar_mass, (*path, "molar_mass"), problems),
        by_day=fact.granularity == "day",
        not_after_as_of=fact.not_after is not None,
        taken=fact.taken,
        required=fact.required,
        allergen=fact.allergen,
        codes=codes_of_fact(fact.codes),
        calculated=calculation_of(fact, beside, path, problems),
        items=items,
    )


_ONLY_FOR: Mapping[str, frozenset[FactType]] = {
    "values": frozenset({FactType.ENUM}),
    "unit": frozenset({FactType.QUANTITY}),
    "minimum": _MEASURED,
    "maximum": _MEASURED,
    "molar_mass": frozenset({FactType.QUANTITY}),
    "taken": _MEASURED,
    "required": frozenset({FactType.ENUM, FactType.BOOLEAN}),
    "allergen": frozenset({FactType.CONCEPT}),
    "items": frozenset({FactType.LIST}),
    "not_after": frozenset({FactType.TIME}),
}
_NEEDS = {FactType.ENUM: "values", FactType.QUANTITY: "unit", FactType.LIST: "items"}
_UNASKED = frozenset({FactType.CODE, FactType.TEXT})
_WAYS_OF_BEING_UNKNOWN = frozenset(Reason)


def _check(fact: Fact, path: tuple[str, ...], problems: Problems) -> None:
    for key, types in _ONLY_FOR.items():
        if _is_given(getattr(fact, key)) and fact.type not in types:
            problems.add((*path, key), f"`{key}` does not go with the type `{fact.type}`")
    if fact.unit is not None:
        _check_unit(fact.unit, (*path, "unit"), problems)
    needed = _NEEDS.get(fact.type)
    if needed and not getattr(fact, needed):
        problems.add(path, f"a fact of type `{fact.type}` needs `{needed}`")
    if fact.ask is None and fact.type not in _UNASKED and fact.calculated is None:
        problems.add(path, "a fact needs `ask`, the question that would settle it")
    check_codes_of_fact(fact, path, problems)
    for value in sorted(_WAYS_OF_BEING_UNKNOWN.intersection(fact.values)):
        problems.add((*path, "values"), f"`{value}` says that a fact is unknown", expected="another word for a value")
    if fact.granularity == "day" and fact.type is not FactType.TIME:
        problems.add((*path, "granularity"), f"`granularity` does not go with the type `{fact.type}`")
    if len(path) > len(("facts", "name")):
        if fact.type is FactType.LIST:
            problems.add(path, "a list cannot hold lists")
        if fact.calculated is not None:
            problems.add((*path, "calculated"), "a fact of an item is not calculated", expected="a fact of the patient")


def _is_given(value: object) -> bool:
    return value is not None and value is not False and value not in ([], {})


def _check_unit(unit: str, path: Path, problems: Problems) -> None:
    try:
        parse_unit(unit)
    except InputError as error:
        problems.add(path, error.problem, expected="a UCUM code", suggestion=error.suggestion)


def _number(value: Scalar | None, path: tuple[str, ...], problems: Problems) -> Fraction | None:
    if value is None:
        return None
    try:
        return read_number(value)
    except InputError as error:
        problems.add(path, error.problem, expected=error.expected)
        return None


def quantity_in(text: str, unit: str, path: tuple[str | int, ...], problems: Problems) -> Fraction | None:
    """Read a quantity and convert it to a unit, exactly; a problem is added where that cannot be done."""
    try:
        quantity = parse_quantity(text)
        return convert(quantity.value, quantity.unit, unit)
    except InputError as error:
        problems.add(path, error.problem, expected=error.expected or f"a quantity in `{unit}`")
        return None
