"""The words for dates that advice tells, and for what other positions make of them (language §8.12, §10.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cds.facts.time_text import with_weekdays

NOT_KNOWN = "(not known: it lies outside the calendar)"
NOT_CONFIGURED = "(not known: the site has not configured it)"


def date_words(date: Mapping[str, Any]) -> str:
    """Give a date in words: as it is adopted, by every source where none is, or why it is not known."""
    missing = date["missing"]
    if missing is not None:
        return NOT_CONFIGURED if missing.startswith("$") else f"(not known: {_named(missing)})"
    if date["at"] is not None:
        return _ends(date)
    said = [] if date["by"] is not None else by_source((_ends(other), other) for other in date["others"] if other["at"])
    return " or ".join(said) or NOT_KNOWN


def date_sentences(dates: Sequence[Mapping[str, Any]], template: str) -> list[str]:
    """Tell each date that the rule's text does not hold, and what other positions make of each."""
    said = []
    for date in dates:
        name = _named(date["name"])
        if f"{{{date['name']}}}" not in template:
            said.append(f"{_capital(name)}: {date_words(date)}.")
        about = "" if len(dates) == 1 else name
        said += [] if date["by"] is None else other_positions(_differing(date), about)
    return said


def other_positions(told: Iterable[tuple[str, Mapping[str, Any]]], about: str = "") -> list[str]:
    """Tell in one sentence what positions that are not adopted say, if any says anything."""
    said = ", ".join(by_source(told))
    return [f"By other positions{f', {about}' if about else ''}: {said}."] if said else []


def by_source(told: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """Join the sources that say the same; one that was not confirmed is marked."""
    holders: dict[str, list[str]] = {}
    for text, position in told:
        unconfirmed = ", unconfirmed" if position["confirmed"] == "unconfirmed" else ""
        holders.setdefault(text, []).append(f"{position['source']}{unconfirmed}")
    return [f"{text} ({'; '.join(sources)})" for text, sources in holders.items()]


def _differing(date: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    own = (date["at"], date["to"])
    differing = [other for other in date["others"] if other["at"] and (other["at"], other["to"]) != own]
    return ((_ends(other), other) for other in sorted(differing, key=_chronologically))


def _chronologically(date: Mapping[str, Any]) -> tuple[str, str]:
    return date["at"], date["to"] or ""


def _ends(date: Mapping[str, Any]) -> str:
    at, to = date["at"], date["to"]
    return with_weekdays(at if to is None else f"from {at} to {to}")


def _named(fact: str) -> str:
    """Name a fact or a date in plain words: `procedure start`, and `last dose` for that of an item."""
    return fact.rpartition("/")[2].partition(".")[2].replace("_", " ") if "/" in fact else _plain(fact)


def _plain(name: str) -> str:
    return name.replace(".", " ").replace("_", " ")


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
