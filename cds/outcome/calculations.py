"""How a calculated fact is told, and which facts would settle it: its inputs, never itself (language §4.9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from cds.backends.reference import At
from cds.facts.calculated import FORMULAS, given_inputs, is_open
from cds.facts.decimals import MAX_DIGITS, number_text
from cds.facts.dictionary import Calculation, Declaration
from cds.facts.model import Span, Value
from cds.outcome.value_text import value_text


def told(declared: Declaration, calculation: Calculation, edges: Iterable[Fraction], at: At) -> str:
    """Tell a calculated value with what it was calculated from.

    It is rounded, and says so; `edges` are the limits that it was compared with, on whose other side it never appears.
    """
    inputs = ", ".join(_input_text(fact, at) for _, fact in calculation.inputs)
    value = at.facts.value(declared.name)
    if not isinstance(value, Span):
        return f"{value_text(value, None, at.facts.zone)}: {inputs}"
    basis = _basis(calculation, at)
    return f"{_figure(value, declared.unit, edges)}{f' ({basis})' if basis else ''}: {inputs}"


def open_inputs(declared: Declaration, calculation: Calculation, at: At) -> tuple[str, ...]:
    """Name the facts to ask for: the given inputs that are not known exactly, all of them if each one is."""
    found = tuple(dict.fromkeys(_open_inputs(calculation, at)))
    return found or given_inputs(declared, at.program.dictionary)


def _open_inputs(calculation: Calculation, at: At) -> Iterator[str]:
    formula = FORMULAS[calculation.formula]
    for name, fact in calculation.inputs:
        value, own = at.facts.value(fact), at.program.dictionary[fact].calculated
        if own is not None:
            yield from _open_inputs(own, at)
        elif is_open(value, formula.inputs[name]):
            yield fact


def _input_text(fact: str, at: At) -> str:
    declared, value = at.program.dictionary[fact], at.facts.value(fact)
    if declared.calculated is None:
        return f"{fact} {value_text(value, declared.unit, at.facts.zone)}"
    inputs = ", ".join(_input_text(inner, at) for _, inner in declared.calculated.inputs)
    return f"{fact} {_value_text(value, declared.unit, at)} ({inputs})"


def _value_text(value: Value, unit: str | None, at: At) -> str:
    return _figure(value, unit, ()) if isinstance(value, Span) else value_text(value, unit, at.facts.zone)


def _basis(calculation: Calculation, at: At) -> str | None:
    """Name what kind of weight a clearance was calculated with: the actual one, or another that was calculated."""
    told_as = FORMULAS[calculation.formula].told
    if told_as is None:
        return None
    own = at.program.dictionary[dict(calculation.inputs)[told_as]].calculated
    return f"actual {told_as}" if own is None else FORMULAS[own.formula].title


def _figure(value: Span, unit: str | None, edges: Iterable[Fraction]) -> str:
    ends = [value.low, value.high] if value.low != value.high else [value.low]
    rounded = [_rounded(end, {*edges, *ends} - {end}) for end in ends]
    shown = " to ".join(number_text(figure) for figure in rounded)
    return f"{shown} {unit}{', rounded' if rounded != ends else ''}"


def _rounded(value: Fraction, edges: Iterable[Fraction]) -> Fraction:
    """Round to as few decimals, at least one, as leave the value on its own side of every edge."""
    edges = tuple(edges)
    for places in range(1, MAX_DIGITS):
        near = Fraction(round(value * 10**places), 10**places)
        if near == value or all((near - edge) * (value - edge) > 0 for edge in edges):
            return near
    return value
