"""The words for people: every sentence of a decision and an explanation is made here, from data.

`RENDERER` is raised with every change of wording, so that a corrected sentence never looks like a changed decision.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cds.facts.model import Reason
from cds.trace.model import HoldReason, Question

RENDERER = 1

NOT_GIVEN = "(no date can be given yet)"

_STATE = {
    "unidentified": "This medication could not be identified: check by hand what it is before anything else.",
    "prescriber": "Stopping it is for the prescriber and the proceduralist to decide; no date is given here.",
    "contested": "No date is given.",
    "undecidable": "No date can be given yet.",
    "overdue": "The last dose ({last_dose}) was taken after the last permitted dose ({last_permitted_dose}): "
    "too late for the planned procedure. By this hold the earliest procedure is {earliest_procedure}.",
    "due": "Due now: last permitted dose {last_permitted_dose}, no dose from {no_dose_from} until the procedure.",
    "planned": "Last permitted dose {last_permitted_dose}, no dose from {no_dose_from} until the procedure.",
    "satisfied": "Satisfied: last dose {last_dose}, last permitted dose {last_permitted_dose}.",
    "continue": "Do not stop it for the procedure.",
    "no_rule": "No bleeding hold for it in this ruleset; this is not advice to continue it.",
}

_STATE_SAYS_IT = ""

_REASON = {
    HoldReason.UNIDENTIFIED: _STATE_SAYS_IT,
    HoldReason.PRESCRIBER: _STATE_SAYS_IT,
    HoldReason.CONTINUE: _STATE_SAYS_IT,
    HoldReason.ASSUMED: "Assumed, because it is not known to be otherwise.",
    HoldReason.CONDITION_UNKNOWN: _STATE_SAYS_IT,
    HoldReason.WITHHELD: "A rule that could override this hold cannot be decided ({overridden_by}).",
    HoldReason.SOURCES_DIFFER: "Sources differ and none is adopted: all readings are shown.",
    HoldReason.ADVICE_DIFFERS: "Rules advise opposite things, and none overrides the other.",
    HoldReason.INTERVAL_NOT_CONFIGURED: "The site has not configured an interval.",
    HoldReason.FREQUENCY_UNKNOWN: "How often it is taken is not known; the interval is {interval}.",
    HoldReason.OTHER_FREQUENCY: "It is taken at another frequency than the source of the interval "
    "assumes ({interval}).",
    HoldReason.PROCEDURE_START_UNKNOWN: "The start of the procedure is not known; the interval is {interval}.",
    HoldReason.PROCEDURE_START_PASSED: "The planned start has passed: "
    "correct the start or the status of the procedure.",
    HoldReason.PROCEDURE_START_TOO_VAGUE: "The start of the procedure is not known precisely enough to tell whether "
    "the last dose was in time.",
    HoldReason.LAST_DOSE_UNKNOWN: "The last permitted dose has passed, and when the last dose was taken is not known.",
    HoldReason.LAST_DOSE_TOO_VAGUE: "The last dose is not known precisely enough to tell whether it was in time.",
    HoldReason.REPORT_TOO_OLD: "The last dose was reported before the last permitted dose had passed: ask again.",
    HoldReason.DOSE_AFTER_DEADLINE: _STATE_SAYS_IT,
    HoldReason.STOPPED_IN_TIME: "It was stopped in time.",
    HoldReason.REPORTED_AFTER_DEADLINE: "This was reported after the last permitted dose.",
    HoldReason.WASHOUT_ELAPSED: "The interval has passed since the last dose.",
    HoldReason.BEFORE_DEADLINE: _STATE_SAYS_IT,
}

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
}

_PLACE = re.compile(r"\{([a-z_]+)\}")

_COUNTING = {"full_days": "full day", "hours": "hour", "doses": "dose"}


def recommendation_text(
    template: str, recommendation: Mapping[str, Any], label: str | None, open_questions: Sequence[Question]
) -> str:
    """Render a recommendation from its document.

    `template` is the rule's text, `label` the item's, and `open_questions` what would settle the rule. The rule's text
    says what holds where the rule applies; where that is not known, only its title is told.
    """
    hold = recommendation["hold"]
    words = _words(hold, label)
    status = recommendation["status"]
    said = [_ended(_filled(template if status in _SAYS_ITS_TEXT else recommendation["title"], words))]
    if label is not None and (hold is None or status not in _SAYS_ITS_TEXT):
        said = [f"{label}: {said[0]}"]
    if status in _STATUS:
        said.insert(0, f"{_STATUS[status]}{_by(recommendation)}:")
    if recommendation["assumed"]:
        said.append("Assumed to apply, because it cannot be ruled out.")
    if hold is not None:
        said += _hold_sentences(hold, recommendation, words)
    if open_questions:
        said.append(f"To settle it: {' '.join(question.prompt for question in open_questions)}")
    return " ".join(said)


def disposition_text(template: str, ruleset: Mapping[str, Any]) -> str:
    """Render a disposition's text; it may name the ruleset that decided as `{ruleset}` and `{version}`."""
    return _filled(template, {"ruleset": ruleset["id"], "version": ruleset["version"]})


def prompt_text(question: Question) -> str:
    """Render a question, with the item it is about and why it is open."""
    about = f" [{question.label}]" if question.label else ""
    why = f" ({_WHY_UNKNOWN[question.reason]})" if question.reason in _WHY_UNKNOWN else ""
    return f"{question.prompt}{about}{why}"


def interval_text(interval: Mapping[str, Any] | None) -> str:
    """Render a hold interval, for example `7 full days` or `6 to 8 doses at 2 a day`."""
    if interval is None:
        return "not configured"
    low, high = interval["low"], interval["high"]
    noun = _COUNTING[interval["counting"]] + ("" if high == 1 else "s")
    amount = f"{low}" if low == high else f"{low} to {high}"
    rate = f" at {interval['per_day']} a day" if interval.get("per_day") else ""
    return f"{amount} {noun}{rate}"


def _words(hold: Mapping[str, Any] | None, label: str | None) -> dict[str, str]:
    words = {
        "medication": label or "the medication",
        "substance": label or "the medication",
        "procedure": "the procedure",
    }
    if hold is None:
        return words
    substance = hold["substance"]
    if substance is not None:
        named = substance.replace("-", " ")
        words["substance"] = named if named.casefold() == (label or "").casefold() else f"{named} ({label})"
    for key in ("last_permitted_dose", "no_dose_from", "last_dose", "earliest_procedure"):
        words[key] = hold[key] or NOT_GIVEN
    words["interval"] = interval_text(hold["interval"])
    return words


def _hold_sentences(hold: Mapping[str, Any], recommendation: Mapping[str, Any], words: dict[str, str]) -> list[str]:
    words = {**words, "overridden_by": recommendation["overridden_by"] or ""}
    said = [_STATE[hold["state"]].format_map(words)]
    if why := _REASON[HoldReason(hold["reason"])]:
        said.append(why.format_map(words))
    if hold["record_status"] not in {None, "active"}:
        said.append(f"The record says: {str(hold['record_status']).replace('_', ' ')}.")
    return said


def _by(recommendation: Mapping[str, Any]) -> str:
    if recommendation["status"] == "overridden":
        return f" by {recommendation['overridden_by']}"
    if recommendation["opposed_by"]:
        return f" with {', '.join(recommendation['opposed_by'])}"
    return ""


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _filled(template: str, words: Mapping[str, str]) -> str:
    """Put words in their places; a brace inside a word is text, and a place without a word stays as it is."""
    return _PLACE.sub(lambda place: words.get(place[1], place[0]), template)
