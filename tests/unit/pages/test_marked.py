"""What authors write is shown as text, never as markup."""

from __future__ import annotations

import pytest

from cds.verification.pages.marked import as_html, filled, markdown, name, table


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words, 5 mg (daily)", "plain words, 5 mg (daily)"),
        ("50 10*9/L | <b>bold</b> & [link](x) #1 ~no~", r"50 10\*9/L \| \<b\>bold\</b\> &amp; \[link\](x) \#1 \~no\~"),
        ("entered_in_error _emphasis_", r"entered_in_error \_emphasis\_"),
        ("a\nb  c\t d", "a b c d"),
        ("`labs.inr` more than `$limit` (1.5)", "`labs.inr` more than `$limit` (1.5)"),
        ("`a|b` and *", r"`a\|b` and \*"),
        ("a lone ` backtick", "a lone ' backtick"),
        ("- not a list", r"\- not a list"),
        ("1. not a list", r"\1. not a list"),
        ("-5 is a number", "-5 is a number"),
        ("back\\slash", r"back\\slash"),
        ("", ""),
    ],
)
def test_markdown_shows_text_as_it_is(text: str, expected: str) -> None:
    """Signs with a meaning in Markdown are escaped, names are code, and all is one line."""
    assert markdown(text) == expected


def test_html_shows_text_as_it_is() -> None:
    """Signs with a meaning in HTML are escaped, also in names."""
    assert as_html('a < b & `x<y`\n"c"') == "a &lt; b &amp; <code>x&lt;y</code> &quot;c&quot;"


def test_a_name_holds_no_backtick() -> None:
    """A name is one piece of code."""
    assert name("a`b\nc") == "`a'b c`"


def test_places_are_filled_or_named() -> None:
    """A place with a word is filled, another is shown as a name."""
    assert filled("Stop {substance} by {date}.", {"substance": "aspirin", "date": ""}) == "Stop aspirin by `{date}`."


def test_table_has_a_line_a_row() -> None:
    """A table has a head, a rule, and its rows."""
    assert table(("A", "B"), [("1", "2")]) == ["| A | B |", "|---|---|", "| 1 | 2 |"]
