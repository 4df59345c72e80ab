"""Facts as the engines see them: typed, exact, with unknown as a value of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from cds.facts.zones import Zone
from cds.terminology.codes import Code


class Reason(StrEnum):
    """Why a fact is unknown (language §4.6, §4.9); truth does not distinguish them, explanations do."""

    ABSENT = "absent"
    NULL = "null"
    REFUSED = "refused"
    NOT_ASSESSED = "not_assessed"
    CONTRADICTED = "contradicted"
    UNIDENTIFIED = "unidentified"
    NOT_CALCULATED = "not_calculated"


@dataclass(frozen=True, slots=True)
class Unknown:
    """An unknown fact; `shown` are the differing reports of a contradiction, or the guess at an unidentified text."""

    reason: Reason
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """A known boolean, enum word, or substance id."""

    value: str | bool


@dataclass(frozen=True, slots=True)
class Span:
    """A known number or quantity in its declared unit, somewhere from `low` to `high`, both included."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """A known time, somewhere from `low` to `high`, both included, in microseconds since 1970-01-01T00:00Z."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Text:
    """A known text, in NFC; it is shown and matched, never compared in a condition."""

    value: str


@dataclass(frozen=True, slots=True)
class Coded:
    """A known code."""

    code: Code


Value = Unknown | Word | Span | TimeSpan | Text | Coded

ABSENT = Unknown(Reason.ABSENT)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list, or one substance of it; `binding` is `medications/m1` or `medications/m1#aspirin`."""

    id: str
    binding: str
    label: str
    values: Mapping[str, Value]

    def value(self, name: str) -> Value:
        """Give the item's fact of that name, absent if it was not said."""
        return self.values.get(name, ABSENT)


@dataclass(frozen=True, slots=True)
class FactList:
    """A list of items in the order of their bindings; `unknown` is set when the list itself is unknown."""

    items: tuple[Item, ...]
    complete: bool
    unknown: Unknown | None = None


NO_LIST = FactList(items=(), complete=False, unknown=ABSENT)


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """One patient's facts at `as_of`, parsed and trusted from here on.

    `document` is the normalised `cds-facts/1` document: the same facts in any order and layout give the same one.
    """

    subject: str
    as_of: int
    """Microseconds since 1970-01-01T00:00Z."""
    as_of_text: str
    zone: Zone
    values: Mapping[str, Value]
    """Patient-level facts by full name, `as_of` included; a name that is missing is absent."""
    lists: Mapping[str, FactList]
    document: Mapping[str, Any]

    def value(self, name: str) -> Value:
        """Give a patient-level fact, absent if it was not said."""
        return self.values.get(name, ABSENT)

    def list(self, name: str) -> FactList:
        """Give a list, absent if it was not said."""
        return self.lists.get(name, NO_LIST)
