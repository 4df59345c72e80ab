"""A condition in the ruleset's own words: for explanations, and as an order that does not depend on the file."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from cds.facts.decimals import number_text
from cds.facts.dictionary import Dictionary
from cds.ir.nodes import (
    Adopted,
    AllOf,
    AnyOf,
    Applies,
    Condition,
    Counting,
    Derived,
    Elapsed,
    InClass,
    IsKnown,
    Leaf,
    Not,
    OneOf,
    Quantified,
    Ref,
    Within,
)

MICROSECONDS_A_MINUTE = 60_000_000
MICROSECONDS_AN_HOUR = 60 * MICROSECONDS_A_MINUTE


def text_of(condition: Condition, units: Units) -> str:
    """Render a condition so that equal conditions give equal text, whatever the order of their parts."""
    match condition:
        case AllOf(parts):
            return f"all({', '.join(text_of(part, units) for part in parts)})"
        case AnyOf(parts):
            return f"any({', '.join(text_of(part, units) for part in parts)})"
        case Not(part):
            return f"not({text_of(part, units)})"
        case Quantified(quantifier, list_, variable, part, without_own):
            which = f"other {list_}" if without_own else list_
            return f"{quantifier} {variable} in {which}: {text_of(part, units.within(variable, list_))}"
        case Applies(_, said):
            return f"{said} applies"
        case _:
            return leaf_text(condition, units)


def leaf_text(leaf: Leaf, units: Units) -> str:
    """Render a leaf, for example `labs.inr more than 1.5` or `med.substance in class nsaid`."""
    match leaf:
        case OneOf(fact, values):
            words = sorted(word(value) for value in values)
            return f"{fact} is {words[0]}" if len(words) == 1 else f"{fact} in [{', '.join(words)}]"
        case InClass(fact, concept_class, _):
            return f"{fact} in class {concept_class}"
        case Within(fact, low, high, low_included, high_included):
            unit = units.of(fact)
            shown = tuple(None if end is None else quantity_text(end, unit) for end in (low, high))
            return f"{fact} {_bounds_text(*shown, low_included=low_included, high_included=high_included)}"
        case Elapsed(earlier, later, _, 0, None, True):
            return f"{earlier} not after {later}"
        case Elapsed(earlier, later, counting, low, high, low_included, high_included):
            low = None if low == 0 and high is not None else low
            shown = tuple(None if end is None else duration_text(end, counting) for end in (low, high))
            bounds = _bounds_text(*shown, low_included=low_included, high_included=high_included)
            return f"{earlier} {bounds} before {later}"
        case IsKnown(fact):
            return f"{fact} is known"
        case Derived(derivation, variable):
            name = derivation.partition(":")[2].rpartition("/")[2]
            return f"{variable}.{name}" if variable else name
        case Adopted(parameter, test):
            return f"adopted {parameter} {test}"
        case _:
            return f"{leaf.fact} against ${leaf.parameter} (not configured)"


class Units:
    """Look up the unit of a fact, also of an item's fact by its variable."""

    def __init__(self, dictionary: Dictionary, variables: Iterable[tuple[str, str]] = ()) -> None:
        self._dictionary = dictionary
        self._lists = dict(variables)

    def of(self, fact: Ref) -> str | None:
        """Give the UCUM unit of a fact, None if it has none."""
        if fact.variable is None:
            return self._dictionary[fact.name].unit
        return self._dictionary[self._lists[fact.variable]].items[fact.name].unit

    def within(self, variable: str, list_name: str) -> Units:
        """Give the same, with one more variable bound to a list."""
        return Units(self._dictionary, [*self._lists.items(), (variable, list_name)])


def word(value: str | bool) -> str:  # noqa: FBT001  # a value, not a switch
    """Render a boolean as YAML writes it, a word as it is."""
    return str(value).lower() if isinstance(value, bool) else value


def quantity_text(value: Fraction, unit: str | None) -> str:
    """Render a number with its UCUM unit, if it has one."""
    return f"{number_text(value)} {unit}" if unit else number_text(value)


def duration_text(amount: int, counting: Counting) -> str:
    """Render a duration in whole days, hours or minutes, the largest that is exact."""
    if counting is not Counting.ELAPSED:
        return f"{amount} d"
    if amount % MICROSECONDS_AN_HOUR == 0:
        return f"{amount // MICROSECONDS_AN_HOUR} h"
    return f"{number_text(Fraction(amount, MICROSECONDS_A_MINUTE))} min"


def _bounds_text(low: str | None, high: str | None, *, low_included: bool, high_included: bool) -> str:
    if low is not None and high is not None:
        return (
            f"between {low} and {high}"
            if low == high or (low_included and high_included)
            else (
                f"{'at least' if low_included else 'more than'} {low} and "
                f"{'at most' if high_included else 'less than'} {high}"
            )
        )
    if high is not None:
        return f"{'at most' if high_included else 'less than'} {high}"
    return f"{'at least' if low_included else 'more than'} {low}"
