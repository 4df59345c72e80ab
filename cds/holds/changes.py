"""What is other than in an earlier worklist, said as a pharmacist would: the deadline moved from ... to ..."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cds.facts.time_text import with_weekdays
from cds.holds.model import Change, Line, Seen, Sheet
from cds.holds.seen import Memory, fingerprint, seen_of

WORDS: Mapping[str, str] = {
    "state": "state",
    "deadline": "deadline",
    "restart": "earliest restart",
    "last_dose": "last dose",
    "reason": "reason",
    "severity": "severity",
    "medication": "medication",
    "alerts": "alert",
    "ask": "what to ask",
}
"""What may change of a line, by its name in `Seen`, in the order in which changes are told."""
_OF_PROCEDURE: Mapping[str, str] = {"start": "procedure", "status": "procedure", "urgency": "urgency of the procedure"}
_TIMES = frozenset({"deadline", "restart", "last_dose", "start"})
NEW = "new"


def with_changes(sheet: Sheet, earlier: Memory) -> Sheet:
    """Add to a sheet and its lines what changed since an earlier worklist; a line that is new says so."""
    lines = [_with_changes(sheet, line, earlier) for line in sheet["lines"]]
    before = next((earlier[key] for line in lines if (key := _key(sheet, line)) in earlier), None)
    moved = [] if before is None or not lines else [*_differences(before, seen_of(sheet, lines[0]), _OF_PROCEDURE)]
    return {**sheet, "lines": lines, "changes": moved}


def is_changed(sheet: Sheet, line: Line, earlier: Memory) -> bool:
    """Tell whether a line is new, or differs from how it was seen, in anything that somebody has to know."""
    before = earlier.get(_key(sheet, line))
    return before is None or fingerprint(before) != fingerprint(seen_of(sheet, line))


def _key(sheet: Sheet, line: Line) -> tuple[str, str]:
    return sheet["subject"], line["binding"]


def _with_changes(sheet: Sheet, line: Line, earlier: Memory) -> Line:
    before = earlier.get(_key(sheet, line))
    if before is None:
        state = _words("state", line["state"])
        changes: list[Change] = [{"code": NEW, "before": None, "after": line["state"], "text": f"New: {state}."}]
    else:
        changes = [*_differences(before, seen_of(sheet, line), WORDS)]
    return {**line, "changes": changes}


def _differences(before: Seen, after: Seen, told: Mapping[str, str]) -> Iterator[Change]:
    old: Mapping[str, Any] = before
    new: Mapping[str, Any] = after
    for name, word in told.items():
        if old[name] != new[name]:
            was, now = _words(name, old[name]), _words(name, new[name])
            verb = "moved" if name in _TIMES and old[name] and new[name] else "changed"
            text = f"{word[0].upper()}{word[1:]} {verb} from {was} to {now}."
            yield {"code": name, "before": _plain(old[name]), "after": _plain(new[name]), "text": text}


def _plain(value: Any) -> str | None:
    return ", ".join(value) if isinstance(value, list) else value


def _words(name: str, value: Any) -> str:
    said = _plain(value)
    if not said:
        return "not known" if name in _TIMES else "none"
    return with_weekdays(said) if name in _TIMES else said.replace("_", " ")
