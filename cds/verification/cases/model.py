"""A file of cases as its author writes it (language §15)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from cds.ruleset.conditions import Closed
from cds.ruleset.model import Adoptable, DispositionCode, Name, ParameterValue, RuleId, Sentence

SCHEMA = "cds-cases/1"
StatusWord = Literal["applies", "does_not_apply", "cannot_decide", "contested", "overridden", "skipped"]


class Expected(Closed):
    """What a rule has to say; what is not named is not looked at."""

    status: StatusWord
    state: str | None = None
    reason: str | None = None
    last_permitted_dose: str | None = None
    no_dose_from: str | None = None
    earliest_procedure: str | None = None
    """All five are of the rule's hold."""
    other_deadlines: dict[str, str] | None = None
    """By source that is not adopted, the last permitted dose."""
    dates: dict[str, str] | None = None
    """By name, or by `<name>/<source>` for another position, the date that is told."""
    overridden_by: str | None = None
    opposed_by: list[str] | None = None
    ask: list[str] | None = None
    """Exactly the facts that are asked for this rule."""
    disposition: DispositionCode | None = None
    assumed: bool | None = None
    positions: list[str] | None = None
    """Sources whose positions are shown, others may be too."""
    text: list[str] | None = None
    """Phrases that the text holds."""
    also: dict[RuleId, StatusWord] | None = None
    """By other rule, its status."""


class WrittenCase(Closed):
    """One patient, said as a difference from the base of the file, and what is expected of the rule."""

    case: Sentence
    given: dict[str, Any] = Field(default={})
    item: str | None = None
    adopting: dict[Adoptable, str] = Field(default={})
    setting: dict[Name, ParameterValue] = Field(default={})
    expect: StatusWord | Expected


class CaseFile(Closed):
    """The cases of one area of a ruleset."""

    schema_: Literal["cds-cases/1"] = Field(alias="schema")
    base: dict[str, Any]
    rules: dict[RuleId, Annotated[list[WrittenCase], Field(min_length=1)]]
