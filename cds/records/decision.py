"""`cds-decision/1`: what a decision says (contract: Decision).

The types are mappings, since a decision is a JSON document and nothing else; `Decision` wraps one with its digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from cds.canonical import canonical_bytes

SCHEMA = "cds-decision/1"
_NOT_DECIDED = frozenset({"renderer", "engines", "digest"})
_TEXT = frozenset({"text"})
_PROMPT = frozenset({"prompt"})

Status = Literal["applies", "cannot_decide", "contested", "overridden", "does_not_apply", "skipped"]
"""`does_not_apply` and `skipped` are listed only when all rules are asked for."""


class RulesetIdentity(TypedDict):
    """Which ruleset decided."""

    id: str
    version: str
    digest: str
    status: str
    review_overdue: bool


class Disposition(TypedDict):
    """The one-line outcome; `other` are those of other worlds, where sources disagree and none is adopted."""

    code: str
    text: str
    other: list[str]


class Interval(TypedDict):
    """How a hold counts, and how long it is; a range is given whole."""

    counting: str
    low: int
    high: int
    per_day: NotRequired[int]


class Reading(TypedDict):
    """What one reading of a contested hold would mean."""

    sources: dict[str, str]
    interval: Interval
    last_permitted_dose: str | None


class OtherDeadline(TypedDict):
    """The deadline of a dated hold by a position that is not adopted."""

    source: str
    interval: Interval
    last_permitted_dose: str | None
    confirmed: str


_HoldClass = TypedDict("_HoldClass", {"class": str | None})


class Hold(_HoldClass):
    """The hold of one medication; `reason` is a word that says why the state is what it is."""

    substance: str | None
    medication: str
    state: str
    reason: str
    interval: Interval | None
    last_permitted_dose: str | None
    no_dose_from: str | None
    last_dose: str | None
    earliest_procedure: str | None
    other_deadlines: list[OtherDeadline]
    restart: str | None
    record_status: str | None
    readings: NotRequired[list[Reading]]


class SourceCited(TypedDict):
    """Where a statement was read."""

    id: str
    locator: str | None
    strength: str | None
    confirmed: str
    standing: NotRequired[str]


class PositionTaken(TypedDict):
    """What one source says on a question that the recommendation depends on."""

    of: str
    source: str
    value: str
    adopted: bool
    confirmed: str
    locator: NotRequired[str]
    note: NotRequired[str]


class OtherDate(TypedDict):
    """A date by a position that is not adopted; `to` is the second end of a range."""

    source: str
    at: str | None
    to: str | None
    confirmed: str


class DateTold(TypedDict):
    """A date that the advice tells: `at` a day or an instant, by the adopted source `by`.

    What is `missing` is a fact as a decision names it, or a parameter that the site has not set.
    """

    name: str
    by: str | None
    at: str | None
    to: str | None
    missing: str | None
    others: list[OtherDate]


class LeafMet(TypedDict):
    """A leaf that the verdict rests on."""

    leaf: str
    value: str
    truth: str


class WorldVerdict(TypedDict):
    """The verdict under one choice of sources."""

    sources: dict[str, str]
    verdict: str


class Recommendation(TypedDict):
    """One rule's outcome for one binding."""

    rule: str
    kind: str
    binding: str
    status: Status
    severity: str
    advice: str
    title: str
    text: str
    assumed: bool
    hold: Hold | None
    dates: list[DateTold]
    sources: list[SourceCited]
    positions: list[PositionTaken]
    because: list[LeafMet]
    overridden_by: str | None
    opposed_by: list[str]
    worlds: list[WorldVerdict]


class Asked(TypedDict):
    """A question whose answer could change what the decision lists."""

    fact: str
    prompt: str
    reason: str
    would_settle: list[str]


class DecisionDocument(TypedDict):
    """A whole decision."""

    schema: str
    subject: str
    as_of: str
    zone: str
    time_zone_data: str
    ruleset: RulesetIdentity
    facts_digest: str
    semantics: int
    engines: list[str]
    renderer: int
    disposition: Disposition
    earliest_procedure: str | None
    recommendations: list[Recommendation]
    ask: list[Asked]
    digest: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision: its document, complete with digest. The same inputs give the same bytes."""

    document: DecisionDocument

    @property
    def digest(self) -> str:
        """Give the digest of what was decided, without rendered words and engine names."""
        return self.document["digest"]

    def to_bytes(self) -> bytes:
        """Give the canonical JSON (RFC 8785 profile)."""
        return canonical_bytes(self.document)


def decision_digest(document: Mapping[str, Any]) -> str:
    """Hash what was decided: the canonical JSON of a decision without its rendered words, engine names and digest.

    Source: `docs/language.md` §14.2.
    """
    decided = _without(document, _NOT_DECIDED)
    decided["disposition"] = _without(document["disposition"], _TEXT)
    decided["recommendations"] = [_without(listed, _TEXT) for listed in document["recommendations"]]
    decided["ask"] = [_without(asked, _PROMPT) for asked in document["ask"]]
    return digest_of(decided)


def digest_of(value: Any) -> str:
    """Hash the canonical JSON of a value, as it is."""
    return f"sha256:{hashlib.sha256(canonical_bytes(value)).hexdigest()}"


def _without(mapping: Mapping[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key not in keys}
