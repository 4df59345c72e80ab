"""What the dosage of a medication says, as far as it is exact: times a day, as needed or not, by which route."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from cds.facts.decimals import number_text, read_number
from cds.fhir.coded import codes_of
from cds.fhir.resources import CodeableConcept, Dosage, Repeat, Timing
from cds.terminology.codes import System

_HOURS = {"h": 1, "d": 24, "wk": 7 * 24}
_HOURS_A_DAY = 24
_ABBREVIATIONS = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
_TIMES_A_DAY = {"QD": 1, "BID": 2, "TID": 3, "QID": 4}
_ROUTES = {
    "26643006": "oral",
    "37839007": "sublingual",
    "37161004": "rectal",
    "46713006": "nasal",
    "47625008": "intravenous",
    "78421000": "intramuscular",
    "34206005": "subcutaneous",
    "45890007": "transdermal",
    "6064005": "topical",
    "54485002": "ophthalmic",
    "10547007": "otic",
}
"""SNOMED CT codes of the FHIR R4 value set `route-codes`, and the words of the fact `medications.route`."""


def frequency_of(dosages: Sequence[Dosage]) -> str | None:
    """Give how often a day it is taken, `2/d`, if there is one dosage and it says a whole number exactly.

    Raises:
        InputError: a number has too many digits.
    """
    if len(dosages) != 1 or dosages[0].timing is None or is_as_needed(dosages):
        return None
    said = {times for times in _said(dosages[0].timing) if times is not None}
    times = said.pop() if len(said) == 1 else None
    return f"{number_text(times)}/d" if times is not None and times.denominator == 1 else None


def is_as_needed(dosages: Sequence[Dosage]) -> bool | None:
    """Tell whether it is taken only as needed, None if the dosages do not say so with one voice."""
    said = {True if dosage.as_needed_codeable_concept is not None else dosage.as_needed_boolean for dosage in dosages}
    return said.pop() if len(said) == 1 else None


def route_of(dosages: Sequence[Dosage]) -> str | None:
    """Give the word for the route, if all dosages have one code for it that is known here."""
    said = {_route(dosage.route) for dosage in dosages}
    return said.pop() if len(said) == 1 else None


def has_route(dosages: Sequence[Dosage]) -> bool:
    """Tell whether a dosage says anything of the route."""
    return any(dosage.route is not None for dosage in dosages)


def _route(concept: CodeableConcept | None) -> str | None:
    words = {
        _ROUTES[code.code] for code in codes_of(concept) if code.system is System.SNOMED_CT and code.code in _ROUTES
    }
    return words.pop() if len(words) == 1 else None


def _said(timing: Timing) -> tuple[Fraction | None, Fraction | None]:
    by_code = {
        _TIMES_A_DAY[coding.code]
        for coding in (timing.code.coding if timing.code is not None else ())
        if coding.system == _ABBREVIATIONS and coding.code in _TIMES_A_DAY
    }
    named = Fraction(by_code.pop()) if len(by_code) == 1 else None
    if timing.repeat is None:
        return named, None
    repeated = _times_a_day(timing.repeat)
    return (named, repeated) if repeated is not None else (None, None)


def _times_a_day(repeat: Repeat) -> Fraction | None:
    """Give how often a day a repetition asks for, None if it leaves anything open or says it in another way too."""
    others = (
        repeat.frequency_max,
        repeat.period_max,
        repeat.day_of_week,
        repeat.time_of_day,
        repeat.when,
        repeat.count,
    )
    if any(other is not None for other in others) or repeat.period_unit not in _HOURS:
        return None
    if repeat.frequency is None or repeat.period is None:
        return None
    period = read_number(repeat.period) * _HOURS[repeat.period_unit]
    return read_number(repeat.frequency) * _HOURS_A_DAY / period if period > 0 else None
