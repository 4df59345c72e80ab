"""The arithmetic of a hold in words: last dose, interval, deadline, procedure, and how they follow from each other."""

from __future__ import annotations

from cds.facts.time_text import with_weekdays
from cds.holds.line_words import earliest_told
from cds.records.decision import Hold
from cds.trace.hold_sentences import interval_text, reason_text


def arithmetic(hold: Hold, start: str | None, *, is_antithrombotic: bool, overridden_by: str | None = None) -> str:
    """Say how a state follows from the dates, or, where there are none, why there are none.

    `start` is the planned start of the procedure as a decision writes times.
    """
    match hold["state"]:
        case "overdue":
            parts = [_last_dose(hold), _needed(hold), f"last permitted dose was {_deadline(hold)}"]
            parts += [_procedure(start), f"earliest procedure by this hold {_earliest(hold)}"]
        case "due" | "planned":
            named = "last dose to take" if is_antithrombotic else "last permitted dose"
            parts = [f"{named} {_deadline(hold)}", f"then {_kept(hold)}", _procedure(start)]
        case "satisfied":
            parts = [_last_dose(hold), _needed(hold), f"last permitted dose {_deadline(hold)}"]
            parts += [_procedure(start)]
        case "contested" if hold.get("readings"):
            parts = [_reading(reading["interval"], reading["last_permitted_dose"]) for reading in hold["readings"]]
        case _:
            return reason_text(hold, overridden_by)
    said = "; ".join(parts)
    return f"{said[0].upper()}{said[1:]}."


def _needed(hold: Hold) -> str:
    """Say what the interval asks for: `5 full days needed`."""
    return f"{interval_text(hold['interval'])} {'to leave out' if _counts_doses(hold) else 'needed'}"


def _kept(hold: Hold) -> str:
    """Say what is to come: `5 full days without a dose`."""
    return f"{interval_text(hold['interval'])} {'left out' if _counts_doses(hold) else 'without a dose'}"


def _counts_doses(hold: Hold) -> bool:
    interval = hold["interval"]
    return interval is not None and interval["counting"] == "doses"


def _reading(interval: object, deadline: str | None) -> str:
    told = f"last permitted dose {with_weekdays(deadline)}" if deadline else "no date"
    return f"by {interval_text(interval)}: {told}"  # type: ignore[arg-type]


def _deadline(hold: Hold) -> str:
    deadline = hold["last_permitted_dose"]
    return "(outside the calendar)" if deadline is None else with_weekdays(deadline)


def _last_dose(hold: Hold) -> str:
    last = hold["last_dose"]
    return "last dose not known" if last is None else f"last dose {with_weekdays(last)}"


def _procedure(start: str | None) -> str:
    return "procedure not dated" if start is None else f"procedure {with_weekdays(start)}"


def _earliest(hold: Hold) -> str:
    return with_weekdays(earliest_told(hold)) or "(outside the calendar)"
