"""The words for a hold: its state, why it is so, and its dates, also by the positions that are not adopted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from cds.facts.time_text import with_weekdays
from cds.trace.date_sentences import other_positions
from cds.trace.model import HoldReason

NOT_GIVEN = "(no date can be given yet)"
TIMES = ("last_permitted_dose", "no_dose_from", "last_dose", "earliest_procedure")
ANTITHROMBOTIC = frozenset({"anticoagulant", "antiplatelet", "antithrombotic"})
"""Classes of medicines that are dangerous to stop too early: the last dose is told as one to take."""

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

_STATE_OF_ANTITHROMBOTIC = {
    **_STATE,
    "due": "Due now: last dose to take: {last_permitted_dose}; no dose from {no_dose_from} until the procedure.",
    "planned": "Last dose to take: {last_permitted_dose}; no dose from {no_dose_from} until the procedure.",
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

_COUNTING = {"full_days": "full day", "hours": "hour", "doses": "dose"}


def hold_words(hold: Mapping[str, Any], label: str | None) -> dict[str, str]:
    """Give the words for the places that a text about a hold may have."""
    words = {key: with_weekdays(hold[key]) if hold[key] is not None else NOT_GIVEN for key in TIMES}
    words["interval"] = interval_text(hold["interval"])
    substance = hold["substance"]
    if substance is not None:
        named = substance.replace("-", " ")
        words["substance"] = named if named.casefold() == (label or "").casefold() else f"{named} ({label})"
    return words


def hold_sentences(
    hold: Mapping[str, Any], words: Mapping[str, str], classes: Collection[str], overridden_by: str | None
) -> Iterator[str]:
    """Say the state of a hold and why, the deadlines by other positions, and what the record says."""
    filled = {**words, "overridden_by": overridden_by or ""}
    states = _STATE if ANTITHROMBOTIC.isdisjoint(classes) else _STATE_OF_ANTITHROMBOTIC
    yield states[hold["state"]].format_map(filled)
    if why := _REASON[HoldReason(hold["reason"])]:
        yield why.format_map(filled)
    if "readings" in hold:
        yield from _readings(hold["readings"])
    if hold["other_deadlines"]:
        yield from _other_deadlines(hold)
    if hold["record_status"] not in {None, "active"}:
        yield f"The record says: {str(hold['record_status']).replace('_', ' ')}."


def reason_text(hold: Mapping[str, Any], overridden_by: str | None = None) -> str:
    """Say why a hold is in its state; where the state says it all, say the state."""
    filled = {**hold_words(hold, None), "overridden_by": overridden_by or ""}
    return (_REASON[HoldReason(hold["reason"])] or _STATE[hold["state"]]).format_map(filled)


def interval_text(interval: Mapping[str, Any] | None) -> str:
    """Render a hold interval, for example `7 full days` or `6 to 8 doses at 2 a day`."""
    if interval is None:
        return "not configured"
    low, high = interval["low"], interval["high"]
    noun = _COUNTING[interval["counting"]] + ("" if high == 1 else "s")
    amount = f"{low}" if low == high else f"{low} to {high}"
    rate = f" at {interval['per_day']} a day" if interval.get("per_day") else ""
    return f"{amount} {noun}{rate}"


def _readings(readings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Tell the deadline of each reading of a contested hold, the earlier first, as its data has them."""
    said = [
        f"{with_weekdays(reading['last_permitted_dose'])} ({', '.join(sorted(set(reading['sources'].values())))})"
        for reading in readings
        if reading["last_permitted_dose"] is not None
    ]
    if said:
        yield f"Last permitted dose: {' or '.join(said)}."


def _other_deadlines(hold: Mapping[str, Any]) -> Iterator[str]:
    own = {None, hold["last_permitted_dose"]}
    differing = [other for other in hold["other_deadlines"] if other["last_permitted_dose"] not in own]
    differing.sort(key=lambda other: str(other["last_permitted_dose"]))
    told = ((with_weekdays(other["last_permitted_dose"]), other) for other in differing)
    yield from other_positions(told, "last dose")
