"""A fingerprint proves that a passage stands in a text, and copies nothing of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cds.verification.traceability.fingerprints import fingerprint, holds_passage, normal_form

WORDS = st.lists(st.sampled_from(["Stop", "all", "NSAIDs", "7", "days", "(before)", "<50", "1.5-1.8"]), min_size=1)


def found(text: str, passage: str) -> bool:
    """Look a passage up in a text by its length and hash."""
    normal = normal_form(passage)
    return holds_passage(normal_form(text), characters=len(normal), sha256_hex=fingerprint(passage))


def test_white_space_means_nothing() -> None:
    """Line breaks and runs of spaces are one space."""
    assert found("You should stop\n  taking all\tmedicines.", "stop taking   all")


def test_a_passage_may_begin_after_a_bracket_and_end_inside_a_sentence() -> None:
    """Quotes begin where words do, not only after a space."""
    assert found("infection (osteomyelitis), bleeding", "osteomyelitis")


def test_one_changed_sign_is_found() -> None:
    """A figure, a comparison sign, or the case of a letter may not change."""
    text = "platelets < 50, INR 1.5"
    assert found(text, "platelets < 50")
    assert not found(text.replace("50", "30"), "platelets < 50")
    assert not found(text.replace("<", ">"), "platelets < 50")
    assert not found(text.upper(), "platelets < 50")


def test_a_passage_longer_than_the_text_is_not_there() -> None:
    """Nothing is looked up beyond the end."""
    assert not found("short", "short and more")


@given(WORDS, WORDS, WORDS)
def test_every_run_of_words_is_found_wherever_it_stands(
    before: list[str], passage: list[str], after: list[str]
) -> None:
    """What was cut out of a text at its words is found in it again."""
    assert found(" ".join([*before, *passage, *after]), "\n".join(passage))
