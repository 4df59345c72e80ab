"""The words for people, made from data alone."""

from __future__ import annotations

from typing import Any

import pytest

from cds.facts.model import Reason
from cds.trace.model import Question
from cds.trace.sentences import disposition_text, interval_text, prompt_text, recommendation_text

HOLD = {
    "substance": "ibuprofen",
    "class": "nsaid",
    "medication": "Advil 200 mg",
    "state": "planned",
    "reason": "before_deadline",
    "interval": {"counting": "full_days", "low": 7, "high": 7},
    "last_permitted_dose": "2026-11-23",
    "no_dose_from": "2026-11-24",
    "last_dose": None,
    "earliest_procedure": "2026-11-29T00:00:00-05:00",
    "restart": None,
    "record_status": "active",
}


def said(
    template: str = "Do this.",
    *,
    hold: dict[str, Any] | None = None,
    label: str | None = None,
    asked: tuple[str, ...] = (),
    **recommendation: Any,
) -> str:
    """Render a recommendation of which only this differs from one that plainly applies."""
    whole = {
        "status": "applies",
        "title": "Its title",
        "assumed": False,
        "overridden_by": None,
        "opposed_by": [],
        "hold": hold,
        **recommendation,
    }
    questions = [Question("fact", prompt, label=None, reason=Reason.ABSENT) for prompt in asked]
    return recommendation_text(template, whole, label, questions)


class TestRecommendation:
    """A rule's text says what holds where the rule applies; elsewhere only its title is told."""

    @pytest.mark.parametrize(
        ("recommendation", "text"),
        [
            ({}, "Do this."),
            ({"status": "contested"}, "Contested: Do this."),
            ({"status": "contested", "opposed_by": ["a", "b"]}, "Contested with a, b: Do this."),
            ({"status": "cannot_decide"}, "Cannot be decided yet: Its title."),
            ({"status": "overridden", "overridden_by": "other"}, "Overridden by other: Its title."),
            ({"status": "does_not_apply"}, "Does not apply: Its title."),
            ({"status": "skipped"}, "Skipped: Its title."),
            ({"assumed": True}, "Do this. Assumed to apply, because it cannot be ruled out."),
        ],
    )
    def test_says_what_became_of_the_rule(self, recommendation: dict[str, Any], text: str) -> None:
        """Before anything else."""
        assert said(**recommendation) == text

    @pytest.mark.parametrize(("template", "text"), [("Do this", "Do this."), ("Now!", "Now!"), ("Why?", "Why?")])
    def test_is_a_sentence(self, template: str, text: str) -> None:
        """It ends as one."""
        assert said(template) == text

    def test_names_the_item_that_it_is_about(self) -> None:
        """Unless a hold names it."""
        assert said(label="L1") == "L1: Do this."
        assert said("Stop {medication}.", label="Advil", hold=HOLD).startswith("Stop Advil.")
        assert said(label="Advil", hold=HOLD, status="overridden", overridden_by="x").startswith(
            "Overridden by x: Advil: Its title."
        )

    def test_says_what_would_settle_it(self) -> None:
        """In the words of the dictionary."""
        assert said(asked=("What is the INR?", "Any stent?")) == "Do this. To settle it: What is the INR? Any stent?"


class TestPlaces:
    """Words are put in their places."""

    def test_of_a_hold(self) -> None:
        """Substance, medication and dates; a date that is not there is told as such."""
        template = "{substance}/{medication}/{interval}/{last_permitted_dose}/{no_dose_from}/{last_dose}/{procedure}"
        filled = said(template, label="Advil 200 mg", hold=HOLD).partition(". ")[0]
        assert filled == (
            "ibuprofen (Advil 200 mg)/Advil 200 mg/7 full days/2026-11-23/2026-11-24/"
            "(no date can be given yet)/the procedure"
        )

    @pytest.mark.parametrize(
        ("substance", "label", "text"),
        [
            ("acetylsalicylic-acid", "Aspirin", "acetylsalicylic acid (Aspirin)."),
            ("warfarin", "Warfarin", "warfarin."),
            (None, "the white ones", "the white ones."),
        ],
    )
    def test_a_substance_is_named_once(self, substance: str | None, label: str, text: str) -> None:
        """With the words of the record where they differ."""
        assert said("{substance}.", label=label, hold={**HOLD, "substance": substance}).startswith(text)

    def test_without_a_medication(self) -> None:
        """A rule per patient speaks of the medication in general."""
        assert said("Stop {medication} before {procedure}.") == "Stop the medication before the procedure."

    def test_what_the_record_says_is_never_a_place(self) -> None:
        """A brace in a label stays a brace, and a place without a word stays as it is."""
        assert said("Stop {medication}, {unheard_of}.", label="{interval} tablets", hold=HOLD).startswith(
            "Stop {interval} tablets, {unheard_of}."
        )

    def test_of_a_disposition(self) -> None:
        """It may name the ruleset that decided."""
        assert disposition_text("By {ruleset} {version}", {"id": "r", "version": "1.0.0"}) == "By r 1.0.0"


class TestHold:
    """A hold is told by its state, its reason and the record."""

    @pytest.mark.parametrize(
        ("hold", "text"),
        [
            ({}, "Last permitted dose 2026-11-23, no dose from 2026-11-24 until the procedure."),
            ({"state": "due"}, "Due now: last permitted dose 2026-11-23"),
            (
                {"state": "overdue", "reason": "dose_after_deadline", "last_dose": "2026-11-24"},
                "The last dose (2026-11-24) was taken after the last permitted dose (2026-11-23)",
            ),
            (
                {"state": "undecidable", "reason": "procedure_start_unknown"},
                "No date can be given yet. The start of the procedure is not known; the interval is 7 full days.",
            ),
            (
                {"state": "undecidable", "reason": "interval_not_configured", "interval": None},
                "No date can be given yet. The site has not configured an interval.",
            ),
            ({"state": "contested", "reason": "sources_differ"}, "No date is given. Sources differ"),
            ({"state": "contested", "reason": "advice_differs"}, "No date is given. Rules advise opposite things"),
            ({"record_status": "on_hold"}, "until the procedure. The record says: on hold."),
        ],
    )
    def test_states(self, hold: dict[str, Any], text: str) -> None:
        """With the dates that belong to them."""
        assert text in said("Stop it.", label="Advil", hold={**HOLD, **hold})

    def test_what_is_active_or_not_said_needs_no_word(self) -> None:
        """Only what would surprise is told."""
        for status in (None, "active"):
            assert "The record says" not in said("Stop it.", label="Advil", hold={**HOLD, "record_status": status})

    def test_a_withheld_hold_names_the_rule_that_is_open(self) -> None:
        """And no number."""
        hold = {**HOLD, "state": "undecidable", "reason": "withheld", "interval": None}
        text = said(label="Advil", hold=hold, status="cannot_decide", overridden_by="stent")
        assert "cannot be decided (stent)" in text
        assert "7" not in text


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (None, "not configured"),
        ({"counting": "full_days", "low": 1, "high": 1}, "1 full day"),
        ({"counting": "full_days", "low": 3, "high": 5}, "3 to 5 full days"),
        ({"counting": "hours", "low": 48, "high": 48}, "48 hours"),
        ({"counting": "doses", "low": 6, "high": 6, "per_day": 2}, "6 doses at 2 a day"),
    ],
)
def test_an_interval_is_told_whole(interval: dict[str, Any] | None, text: str) -> None:
    """With both ends and its rate."""
    assert interval_text(interval) == text


@pytest.mark.parametrize(
    ("label", "reason", "text"),
    [
        (None, None, "How often?"),
        ("Advil", None, "How often? [Advil]"),
        (None, Reason.REFUSED, "How often? (refused)"),
        ("Advil", Reason.ABSENT, "How often? [Advil] (not said)"),
    ],
)
def test_a_question_says_what_it_is_about_and_why(label: str | None, reason: Reason | None, text: str) -> None:
    """The item, and why the answer is open."""
    assert prompt_text(Question("fact", "How often?", label, reason)) == text
