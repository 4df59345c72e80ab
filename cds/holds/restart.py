"""The restart of a medication after the procedure: the earliest time, its conditions, or what is open."""

from __future__ import annotations

from collections.abc import Sequence

from cds.facts.time_text import with_weekdays
from cds.holds.advice import advice_of
from cds.holds.model import Restart
from cds.records.decision import DateTold, Recommendation


def restart_of(found: Sequence[Recommendation]) -> Restart | None:
    """Give what the rules of kind `restart` say of one medication; None where none speaks.

    A rule that tells no date outranks one that does: it says not now, or leaves it to the prescriber.
    """
    if not found:
        return None
    state = min((_state(one) for one in found), key=_PRECEDENCE.index)
    told = next((one["dates"][0] for one in found if one["dates"]), None) if state == "from" else None
    return {
        "state": state,
        "by": None if told is None else told["by"],
        "at": None if told is None else told["at"],
        "to": None if told is None else told["to"],
        "others": [] if told is None else told["others"],
        "advice": [advice_of(one) for one in found],
    }


def restart_text(restart: Restart) -> str:
    """Say in words what is known of a restart; its conditions stand in the advice."""
    if restart["state"] == "from" and restart["at"] is not None:
        at = restart["at"] if restart["to"] is None else f"from {restart['at']} to {restart['to']}"
        by = "" if restart["by"] is None else f" ({restart['by']})"
        return f"Earliest restart {with_weekdays(at)}{by}."
    return " ".join(one["text"] for one in restart["advice"])


_PRECEDENCE = ("no_date", "ask", "from")


def _state(one: Recommendation) -> str:
    if one["status"] in {"cannot_decide", "contested"}:
        return "ask"
    if not one["dates"]:
        return "no_date"
    return "from" if _is_told(one["dates"][0]) else "ask"


def _is_told(date: DateTold) -> bool:
    return date["at"] is not None
