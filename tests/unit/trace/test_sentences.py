"""The words for people, made from data alone."""

from __future__ import annotations

from typing import Any

import pytest

from cds.facts.model import Reason
from cds.trace.hold_sentences import interval_text
from cds.trace.model import Question
from cds.trace.sentences import disposition_text, prompt_text, recommendation_text

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
    "other_deadlines": [],
    "restart": None,
    "record_status": "active",
}


def said(
    template: str = "Do this.",
    *,
    hold: dict[str, Any] | None = None,
    label: str | None = None,
    asked: tuple[str, ...] = (),
    classes: frozenset[str] = frozenset({"nsaid"}),
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
        "dates": [],
        **recommendation,
    }
    questions = [Question("fact", prompt, label=None, reason=Reason.ABSENT) for prompt in asked]
    return recommendation_text(template, whole, label, questions, classes)


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
            "ibuprofen (Advil 200 mg)/Advil 200 mg/7 full days/Mon 2026-11-23/Tue 2026-11-24/"
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
        """A brace in a label stays a brace."""
        assert said("Stop {medication}.", label="{interval} tablets", hold=HOLD).startswith("Stop {interval} tablets.")

    def test_of_a_date_that_is_not_given(self) -> None:
        """Where the hold gives no date, the rule's other dates are not given either, and no brace is left."""
        hold = {**HOLD, "state": "undecidable", "reason": "last_dose_unknown", "last_permitted_dose": None}
        text = said("Stop it, measure on {check_on}.", label="Advil", hold=hold)
        assert text.startswith("Stop it, measure on (no date can be given yet).")

    @pytest.mark.parametrize(
        ("status", "text"),
        [
            ("active", "By r 1.0.0"),
            ("draft", "By r 1.0.0. DRAFT: no clinician has signed this content off."),
            ("retired", "By r 1.0.0. RETIRED: this ruleset is no longer in use."),
        ],
    )
    def test_of_a_disposition(self, status: str, text: str) -> None:
        """It may name the ruleset that decided, and says how far that may be relied on."""
        ruleset = {"id": "r", "version": "1.0.0", "status": status}
        assert disposition_text("By {ruleset} {version}", ruleset) == text


class TestHold:
    """A hold is told by its state, its reason and the record."""

    @pytest.mark.parametrize(
        ("hold", "text"),
        [
            ({}, "Last permitted dose Mon 2026-11-23, no dose from Tue 2026-11-24 until the procedure."),
            ({"state": "due"}, "Due now: last permitted dose Mon 2026-11-23"),
            (
                {"state": "overdue", "reason": "dose_after_deadline", "last_dose": "2026-11-24"},
                "The last dose (Tue 2026-11-24) was taken after the last permitted dose (Mon 2026-11-23): ",
            ),
            (
                {"state": "overdue", "reason": "dose_after_deadline", "last_dose": "2026-11-24"},
                "By this hold the earliest procedure is Sun 2026-11-29 00:00 -05:00.",
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

    @pytest.mark.parametrize("of", ["anticoagulant", "antiplatelet", "antithrombotic"])
    def test_the_last_dose_of_an_antithrombotic_is_one_to_take(self, of: str) -> None:
        """It is as dangerous to stop it early as to stop it late."""
        text = said("Stop it.", label="Plavix", hold=HOLD, classes=frozenset({"other", of}))
        assert "Last dose to take: Mon 2026-11-23; no dose from Tue 2026-11-24 until the procedure." in text
        due = said("Stop it.", label="Plavix", hold={**HOLD, "state": "due"}, classes=frozenset({of}))
        assert "Due now: last dose to take: Mon 2026-11-23; no dose from Tue 2026-11-24" in due

    def test_other_positions_are_told_the_earliest_first(self) -> None:
        """Joined where they say the same, marked where unconfirmed; what agrees or has no date needs no word."""
        said_by = [
            ("a", "2026-11-29T08:00:00-05:00", "secondary"),
            ("b", "2026-11-21", "unconfirmed"),
            ("c", "2026-11-23", "primary"),
            ("d", "2026-11-21", "secondary"),
            ("e", None, "secondary"),
        ]
        others = [
            {"source": source, "interval": None, "last_permitted_dose": last, "confirmed": confirmed}
            for source, last, confirmed in said_by
        ]
        assert said("Stop it.", label="Advil", hold={**HOLD, "other_deadlines": others}).endswith(
            "until the procedure. By other positions, last dose: "
            "Sat 2026-11-21 (b, unconfirmed; d), Sun 2026-11-29 08:00 -05:00 (a)."
        )
        agreeing = said("Stop it.", label="Advil", hold={**HOLD, "other_deadlines": others[2:3]})
        assert "other positions" not in agreeing

    def test_readings_of_a_contested_hold_are_told(self) -> None:
        """Each with its sources, in the order of the data; one without a date is left to the data."""
        readings = [
            {"sources": {"$washout": "a", "stop": "a"}, "interval": None, "last_permitted_dose": "2026-11-23"},
            {"sources": {"$washout": "b", "stop": "a"}, "interval": None, "last_permitted_dose": "2026-11-28"},
            {"sources": {"$washout": "c"}, "interval": None, "last_permitted_dose": None},
        ]
        hold = {**HOLD, "state": "contested", "reason": "sources_differ", "readings": readings}
        told = said("Stop it.", label="Advil", hold=hold, status="contested")
        assert told.endswith("Last permitted dose: Mon 2026-11-23 (a) or Sat 2026-11-28 (a, b).")
        none = said("Stop it.", label="Advil", hold={**hold, "readings": readings[2:]}, status="contested")
        assert none.endswith("all readings are shown.")

    def test_another_frequency_is_for_the_prescriber_and_not_a_stop(self) -> None:
        """The rule's own text would say to stop: its title is told, and why no date is."""
        interval = {"counting": "doses", "low": 6, "high": 6, "per_day": 2}
        hold = {**HOLD, "state": "prescriber", "reason": "other_frequency", "interval": interval}
        assert said("Stop it now.", label="Eliquis", hold=hold) == (
            "Eliquis: Its title. Stopping it is for the prescriber and the proceduralist to decide; no date is given "
            "here. It is taken at another frequency than the source of the interval assumes (6 doses at 2 a day)."
        )

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
