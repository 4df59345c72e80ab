"""The condition nodes that every engine evaluates and the solver reads: nothing else has a meaning.

Parameters are already put in, units converted, classes expanded and results resolved to rule ids, so that an engine
needs the facts and these nodes only. Language: `docs/language.md` §7.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Ref:
    """A fact: of the patient (`variable` is None, `name` its full name) or of the item bound to a variable."""

    variable: str | None
    name: str

    def __str__(self) -> str:
        """Render as the ruleset writes it."""
        return f"{self.variable}.{self.name}" if self.variable else self.name


@dataclass(frozen=True, slots=True)
class AllOf:
    """TRUE if all parts are, FALSE if any is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """TRUE if any part is, FALSE if all are."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The negation of its part."""

    part: Condition


@dataclass(frozen=True, slots=True)
class OneOf:
    """A boolean, enum or concept fact has one of these values; all values are of one Python type, bool or str."""

    fact: Ref
    values: frozenset[str] | frozenset[bool]


@dataclass(frozen=True, slots=True)
class InClass:
    """A concept fact is one of the members of a class of substances."""

    fact: Ref
    concept_class: str
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class Within:
    """A number or quantity lies between two bounds, in the fact's declared unit; None is no bound."""

    fact: Ref
    low: Fraction | None
    high: Fraction | None
    low_included: bool = True
    high_included: bool = True


class Counting(StrEnum):
    """How a duration is counted (language §7.7)."""

    ELAPSED = "elapsed"
    """Microseconds that pass."""
    CALENDAR = "calendar"
    """Calendar days in the zone, same wall time: the earlier time is moved, then instants are compared."""
    WHOLE_DAYS = "whole_days"
    """Days between the two dates in the zone, whatever the time of day."""


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The time from `earlier` to `later` lies between two bounds; None is no bound.

    Bounds are microseconds (ELAPSED) or days (CALENDAR, WHOLE_DAYS). With CALENDAR the bound `low` means
    `shift(earlier, low) <= later`, and `high` means `later <= shift(earlier, high)`. The name `earlier` is a hope,
    not a promise: measured backwards the time is negative.
    """

    earlier: Ref
    later: Ref
    counting: Counting
    low: int | None
    high: int | None
    low_included: bool = True
    high_included: bool = True


@dataclass(frozen=True, slots=True)
class IsKnown:
    """TRUE if the fact is known, else FALSE: two-valued, for rules that judge the data."""

    fact: Ref


@dataclass(frozen=True, slots=True)
class Derived:
    """The verdict of a derivation: patient-level, or at the item bound to `variable`."""

    derivation: str
    variable: str | None


@dataclass(frozen=True, slots=True)
class Quantified:
    """`exists` or `every` over a list, with its closure; `part` may use `variable` and the rule's own variable."""

    quantifier: str
    """`exists` or `every`."""
    list: str
    variable: str
    part: Condition
    without_own: bool = False
    """Leave out the binding that the rule itself is bound to (`other: true`)."""


@dataclass(frozen=True, slots=True)
class Applies:
    """Any of these rules applies: per rule its verdict, or `exists` over its bindings with closure."""

    rules: tuple[str, ...]
    said: str
    """How the ruleset put it, for example `kind contraindication`."""


@dataclass(frozen=True, slots=True)
class NotConfigured:
    """A leaf on a parameter that the site has not set: always UNKNOWN."""

    fact: Ref
    parameter: str


@dataclass(frozen=True, slots=True)
class Adopted:
    """A test on what is adopted for a parameter: the same for every patient, in one world (language §7.12)."""

    parameter: str
    test: str
    """How the ruleset put it: `is trial`, `in [any, trial]`, `is set`."""
    said: str
    """The value adopted, with its source, or `not configured`."""
    holds: bool | None
    """None where the site has not set the parameter: UNKNOWN."""


FactLeaf = OneOf | InClass | Within | Elapsed | IsKnown | NotConfigured
"""A leaf on facts as they were given."""
Leaf = FactLeaf | Derived | Adopted
Condition = AllOf | AnyOf | Not | Leaf | Quantified | Applies


def facts_of(node: Condition) -> tuple[Ref, ...]:
    """Give the facts that a leaf looks at; nothing else looks at any."""
    match node:
        case Elapsed(earlier, later):
            return (earlier, later)
        case OneOf(fact) | InClass(fact) | Within(fact) | IsKnown(fact) | NotConfigured(fact):
            return (fact,)
        case _:
            return ()
