"""A compiled ruleset: its steps by layer, their conditions per world, and the tables around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Generic, TypeVar

from cds.facts.dictionary import Dictionary
from cds.ir.nodes import Condition, Ref
from cds.terminology.concepts import Concepts

HOLD_STATES = (
    "unidentified",
    "prescriber",
    "contested",
    "undecidable",
    "overdue",
    "due",
    "planned",
    "satisfied",
    "continue",
    "no_rule",
)
"""In order of precedence (language §10.2)."""


class Severity(IntEnum):
    """How much a recommendation matters; the worst has the lowest number, so that it sorts first."""

    CRITICAL = 0
    HIGH = 1
    MODERATE = 2
    INFO = 3

    @property
    def word(self) -> str:
        """Give the word of the contract."""
        return self.name.lower()


class OnUnknown(StrEnum):
    """What a rule does when its condition is UNKNOWN (language §8.3)."""

    ASK = "ask"
    ASSUME_APPLIES = "assume_applies"
    SKIP = "skip"


class HoldAdvice(StrEnum):
    """What hold state a kind of advice stands for (language §9.2)."""

    DATED = "dated"
    PRESCRIBER = "prescriber"
    UNIDENTIFIED = "unidentified"
    CONTINUE = "continue"


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule's statement was read; `confirmed` is primary, secondary or unconfirmed."""

    source: str
    locator: str | None
    strength: str | None
    confirmed: str
    standing: str | None = None
    """Whether the source calls a contraindication `absolute` or `relative`."""


@dataclass(frozen=True, slots=True)
class Interval:
    """How long before the procedure the last dose has to be: `full_days`, `hours` or `doses` (language §10.3)."""

    counting: str
    low: int
    high: int
    per_day: int | None = None


@dataclass(frozen=True, slots=True)
class Lapse:
    """How much time lies between a date and what it is counted from: calendar days, or elapsed microseconds."""

    low: int
    high: int
    in_days: bool


Amount = TypeVar("Amount", bound=Interval | Lapse)


@dataclass(frozen=True, slots=True)
class BySource(Generic[Amount]):
    """How long one source makes it; `confirmed` is primary, secondary or unconfirmed."""

    source: str
    confirmed: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class AdvisedDate:
    """A date that a rule's advice tells: so long before or after a time (language §8.12)."""

    name: str
    anchor: Ref
    is_before: bool
    by: str | None
    """The adopted source; None for a duration of the rule's own, and where no position is adopted."""
    amount: Interval | Lapse | None
    """None where no position is adopted, or the site has not set the parameter."""
    others: tuple[BySource[Interval | Lapse], ...] = ()
    """The positions that are not adopted, by source."""
    unset: str | None = None
    """The parameter that the site has not set."""


@dataclass(frozen=True, slots=True)
class Position:
    """What one source says about a parameter or a rule; `value` is the value as the ruleset writes it."""

    of: str
    source: str
    value: Any
    adopted: bool
    confirmed: str
    locator: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What rules and derivations share: an identity, and the list they are evaluated over, if any."""

    id: str
    list: str | None
    variable: str | None
    title: str

    @property
    def lists(self) -> Mapping[str, str]:
        """Give the list of its variable, by the variable; nothing for a step on the patient."""
        return {} if self.list is None or self.variable is None else {self.variable: self.list}


@dataclass(frozen=True, slots=True)
class Derivation(Step):
    """A derived boolean fact (`derive:<fact>`), or the condition of a disposition row (`disposition:<number>`)."""


@dataclass(frozen=True, slots=True)
class Rule(Step):
    """A rule, without its condition, which differs by world."""

    kind: str
    severity: Severity
    advice: str
    on_unknown: OnUnknown
    text: str
    skip_because: str | None = None
    group: str | None = None
    finding: str | None = None
    overrides: tuple[str, ...] = ()
    because: str | None = None
    sources: tuple[Citation, ...] = ()
    positions: tuple[Position, ...] = ()
    restart: str | None = None
    other_intervals: tuple[BySource[Interval], ...] = ()
    """Of a dated hold, the positions on its interval that are not adopted, by source."""
    dates: tuple[AdvisedDate, ...] = ()
    """By name."""


@dataclass(frozen=True, slots=True)
class Advice:
    """A kind of advice, what it opposes (both ways round), and the hold state it stands for."""

    id: str
    title: str
    opposes: frozenset[str]
    hold: HoldAdvice | None


@dataclass(frozen=True, slots=True)
class World:
    """One source per open question: the conditions of all steps and the intervals of the dated holds under it."""

    number: int
    choices: tuple[tuple[str, str], ...]
    """(parameter or rule, source), in order; empty if every question is resolved."""
    conditions: Mapping[str, Condition]
    """By step id. A group's `applies_when` is already a part: AllOf((applies_when, when))."""
    group_conditions: Mapping[str, Condition]
    """By group id, two-valued."""
    intervals: Mapping[str, Interval]
    """By the id of a rule with dated hold advice."""


@dataclass(frozen=True, slots=True)
class DispositionRow:
    """A row of the disposition table; any of its tests proposes `code` (language §11)."""

    code: str
    text: str
    step: str | None = None
    """The step whose verdict is the row's condition: engines decide it like any other."""
    if_unknown: str | None = None
    hold_states: frozenset[str] = frozenset()
    undecided_at_least: Severity | None = None

    @property
    def is_last(self) -> bool:
        """Say whether this row has no test, and so always proposes its code."""
        return self.step is None and not self.hold_states and self.undecided_at_least is None


@dataclass(frozen=True, slots=True)
class Settings:
    """Site settings: the reminder window in microseconds (elapsed) or calendar days, one of them set."""

    reminder_hours: int | None = None
    reminder_days: int | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Which ruleset this is: as `decision.ruleset` shows it."""

    id: str
    version: str
    digest: str
    status: str
    title: str
    review_by: str | None = None
    effective_from: str | None = None
    effective_until: str | None = None


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Program:
    """Everything a decision needs besides facts. Immutable; one per ruleset digest; hashed by identity."""

    identity: Identity
    dictionary: Dictionary
    concepts: Concepts
    steps: tuple[Step, ...]
    """Rules and derivations, each after all that it uses; within a layer by id."""
    layers: tuple[tuple[str, ...], ...]
    worlds: tuple[World, ...]
    advice: Mapping[str, Advice]
    dispositions: tuple[DispositionRow, ...]
    settings: Settings
    unset: Mapping[str, str] = field(default_factory=dict)
    """By parameter that the site has not set, the reason why there is no default."""
    rules: Mapping[str, Rule] = field(default_factory=dict)
    """The rules among the steps, by id."""
    step: Mapping[str, Step] = field(default_factory=dict)
    """All steps, by id."""
