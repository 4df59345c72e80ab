"""One decision as a `cds-decision/1` document, put together from verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from cds.backends.reference import At
from cds.facts.dictionary import FactType
from cds.facts.instants import TZDATA_VERSION, format_instant
from cds.facts.model import Facts, Item, TimeSpan, Word
from cds.facts.time_text import day_text, span_text
from cds.ir.kleene import FALSE, TRUE, UNKNOWN, Truth
from cds.ir.nodes import AllOf, Condition, InClass, Ref
from cds.ir.program import Interval, Program, Rule
from cds.ir.verdicts import PATIENT, Verdicts
from cds.outcome.asking import Questions
from cds.outcome.disposition import Disposition, disposition_of
from cds.outcome.findings import Finding, findings_of
from cds.outcome.holds import Deadline, Hold, deadline_for, earliest_procedure, hold_of
from cds.outcome.reasons import list_trace, question_about, reasons
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

    def document(self, engines: list[str]) -> doc.DecisionDocument:
        findings = findings_of(self.program, self.verdicts)
        listed = [finding for finding in findings if finding.is_listed]
        holds = {id(finding): self._hold(finding) for finding in listed if _is_active_hold(finding)}
        found_holds = [hold for hold in holds.values() if hold is not None]
        disposition = disposition_of(self.program, self.verdicts, findings, [hold.state for hold in found_holds])
        recommendations = [self._recommendation(finding, holds.get(id(finding))) for finding in listed]
        self._ask_about_lists(findings)
        if self.list_all:
            recommendations += self._not_listed(findings)
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
            "earliest_procedure": self._instant(earliest_procedure(found_holds, findings)),
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
            recommendation["text"] = sentences.recommendation_text(
                template, recommendation, item.label if item else None, open_questions
            )
        for asked, question in zip(built["ask"], self.questions.in_order(), strict=True):
            asked["prompt"] = sentences.prompt_text(question.question)

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

    def _at(self, rule: Rule, binding: str, world: int) -> At:
        at = At(self.program, self.facts, self.program.worlds[world], self.verdicts)
        return at.bound(rule, self._items.get(binding))

    def _hold(self, finding: Finding) -> Hold | None:
        item = self._items.get(finding.binding)
        return None if item is None else hold_of(finding, item, self.program, self.facts)

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
            "assumed": finding.assumed,
            "hold": None if hold is None else self._hold_document(finding, hold),
            "sources": [_source(cited) for cited in rule.sources],
            "positions": [] if finding.is_withheld else [_position(position) for position in rule.positions],
            "because": [_leaf(leaf) for leaf in traced],
            "overridden_by": finding.overridden_by,
            "opposed_by": finding.opposed_by,
            "worlds": self._world_verdicts(finding),
        }

    def _reasons(self, finding: Finding) -> tuple[LeafTrace, ...]:
        preferred = (TRUE,) if finding.status in {"contested", "overridden"} else (UNKNOWN, TRUE)
        return self._reasons_in(finding.world_with(*preferred), finding.rule, finding.binding)

    def _reasons_in(self, world: int, rule: Rule, binding: str) -> tuple[LeafTrace, ...]:
        found = self.traced.get((rule.id, binding, world))
        if found is None:
            at = self._at(rule, binding, world)
            found = self.traced[rule.id, binding, world] = reasons(at.world.conditions[rule.id], at)
        return found

    def _ask(self, finding: Finding, hold: Hold | None) -> None:
        """Ask for what could settle this finding: its UNKNOWN leaves, its overriders', its hold's missing facts."""
        rule = finding.rule
        asked: dict[str, Question] = {}
        if finding.verdict is UNKNOWN and finding.status in {"cannot_decide", "applies"}:
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
        for overrider in self.program.rules.values():
            if finding.rule.id in overrider.overrides:
                yield from self._open(overrider, finding.binding if overrider.list else PATIENT)

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

    def _hold_document(self, finding: Finding, hold: Hold) -> doc.Hold:
        substance = self._substance(hold.item)
        dated = hold.deadline is not None and hold.state in {"overdue", "due", "planned", "satisfied"}
        built: dict[str, Any] = {
            "substance": substance,
            "class": self._class(finding.rule, substance),
            "medication": hold.item.label,
            "state": hold.state,
            "reason": hold.reason,
            "interval": _interval(hold.interval),
            "last_permitted_dose": self._dose_text(hold.deadline) if dated else None,
            "no_dose_from": self._no_dose_from(hold.deadline) if dated else None,
            "last_dose": self._time_text(hold.item, "last_dose"),
            "earliest_procedure": self._instant(hold.earliest_procedure) if dated else None,
            "restart": None if finding.is_withheld else finding.rule.restart,
            "record_status": _word_of(hold.item, "status"),
        }
        if hold.state == "contested":
            built["readings"] = self._readings(finding.rule)
        return cast("doc.Hold", built)

    def _readings(self, rule: Rule) -> list[doc.Reading]:
        """Give each reading of a contested hold, the earlier deadline first."""
        start = self.facts.value("procedure.start")
        found = []
        for world in self.program.worlds:
            interval = world.intervals.get(rule.id)
            if interval is not None:
                deadline = deadline_for(interval, start, self.facts.zone) if isinstance(start, TimeSpan) else None
                found.append((deadline.last if deadline else -interval.high, world, interval, deadline))
        return [
            {
                "sources": dict(world.choices),
                "interval": cast("doc.Interval", _interval(interval)),
                "last_permitted_dose": self._dose_text(deadline) if deadline else None,
            }
            for _, world, interval, deadline in sorted(found, key=lambda reading: (reading[0], reading[1].number))
        ]

    def _substance(self, item: Item) -> str | None:
        declared = self.program.dictionary[item.binding.partition("/")[0]].items
        concepts = (_word_of(item, name) for name, fact in declared.items() if fact.type is FactType.CONCEPT)
        return next(concepts, None)

    def _class(self, rule: Rule, substance: str | None) -> str | None:
        """Give the class by which the rule concerns the substance, else the first of its classes by name."""
        if substance is None:
            return None
        classes = self.program.concepts.substances[substance].classes
        named = _classes_named(self.program.worlds[0].conditions[rule.id])
        return next((name for name in (*named, *sorted(classes)) if name in classes), None)

    def _dose_text(self, deadline: Deadline | None) -> str | None:
        if deadline is None:
            return None
        zone = self.facts.zone
        return day_text(deadline.last, zone) if deadline.by_day else format_instant(deadline.last, zone)

    def _no_dose_from(self, deadline: Deadline | None) -> str | None:
        if deadline is None:
            return None
        zone = self.facts.zone
        return day_text(deadline.last + 1, zone) if deadline.by_day else format_instant(deadline.last, zone)

    def _time_text(self, item: Item, name: str) -> str | None:
        value = item.value(name)
        return span_text(value.low, value.high, self.facts.zone) if isinstance(value, TimeSpan) else None

    def _instant(self, instant: int | None) -> str | None:
        return None if instant is None else format_instant(instant, self.facts.zone)

    def _not_listed(self, findings: list[Finding]) -> list[dict[str, Any]]:
        """Give the rules that do not apply, with the leaves that fail, and those that are skipped."""
        seen = {(finding.rule.id, finding.binding) for finding in findings if finding.is_listed}
        none = (FALSE,) * len(self.program.worlds)
        by_key = {(finding.rule.id, finding.binding): finding for finding in findings}
        rest = []
        for rule in sorted(self.program.rules.values(), key=lambda r: (r.severity, r.id)):
            for binding in self._bindings(rule):
                if (rule.id, binding) not in seen:
                    finding = by_key.get((rule.id, binding)) or Finding(rule, binding, none, "does_not_apply")
                    rest.append(self._recommendation(finding, None))
        return rest

    def _bindings(self, rule: Rule) -> list[str]:
        if rule.list is None:
            return [PATIENT]
        return [item.binding for item in self.facts.list(rule.list).items]


def truth_word(truth: Truth) -> str:
    """Give the word of the contract for a truth."""
    return truth.name.lower()


def _is_active_hold(finding: Finding) -> bool:
    return finding.rule.kind == "hold" and finding.status in {"applies", "cannot_decide", "contested"}


def _classes_named(condition: Condition) -> Iterator[str]:
    match condition:
        case InClass(_, name, _):
            yield name
        case AllOf(parts):
            for part in parts:
                yield from _classes_named(part)
        case _:
            return


def _interval(interval: Interval | None) -> dict[str, Any] | None:
    if interval is None:
        return None
    built: dict[str, Any] = {"counting": interval.counting, "low": interval.low, "high": interval.high}
    if interval.per_day is not None:
        built["per_day"] = interval.per_day
    return built


def _word_of(item: Item, name: str) -> str | None:
    value = item.value(name)
    return str(value.value) if isinstance(value, Word) else None


def _source(cited: Any) -> doc.SourceCited:
    return {"id": cited.source, "locator": cited.locator, "strength": cited.strength, "confirmed": cited.confirmed}


def _position(position: Any) -> doc.PositionTaken:
    return {
        "of": position.of,
        "source": position.source,
        "value": position.value,
        "adopted": position.adopted,
        "confirmed": position.confirmed,
    }


def _leaf(leaf: LeafTrace) -> doc.LeafMet:
    return {"leaf": leaf.leaf, "value": leaf.value, "truth": truth_word(leaf.truth)}
