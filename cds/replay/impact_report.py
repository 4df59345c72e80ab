"""What a new ruleset would have changed over many records: counts, rules, and a sample of patients (`cds-impact/1`)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from heapq import heappush, heappushpop
from typing import Any

from cds.ir.program import Identity
from cds.replay.changes import IN_WORDS, Change, Kind
from cds.replay.impact import Effect, Result

SCHEMA = "cds-impact/1"
SAMPLE = 10
"""Patients shown for each kind of change, unless more or fewer are asked for."""
MOST_PROBLEMS = 50
"""Different problems that are shown; all are counted."""
_POSITION = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Sampled:
    """One change of one patient, as an example; the words are those of the contract."""

    subject: str | None
    seq: int
    change: Change

    def document(self) -> dict[str, Any]:
        """Give the example as JSON."""
        change = self.change
        return {
            "subject": self.subject,
            "seq": self.seq,
            "rule": change.rule,
            "before": change.before,
            "after": change.after,
        }


class Sample:
    """A few patients out of many: those whose hashes come first, each once.

    The same records give the same sample in any order, and every patient has the same chance.
    """

    def __init__(self, kind: Kind, most: int = SAMPLE) -> None:
        self._kind = kind
        self._most = most
        self._heap: list[tuple[int, int, str]] = []
        self._found: dict[str, Sampled] = {}

    def add(self, example: Sampled) -> None:
        """Offer an example; of one patient the earliest record is kept, and its first change."""
        who = example.subject or f"record {example.seq}"
        kept = self._found.get(who)
        if kept is not None:
            if (example.seq, example.change.rule or "") < (kept.seq, kept.change.rule or ""):
                self._found[who] = example
            return
        entry = (-int.from_bytes(sha256(f"{self._kind}|{who}".encode()).digest()[:8]), example.seq, who)
        if len(self._heap) < self._most:
            heappush(self._heap, entry)
            self._found[who] = example
        elif self._heap:
            left_out = heappushpop(self._heap, entry)
            if left_out != entry:
                del self._found[left_out[2]]
                self._found[who] = example

    def in_order(self) -> list[Sampled]:
        """Give the examples in the order of their records."""
        return sorted(self._found.values(), key=lambda example: example.seq)


@dataclass(slots=True)
class ImpactReport:
    """Everything that was found so far; its size grows with the ruleset, not with the number of records."""

    sample: int = SAMPLE
    """Patients shown for each kind of change."""
    results: Counter[Result] = field(default_factory=Counter)
    changes: Counter[Kind] = field(default_factory=Counter)
    records: Counter[Kind] = field(default_factory=Counter)
    """In how many records there is a change of a kind, at least once."""
    by_rule: dict[str, Counter[Kind]] = field(default_factory=lambda: defaultdict(Counter))
    dispositions: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often one outcome became another."""
    samples: dict[Kind, Sample] = field(default_factory=dict)
    problems: Counter[tuple[Result, str]] = field(default_factory=Counter)
    first_with: dict[tuple[Result, str], int] = field(default_factory=dict)
    """The first record with each problem."""

    def add(self, effect: Effect) -> None:
        """Count one more record."""
        self.results[effect.result] += 1
        self.records.update({change.kind for change in effect.changes})
        for change in effect.changes:
            self._add(effect, change)
        if effect.problem is not None:
            self._add_problem(effect.seq, (effect.result, _POSITION.sub("[*]", effect.problem)))

    def add_all(self, effects: Iterable[Effect]) -> ImpactReport:
        """Count all records of a log; give the report itself."""
        for effect in effects:
            self.add(effect)
        return self

    @property
    def has_changes(self) -> bool:
        """Tell whether any decision would have been different."""
        return self.results[Result.CHANGED] > 0

    @property
    def is_whole(self) -> bool:
        """Tell whether every decision that is there could be made under the new ruleset."""
        return not (
            self.results[Result.FACTS_NOT_READ] or self.results[Result.FAILED] or self.results[Result.UNREADABLE]
        )

    def document(self, to: Identity) -> dict[str, Any]:
        """Give the report as `cds-impact/1`; of patients it has pseudonyms and the numbers of records only."""
        return {
            "schema": SCHEMA,
            "to": {"id": to.id, "version": to.version, "digest": to.digest, "status": to.status},
            "records": {result.value: self.results[result] for result in Result if self.results[result]},
            "changes": [self._of_kind(kind) for kind in Kind if self.changes[kind]],
            "rules": [self._of_rule(rule, self.by_rule[rule]) for rule in sorted(self.by_rule)],
            "dispositions": [
                {"before": before, "after": after, "records": count}
                for (before, after), count in sorted(self.dispositions.items(), key=lambda found: (-found[1], found[0]))
            ],
            "problems": [
                {
                    "result": result.value,
                    "problem": problem,
                    "records": count,
                    "first": self.first_with[result, problem],
                }
                for (result, problem), count in sorted(self.problems.items(), key=lambda found: (-found[1], found[0]))
            ],
        }

    def _add(self, effect: Effect, change: Change) -> None:
        self.changes[change.kind] += 1
        if change.rule is not None:
            self.by_rule[change.rule][change.kind] += 1
        if change.kind is Kind.DISPOSITION:
            self.dispositions[str(change.before), str(change.after)] += 1
        example = Sampled(effect.subject, effect.seq, change)
        self.samples.setdefault(change.kind, Sample(change.kind, self.sample)).add(example)

    def _add_problem(self, seq: int, problem: tuple[Result, str]) -> None:
        if problem not in self.problems and len(self.problems) >= MOST_PROBLEMS:
            problem = (problem[0], "other problems")
        self.problems[problem] += 1
        self.first_with.setdefault(problem, seq)

    def _of_kind(self, kind: Kind) -> dict[str, Any]:
        return {
            "kind": kind.value,
            "meaning": IN_WORDS[kind],
            "changes": self.changes[kind],
            "records": self.records[kind],
            "sample": [example.document() for example in self.samples[kind].in_order()],
        }

    def _of_rule(self, rule: str, counts: Mapping[Kind, int]) -> dict[str, Any]:
        return {"rule": rule, "changes": {kind.value: counts[kind] for kind in Kind if counts.get(kind)}}
