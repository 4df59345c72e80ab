"""The words of an explanation."""

from __future__ import annotations

from typing import Any

import pytest

from cds.ir.kleene import FALSE, TRUE, UNKNOWN
from cds.trace.explanation_text import (
    change_sentence,
    leaf_sentence,
    outcome_sentences,
    rest_of_list_sentence,
    sources_sentence,
    value_words,
    verdict_sentence,
)
from cds.trace.model import LeafTrace

INR = LeafTrace(leaf="labs.inr at least 2", value="absent", truth=UNKNOWN)


def test_a_verdict_is_a_sentence() -> None:
    """One for each truth."""
    assert [verdict_sentence(truth) for truth in (TRUE, FALSE)] == [
        "The condition is met.",
        "The condition is not met.",
    ]
    assert "cannot be told" in verdict_sentence(UNKNOWN)


def test_a_leaf_tells_the_value_that_it_met() -> None:
    """An unknown one in words."""
    assert leaf_sentence(INR) == "Open: labs.inr at least 2 (not said)."
    warm = LeafTrace("postop.temperature more than 38 Cel", "38.5 Cel", TRUE)
    assert leaf_sentence(warm) == "Yes: postop.temperature more than 38 °C (100.4 °F) (38.5 °C (101.3 °F))."
    assert change_sentence(warm, {}).startswith("postop.temperature more than 38 °C (100.4 °F) (38.5 °C (101.3 °F))")
    assert leaf_sentence(LeafTrace("a is true", "true", TRUE)) == "Yes: a is true (true)."
    assert leaf_sentence(LeafTrace("a is true", "false", FALSE)) == "No: a is true (false)."


def test_changes_are_told_by_answer() -> None:
    """What would come of yes first."""
    assert change_sentence(INR, {FALSE: UNKNOWN, TRUE: TRUE}) == (
        "labs.inr at least 2 (not said): if it were so, the condition would be met; "
        "if it were not so, it could no longer be told."
    )


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        ({"status": "applies"}, ["So the rule applies."]),
        (
            {"status": "applies", "assumed": True},
            ["Because it cannot be ruled out, the rule acts as if it were met.", "So the rule applies."],
        ),
        (
            {"status": "overridden", "overridden_by": "other", "because": "it is nearer"},
            ["The advice is overridden.", "Rule `other` overrides it: it is nearer."],
        ),
        (
            {"status": "overridden", "overridden_by": "other"},
            ["The advice is overridden.", "Rule `other` overrides it."],
        ),
        (
            {"status": "cannot_decide", "overridden_by": "other"},
            [
                "So the rule cannot be decided; it is neither met nor ruled out.",
                "Rule `other` could override it and cannot be decided.",
            ],
        ),
    ],
)
def test_an_outcome_is_told_with_what_overrides_it(outcome: dict[str, Any], text: list[str]) -> None:
    """And why that one outranks it."""
    whole = {"assumed": False, "overridden_by": None, "because": None, **outcome}
    assert outcome_sentences(**whole) == text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("1.5", "1.5"),
        ("refused", "the answer was refused"),
        ("contradicted: 1.5 / 2.5", "reports contradict each other: 1.5 / 2.5"),
        ("2026-11-21T09:00:00-05:00, absent", "Sat 2026-11-21 09:00 -05:00, not said"),
        ("absent, 2026-11-21", "not said, Sat 2026-11-21"),
        ("38 Cel", "38 °C (100.4 °F)"),
        ("contradicted: 38 Cel / 2026-11-21", "reports contradict each other: 38 °C (100.4 °F) / Sat 2026-11-21"),
    ],
)
def test_unknown_values_are_told_in_words(value: str, words: str) -> None:
    """Each of two times for itself; what is known stays as it is."""
    assert value_words(value) == words


def test_sources_are_told_by_question() -> None:
    """Every open question with the source that is followed."""
    assert sources_sentence({"$limit": "a", "rule": "b"}) == "If a is followed on `$limit` and b is followed on `rule`:"


def test_an_open_list_is_told_by_name() -> None:
    """As a reason why a rule on its items stays open."""
    assert rest_of_list_sentence("medications").startswith("The list `medications` is not known to be complete")
