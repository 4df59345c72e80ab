"""Conditions in the ruleset's own words."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cds.facts.dictionary import Declaration, FactType
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
    Not,
    NotConfigured,
    OneOf,
    Quantified,
    Ref,
    Within,
)
from cds.ir.text import MICROSECONDS_A_MINUTE, MICROSECONDS_AN_HOUR, Units, duration_text, text_of

_ITEMS = {"dose": Declaration("dose", FactType.QUANTITY, "?", unit="mg")}
UNITS = Units(
    {
        "inr": Declaration("inr", FactType.NUMBER, "?"),
        "weight": Declaration("weight", FactType.QUANTITY, "?", unit="kg"),
        "meds": Declaration("meds", FactType.LIST, "?", items=_ITEMS),
    }
)
INR, WEIGHT, START = Ref(None, "inr"), Ref(None, "weight"), Ref(None, "start")
KNOWN = IsKnown(INR)
DAYS = Counting.CALENDAR


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (OneOf(Ref(None, "painful"), frozenset({True})), "painful is true"),
        (OneOf(Ref("med", "status"), frozenset({"stopped", "active"})), "med.status in [active, stopped]"),
        (InClass(Ref("med", "substance"), "nsaid", frozenset({"ibuprofen"})), "med.substance in class nsaid"),
        (Within(INR, Fraction(3, 2), None), "inr at least 1.5"),
        (Within(INR, Fraction(3, 2), None, low_included=False), "inr more than 1.5"),
        (Within(WEIGHT, None, Fraction(60)), "weight at most 60 kg"),
        (Within(WEIGHT, None, Fraction(60), high_included=False), "weight less than 60 kg"),
        (Within(INR, Fraction(1), Fraction(2)), "inr between 1 and 2"),
        (Within(INR, Fraction(1), Fraction(2), low_included=False), "inr more than 1 and at most 2"),
        (Within(INR, Fraction(1), Fraction(2), high_included=False), "inr at least 1 and less than 2"),
        (Elapsed(START, Ref(None, "as_of"), DAYS, 3, None), "start at least 3 d before as_of"),
        (Elapsed(START, Ref(None, "as_of"), DAYS, 0, 3), "start at most 3 d before as_of"),
        (Elapsed(START, Ref(None, "as_of"), DAYS, 0, None), "start not after as_of"),
        (KNOWN, "inr is known"),
        (Derived("derive:renal.is_low", None), "renal.is_low"),
        (Derived("derive:meds/is_old", "med"), "med.is_old"),
        (Adopted("policy", "is trial", "trial (handout)", holds=True), "adopted policy is trial"),
        (NotConfigured(INR, "limit"), "inr against $limit (not configured)"),
        (AllOf((KNOWN, KNOWN)), "all(inr is known, inr is known)"),
        (AnyOf((KNOWN,)), "any(inr is known)"),
        (Not(KNOWN), "not(inr is known)"),
        (Applies(("a", "b"), "kind hold"), "kind hold applies"),
        (
            Quantified("exists", "meds", "med", Within(Ref("med", "dose"), Fraction(5), None)),
            "exists med in meds: med.dose at least 5 mg",
        ),
        (Quantified("every", "meds", "m", KNOWN, without_own=True), "every m in other meds: inr is known"),
    ],
)
def test_a_condition_reads_as_the_ruleset_writes_it(node: Condition, text: str) -> None:
    """Each node has its own words, and bounds tell whether they belong to it."""
    assert text_of(node, UNITS) == text


@pytest.mark.parametrize(
    ("amount", "counting", "text"),
    [
        (3, Counting.CALENDAR, "3 d"),
        (3, Counting.WHOLE_DAYS, "3 d"),
        (48 * MICROSECONDS_AN_HOUR, Counting.ELAPSED, "48 h"),
        (90 * MICROSECONDS_A_MINUTE, Counting.ELAPSED, "90 min"),
        (MICROSECONDS_A_MINUTE // 2, Counting.ELAPSED, "0.5 min"),
    ],
)
def test_a_duration_is_told_in_the_largest_unit_that_is_exact(amount: int, counting: Counting, text: str) -> None:
    """Days, hours or minutes, never rounded."""
    assert duration_text(amount, counting) == text
