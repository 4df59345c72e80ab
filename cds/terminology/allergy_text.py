"""What an allergy's text names: the words that only say that it is an allergy, and how it showed, are left out.

In a list of medications "allergic to aspirin" says that it is not taken; in a list of allergies it names the allergen.
"""

from __future__ import annotations

from cds.terminology.text import BREAK, JOIN, words

_IT_IS_AN_ALLERGY = """
allergy allergies allergic allergen allergens hypersensitivity hypersensitive sensitivity sensitive intolerance
intolerant reaction reactions adverse status history hx known confirmed suspected possible patient reports reported
severe moderate mild type products product containing derivatives derivative class drugs drug substance organism edible
disorder finding
"""
_HOW_IT_SHOWED = """
anaphylaxis anaphylactic shock rash hives urticaria itching itch pruritus swelling angioedema wheeze wheezing
breathlessness dyspnea dyspnoea nausea vomiting diarrhea diarrhoea hypotension redness blisters contact dermatitis
"""
_MEANINGLESS = frozenset(f"{_IT_IS_AN_ALLERGY} {_HOW_IT_SHOWED}".split())
_NONE_KNOWN = frozenset(
    words(text)
    for text in (
        "NKA",
        "NKDA",
        "NKFA",
        "none known",
        "nil known",
        *(
            f"no {known}{kind}{allergy}"
            for known in ("", "known ")
            for kind in ("", "drug ", "drugs ", "medication ", "medicine ", "food ", "environmental ", "latex ")
            for allergy in ("allergy", "allergies")
        ),
    )
)


def allergen_text(text: str) -> str:
    """Give the words of an allergy's text that may name its allergen, perhaps none."""
    return " ".join(word for word in words(text) if word not in _MEANINGLESS)


def says_none_known(text: str) -> bool:
    """Say whether a text says that no allergy is known, and nothing else."""
    said = tuple(word for word in words(text) if word not in {BREAK, JOIN, "situation", "finding"})
    return said in _NONE_KNOWN
