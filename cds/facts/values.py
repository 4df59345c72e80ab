"""Reading one fact in any of its forms: known, unknown for a reason, reported in conflict, measured at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TypeGuard

from cds.errors import nearest
from cds.facts.context import Context, Json, Path, check_keys, one_of, refusal
from cds.facts.dictionary import Declaration, FactType
from cds.facts.instants import format_instant, parse_exact_instant
from cds.facts.known import FROM, TO, Read, read_known
from cds.facts.model import ABSENT, Coded, Reason, Unknown, Value
from cds.facts.tokens import quoted

UNKNOWN, CONFLICTING = "unknown", "conflicting"
VALUE, TAKEN = "value", "taken"
REASONS = {reason.value: reason for reason in (Reason.REFUSED, Reason.NOT_ASSESSED, Reason.ABSENT)}
"""What a document may say instead of a value; null says that there is none."""


def read_value(raw: Json, declared: Declaration, context: Context, path: Path) -> Read:
    """Read a fact that has no time of its own; gives the value and its normal form, None for null or absent.

    Raises:
        FactsError: it cannot be read, or is impossible.
    """
    if raw is None:
        return Unknown(Reason.NULL), None
    if isinstance(raw, dict):
        if UNKNOWN in raw:
            return read_unknown(raw, context, path)
        if CONFLICTING in raw:
            reports = _reports(raw, context, path)
            return _agreed([read_known(report, declared, context, at) for report, at in reports], declared, context)
    return read_known(raw, declared, context, path)


def read_measured(
    raw: Json, declared: Declaration, taken: Declaration, context: Context, path: Path
) -> tuple[Value, Value, Json]:
    """Read a measured fact, `{"value": ..., "taken": ...}` or the value alone; gives value, time and normal form.

    Raises:
        FactsError: it cannot be read, or is impossible.
    """
    if isinstance(raw, dict) and CONFLICTING in raw:
        reports = [_report(report, declared, taken, context, at) for report, at in _reports(raw, context, path)]
        value = _agreed([value for value, _ in reports], declared, context)
        time = _agreed_time([time for _, time in reports], taken, context)
    else:
        value, time = _measured(raw, declared, taken, context, path)
    return value[0], time[0], _measured_normal(value, time)


def read_unknown(raw: Mapping[str, Json], context: Context, path: Path) -> tuple[Unknown, Json]:
    """Read `{"unknown": "refused"}` and its like; gives the reason and its normal form, None if absent.

    Raises:
        FactsError: there is no such reason.
    """
    check_keys(raw, (UNKNOWN,), context.place, path)
    word = raw[UNKNOWN]
    reason = REASONS.get(word) if isinstance(word, str) else None
    if reason is None:
        raise refusal(
            f"{quoted(word)} is not a reason why a fact is unknown",
            context.place,
            (*path, UNKNOWN),
            expected=one_of(REASONS),
            suggestion=nearest(word, REASONS) if isinstance(word, str) else None,
        )
    return (ABSENT, None) if reason is Reason.ABSENT else (Unknown(reason), {UNKNOWN: reason.value})


def is_contradicted(value: Value | None) -> TypeGuard[Unknown]:
    """Say whether reports of a fact differ."""
    return isinstance(value, Unknown) and value.reason is Reason.CONTRADICTED


def _measured(raw: Json, declared: Declaration, taken: Declaration, context: Context, path: Path) -> tuple[Read, Read]:
    if not isinstance(raw, dict) or not raw.keys().isdisjoint((UNKNOWN, FROM, TO)):
        return read_value(raw, declared, context, path), (ABSENT, None)
    check_keys(raw, (VALUE, TAKEN), context.place, path)
    value = read_value(raw[VALUE], declared, context, (*path, VALUE)) if VALUE in raw else (ABSENT, None)
    time = read_value(raw[TAKEN], taken, context, (*path, TAKEN)) if TAKEN in raw else (ABSENT, None)
    return value, time


def _measured_normal(value: Read, time: Read) -> Json:
    if time[0] is ABSENT:
        return value[1]
    return {TAKEN: time[1]} if value[0] is ABSENT else {VALUE: value[1], TAKEN: time[1]}


def _reports(raw: Mapping[str, Json], context: Context, path: Path) -> list[tuple[Json, Path]]:
    """Give the reports of a conflict, each with its path."""
    check_keys(raw, (CONFLICTING,), context.place, path)
    reports, at = raw[CONFLICTING], (*path, CONFLICTING)
    if not isinstance(reports, list | tuple) or len(reports) < len(("one", "other")):
        raise refusal(
            "a conflict needs reports that differ", context.place, at, expected="a list of two or more reports"
        )
    return [(report, (*at, number)) for number, report in enumerate(reports)]


def _report(raw: Json, declared: Declaration, taken: Declaration, context: Context, path: Path) -> tuple[Read, Read]:
    value, time = _measured(raw, declared, taken, context, path)
    if isinstance(value[0], Unknown) or is_contradicted(time[0]):
        problem = "a report in a conflict has to be known itself"
        raise refusal(problem, context.place, path, expected="a value, or a value and when it was taken")
    return value, time


def _agreed(reads: Sequence[Read], declared: Declaration, context: Context) -> Read:
    """Give what all reports say, or the contradiction with all that they say, in an order of its own."""
    by_text = {json.dumps(normal, sort_keys=True): (value, normal) for value, normal in reads}
    ordered = [by_text[text] for text in sorted(by_text)]
    if len({value for value, _ in ordered}) == 1:
        return ordered[0]
    shown = tuple(_shown(value, normal, declared, context) for value, normal in ordered)
    return Unknown(Reason.CONTRADICTED, shown), {CONFLICTING: [normal for _, normal in ordered]}


def _agreed_time(times: Sequence[Read], taken: Declaration, context: Context) -> Read:
    """Agree on the times that were told; a report without a time does not contradict them."""
    known = [time for time in times if not isinstance(time[0], Unknown)]
    return _agreed(known, taken, context) if known else min(times, key=str)


def _shown(value: Value, normal: Json, declared: Declaration, context: Context) -> str:
    """Write one of several reports for a reader; times with the zone's offset."""
    if isinstance(value, Coded):
        return str(value.code)
    if isinstance(normal, bool):
        return str(normal).lower()
    if isinstance(normal, dict):
        return " to ".join(_shown_end(normal[key], declared, context) for key in (FROM, TO))
    return _shown_end(normal, declared, context)


def _shown_end(normal: str, declared: Declaration, context: Context) -> str:
    if declared.type is FactType.TIME and normal.endswith("Z"):
        return format_instant(parse_exact_instant(normal), context.zone)
    return normal
