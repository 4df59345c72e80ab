"""Parameters of generated rulesets: figures with positions, adopted or open, in ranges, as hold intervals, or unset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from strategies.chance import Chance
from strategies.vocabulary import Domain, Json

SOURCES = ("source-a", "source-b", "source-c")
CONFIRMED = ("primary", "secondary", "unconfirmed")
NONE = "none"
BOOLEAN = Domain("boolean", ())
INTERVAL = Domain("interval", ())
INSIDE = Domain("inside", ())
"""Hold intervals that times are compared with: none in doses, and none of no hours."""
LAPSE = Domain("lapse", ("1 d", "3 d", "6 wk"))
"""How far dates lie from any time: in days, so that a time known by its day will do."""
WORD = Domain("word", ("early", "late", "either"))


@dataclass(slots=True)
class Questions:
    """Keep the worlds within bounds while questions are opened."""

    left: int = 8

    def resolve(self, chance: Chance, confirmed: dict[str, str]) -> Json:
        """Adopt a confirmed position, or leave the question open if the worlds allow it."""
        options = [source for source, how in confirmed.items() if how != "unconfirmed"]
        adopt = chance.one_of(options)
        if len(options) <= self.left and chance.maybe(35):
            self.left //= len(options)
            adopt = NONE
        return {"adopt": adopt, "because": "the test says so", "by": "a test", "decided": "2026-01-01"}

    def confirmed(self, chance: Chance, most: int = 3) -> dict[str, str]:
        """Choose sources and how each was confirmed; at least one is confirmed."""
        sources = chance.some(SOURCES, 1, most)
        found = {source: chance.one_of(CONFIRMED) for source in sources}
        found[sources[0]] = chance.one_of(CONFIRMED[:2])
        return found


@dataclass(slots=True)
class Parameters:
    """The parameters of a ruleset; made when a condition asks for one, and used again by others."""

    questions: Questions = field(default_factory=Questions)
    may_be_unset: bool = True
    declared: Json = field(default_factory=dict)
    _by_domain: dict[Domain, list[str]] = field(default_factory=dict)

    def value(self, chance: Chance, domain: Domain) -> Any:
        """Give a literal of a domain, or a parameter."""
        return self.named(chance, domain) if chance.maybe(25) else chance.one_of(_literals(domain))

    def named(self, chance: Chance, domain: Domain) -> str:
        """Give a parameter of a domain, `$` and its name."""
        names = self._by_domain.setdefault(domain, [])
        if not names or (len(names) < 3 and chance.maybe(50)):
            names.append(f"figure_{len(self.declared)}")
            self.declared[names[-1]] = self._parameter(chance, domain)
        return f"${chance.one_of(names)}"

    def tested(self, chance: Chance) -> Json:
        """Give a test on what is adopted for a parameter; a word is one that some position has."""
        if chance.maybe(25):
            return {self.named(chance, chance.one_of((WORD, BOOLEAN, INTERVAL))): {"set": chance.maybe(50)}}
        domain = chance.one_of((WORD, WORD, BOOLEAN))
        name = self.named(chance, domain)
        positions = self.declared[name[1:]].get("positions", {})
        words = sorted({position["value"] for position in positions.values()}) or _literals(domain)
        if chance.maybe(30):
            return {name: {"in": chance.some(words, 1, 2)}}
        return {name: {"is": chance.one_of(words)}}

    def _parameter(self, chance: Chance, domain: Domain) -> Json:
        if self.may_be_unset and chance.maybe(10):
            return {"unset": "every site has its own"}
        confirmed = self.questions.confirmed(chance)
        positions = {
            source: {"value": _position(chance, domain), "confirmed": how, **_told(chance)}
            for source, how in confirmed.items()
        }
        return {"positions": positions, "resolve": self.questions.resolve(chance, confirmed)}


def _literals(domain: Domain) -> Sequence[Any]:
    return (True, False) if domain is BOOLEAN else domain.figures


def _position(chance: Chance, domain: Domain) -> Any:
    if domain is INTERVAL:
        return _interval(chance, ("full_days", "hours", "doses"))
    if domain is INSIDE:
        return _interval(chance, ("full_days", "hours"), least_hours=12)
    if domain is LAPSE and chance.maybe(50):
        days = {"from": "1 wk", "to": "28 d", "strict": "to"}
        return days if chance.maybe(40) else _interval(chance, ("full_days",))
    if domain.minimum is not None and chance.maybe(20):
        first = chance.whole(0, len(domain.figures) - 1)
        second = chance.whole(first, len(domain.figures) - 1)
        ends = {"from": domain.figures[first], "to": domain.figures[second]}
        return {**ends, "strict": chance.one_of(("from", "to"))}
    return chance.one_of(_literals(domain))


def _told(chance: Chance) -> Json:
    """Say where a position stands, or what readers should know of it, for some."""
    return {key: f"The {key}" for key in ("locator", "note") if chance.maybe(20)}


def _interval(chance: Chance, ways: Sequence[str], *, least_hours: int = 0) -> Json:
    counting = chance.one_of(ways)
    low = least_hours + chance.whole(0, 10) * 12 if counting == "hours" else chance.whole(0, 10)
    amount: Any = {"from": low, "to": low + chance.whole(0, 5)} if chance.maybe(25) else low
    return {counting: amount, "per_day": chance.whole(1, 3)} if counting == "doses" else {counting: amount}


def source_sections() -> Json:
    """Declare the sources."""
    return {name: {"title": f"Title of {name}", "citation": "A test", "confirmed": "primary"} for name in SOURCES}
