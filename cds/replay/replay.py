"""Decide a record again by its own ruleset, and compare it with what was recorded, byte for byte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any, Protocol

from cds.canonical import canonical_bytes
from cds.errors import CdsError, OtherBuild
from cds.facts.model import Facts
from cds.facts.schema import parse_facts
from cds.ir.program import Program
from cds.records.decision import Decision, decision_digest
from cds.replay.differences import Difference, differences
from cds.replay.masked import is_equal_as_stored
from cds.replay.past import DECISION, Gone, Past, PastDecision, decision_of, header_of
from cds.replay.programs import Programs

MOST_DIFFERENCES = 200
"""So many are shown of one record; there is one more if there are more."""
_ONLY_IF_ALL = frozenset({"does_not_apply", "skipped"})
"""What is listed only in a decision that lists all rules."""


class Decide(Protocol):
    """Decide for one patient: what `cds.engine.decide` does."""

    def __call__(self, program: Program, facts: Facts, *, engines: Sequence[str], list_all: bool) -> Decision:
        """Give the decision, or raise what the engine raises."""


class Status(StrEnum):
    """What became of a record that was decided again."""

    IDENTICAL = "identical"
    """The same bytes; the engines' names apart, where others were asked than then."""
    OTHER_WORDS = "other_words"
    """The same decision digest; another version of the renderer put it into words."""
    OTHER_TIME_ZONE_DATA = "other_time_zone_data"
    """The same but for the version of the time-zone data, which is a part of the digest."""
    DIFFERENT = "different"
    NEEDS_OTHER_BUILD = "needs_other_build"
    """Its semantics or its matcher are not those of this build."""
    FAILED = "failed"
    """It could not be decided again."""
    OTHER_RULESET = "other_ruleset"
    """Decided by another ruleset than then, and the same but for the ruleset's identity and the digests."""
    EQUAL_AS_STORED = "equal_as_stored"
    """Facts were left out when it was recorded; what follows from the others is the same."""
    MASKED = "masked"
    """Facts were left out when it was recorded, and something else comes out: it cannot be compared."""
    KEY_DESTROYED = "key_destroyed"
    REMOVED = "removed"
    UNREADABLE = "unreadable"
    OTHER_KIND = "other_kind"
    """The record is of no decision."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One record, decided again. `differences` and `problem` may hold patient data: they are for the report only."""

    seq: int
    status: Status
    differences: tuple[Difference, ...] = ()
    problem: str | None = None

    def document(self) -> dict[str, Any]:
        """Give it as JSON."""
        found = [difference.document() for difference in self.differences]
        return {"seq": self.seq, "status": self.status.value, "problem": self.problem, "differences": found}


@dataclass(frozen=True, slots=True)
class Replay:
    """Decide one record again; picklable where its parts are, so that many processes can do it.

    `deciders` are by the version of the semantics that each decides. With `engines` those decide; without, those whose
    names are recorded. With `under`, the hash of a stored ruleset, that one decides instead of the record's own.
    """

    programs: Programs
    deciders: Mapping[int, Decide]
    engines: Sequence[str] | None = None
    under: str | None = None

    def __call__(self, past: Past) -> Replayed:
        """Decide a record again. Nothing is raised: one bad record does not stop the others."""
        try:
            header = header_of(past)
            if header.get("kind") != DECISION:
                return Replayed(past.seq, Status.OTHER_KIND)
            if isinstance(past.body, Gone):
                return Replayed(past.seq, Status(past.body.value))
            recorded = decision_of(header, past.body)
            program = self._program(recorded)
            again = self._again(recorded, program)
            if recorded.masked:
                return Replayed(past.seq, _masked(recorded, again, program))
            return _compared(past.seq, past.body, recorded.decision, again)
        except OtherBuild as error:
            return Replayed(past.seq, Status.NEEDS_OTHER_BUILD, problem=str(error))
        except CdsError as error:
            return Replayed(past.seq, Status.FAILED, problem=str(error))
        except Exception:  # noqa: BLE001  # its words could hold a patient's values, and the other records go on
            return Replayed(past.seq, Status.FAILED, problem="a fault of cds: it could not be decided again")

    def _program(self, recorded: PastDecision) -> Program:
        if self.under is not None:
            return self.programs.of(self.under)
        self._decide(recorded)  # what no code here decides is told before its ruleset is looked for
        program = self.programs.of(recorded.stored)
        if program.identity.digest != recorded.ruleset:
            raise CdsError("the stored ruleset has another digest than the record names")
        return program

    def _decide(self, recorded: PastDecision) -> Decide:
        decide = self.deciders.get(recorded.semantics)
        if decide is None:
            raise OtherBuild("semantics", recorded.semantics, ", ".join(map(str, sorted(self.deciders))))
        return decide

    def _again(self, recorded: PastDecision, program: Program) -> dict[str, Any]:
        """Give the decision as it comes out now; the names of the engines stay as they are recorded."""
        facts = parse_facts(recorded.facts, program.dictionary, program.concepts)
        names = recorded.decision["engines"]
        decide = self._decide(recorded)
        again = decide(program, facts, engines=self.engines or names, list_all=lists_all(recorded.decision))
        return {**again.document, "engines": names}


def lists_all(decision: Mapping[str, Any]) -> bool:
    """Tell whether all rules were listed; if none is listed that else would not be, it makes no difference."""
    return any(listed["status"] in _ONLY_IF_ALL for listed in decision["recommendations"])


def _masked(recorded: PastDecision, now: Mapping[str, Any], program: Program) -> Status:
    is_equal = is_equal_as_stored(recorded.decision, now, removed=recorded.masked, program=program)
    return Status.EQUAL_AS_STORED if is_equal else Status.MASKED


def _compared(seq: int, body: bytes, then: Mapping[str, Any], now: Mapping[str, Any]) -> Replayed:
    # The decision comes first in a canonical body, so that the bytes can be compared where they stand.
    if body.startswith(b'{"decision":' + canonical_bytes(now) + b',"facts":'):
        return Replayed(seq, Status.IDENTICAL)
    status = _same(then, now) or _same_but_for_one(then, now)
    if status is not None:
        return Replayed(seq, status)
    return Replayed(seq, Status.DIFFERENT, tuple(islice(differences(then, now), MOST_DIFFERENCES + 1)))


def _same(then: Mapping[str, Any], now: Mapping[str, Any]) -> Status | None:
    if canonical_bytes(then) == canonical_bytes(now):
        return Status.IDENTICAL
    if then["renderer"] != now["renderer"] and _is_whole(then) and then["digest"] == now["digest"]:
        return Status.OTHER_WORDS
    return None


def _same_but_for_one(then: Mapping[str, Any], now: Mapping[str, Any]) -> Status | None:
    """Tell a decision apart that differs only in the time-zone data, or in which ruleset made it."""
    if not _is_whole(then):
        return None
    if then["time_zone_data"] != now["time_zone_data"] and _same(_with(then, now, "time_zone_data"), now):
        return Status.OTHER_TIME_ZONE_DATA
    if then["ruleset"]["digest"] != now["ruleset"]["digest"] and _with(then, now, "ruleset")["digest"] == now["digest"]:
        return Status.OTHER_RULESET  # its words name the ruleset, so that only what is decided can be compared
    return None


def _with(then: Mapping[str, Any], now: Mapping[str, Any], key: str) -> dict[str, Any]:
    moved = {**then, key: now[key]}
    return {**moved, "digest": decision_digest(moved)}


def _is_whole(decision: Mapping[str, Any]) -> bool:
    """Tell whether a recorded decision has the digest that it names."""
    return bool(decision["digest"] == decision_digest(decision))
