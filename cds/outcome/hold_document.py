"""The `hold` of a recommendation as data: what is held, its state, and the dates that may be told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from cds.facts.dictionary import FactType
from cds.facts.model import Facts, Item, TimeSpan, Word
from cds.facts.time_text import reckoned_text, span_text
from cds.facts.zones import Zone
from cds.ir.kleene import FALSE
from cds.ir.nodes import AllOf, Condition, InClass
from cds.ir.program import Interval, Program, Rule
from cds.outcome.deadlines import Deadline, deadline_for
from cds.outcome.findings import Finding
from cds.outcome.holds import DATED_STATES, PROCEDURE_START, Hold, dated_hold, is_taken_as_assumed
from cds.records import decision as doc


def hold_document(finding: Finding, hold: Hold, program: Program, facts: Facts) -> doc.Hold:
    """Give the hold of one medication; dates are told only in states that have one."""
    item, zone = hold.item, facts.zone
    substance = _substance(item, program)
    is_dated = hold.state in DATED_STATES
    deadline = hold.deadline if is_dated else None
    earliest = hold.earliest_procedure if is_dated else None
    built: dict[str, Any] = {
        "substance": substance,
        "class": _class(finding.rule, substance, program),
        "medication": item.label,
        "state": hold.state,
        "reason": hold.reason.value,
        "interval": _interval(hold.interval),
        "last_permitted_dose": _last_permitted(deadline, zone),
        "no_dose_from": _no_dose_from(deadline, zone),
        "last_dose": _time_text(item, "last_dose", zone),
        "earliest_procedure": None if earliest is None else reckoned_text(earliest, zone, by_day=False),
        "other_deadlines": list(_other_deadlines(finding.rule, item, facts)) if is_dated else [],
        "restart": None if finding.is_withheld else finding.rule.restart,
        "record_status": _word_of(item, "status"),
    }
    if hold.state == "contested":
        built["readings"] = _readings(finding, item, program, facts)
    return cast("doc.Hold", built)


def _readings(finding: Finding, item: Item, program: Program, facts: Facts) -> list[doc.Reading]:
    """Give each reading under which the hold is not ruled out, the earlier deadline first."""
    found = []
    for world in program.worlds:
        interval = world.intervals.get(finding.rule.id)
        if interval is not None and finding.truths[world.number] is not FALSE:
            deadline = dated_hold(item, interval, facts, program.settings).deadline
            found.append((deadline.last if deadline else -interval.high, world, interval, deadline))
    return [
        {
            "sources": dict(world.choices),
            "interval": cast("doc.Interval", _interval(interval)),
            "last_permitted_dose": _last_permitted(deadline, facts.zone),
        }
        for _, world, interval, deadline in sorted(found, key=lambda reading: (reading[0], reading[1].number))
    ]


def _substance(item: Item, program: Program) -> str | None:
    declared = program.dictionary[item.binding.partition("/")[0]].items
    concepts = (_word_of(item, name) for name, fact in declared.items() if fact.type is FactType.CONCEPT)
    return next(concepts, None)


def _class(rule: Rule, substance: str | None, program: Program) -> str | None:
    """Give the class by which the rule concerns the substance, else the first of its classes by name."""
    if substance is None:
        return None
    classes = program.concepts.substances[substance].classes
    named = _classes_named(program.worlds[0].conditions[rule.id])
    return next((name for name in (*named, *sorted(classes)) if name in classes), None)


def _classes_named(condition: Condition) -> Iterator[str]:
    match condition:
        case InClass(_, name, _):
            yield name
        case AllOf(parts):
            for part in parts:
                yield from _classes_named(part)
        case _:
            return


def _other_deadlines(rule: Rule, item: Item, facts: Facts) -> Iterator[doc.OtherDeadline]:
    """Give the deadline by every position that is not adopted; None where its doses are not those of the patient."""
    start = cast("TimeSpan", facts.value(PROCEDURE_START))  # INVARIANT: a dated state has one
    for other in rule.other_intervals:
        deadline = deadline_for(other.amount, start, facts.zone) if is_taken_as_assumed(item, other.amount) else None
        yield {
            "source": other.source,
            "interval": cast("doc.Interval", _interval(other.amount)),
            "last_permitted_dose": _last_permitted(deadline, facts.zone),
            "confirmed": other.confirmed,
        }


def _last_permitted(deadline: Deadline | None, zone: Zone) -> str | None:
    return None if deadline is None else reckoned_text(deadline.last, zone, by_day=deadline.by_day)


def _no_dose_from(deadline: Deadline | None, zone: Zone) -> str | None:
    if deadline is None:
        return None
    first = deadline.last + 1 if deadline.by_day else deadline.last
    return reckoned_text(first, zone, by_day=deadline.by_day)


def _interval(interval: Interval | None) -> dict[str, Any] | None:
    if interval is None:
        return None
    built: dict[str, Any] = {"counting": interval.counting, "low": interval.low, "high": interval.high}
    if interval.per_day is not None:
        built["per_day"] = interval.per_day
    return built


def _time_text(item: Item, name: str, zone: Zone) -> str | None:
    value = item.value(name)
    return span_text(value.low, value.high, zone) if isinstance(value, TimeSpan) else None


def _word_of(item: Item, name: str) -> str | None:
    value = item.value(name)
    return str(value.value) if isinstance(value, Word) else None
