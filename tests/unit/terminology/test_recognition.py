"""Recognition keeps what it must keep, whatever a text looks like."""

from __future__ import annotations

import gc
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cds.terminology import index
from cds.terminology.codes import Code, System
from cds.terminology.concepts import Concepts, Product, Substance
from cds.terminology.match import Doubt, Recognised, recognise
from cds.terminology.words import DENIALS, DENYING_STEMS

NAMES = (
    "aspirin",
    "Advil",
    "warfarin sodium",
    "St. John's wort extract",
    "dabigatran etexilate 150 MG",
    "Voltaren",
    "mefenamic acid",
    "hydrocodone",
    "ibuprofen 200 mg tablet",
    "Aggrenox",
)
WORDS = st.sampled_from((*NAMES, "200 mg", "tablet", "/", "and", ",", "foo", "take", "[Ibu]", "for", "pain", "3", "é"))
TEXTS = st.lists(WORDS, max_size=8).map(" ".join)
ANY_TEXT = st.text() | TEXTS
CODES = st.sampled_from([None, *(Code(System.RXNORM, code) for code in ("11289", "5640", "310965", "0"))])


def substances(entries: tuple[Recognised, ...]) -> set[str]:
    """Give the substances that were recognised."""
    return {entry.substance for entry in entries if entry.substance}


def is_denied(text: str) -> bool:
    """Tell whether a word of a text may deny it."""
    said = "".join(c if c.isalpha() else " " for c in unicodedata.normalize("NFKC", text).casefold()).split()
    return any(word in DENIALS or word.startswith(DENYING_STEMS) for word in said)


@given(text=ANY_TEXT, code=CODES)
def test_any_text_gives_an_answer_in_order(concepts: Concepts, text: str, code: Code | None) -> None:
    """Never nothing, never an exception; substances sorted and once each, then at most one entry that is in doubt."""
    entries = recognise(concepts, code, text)
    known = [entry.substance for entry in entries if entry.substance]
    assert entries
    assert known == sorted(set(known))
    assert [entry.substance is None for entry in entries] == [False] * len(known) + [True] * (len(entries) - len(known))
    assert len(entries) - len(known) <= 1
    assert all((entry.reason is None) == (entry.substance is not None) for entry in entries)


@given(text=TEXTS, code=CODES)
def test_case_and_unicode_form_change_nothing(concepts: Concepts, text: str, code: Code | None) -> None:
    """Upper, lower, title case and the canonical forms of Unicode are read alike."""
    expected = recognise(concepts, code, text)
    for change in (str.upper, str.lower, str.swapcase):
        assert recognise(concepts, code, change(text)) == expected
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert recognise(concepts, code, unicodedata.normalize(form, text)) == expected


@given(text=TEXTS, spaces=st.lists(st.sampled_from([" ", "  ", "\t", "\u00a0", " \u2009 "]), min_size=60, max_size=60))
def test_extra_space_changes_nothing(concepts: Concepts, text: str, spaces: list[str]) -> None:
    """Any white space within a line is one space."""
    wide = "".join(space + word for space, word in zip(spaces, text.split(" "), strict=False))
    assert recognise(concepts, None, wide + spaces[-1]) == recognise(concepts, None, text)


@given(ingredients=st.lists(st.sampled_from(NAMES), min_size=1, max_size=5), data=st.data())
def test_the_order_of_ingredients_changes_nothing(
    concepts: Concepts, ingredients: list[str], data: st.DataObject
) -> None:
    """A combination is the same whichever ingredient is written first."""
    shuffled = data.draw(st.permutations(ingredients))
    assert recognise(concepts, None, " / ".join(shuffled)) == recognise(concepts, None, " / ".join(ingredients))


@given(one=ANY_TEXT, other=ANY_TEXT, separator=st.sampled_from([" / ", " + ", " and ", ", ", "\n", " with "]))
def test_a_combination_includes_what_its_parts_name(concepts: Concepts, one: str, other: str, separator: str) -> None:
    """No substance of either part is lost when the two are written in one text."""
    assume(not is_denied(one + separator + other))
    found = substances(recognise(concepts, None, one + separator + other))
    assert substances(recognise(concepts, None, one)) | substances(recognise(concepts, None, other)) <= found


@given(text=TEXTS, word=st.text(min_size=1, max_size=12))
def test_a_word_that_is_not_understood_drops_nothing(concepts: Concepts, text: str, word: str) -> None:
    """A further word may add a doubt or a substance; it takes none away."""
    assume(not is_denied(word))
    assert substances(recognise(concepts, None, text)) <= substances(recognise(concepts, None, f"{text} {word}"))


@given(text=ANY_TEXT, code=st.sampled_from([Code(System.RXNORM, "11289"), Code(System.ATC, "B01AA03")]))
def test_a_known_code_is_kept_or_contradicted(concepts: Concepts, text: str, code: Code) -> None:
    """No text makes the substance of a known code disappear without saying that the two differ."""
    entries = recognise(concepts, code, text)
    assert "warfarin" in substances(entries) or entries[0].reason is Doubt.CONTRADICTED


@given(denial=st.sampled_from(sorted(DENIALS)), name=st.sampled_from(NAMES))
def test_a_denial_is_never_recognised_silently(concepts: Concepts, denial: str, name: str) -> None:
    """With a word of denial anywhere in the text nothing is recognised from it."""
    for text in (f"{denial} {name}", f"{name} {denial}", f"{name} / {denial}"):
        (entry,) = recognise(concepts, None, text)
        assert entry.reason is Doubt.UNIDENTIFIED


def test_every_name_of_the_table_means_its_substance(concepts: Concepts) -> None:
    """Each name and brand, by itself, is recognised as the one substance it belongs to."""
    for substance in concepts.substances.values():
        for name in (*substance.names, *substance.brands):
            assert recognise(concepts, None, name) == (Recognised(substance.id, None),)


def test_a_very_long_text_is_read() -> None:
    """A hundred thousand unknown words cost no comparison each and hide no name."""
    one = Concepts({"aspirin": Substance("aspirin", frozenset(), ("aspirin",), (), ())}, (), frozenset())
    found = recognise(one, None, "loremipsum " * 100_000 + "aspirin")
    assert [entry.substance for entry in found] == ["aspirin", None]


def test_a_name_of_two_substances_means_both() -> None:
    """Where a table gives one name to two substances, neither is chosen over the other."""
    table = Concepts(
        {
            "heparin": Substance("heparin", frozenset(), ("heparin",), ("Flush",), ()),
            "saline": Substance("saline", frozenset(), ("saline",), ("Flush",), ()),
        },
        (),
        frozenset(),
    )
    assert substances(recognise(table, None, "Flush")) == {"heparin", "saline"}


def test_a_code_of_a_guessed_product_is_settled_by_the_text() -> None:
    """A product code marked as a guess identifies nothing alone; a text that names its substance does."""
    code = Code(System.LOCAL, "v")
    table = Concepts(
        {"diclofenac": Substance("diclofenac", frozenset(), ("diclofenac",), (), ())},
        (Product(("diclofenac",), code, brand=None, guess=True),),
        frozenset(),
    )
    assert recognise(table, code, None) == (Recognised(None, Doubt.UNIDENTIFIED, ("diclofenac",)),)
    assert recognise(table, code, "diclofenac gel") == (Recognised("diclofenac", None),)


def test_the_index_lives_as_long_as_its_table() -> None:
    """A table's index is built once, and is let go with the table."""
    table = Concepts({}, (), frozenset())
    assert index.index_of(table) is index.index_of(table)
    held = len(index._indexes)  # noqa: SLF001  # what is held is what this test is about
    del table
    gc.collect()
    assert len(index._indexes) == held - 1  # noqa: SLF001  # as above


@pytest.mark.parametrize("text", [None, "", " "])
def test_nothing_said_is_unidentified(concepts: Concepts, text: str | None) -> None:
    """No code and no text is one unidentified entry without a guess."""
    assert recognise(concepts, None, text) == (Recognised(None, Doubt.UNIDENTIFIED),)
