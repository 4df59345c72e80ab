"""What an allergy's text names, and when it says that none is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.terminology.allergy_text import allergen_text, says_none_known
from cds.terminology.concepts import Concepts
from cds.terminology.match import recognise


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Aspirin", {"aspirin"}),
        ("allergic to aspirin", {"aspirin"}),
        ("Aspirin allergy", {"aspirin"}),
        ("Hypersensitivity to aspirin (severe)", {"aspirin"}),
        ("history of anaphylaxis to aspirin", {"aspirin"}),
        ("aspirin - rash, hives", {"aspirin"}),
        ("Aspirin (substance)", {"aspirin"}),
        ("aspirin and ibuprofen", {"aspirin", "ibuprofen"}),
        ("aspirin, something else", {"aspirin", None}),
        ("not allergic to aspirin", {None}),
        ("no reaction to aspirin", {None}),
        ("Drug allergy", {None}),
        ("", {None}),
    ],
)
def test_an_allergy_names_its_allergen(concepts: Concepts, text: str, named: set[str | None]) -> None:
    """That it is an allergy, and how it showed, is left out; a denial and what is not understood stay doubts."""
    assert {each.substance for each in recognise(concepts, None, allergen_text(text))} == named


def test_in_a_list_of_medicines_the_same_words_deny(concepts: Concepts) -> None:
    """There an allergy says that it is not taken."""
    assert [each.substance for each in recognise(concepts, None, "allergic to aspirin")] == [None]


@given(st.text())
def test_any_text_is_accepted(text: str) -> None:
    """What is left out once stays out."""
    once = allergen_text(text)
    assert allergen_text(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "No known allergies",
        "NO KNOWN ALLERGY",
        "no known drug allergies",
        "No known food allergy (situation)",
        "NKDA",
        "N.K.D.A.",
        "nka.",
        "none known",
        "No allergies",
    ],
)
def test_a_statement_that_none_is_known(text: str) -> None:
    """In the words that records use."""
    assert says_none_known(text)


@pytest.mark.parametrize(
    "text",
    ["", "allergies", "no", "no known allergies to drugs except penicillin", "no known allergies; latex", "unknown"],
)
def test_anything_else_is_no_such_statement(text: str) -> None:
    """An exception, or words that say something else."""
    assert not says_none_known(text)
