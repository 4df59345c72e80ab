"""The pictures of the documentation show what the program says today."""

from __future__ import annotations

from make_pictures import PICTURE, shown_sheet, with_words, words_digest, words_in


def test_the_picture_of_a_sheet_is_fresh() -> None:
    """The words and the drawing of the picture are those of today; else run tests/docs/make_pictures.py."""
    assert words_in(PICTURE.read_bytes()) == words_digest(shown_sheet())


def test_a_picture_carries_the_words_that_it_was_made_from() -> None:
    """What is put into a picture is found in it, and another sheet has another digest."""
    sheet = shown_sheet()
    other = {**sheet, "subject": "demo-402"}
    assert words_digest(other) != words_digest(sheet)
    assert words_in(with_words(PICTURE.read_bytes(), "f" * 64)) == "f" * 64
