"""The data of explanations; no words for people stand here."""

from __future__ import annotations

from dataclasses import dataclass

from cds.facts.model import Reason
from cds.ir.kleene import Truth


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
    """A whole condition with the truth of every part; `form` is all, any, not, exists, every, result or leaf."""

    form: str
    text: str
    truth: Truth
    leaf: LeafTrace | None = None
    parts: tuple[Trace, ...] = ()
    binding: str | None = None
    """For a part of a quantifier or a result: the item it is about."""
    settles: bool = False
    """Whether another truth of this leaf alone would change the verdict of the whole."""
