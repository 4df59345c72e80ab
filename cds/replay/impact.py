"""Decide past facts under a new ruleset, and tell what would have been different."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from cds.errors import CdsError, FactsError
from cds.facts.model import Facts
from cds.facts.schema import parse_facts
from cds.ir.program import Program
from cds.replay.changes import Change, changes
from cds.replay.past import DECISION, Gone, Past, PastDecision, decision_of, header_of
from cds.replay.programs import Programs
from cds.replay.replay import Decide, lists_all
from cds.ruleset.stored import stored_hash


class Result(StrEnum):
    """What became of a record under the new ruleset."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    FACTS_NOT_READ = "facts_not_read"
    """The new ruleset's fact dictionary does not read the facts."""
    FAILED = "failed"
    MASKED = "masked"
    KEY_DESTROYED = "key_destroyed"
    REMOVED = "removed"
    UNREADABLE = "unreadable"
    OTHER_KIND = "other_kind"


@dataclass(frozen=True, slots=True)
class Effect:
    """What the new ruleset makes of one record.

    `problem` holds no patient's value: of facts that are not read it is the place in the document, and what was
    expected there.
    """

    seq: int
    result: Result
    subject: str | None = None
    changes: tuple[Change, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Only:
    """Gives the bytes of one ruleset, whatever it is asked for."""

    content: bytes

    def __call__(self, _stored: str) -> bytes:
        return self.content


class Impact:
    """Decide one record under the ruleset with these stored bytes; picklable where `decide` is.

    The ruleset decides for any day: it is asked before it is in effect. Recorded decisions are taken as they are.
    """

    def __init__(self, ruleset: bytes, decide: Decide, engines: Sequence[str]) -> None:
        self._ruleset = ruleset
        self._decide = decide
        self._engines = engines
        self._programs = Programs(_Only(ruleset))
        self._program: Program | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return Impact, (self._ruleset, self._decide, self._engines)

    @property
    def program(self) -> Program:
        """Give the compiled ruleset, in effect on every day.

        Raises:
            CdsError: it cannot be read or compiled.
        """
        if self._program is None:
            program = self._programs.of(stored_hash(self._ruleset))
            identity = replace(program.identity, effective_from=None, effective_until=None)
            self._program = replace(program, identity=identity)
        return self._program

    def __call__(self, past: Past) -> Effect:
        """Give the effect on one record. Nothing is raised: one bad record does not stop the others."""
        try:
            header = header_of(past)
            if header.get("kind") != DECISION:
                return Effect(past.seq, Result.OTHER_KIND)
            if isinstance(past.body, Gone):
                return Effect(past.seq, Result(past.body.value))
            return self._effect(past.seq, decision_of(header, past.body))
        except CdsError as error:
            return Effect(past.seq, Result.FAILED, problem=str(error))
        except Exception:  # noqa: BLE001  # its words could hold a patient's values, and the other records go on
            return Effect(past.seq, Result.FAILED, problem="a fault of cds: it could not be decided")

    def _effect(self, seq: int, recorded: PastDecision) -> Effect:
        if recorded.masked:
            return Effect(seq, Result.MASKED, recorded.subject)
        try:
            facts = self._read(recorded)
        except FactsError as error:
            return Effect(seq, Result.FACTS_NOT_READ, recorded.subject, problem=_place(error))
        then = recorded.decision
        now = self._decide(self.program, facts, engines=self._engines, list_all=lists_all(then)).document
        found = tuple(changes(then, now))
        return Effect(seq, Result.CHANGED if found else Result.UNCHANGED, recorded.subject, found)

    def _read(self, recorded: PastDecision) -> Facts:
        return parse_facts(recorded.facts, self.program.dictionary, self.program.concepts)


def _place(error: FactsError) -> str:
    """Say where facts cannot be read, without what stands there."""
    said = f"`{error.place.path}` is not read" if error.place.path else "the facts are not read"
    expected = f"; expected {error.expected}" if error.expected else ""
    return f"{said}{expected}"
