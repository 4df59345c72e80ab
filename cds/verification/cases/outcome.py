"""What a decision says of the rule of a case, and how that differs from what the case expects (language §15.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cds.backends.reference import Reference
from cds.errors import InputError
from cds.facts.model import Facts
from cds.ir.program import Program, Rule
from cds.ir.verdicts import PATIENT, REST, Verdicts
from cds.outcome.findings import Finding, findings_of
from cds.verification.cases.model import Expected, WrittenCase

DOES_NOT_APPLY = "does_not_apply"
_OF_THE_HOLD = ("state", "reason", "last_permitted_dose", "no_dose_from", "earliest_procedure")
_SAME = ("overridden_by", "opposed_by", "assumed")
_NOTHING: Mapping[str, Any] = {
    "status": DOES_NOT_APPLY,
    "hold": None,
    "overridden_by": None,
    "opposed_by": [],
    "assumed": False,
    "positions": [],
    "dates": [],
    "text": "",
}
"""What is said of a rule for which a decision has no recommendation."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that was expected, and what was found instead."""

    what: str
    expected: Any
    found: Any


@dataclass(frozen=True)
class Decided:
    """One decision of one case."""

    program: Program
    facts: Facts
    document: Mapping[str, Any]

    def said(self, rule: str, binding: str) -> Mapping[str, Any]:
        """Give what the decision says of a rule for a binding; of what it does not list, the status."""
        listed = self.document["recommendations"]
        found = next((one for one in listed if (one["rule"], one["binding"]) == (rule, binding)), None)
        return self._not_listed(rule, binding) if found is None else found

    def _not_listed(self, rule: str, binding: str) -> Mapping[str, Any]:
        found = next((finding for finding in self._findings if finding.key == (rule, binding)), None)
        if found is None:
            return _NOTHING
        return {**_NOTHING, "status": found.status, "overridden_by": found.overridden_by, "assumed": found.is_assumed}

    @cached_property
    def verdicts(self) -> Verdicts:
        """Give the verdicts, which the engines that decided agree on."""
        return Reference().evaluate(self.program, self.facts)

    @cached_property
    def _findings(self) -> list[Finding]:
        return findings_of(self.program, self.verdicts)


def binding_of(rule: Rule, item: str | None, facts: Facts) -> str:
    """Give the binding that a case is about.

    Raises:
        InputError: the case has to say which, or says one that is not there.
    """
    if rule.list is None:
        if item is not None:
            raise InputError(f"`item` goes with rules over a list, and `{rule.id}` is about the patient")
        return PATIENT
    fact_list = facts.list(rule.list)
    rest = [] if fact_list.complete else [f"{rule.list}/{REST}"]
    bindings = [item.binding for item in fact_list.items] or rest
    if item is None and len(bindings) > 1:
        raise InputError("the list has several items", expected=f"`item`: one of {_listed([*bindings, *rest])}")
    if item is None:
        return bindings[0] if bindings else f"{rule.list}/"
    binding = f"{rule.list}/{item}"
    if binding not in {*bindings, *rest}:
        raise InputError(f"there is no item `{item}`", expected=f"one of {_listed([*bindings, *rest])}")
    return binding


def _listed(bindings: list[str]) -> str:
    return (
        ", ".join(f"`{binding.partition('/')[2]}`" for binding in dict.fromkeys(bindings)) or "none: the list is empty"
    )


def differences(written: WrittenCase, rule: Rule, binding: str, decided: Decided) -> Iterator[Difference]:
    """Give everything in which a decision is not what the case expects."""
    expected = Expected(status=written.expect) if isinstance(written.expect, str) else written.expect
    said = decided.said(rule.id, binding)
    found = dict(_found(expected, said, rule, binding, decided))
    for what in sorted(expected.model_fields_set, key=list(Expected.model_fields).index):
        wanted = getattr(expected, what)
        if not _fits(what, wanted, found[what]):
            yield Difference(what, wanted, found[what])


def _fits(what: str, wanted: Any, found: Any) -> bool:
    match what:
        case "ask":
            return [*found] == sorted(_by_dots(fact) for fact in wanted)
        case "positions":
            return set(wanted) <= set(found)
        case "text":
            return not [phrase for phrase in wanted if phrase not in found]
        case "opposed_by":
            return sorted(wanted) == sorted(found)
        case _:
            return bool(wanted == found)


def _found(
    expected: Expected, said: Mapping[str, Any], rule: Rule, binding: str, decided: Decided
) -> Iterator[tuple[str, Any]]:
    hold = said["hold"] or {}
    yield "status", said["status"]
    yield from ((name, hold.get(name)) for name in _OF_THE_HOLD)
    yield from ((name, said[name]) for name in _SAME)
    yield "other_deadlines", _only(expected.other_deadlines, _other_deadlines(hold))
    yield "dates", _only(expected.dates, dict(_dates(said.get("dates", []))))
    yield "ask", _asked(rule, binding, decided.document)
    yield "disposition", decided.document["disposition"]["code"]
    yield "positions", sorted({position["source"] for position in said["positions"]})
    yield "text", said["text"]
    yield "also", {other: _status_of(other, binding, decided) for other in expected.also or {}}


def _only(wanted: Mapping[str, str] | None, found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: found.get(name) for name in wanted or {}}


def _other_deadlines(hold: Mapping[str, Any]) -> dict[str, Any]:
    return {other["source"]: other["last_permitted_dose"] for other in hold.get("other_deadlines", [])}


def _dates(dates: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Give each date by its name, and by name and source for the positions that are not adopted."""
    for date in dates:
        yield date["name"], _date_text(date)
        for other in date["others"]:
            yield f"{date['name']}/{other['source']}", _date_text(other)


def _date_text(date: Mapping[str, Any]) -> str:
    if date["at"] is None:
        return "not known"
    return f"{date['at']} to {date['to']}" if date.get("to") else str(date["at"])


def _asked(rule: Rule, binding: str, document: Mapping[str, Any]) -> list[str]:
    """Give the facts whose answer would settle the rule, without those of items that the case is not about."""
    item = binding.partition("#")[0]
    return sorted(
        _by_dots(asked["fact"])
        for asked in document["ask"]
        if rule.id in asked["would_settle"]
        and (not asked["fact"].startswith(f"{rule.list}/") or asked["fact"].startswith((f"{item}.", f"{item}#")))
    )


def _by_dots(fact: str) -> str:
    """Name a fact as `given` does."""
    return fact.replace("/", ".")


def _status_of(rule: str, binding: str, decided: Decided) -> str:
    """Give the status of another rule: on the same binding, on its only one, else the several that it has."""
    list_name = decided.program.rules[rule].list if rule in decided.program.rules else None
    if rule not in decided.program.rules:
        return "there is no such rule"
    own = PATIENT if list_name is None else binding if binding.startswith(f"{list_name}/") else None
    if own is not None:
        return str(decided.said(rule, own)["status"])
    items = decided.facts.list(str(list_name)).items
    statuses = {str(decided.said(rule, item.binding)["status"]) for item in items}
    return " and ".join(sorted(statuses)) or DOES_NOT_APPLY
