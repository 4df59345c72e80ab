"""One decision as a `cds-decision/1` document, put together from verdicts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from cds.backends.reference import At
from cds.facts.dictionary import FactType
from cds.facts.instants import TZDATA_VERSION
from cds.facts.model import Facts, Item
from cds.facts.time_text import day_text, reckoned_text
from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth
from cds.ir.nodes import Ref
from cds.ir.program import HoldAdvice, Program, Rule
from cds.ir.verdicts import PATIENT, Verdicts
from cds.outcome.asking import Questions
from cds.outcome.citation_document import position_document, source_document
from cds.outcome.dates import dates_of
from cds.outcome.disposition import Disposition, disposition_of
from cds.outcome.findings import Finding, findings_of, in_order
from cds.outcome.hold_document import hold_document
from cds.outcome.holds import WITHOUT_A_DATE, Hold, earliest_procedure, hold_of
from cds.outcome.reasons import Traced, list_trace, question_about, reasons
from cds.records import decision as doc
from cds.ruleset.version import SEMANTICS
from cds.trace import sentences
from cds.trace.model import LeafTrace, Question


def decision_document(
    program: Program, facts: Facts, verdicts: Verdicts, *, engines: list[str], list_all: bool = False
) -> doc.DecisionDocument:
    """Give the whole document; with `list_all` also the rules that do not apply, and those that are skipped."""
    return _Builder(program, facts, verdicts, list_all=list_all).document(engines)


@dataclass(frozen=True)
class _Builder:
    program: Program
    facts: Facts
    verdicts: Verdicts
    list_all: bool
    questions: Questions = field(default_factory=Questions)
    open_questions: dict[tuple[str, str], list[Question]] = field(default_factory=dict)
    """By rule and binding, what would settle it."""
    traced: dict[tuple[str, str, int], tuple[LeafTrace, ...]] = field(default_factory=dict)
    """By rule, binding and world, what its verdict rests on."""
    leaves: Traced = field(default_factory=Traced)

    def document(self, engines: list[str]) -> doc.DecisionDocument:
        findings = findings_of(self.program, self.verdicts)
        listed = [finding for finding in findings if finding.is_listed]
        holds = {finding.key: self._hold(finding) for finding in listed if _is_active_hold(finding)}
        disposition = disposition_of(self.program, self.verdicts, findings, [hold.state for hold in holds.values()])
        if self.list_all:
            listed = in_order([*listed, *self._not_listed(findings)])
        recommendations = [self._recommendation(finding, holds.get(finding.key)) for finding in listed]
        self._ask_about_lists(findings)
        built: dict[str, Any] = {
            "schema": doc.SCHEMA,
            "subject": self.facts.subject,
            "as_of": self.facts.as_of_text,
            "zone": self.facts.zone.name,
            "time_zone_data": TZDATA_VERSION,
            "ruleset": self._ruleset(),
            "facts_digest": doc.digest_of(self.facts.document),
            "semantics": SEMANTICS,
            "disposition": {"code": disposition.row.code, "other": list(disposition.other)},
            "earliest_procedure": self._instant(earliest_procedure(holds.values(), findings)),
            "recommendations": recommendations,
            "ask": self._asked(),
        }
        built["digest"] = doc.digest_of(built)
        built["engines"] = sorted(engines)
        self._add_words(built, disposition)
        return cast("doc.DecisionDocument", built)

    def _add_words(self, built: dict[str, Any], disposition: Disposition) -> None:
        """Add the rendered words, which the digest does not cover."""
        built["renderer"] = sentences.RENDERER
        built["disposition"]["text"] = sentences.disposition_text(disposition.row.text, built["ruleset"])
        for recommendation in built["recommendations"]:
            template = self.program.rules[recommendation["rule"]].text
            item = self._items.get(recommendation["binding"])
            open_questions = self.open_questions.get((recommendation["rule"], recommendation["binding"]), [])
            label, classes = (None, ()) if item is None else (item.label, self._classes(recommendation["hold"]))
            recommendation["text"] = sentences.recommendation_text(
                template, recommendation, label, open_questions, classes
            )
        for asked, question in zip(built["ask"], self.questions.in_order(), strict=True):
            asked["prompt"] = sentences.prompt_text(question.question)

    def _classes(self, hold: doc.Hold | None) -> Collection[str]:
        """Give the classes of the substance that a hold is about."""
        if hold is None or hold["substance"] is None:
            return ()
        return self.program.concepts.substances[hold["substance"]].classes

    def _ruleset(self) -> doc.RulesetIdentity:
        identity = self.program.identity
        today = day_text(self.facts.as_of, self.facts.zone)
        return {
            "id": identity.id,
            "version": identity.version,
            "digest": identity.digest,
            "status": identity.status,
            "review_overdue": identity.review_by is not None and identity.review_by < today,
        }

    @cached_property
    def _items(self) -> Mapping[str, Item]:
        return {item.binding: item for fact_list in self.facts.lists.values() for item in fact_list.items}

    @cached_property
    def _worlds(self) -> tuple[At, ...]:
        """The place of the patient in each world."""
        return tuple(At(self.program, self.facts, world, self.verdicts) for world in self.program.worlds)

    def _at(self, rule: Rule, binding: str, world: int) -> At:
        return self._worlds[world].bound(rule, self._items.get(binding))

    def _hold(self, finding: Finding) -> Hold:
        return hold_of(finding, self._items[finding.binding], self.program, self.facts)

    def _recommendation(self, finding: Finding, hold: Hold | None) -> dict[str, Any]:
        rule = finding.rule
        traced = self._reasons(finding)
        self._ask(finding, hold)
        return {
            "rule": rule.id,
            "kind": rule.kind,
            "binding": finding.binding,
            "status": finding.status,
            "severity": rule.severity.word,
            "advice": rule.advice,
            "title": rule.title,
            "assumed": finding.is_assumed,
            "hold": None if hold is None else hold_document(finding, hold, self.program, self.facts),
            "dates": self._dates(finding, hold),
            "sources": [source_document(cited) for cited in rule.sources],
            "positions": [] if finding.is_withheld else [position_document(position) for position in rule.positions],
            "because": [_leaf(leaf) for leaf in traced],
            "overridden_by": finding.overridden_by,
            "opposed_by": finding.opposed_by,
            "worlds": self._world_verdicts(finding),
        }

    def _dates(self, finding: Finding, hold: Hold | None) -> list[doc.DateTold]:
        """Give the dates of advice that stands; a dated hold whose own date is not given gives no other either."""
        rule = finding.rule
        if not rule.dates or finding.status not in {"applies", "contested"}:
            return []
        is_dated = self.program.advice[rule.advice].hold is HoldAdvice.DATED
        if is_dated and hold is not None and hold.state in WITHOUT_A_DATE:
            return []
        return dates_of(rule.dates, self._items.get(finding.binding), self.facts)

    def _reasons(self, finding: Finding) -> tuple[LeafTrace, ...]:
        preferred = (TRUE,) if finding.status in {"contested", "overridden"} else (UNKNOWN, TRUE)
        return self._reasons_in(finding.world_with(*preferred), finding.rule, finding.binding)

    def _reasons_in(self, world: int, rule: Rule, binding: str) -> tuple[LeafTrace, ...]:
        found = self.traced.get((rule.id, binding, world))
        if found is None:
            at = self._at(rule, binding, world)
            found = self.traced[rule.id, binding, world] = reasons(
                at.world.conditions[rule.id], at, truth=at.verdict(rule.id, binding), traced=self.leaves
            )
        return found

    def _ask(self, finding: Finding, hold: Hold | None) -> None:
        """Ask for what could settle this finding: its UNKNOWN leaves, its overriders', its hold's missing facts."""
        rule = finding.rule
        asked: dict[str, Question] = {}
        if finding.verdict is UNKNOWN and (finding.status == "cannot_decide" or finding.is_assumed):
            asked.update((question.fact, question) for question in self._open(rule, finding.binding))
        if finding.is_withheld:
            asked.update((question.fact, question) for question in self._open_in_overriders(finding))
        if hold is not None:
            asked.update((question.fact, question) for question in self._missing(finding, hold))
        self.open_questions[rule.id, finding.binding] = list(asked.values())
        self.questions.add(asked.values(), rule.id, rule.severity)

    def _open(self, rule: Rule, binding: str) -> Iterator[Question]:
        """Give what the UNKNOWN leaves ask, of every world that is UNKNOWN: each may turn on another fact."""
        for world in self.program.worlds:
            if self.verdicts.get((rule.id, binding, world.number), FALSE) is UNKNOWN:
                for leaf in self._reasons_in(world.number, rule, binding):
                    yield from leaf.questions

    def _open_in_overriders(self, finding: Finding) -> Iterator[Question]:
        """Give what is open in every rule that could override this: one that is settled leaves the next."""
        for overrider in finding.withholders:
            yield from self._open(overrider.rule, overrider.binding)

    def _missing(self, finding: Finding, hold: Hold) -> Iterator[Question]:
        at = self._at(finding.rule, finding.binding, 0)
        declared = self.program.dictionary[str(finding.rule.list)].items
        what_it_is = [name for name, fact in declared.items() if fact.type is FactType.CONCEPT]
        for name in what_it_is if hold.state == "unidentified" else hold.missing:
            if name in declared or name in self.program.dictionary:
                yield question_about(Ref(finding.rule.variable if name in declared else None, name), at)

    def _ask_about_lists(self, findings: list[Finding]) -> None:
        """Ask once per list whether it is complete, for all rules that what it leaves out could concern."""
        for finding in findings:
            if finding.is_rest_of_list and finding.status in {"cannot_decide", "applies"}:
                at = self._at(finding.rule, finding.binding, 0)
                questions = list_trace(str(finding.rule.list), at).questions
                self.questions.add(questions, finding.rule.id, finding.rule.severity)

    def _asked(self) -> list[dict[str, Any]]:
        return [
            {
                "fact": asked.question.fact,
                "reason": asked.question.reason.value if asked.question.reason else "not_precise_enough",
                "would_settle": sorted(asked.rules),
            }
            for asked in self.questions.in_order()
        ]

    def _world_verdicts(self, finding: Finding) -> list[doc.WorldVerdict]:
        """Tell the worlds apart only where they matter."""
        if len(set(finding.truths)) == 1:
            return []
        return [
            {"sources": dict(world.choices), "verdict": truth_word(finding.truths[world.number])}
            for world in self.program.worlds
        ]

    def _instant(self, instant: int | None) -> str | None:
        return None if instant is None else reckoned_text(instant, self.facts.zone, by_day=False)

    def _not_listed(self, findings: list[Finding]) -> Iterator[Finding]:
        """Give what does not apply, what is skipped, and what was never TRUE and is overridden."""
        by_key = {finding.key: finding for finding in findings}
        none = (FALSE,) * len(self.program.worlds)
        for rule in self.program.rules.values():
            for binding in self._bindings(rule):
                finding = by_key.get((rule.id, binding))
                if finding is None:
                    yield Finding(rule, binding, none, "does_not_apply")
                elif not finding.is_listed:
                    yield finding

    def _bindings(self, rule: Rule) -> list[str]:
        if rule.list is None:
            return [PATIENT]
        return [item.binding for item in self.facts.list(rule.list).items]


_TRUTH_WORDS = {truth: truth.name.lower() for truth in Truth}


def truth_word(truth: Truth) -> str:
    """Give the word of the contract for a truth."""
    return _TRUTH_WORDS[truth]


def _is_active_hold(finding: Finding) -> bool:
    return finding.rule.kind == "hold" and finding.status in {"applies", "cannot_decide", "contested"}


def _leaf(leaf: LeafTrace) -> doc.LeafMet:
    return {"leaf": leaf.leaf, "value": leaf.value, "truth": truth_word(leaf.truth)}
