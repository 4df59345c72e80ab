"""What must not be overlooked: an antithrombotic held too long, an urgent procedure inside a hold interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cds.facts.model import Facts, TimeSpan
from cds.facts.time_text import day_text, with_weekdays
from cds.holds.model import Alert, Line, Procedure
from cds.holds.urgency import may_be_antithrombotic
from cds.holds.written_times import span_of
from cds.records.decision import Recommendation
from cds.trace.model import HoldReason

URGENT = frozenset({"urgent", "emergency"})
_MAY_BE_INSIDE = frozenset({HoldReason.LAST_DOSE_UNKNOWN, HoldReason.LAST_DOSE_TOO_VAGUE, HoldReason.REPORT_TOO_OLD})
_WITHOUT_ITS_INTERVAL = frozenset({"prescriber", "contested", "undecidable"})
_START = "procedure.start"
_ON_HOLD = "on_hold"
_PERHAPS_FOR_THE_PROCEDURE = frozenset({"stopped", "unknown"})
"""What a record says of a medicine that may have been stopped for the procedure, or for good."""
_TO = " to "
_DAY = len("2026-11-21")


def alerts_of(line: Line, restarts: Sequence[Recommendation], procedure: Procedure, facts: Facts) -> list[Alert]:
    """Give the alerts of a line; `restarts` are the rules of kind `restart` that speak of its medication."""
    if procedure["status"] == "done":
        return [*_not_restarted(line, facts)]
    by_rule = [_held_too_long(one["severity"], one["text"]) for one in restarts]
    return [*(by_rule or _held_for_nothing(line, facts)), *_inside_interval(line, procedure)]


def _held_too_long(severity: str, text: str) -> Alert:
    return {"code": "held_too_long", "severity": severity, "text": text}


def _held_for_nothing(line: Line, facts: Facts) -> Iterator[Alert]:
    """Tell that an antithrombotic is on hold although no procedure is ahead yet, or long before it has to be."""
    if not line["is_antithrombotic"] or line["record_status"] != _ON_HOLD:
        return
    start = facts.value(_START)
    is_dated = isinstance(start, TimeSpan)
    if not isinstance(start, TimeSpan) or facts.zone.day_of(start.high) < facts.zone.day_of(facts.as_of):
        said = "the planned day has passed" if is_dated else "no date of the procedure is recorded"
        text = (
            f"On hold, although {said}: a forgotten restart harms more than a late stop. Its prescriber decides today "
            "whether it is started again until the date is settled."
        )
        yield _held_too_long("high", text)
    elif line["reason"] == HoldReason.WASHOUT_ELAPSED and _is_before_every_deadline(line):
        text = (
            f"On hold earlier than any position asks: its interval is over already, and the last dose to take by this "
            f"hold is {with_weekdays(str(line['last_permitted_dose']))}. Its prescriber decides whether it is started "
            "again until then; the hold may have another reason."
        )
        yield _held_too_long("high", text)


def _is_before_every_deadline(line: Line) -> bool:
    """Tell whether the last dose was on a day before the deadlines by all positions."""
    deadlines = [line["last_permitted_dose"], *(other["last_permitted_dose"] for other in line["other_deadlines"])]
    last_dose = str(line["last_dose"]).rpartition(_TO)[2][:_DAY]
    return last_dose < min(deadline[:_DAY] for deadline in deadlines if deadline is not None)


def _not_restarted(line: Line, facts: Facts) -> Iterator[Alert]:
    """Tell that the restart is due; where it has no date, from the day after the procedure on."""
    restart, today = line["restart"], day_text(facts.as_of, facts.zone)
    latest = None if restart is None else restart["to"] or restart["at"]
    is_due = _is_another_day(facts) if latest is None else _has_come(latest, facts)
    if not is_due or not may_be_antithrombotic(line):
        return
    if line["record_status"] == _ON_HOLD and latest is not None:
        text = (
            f"Still on hold, although its earliest restart was {with_weekdays(latest)}: a forgotten restart harms "
            "more than a late one. Its prescriber decides today."
        )
        yield _held_too_long("high" if latest[:_DAY] == today else "critical", text)
    elif line["record_status"] == _ON_HOLD:
        text = (
            "Still on hold after the procedure, and no restart date can be given: a forgotten restart harms more than "
            "a late one. Settle what is open with its prescriber."
        )
        yield _held_too_long("high", text)
    elif line["record_status"] in _PERHAPS_FOR_THE_PROCEDURE and line["is_antithrombotic"]:
        text = (
            f"The record says {line['record_status']}, and the procedure is done: ask whether it was stopped for it. "
            "If it was, its prescriber decides today whether it is started again; if it was stopped for good, nothing "
            "is to be done."
        )
        yield _held_too_long("moderate", text)


def _inside_interval(line: Line, procedure: Procedure) -> Iterator[Alert]:
    if procedure["urgency"] not in URGENT:
        return
    if line["state"] == "overdue":
        said = "is inside its hold interval"
    elif line["state"] in _WITHOUT_ITS_INTERVAL and (line["is_antithrombotic"] or line["reason"] in _MAY_BE_INSIDE):
        said = "may be inside its hold interval"
    else:
        return
    text = (
        f"The procedure is {procedure['urgency']}, and {line['medication']} {said}. {line['why']} Whether to go ahead, "
        "to wait or to reverse it is for the proceduralist and the prescriber together."
    )
    yield {"code": "inside_interval", "severity": "critical", "text": text}


def _is_another_day(facts: Facts) -> bool:
    """Tell whether the day of the procedure has passed; one that is not known is taken to have."""
    known = [v for v in map(facts.value, ("postop.procedure_end", _START)) if isinstance(v, TimeSpan)]
    return not known or facts.zone.day_of(known[0].high) < facts.zone.day_of(facts.as_of)


def _has_come(told: str, facts: Facts) -> bool:
    """Tell whether a day or an instant that a decision tells has come."""
    found = span_of(told, facts.zone)
    return found is not None and found.low <= facts.as_of
