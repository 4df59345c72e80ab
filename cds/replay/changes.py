"""How one decision differs from another on the same patient, in kinds that a clinician would count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cds.records.decision import DecisionDocument, Recommendation

_GIVEN = frozenset({"applies", "contested"})
"""Advice that is shown; what is overridden gives way, and what cannot be decided is not advice yet."""
_LISTED = _GIVEN | {"cannot_decide", "overridden"}
_OPEN, _SPLIT = "cannot_decide", "contested"
_HOLD_DATES = ("last_permitted_dose", "no_dose_from", "earliest_procedure")


class Kind(StrEnum):
    """A kind of change; those from `disposition` on are of the whole decision."""

    ADVICE_APPEARED = "advice_appeared"
    ADVICE_VANISHED = "advice_vanished"
    ADVICE_CHANGED = "advice_changed"
    SEVERITY = "severity_changed"
    BECAME_UNDECIDABLE = "became_undecidable"
    BECAME_DECIDABLE = "became_decidable"
    BECAME_CONTESTED = "became_contested"
    NO_LONGER_CONTESTED = "no_longer_contested"
    HOLD_STATE = "hold_state_changed"
    HOLD_DATE = "hold_date_changed"
    OTHER_DATE = "other_date_changed"
    DETAILS = "details_changed"
    DISPOSITION = "disposition_changed"
    EARLIEST_PROCEDURE = "earliest_procedure_changed"
    QUESTIONS = "questions_changed"


IN_WORDS: Mapping[Kind, str] = {
    Kind.ADVICE_APPEARED: "advice that was not given is given",
    Kind.ADVICE_VANISHED: "advice that was given is not given, or is overridden",
    Kind.ADVICE_CHANGED: "a rule gives other advice",
    Kind.SEVERITY: "a recommendation has another severity",
    Kind.BECAME_UNDECIDABLE: "a rule cannot be decided that was, or that was not listed",
    Kind.BECAME_DECIDABLE: "a rule is decided that could not be",
    Kind.BECAME_CONTESTED: "sources or advice oppose each other",
    Kind.NO_LONGER_CONTESTED: "sources or advice no longer oppose each other",
    Kind.HOLD_STATE: "a hold has another state",
    Kind.HOLD_DATE: "a hold has other dates, or another interval",
    Kind.OTHER_DATE: "another date that advice tells has changed",
    Kind.DETAILS: "only wording, sources, positions or reasons of a recommendation have changed",
    Kind.DISPOSITION: "the decision as a whole has another outcome",
    Kind.EARLIEST_PROCEDURE: "the procedure is possible at another time",
    Kind.QUESTIONS: "other facts are asked for",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One change; `before` and `after` are words of the contract, never a patient's values.

    They are None where a rule is not listed, and where only a date or a detail differs.
    """

    kind: Kind
    rule: str | None = None
    before: str | None = None
    after: str | None = None


def changes(
    before: DecisionDocument | Mapping[str, Any], after: DecisionDocument | Mapping[str, Any]
) -> Iterator[Change]:
    """Give every change, rule by rule; one rule on one binding may change in several ways."""
    first, second = _listed(before), _listed(after)
    for key in sorted(first.keys() | second.keys()):
        yield from _of_rule(key[0], first.get(key), second.get(key))
    codes = before["disposition"]["code"], after["disposition"]["code"]
    if codes[0] != codes[1]:
        yield Change(Kind.DISPOSITION, None, *codes)
    if before["earliest_procedure"] != after["earliest_procedure"]:
        yield Change(Kind.EARLIEST_PROCEDURE)
    if {asked["fact"] for asked in before["ask"]} != {asked["fact"] for asked in after["ask"]}:
        yield Change(Kind.QUESTIONS)


def _listed(decision: Mapping[str, Any]) -> dict[tuple[str, str], Recommendation]:
    return {
        (listed["rule"], listed["binding"]): listed
        for listed in decision["recommendations"]
        if listed["status"] in _LISTED
    }


def _of_rule(rule: str, before: Recommendation | None, after: Recommendation | None) -> Iterator[Change]:
    was, is_now = before and before["status"], after and after["status"]
    found = [Change(kind, rule, was, is_now) for kind in _of_status(was, is_now)]
    if before is not None and after is not None:
        found += _of_both(rule, before, after)
        if not found and before != after:
            found = [Change(Kind.DETAILS, rule)]
    yield from found


def _of_both(rule: str, before: Recommendation, after: Recommendation) -> Iterator[Change]:
    if before["status"] in _GIVEN and after["status"] in _GIVEN and before["advice"] != after["advice"]:
        yield Change(Kind.ADVICE_CHANGED, rule, before["advice"], after["advice"])
    if before["severity"] != after["severity"]:
        yield Change(Kind.SEVERITY, rule, before["severity"], after["severity"])
    yield from _of_hold(rule, before["hold"], after["hold"])
    if before["dates"] != after["dates"]:
        yield Change(Kind.OTHER_DATE, rule)


def _of_status(was: str | None, is_now: str | None) -> Iterator[Kind]:
    if was == is_now:
        return
    if is_now in _GIVEN and was in {None, "overridden"}:
        yield Kind.ADVICE_APPEARED
    if was in _GIVEN and is_now in {None, "overridden"}:
        yield Kind.ADVICE_VANISHED
    if is_now == _OPEN:
        yield Kind.BECAME_UNDECIDABLE
    if was == _OPEN:
        yield Kind.BECAME_DECIDABLE
    if is_now == _SPLIT:
        yield Kind.BECAME_CONTESTED
    if was == _SPLIT:
        yield Kind.NO_LONGER_CONTESTED


def _of_hold(rule: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Iterator[Change]:
    if before is None or after is None:
        return
    if before["state"] != after["state"]:
        yield Change(Kind.HOLD_STATE, rule, before["state"], after["state"])
    if any(before[name] != after[name] for name in (*_HOLD_DATES, "interval")):
        yield Change(Kind.HOLD_DATE, rule)
