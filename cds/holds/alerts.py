"""What must not be overlooked: an antithrombotic held too long, an urgent procedure inside a hold interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cds.facts.instants import parse_exact_instant
from cds.facts.model import Facts, TimeSpan
from cds.facts.time_text import day_text, with_weekdays
from cds.holds.model import Alert, Line, Procedure, Restart
from cds.holds.urgency import may_be_antithrombotic
from cds.records.decision import Recommendation
from cds.trace.model import HoldReason

URGENT = frozenset({"urgent", "emergency"})
_MAY_BE_INSIDE = frozenset({HoldReason.LAST_DOSE_UNKNOWN, HoldReason.LAST_DOSE_TOO_VAGUE, HoldReason.REPORT_TOO_OLD})
_CLOCK = "T"


def alerts_of(line: Line, restarts: Sequence[Recommendation], procedure: Procedure, facts: Facts) -> list[Alert]:
    """Give the alerts of a line; `restarts` are the rules of kind `restart` that speak of its medication."""
    return [*_held_too_long(line, restarts, procedure, facts), *_inside_interval(line, procedure)]


def _held_too_long(
    line: Line, restarts: Sequence[Recommendation], procedure: Procedure, facts: Facts
) -> Iterator[Alert]:
    """Tell a forgotten restart: by rule where the procedure was given up, by the date where it was done."""
    if procedure["status"] != "done":
        for one in restarts:
            yield {"code": "held_too_long", "severity": one["severity"], "text": one["text"]}
        return
    if may_be_antithrombotic(line) and line["record_status"] == "on_hold":
        yield from _not_restarted(line["restart"], facts)


def _not_restarted(restart: Restart | None, facts: Facts) -> Iterator[Alert]:
    """Tell that the restart is due; where it has no date, from the day after the procedure on."""
    today = day_text(facts.as_of, facts.zone)
    latest = None if restart is None else restart["to"] or restart["at"]
    if latest is not None and _has_come(latest, facts):
        text = (
            f"Still on hold, although its earliest restart was {with_weekdays(latest)}: a forgotten restart harms "
            "more than a late one. Its prescriber decides today."
        )
        yield {"code": "held_too_long", "severity": "high" if latest[:10] == today else "critical", "text": text}
    if latest is None and _is_another_day(facts):
        text = (
            "Still on hold after the procedure, and no restart date can be given: a forgotten restart harms more than "
            "a late one. Settle what is open with its prescriber."
        )
        yield {"code": "held_too_long", "severity": "high", "text": text}


def _inside_interval(line: Line, procedure: Procedure) -> Iterator[Alert]:
    if procedure["urgency"] not in URGENT:
        return
    if line["state"] == "overdue":
        said = "is inside its hold interval"
    elif line["state"] == "undecidable" and line["reason"] in _MAY_BE_INSIDE:
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
    known = [v for v in map(facts.value, ("postop.procedure_end", "procedure.start")) if isinstance(v, TimeSpan)]
    return not known or facts.zone.day_of(known[0].high) < facts.zone.day_of(facts.as_of)


def _has_come(told: str, facts: Facts) -> bool:
    """Tell whether a day or an instant that a decision tells has come."""
    if _CLOCK in told:
        return parse_exact_instant(told) <= facts.as_of
    return told <= day_text(facts.as_of, facts.zone)
