"""The table of `fixtures/README.md`: what a person derived by hand from the rules for each shipped patient."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from shipped_decisions import REPOSITORY

TABLE = REPOSITORY / "fixtures" / "README.md"
LISTS = {"m": "medications", "a": "allergies", "f": "fracture.levels"}
STATUSES = frozenset({"applies", "cannot_decide", "contested", "overridden"})
STATES = frozenset({"unidentified", "prescriber", "undecidable", "overdue", "due", "planned", "satisfied", "continue"})
_ROW = re.compile(
    r"\| `(?P<file>[^`]+)` \| [^|]+ \| `(?P<code>[a-z_]+)`(?:, two-valued `(?P<two_valued>[a-z_]+)`)? "
    r"\| (?P<keys>[^|]+) \|"
)
_RULE = re.compile(
    r"`(?P<rule>[^`]+)`(?: (?P<binding>[amf]\d+(?:#[a-z?-]+)?))? (?P<status>not listed|[a-z_]+)"
    r"(?: (?P<word>[a-z_]+))?(?: (?P<at>\d\S+(?: to \S+)?))?"
)
_ASKS = re.compile(r"asks (?:nothing|`(?P<fact>[^`]+)`)")
_EARLIEST = re.compile(r"earliest (?:none|(?P<day>\d{4}-\d{2}-\d{2}))")


@dataclass(frozen=True)
class Expected:
    """What a row expects of one recommendation."""

    rule: str
    binding: str
    status: str | None
    """None for `not listed`."""
    state: str | None = None
    last_permitted_dose: str | None = None
    date: tuple[str, str] | None = None
    """The name of a date that is told, and the date."""


@dataclass(frozen=True)
class Row:
    """One row of the table."""

    file: str
    disposition: str
    two_valued: str | None
    """What an engine without the unknown would say; None where the row claims nothing of it."""
    recommendations: tuple[Expected, ...] = ()
    asks: tuple[str, ...] = ()
    asks_nothing: bool = False
    earliest: tuple[str | None, ...] = field(default=())
    """The day of the earliest procedure, or None in it; empty where the row claims nothing of it."""


def rows() -> list[Row]:
    """Read all rows of the table."""
    return [_row(line) for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]


def _row(line: str) -> Row:
    found = _ROW.fullmatch(line)
    assert found, f"this row of the table cannot be read: {line}"
    keys = found["keys"].split("; ")
    asks = [ask for key in keys if (ask := _ASKS.fullmatch(key))]
    earliest = [day for key in keys if (day := _EARLIEST.fullmatch(key))]
    return Row(
        found["file"],
        found["code"],
        found["two_valued"],
        tuple(_expected(key) for key in keys if not key.startswith(("asks ", "earliest "))),
        asks=tuple(ask["fact"] for ask in asks if ask["fact"]),
        asks_nothing=any(ask["fact"] is None for ask in asks),
        earliest=tuple(day["day"] for day in earliest),
    )


def _expected(key: str) -> Expected:
    found = _RULE.fullmatch(key)
    assert found, f"this expectation cannot be read: {key}"
    status = None if found["status"] == "not listed" else found["status"]
    assert status is None or status in STATUSES, f"there is no status `{status}`"
    binding = f"{LISTS[found['binding'][0]]}/{found['binding']}" if found["binding"] else "patient"
    word, at = found["word"], found["at"]
    if word is None or word in STATES:
        return Expected(found["rule"], binding, status, word, at)
    assert at, f"`{word}` is neither a state of a hold nor a date that is told: {key}"
    return Expected(found["rule"], binding, status, date=(word, at))
