"""The lines of a sheet: one for every medication of the list, or for every ingredient that is held by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from cds.facts.dictionary import FactType
from cds.facts.model import Facts, Item, TimeSpan, Unknown, Word
from cds.facts.time_text import span_text, with_weekdays
from cds.holds.advice import advice_of
from cds.holds.alerts import alerts_of
from cds.holds.arithmetic import arithmetic
from cds.holds.model import MEDICATIONS, Line, Procedure, Question
from cds.holds.notes import notes_of
from cds.holds.restart import restart_of, restart_text
from cds.holds.urgency import tier_of
from cds.ir.program import HOLD_STATES, Program
from cds.outcome.holds import WITHOUT_A_DATE
from cds.records.decision import DecisionDocument, Hold, Recommendation
from cds.trace.hold_sentences import ANTITHROMBOTIC
from cds.trace.model import HoldReason

PLANNED = frozenset({"proposed", "booked", "postponed"})
"""What a procedure's status is while its holds are in force."""
_INFO = "info"
_SAID_BY_THE_RULE = frozenset({HoldReason.PRESCRIBER, HoldReason.ASSUMED, HoldReason.CONDITION_UNKNOWN})
_IN_FORCE = frozenset({"applies", "cannot_decide", "contested"})


def lines_of(decision: DecisionDocument, facts: Facts, program: Program, procedure: Procedure) -> list[Line]:
    """Give a line for every medication; where the list is not known complete, one more for what it may leave out."""
    making = _Making(decision, facts, program, procedure)
    items = facts.list(MEDICATIONS).items
    lines = [making.line(item) for item in items]
    if not facts.list(MEDICATIONS).complete:
        lines.append(making.rest_of_list())
    return lines


@dataclass(frozen=True, slots=True)
class _Making:
    decision: DecisionDocument
    facts: Facts
    program: Program
    procedure: Procedure

    def line(self, item: Item) -> Line:
        found = [one for one in self.decision["recommendations"] if one["binding"] == item.binding]
        found = [one for one in found if one["status"] in _IN_FORCE]
        held = min((one for one in found if one["hold"] is not None), key=_precedence, default=None)
        is_planned = self.procedure["status"] in PLANNED
        said = self._item_facts(item)
        line = self._of_hold(item, held) if held is not None else self._without_hold(item, is_planned=is_planned)
        line |= {"frequency": said.get("frequency"), "whom": self._whom(line, said)}
        line["ask"] = self._asked(item, line, found)
        line["also"] = [advice_of(one) for one in found if one is not held and one["kind"] != "restart"]
        restarts = [one for one in found if one["kind"] == "restart"]
        line["restart"] = restart_of(restarts) if self.procedure["status"] == "done" else None
        if line["restart"] is not None:
            line["why"] = line["text"] = restart_text(line["restart"])
        line["alerts"] = alerts_of(line, restarts, self.procedure, self.facts)
        line["notes"] = notes_of(item, line, self.facts)
        line["tier"] = tier_of(line)
        return line

    def rest_of_list(self) -> Line:
        """Give the line for the medicines that a list which is not known complete may leave out."""
        found = [one for one in self.decision["recommendations"] if one["binding"] == f"{MEDICATIONS}/*"]
        is_planned = self.procedure["status"] in PLANNED
        item = Item("*", f"{MEDICATIONS}/*", "Medicines that are not on the list", {})
        line = self._without_hold(item, is_planned=is_planned)
        why = "The list is not known to be complete: what it leaves out may have to be stopped too."
        line |= {"state": "undecidable" if is_planned else None, "reason": "list_not_complete", "why": why, "text": why}
        line["ask"] = [_question(asked) for asked in self.decision["ask"] if asked["fact"] == MEDICATIONS]
        line["severity"] = found[0]["severity"] if found else "high"
        line["tier"] = tier_of(line)
        return line

    def _of_hold(self, item: Item, held: Recommendation) -> Line:
        hold = cast("Hold", held["hold"])
        line = self._empty(item, hold["substance"])
        line |= {
            "class": hold["class"],
            "state": hold["state"],
            "reason": hold["reason"],
            "rule": held["rule"],
            "severity": held["severity"],
            "why": self._why(held, hold, is_antithrombotic=line["is_antithrombotic"]),
            "text": held["text"],
            "interval": hold["interval"],
            "last_dose": hold["last_dose"],
            "last_permitted_dose": hold["last_permitted_dose"],
            "no_dose_from": hold["no_dose_from"],
            "earliest_procedure": hold["earliest_procedure"],
            "other_deadlines": hold["other_deadlines"],
            "readings": hold.get("readings", []),
            "sources": held["sources"],
        }
        return line

    def _why(self, held: Recommendation, hold: Hold, *, is_antithrombotic: bool) -> str:
        """Give the arithmetic; where a rule leaves it to somebody, or is open, what the rule is about."""
        said = arithmetic(
            hold, self.procedure["start"], is_antithrombotic=is_antithrombotic, overridden_by=held["overridden_by"]
        )
        said = f"{held['title']}. {said}" if hold["reason"] in _SAID_BY_THE_RULE else said
        if hold["state"] not in WITHOUT_A_DATE or hold["last_dose"] is None or not is_antithrombotic:
            return said
        return f"{said} Last dose {with_weekdays(hold['last_dose'])}."

    def _without_hold(self, item: Item, *, is_planned: bool) -> Line:
        substance = next((v for v in _concepts(item, self.program) if isinstance(v, Word | Unknown)), None)
        line = self._empty(item, str(substance.value) if isinstance(substance, Word) else None)
        if line["record_status"] == "entered_in_error":
            state, reason, why = "no_rule", "entered_in_error", "The record says that it was entered in error."
        elif not is_planned:
            state, reason, why = None, "no_procedure_planned", _not_planned(self.procedure["status"])
        elif isinstance(substance, Unknown):
            state, reason, why = "unidentified", "unidentified", "It could not be identified: check it by hand."
        else:
            state, reason = "no_rule", "no_rule"
            why = "No bleeding hold for it in this ruleset; this is not advice to continue it."
        line |= {"state": state, "reason": reason, "why": why, "text": why}
        return line

    def _empty(self, item: Item, substance: str | None) -> Line:
        known = self.program.concepts.substances.get(substance or "")
        classes = sorted(known.classes) if known else []
        last = item.value("last_dose")
        empty: dict[str, Any] = {
            "binding": item.binding,
            "medication": item.label,
            "substance": substance,
            "class": next(iter(classes), None),
            "classes": classes,
            "is_antithrombotic": not ANTITHROMBOTIC.isdisjoint(classes),
            "tier": "know",
            "severity": _INFO,
            "last_dose": span_text(last.low, last.high, self.facts.zone) if isinstance(last, TimeSpan) else None,
            "record_status": _word_of(item, "status"),
            "route": _word_of(item, "route"),
            **dict.fromkeys(("state", "reason", "rule", "interval", "last_permitted_dose", "no_dose_from")),
            **dict.fromkeys(("earliest_procedure", "frequency", "restart")),
            **dict.fromkeys(("why", "text"), ""),
            **{name: [] for name in ("other_deadlines", "readings", "whom", "ask", "notes", "also", "alerts")},
            "sources": [],
        }
        return cast("Line", empty)

    def _item_facts(self, item: Item) -> dict[str, Any]:
        """Give what the facts document says of an item."""
        items = (self.facts.document.get(MEDICATIONS) or {}).get("items", ())
        return next((said for said in items if said["id"] == item.id), {})

    def _asked(self, item: Item, line: Line, found: Sequence[Recommendation]) -> list[Question]:
        """Give what is asked about this item; of a line that is open, also what is asked about the patient for it.

        What is open about another item is asked only where nothing else is: what that one is can settle this one.
        """
        own = (f"{item.binding}.", f"{MEDICATIONS}/{item.id}.")
        asked = [question for question in self.decision["ask"] if question["fact"].startswith(own)]
        if line["state"] is None or line["state"] in WITHOUT_A_DATE:
            rules = {rule for one in found for rule in (one["rule"], one["overridden_by"])}
            settling = [question for question in self.decision["ask"] if not rules.isdisjoint(question["would_settle"])]
            of_patient = [question for question in settling if not question["fact"].startswith(f"{MEDICATIONS}/")]
            asked = [*asked, *of_patient] or settling
        return [*map(_question, asked), *self._missing_for_dates(found)]

    def _missing_for_dates(self, found: Sequence[Recommendation]) -> Iterator[Question]:
        """Give what a date that advice tells is counted from, where that is not known."""
        missing = {date["missing"] for one in found for date in one["dates"]}
        for fact in sorted(name for name in missing if name is not None and name in self.program.dictionary):
            yield {"fact": str(fact), "prompt": self.program.dictionary[str(fact)].ask}

    def _whom(self, line: Line, said: dict[str, Any]) -> list[str]:
        """Give who decides where stopping is not ours to advise."""
        if line["state"] not in {"prescriber", "contested"}:
            return []
        prescriber = said.get("prescriber")
        named = prescriber if isinstance(prescriber, str) else "who that is, is not on record"
        return [f"prescriber of the medicine ({named})", "proceduralist"]


def _precedence(one: Recommendation) -> int:
    return HOLD_STATES.index(cast("Hold", one["hold"])["state"])


def _concepts(item: Item, program: Program) -> Iterator[Any]:
    declared = program.dictionary[MEDICATIONS].items
    yield from (item.value(name) for name, fact in declared.items() if fact.type is FactType.CONCEPT)


def _not_planned(status: str | None) -> str:
    return "The procedure was cancelled: no hold is in force." if status == "cancelled" else "The procedure is done."


def _question(asked: Any) -> Question:
    return {"fact": asked["fact"], "prompt": asked["prompt"]}


def _word_of(item: Item, name: str) -> str | None:
    value = item.value(name)
    return str(value.value) if isinstance(value, Word) else None
