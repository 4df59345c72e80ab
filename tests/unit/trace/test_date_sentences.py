"""The words for dates that advice tells."""

from __future__ import annotations

from typing import Any

import pytest

from cds.trace.date_sentences import date_sentences, date_words, other_positions
from cds.trace.sentences import recommendation_text

ENDS = {"name": "trial_ends", "by": "a", "at": "2026-11-18", "to": None, "missing": None, "others": []}
RANGE = {"source": "b", "at": "2026-11-25", "to": "2026-12-09", "confirmed": "secondary"}
HEARSAY = {"source": "c", "at": "2026-11-11", "to": None, "confirmed": "unconfirmed"}
ALIKE = {"source": "d", "at": "2026-11-18", "to": None, "confirmed": "secondary"}
NEVER = {"source": "e", "at": None, "to": None, "confirmed": "secondary"}


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ({}, "Wed 2026-11-18"),
        ({"at": "2026-11-18T08:00:00-05:00"}, "Wed 2026-11-18 08:00 -05:00"),
        ({"to": "2026-11-20"}, "from Wed 2026-11-18 to Fri 2026-11-20"),
        ({"at": None, "missing": "conservative_care.started"}, "(not known: conservative care started)"),
        ({"at": None, "missing": "medications/m1.last_dose"}, "(not known: last dose)"),
        ({"at": None, "missing": "medications/m1#aspirin.last_dose"}, "(not known: last dose)"),
        ({"at": None, "by": None, "missing": "$trial"}, "(not known: the site has not configured it)"),
        ({"at": None}, "(not known: it lies outside the calendar)"),
        ({"at": None, "by": None}, "(not known: it lies outside the calendar)"),
        ({"at": None, "others": [RANGE]}, "(not known: it lies outside the calendar)"),
        (
            {"at": None, "by": None, "others": [ALIKE, RANGE, HEARSAY, NEVER]},
            "Wed 2026-11-18 (d) or from Wed 2026-11-25 to Wed 2026-12-09 (b) or Wed 2026-11-11 (c, unconfirmed)",
        ),
    ],
)
def test_a_date_in_words(date: dict[str, Any], words: str) -> None:
    """As it is adopted, by every source where none is, or what is missing for it."""
    assert date_words({**ENDS, **date}) == words


def test_a_date_that_the_text_does_not_hold_is_told_after_it() -> None:
    """Under its name."""
    assert date_sentences([ENDS], "Go on until {trial_ends}.") == []
    assert date_sentences([ENDS], "Go on.") == ["Trial ends: Wed 2026-11-18."]


def test_other_positions_are_told_where_they_differ() -> None:
    """The earliest first; one that is not confirmed is marked, one that agrees or has no date is not told."""
    date = {**ENDS, "others": [ALIKE, RANGE, HEARSAY, NEVER]}
    assert date_sentences([date], "{trial_ends}") == [
        "By other positions: Wed 2026-11-11 (c, unconfirmed), from Wed 2026-11-25 to Wed 2026-12-09 (b)."
    ]
    assert date_sentences([{**ENDS, "others": [ALIKE]}], "{trial_ends}") == []


def test_of_several_dates_each_names_what_its_other_positions_are_about() -> None:
    """So that none is taken for another's."""
    other = {**ENDS, "name": "seen.by", "others": [HEARSAY]}
    assert date_sentences([{**ENDS, "others": [HEARSAY]}, other], "{trial_ends} {seen.by}") == [
        "By other positions, trial ends: Wed 2026-11-11 (c, unconfirmed).",
        "By other positions, seen by: Wed 2026-11-11 (c, unconfirmed).",
    ]


def test_where_no_position_is_adopted_there_are_no_others() -> None:
    """All are told as equals."""
    date = {**ENDS, "by": None, "at": None, "others": [ALIKE, HEARSAY]}
    assert date_sentences([date], "{trial_ends}") == []
    assert other_positions([]) == []


def test_a_recommendation_holds_its_dates() -> None:
    """In their places, with what other positions say after the text."""
    recommendation = {
        "status": "applies",
        "title": "Its title",
        "assumed": True,
        "overridden_by": None,
        "opposed_by": [],
        "hold": None,
        "dates": [{**ENDS, "others": [HEARSAY]}],
    }
    assert recommendation_text("Go on until {trial_ends}", recommendation, None, []) == (
        "Go on until Wed 2026-11-18. By other positions: Wed 2026-11-11 (c, unconfirmed). "
        "Assumed to apply, because it cannot be ruled out."
    )
