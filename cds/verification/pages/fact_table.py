"""The facts that a rule looks at: in its condition, its phase, its hold and its dates, behind derived ones too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cds.facts.dictionary import Declaration, FactType
from cds.ir.steps_from_ruleset import derived_name
from cds.ruleset.model import Rule
from cds.verification.lint.uses import FactName, facts_of
from cds.verification.pages.edition import Edition
from cds.verification.pages.marked import markdown, name, table

_AS_OF: FactName = (None, "as_of")
_OF_A_HOLD = ("status", "last_dose", "last_dose_reported_at", "frequency")
_START: FactName = (None, "procedure.start")


def fact_table(rule: Rule, edition: Edition) -> list[str]:
    """Give the table of a rule's facts, by name."""
    rows = []
    for (list_name, fact), declared in _declared(rule, edition):
        shown = fact if list_name is None else f"{list_name}.*.{fact}"
        type_ = "calculated" if declared.calculated else declared.type.value
        words = f"{type_}: {', '.join(declared.values)}" if declared.values else type_
        rows.append([markdown(cell) for cell in (name(shown), words, declared.unit or "", declared.ask)])
    return table(("Fact", "Type", "Unit", "Question"), rows) if rows else []


def questions_of(rule: Rule, edition: Edition) -> list[str]:
    """Give what a rule can ask, each question once; what every document says and what is calculated is not asked."""
    asked = (fact.ask for _, fact in _declared(rule, edition) if fact.ask and not fact.required and not fact.calculated)
    return list(dict.fromkeys(asked))


def _declared(rule: Rule, edition: Edition) -> list[tuple[FactName, Declaration]]:
    found = {fact: _declaration(fact, edition) for fact in _behind(_named(rule, edition), edition)}
    known = [(fact, declared) for fact, declared in found.items() if declared is not None]
    return sorted(known, key=lambda entry: (entry[0][0] or "", entry[0][1]))


def _declaration(fact: FactName, edition: Edition) -> Declaration | None:
    list_name, own_name = fact
    dictionary = edition.program.dictionary
    return dictionary.get(own_name) if list_name is None else dictionary[list_name].items.get(own_name)


def _named(rule: Rule, edition: Edition) -> Iterator[FactName]:
    yield from facts_of(rule)
    if rule.group is not None:
        yield from facts_of(edition.loaded.document.groups[rule.group])
    list_name = rule.for_each.partition(" in ")[2] if rule.for_each else None
    if rule.then.interval is not None:
        yield _START
        yield from ((list_name, own_name) for own_name in _OF_A_HOLD)
    for date in edition.program.rules[rule.id].dates:
        yield (list_name, date.anchor.name) if date.anchor.variable else (None, date.anchor.name)


def _behind(facts: Iterable[FactName], edition: Edition) -> set[FactName]:
    """Give the facts, the lists that they are in, and what the derived and the calculated ones follow from."""
    derivations = {derived_name(derivation): derivation for derivation in edition.loaded.document.derive}
    waiting, seen = list(facts), set[FactName]()
    while waiting:
        fact = waiting.pop()
        if fact in seen or fact == _AS_OF:
            continue
        seen.add(fact)
        list_name, own_name = fact
        derivation = derivations.get(own_name if list_name is None else f"{list_name}/{own_name}")
        declared = _declaration(fact, edition)
        if list_name is not None:
            waiting.append((None, list_name))
        if derivation is not None:
            waiting += facts_of(derivation)
        if declared is not None and declared.calculated is not None:
            waiting += [(None, source) for _, source in declared.calculated.inputs]
    return {fact for fact in seen if not _is_recognised(fact, edition)}


def _is_recognised(fact: FactName, edition: Edition) -> bool:
    """Say whether nobody writes a fact: it is recognised from an item's code and text."""
    declared = _declaration(fact, edition)
    return declared is not None and declared.type is FactType.CONCEPT and not declared.ask
