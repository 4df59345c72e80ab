"""The data of explanations; no words for people stand here."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cds.facts.model import Reason
from cds.ir.kleene import FALSE, TRUE, Truth


class HoldReason(StrEnum):
    """Why a hold is in its state (language §10.4)."""

    UNIDENTIFIED = "unidentified"
    PRESCRIBER = "prescriber"
    CONTINUE = "continue"
    ASSUMED = "assumed"
    CONDITION_UNKNOWN = "condition_unknown"
    WITHHELD = "withheld"
    SOURCES_DIFFER = "sources_differ"
    ADVICE_DIFFERS = "advice_differs"
    INTERVAL_NOT_CONFIGURED = "interval_not_configured"
    FREQUENCY_UNKNOWN = "frequency_unknown"
    OTHER_FREQUENCY = "other_frequency"
    PROCEDURE_START_UNKNOWN = "procedure_start_unknown"
    PROCEDURE_START_PASSED = "procedure_start_passed"
    PROCEDURE_START_TOO_VAGUE = "procedure_start_too_vague"
    LAST_DOSE_UNKNOWN = "last_dose_unknown"
    LAST_DOSE_TOO_VAGUE = "last_dose_too_vague"
    REPORT_TOO_OLD = "report_too_old"
    DOSE_AFTER_DEADLINE = "dose_after_deadline"
    STOPPED_IN_TIME = "stopped_in_time"
    REPORTED_AFTER_DEADLINE = "reported_after_deadline"
    WASHOUT_ELAPSED = "washout_elapsed"
    BEFORE_DEADLINE = "before_deadline"


@dataclass(frozen=True, slots=True)
class Question:
    """A fact that is missing, or known too vaguely, where a leaf needs it.

    `fact` is as a decision names it: `labs.inr`, `medications/m1.last_dose`, `medications` (is the list complete?),
    `$parameter` (site configuration). `reason` is None where the fact is known, but as an interval that is too wide.
    """

    fact: str
    prompt: str
    label: str | None
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class LeafTrace:
    """One leaf that a verdict rests on: its text, the value it met, its truth, and what would settle it."""

    leaf: str
    value: str
    truth: Truth
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """A whole condition with the truth of every part; `form` is all, any, not, exists, every, result, rule or leaf."""

    form: str
    text: str
    truth: Truth
    leaf: LeafTrace | None = None
    parts: tuple[Trace, ...] = ()
    binding: str | None = None
    """For a part of a quantifier or a result: the item it is about."""
    about: Hashable = None
    """For a leaf: what it asks of which facts; two leaves with the same are one question, with one answer."""
    if_so: Truth = TRUE
    if_not: Truth = FALSE
    """For a leaf: what it stands for where the answer is yes, and where it is no."""
    changes: Mapping[Truth, Truth] = field(default_factory=dict)
    """For a leaf: by another answer to it alone, the verdict of the whole that would come of it, where that differs."""

    @property
    def settles(self) -> bool:
        """Say whether another answer to this leaf alone would change the verdict of the whole."""
        return bool(self.changes)
