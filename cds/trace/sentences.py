"""The words for people: every sentence of a decision and an explanation is made here, from data.

`RENDERER` is raised with every change of wording, so that a corrected sentence never looks like a changed decision.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from cds.facts.model import Reason
from cds.trace.date_sentences import date_sentences, date_words
from cds.trace.hold_sentences import NOT_GIVEN, hold_sentences, hold_words
from cds.trace.model import HoldReason, Question

RENDERER = 2

FOR_PROFESSIONALS = "For healthcare professionals; not patient instructions."
"""What is said on everything that is printed or handed on."""

STANDING = {
    "draft": "DRAFT: no clinician has signed this content off.",
    "retired": "RETIRED: this ruleset is no longer in use.",
}
"""By the status of a ruleset, what has to be said with all that it says."""
REVIEW_OVERDUE = "The day by which the ruleset was to be reviewed has passed."

_STATUS = {
    "cannot_decide": "Cannot be decided yet",
    "contested": "Contested",
    "overridden": "Overridden",
    "does_not_apply": "Does not apply",
    "skipped": "Skipped",
}

_SAYS_ITS_TEXT = frozenset({"applies", "contested"})

_WHY_UNKNOWN = {
    Reason.ABSENT: "not said",
    Reason.NULL: "given as empty",
    Reason.REFUSED: "refused",
    Reason.NOT_ASSESSED: "not assessed",
    Reason.CONTRADICTED: "reports contradict each other",
    Reason.UNIDENTIFIED: "could not be identified",
    Reason.NOT_CALCULATED: "could not be calculated",
}

_PLACE = re.compile(r"\{([a-z][a-z0-9_.]*)\}")


def recommendation_text(
    template: str,
    recommendation: Mapping[str, Any],
    label: str | None,
    open_questions: Sequence[Question],
    classes: Collection[str] = (),
) -> str:
    """Render a recommendation from its document.

    `template` is the rule's text, `label` the item's, `open_questions` what would settle the rule, and `classes` those
    of the item's substance. The rule's text says what holds where the rule applies; where that is not known, or where
    stopping turns out not to be ours to advise, only its title is told.
    """
    hold, dates = recommendation["hold"], recommendation["dates"]
    words = _words(recommendation, label)
    says_text = _says_text(recommendation)
    said = [_ended(_filled(template if says_text else recommendation["title"], words))]
    if label is not None and (hold is None or not says_text):
        said = [f"{label}: {said[0]}"]
    if recommendation["status"] in _STATUS:
        said.insert(0, f"{_STATUS[recommendation['status']]}{_by(recommendation)}:")
    said += date_sentences(dates, template)
    if recommendation["assumed"]:
        said.append("Assumed to apply, because it cannot be ruled out.")
    if hold is not None:
        said += hold_sentences(hold, words, classes, recommendation["overridden_by"])
    if open_questions:
        said.append(f"To settle it: {' '.join(question.prompt for question in open_questions)}")
    return " ".join(said)


def disposition_text(template: str, ruleset: Mapping[str, Any]) -> str:
    """Render a disposition's text; it may name the ruleset that decided as `{ruleset}` and `{version}`."""
    said = _filled(template, {"ruleset": ruleset["id"], "version": ruleset["version"]})
    standing = STANDING.get(ruleset["status"])
    return said if standing is None else f"{_ended(said)} {standing}"


def prompt_text(question: Question) -> str:
    """Render a question, with the item it is about and why it is open."""
    about = f" [{question.label}]" if question.label else ""
    why = f" ({_WHY_UNKNOWN[question.reason]})" if question.reason in _WHY_UNKNOWN else ""
    return f"{question.prompt}{about}{why}"


def _says_text(recommendation: Mapping[str, Any]) -> bool:
    """Say whether the rule's own text is told: its advice stands, and is not for the prescriber after all."""
    hold = recommendation["hold"]
    is_for_prescriber = hold is not None and hold["reason"] == HoldReason.OTHER_FREQUENCY
    return recommendation["status"] in _SAYS_ITS_TEXT and not is_for_prescriber


def _words(recommendation: Mapping[str, Any], label: str | None) -> dict[str, str]:
    named = label or "the medication"
    words = {"medication": named, "substance": named, "procedure": "the procedure"}
    words.update((date["name"], date_words(date)) for date in recommendation["dates"])
    return words if recommendation["hold"] is None else {**words, **hold_words(recommendation["hold"], label)}


def _by(recommendation: Mapping[str, Any]) -> str:
    if recommendation["status"] == "overridden":
        return f" by {recommendation['overridden_by']}"
    if recommendation["opposed_by"]:
        return f" with {', '.join(recommendation['opposed_by'])}"
    return ""


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _filled(template: str, words: Mapping[str, str]) -> str:
    """Put words in their places; a brace inside a word is text. A place without a word is that of a date not given."""
    return _PLACE.sub(lambda place: words.get(place[1], NOT_GIVEN), template)
