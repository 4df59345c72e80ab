"""What must fit together in a ruleset besides its conditions (language §8, §9, §11)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter

from cds.errors import nearest
from cds.facts.dictionary import Dictionary, FactType
from cds.ir.layers import circle_of
from cds.ir.parameters_from_ruleset import (
    is_interval,
    leaf_facts,
    parameters_named,
    uses_more_than_facts,
    value_text,
    words_tested,
)
from cds.ir.program import HOLD_STATES
from cds.ir.text import word
from cds.ruleset.model import DispositionRow, Rule, RulesetDocument, Skip, SourceReference
from cds.ruleset.places import Path
from cds.ruleset.problems import Problems

NEVER_SKIPPED = frozenset({"contraindication", "hold", "red_flag"})

_READ_BY_HOLDS: Mapping[str, tuple[FactType, str | None]] = {
    "status": (FactType.ENUM, None),
    "last_dose": (FactType.TIME, None),
    "last_dose_reported_at": (FactType.TIME, None),
    "frequency": (FactType.QUANTITY, "/d"),
}


def check_document(document: RulesetDocument, dictionary: Dictionary, problems: Problems) -> None:
    """Note every problem that can be seen without compiling a condition."""
    for number, rule in enumerate(document.rules):
        _check_rule(rule, ("rules", number), document, problems)
        if rule.then.interval is not None:
            _check_facts_of_hold(rule, dictionary, problems)
    for number, derivation in enumerate(document.derive):
        _check_sources(derivation.sources, ("derive", number, "sources"), document, problems)
    for name, advice in document.advice.items():
        for opposed in advice.opposes:
            _exists(opposed, document.advice, "advice", ("advice", name, "opposes"), problems)
    _check_groups(document, dictionary, problems)
    _check_words_of_site(document, problems)
    _check_dispositions(document.dispositions, problems)
    _check_overrides(document, problems)


def _exists(name: str, names: Collection[str], what: str, path: Path, problems: Problems) -> bool:
    if name in names:
        return True
    problems.add(path, f"there is no {what} `{name}`", suggestion=nearest(name, names))
    return False


def _check_rule(rule: Rule, path: Path, document: RulesetDocument, problems: Problems) -> None:
    _check_sources(rule.sources, (*path, "sources"), document, problems)
    if rule.group is not None:
        _exists(rule.group, document.groups, "group", (*path, "group"), problems)
    if isinstance(rule.on_unknown, Skip) and rule.kind in NEVER_SKIPPED:
        problems.add((*path, "on_unknown"), f"a rule of kind `{rule.kind}` may not skip", expected="`ask`")
    if rule.kind == "hold" and rule.for_each is None:
        problems.add(path, "a rule of kind `hold` needs `for_each`")
    if _exists(rule.then.advise, document.advice, "advice", (*path, "then", "advise"), problems):
        _check_advice(rule, path, document, problems)


def _check_advice(rule: Rule, path: Path, document: RulesetDocument, problems: Problems) -> None:
    hold = document.advice[rule.then.advise].hold
    if rule.kind == "hold" and hold is None:
        problems.add((*path, "then", "advise"), f"the advice `{rule.then.advise}` says no hold state (`hold`)")
    dated = rule.kind == "hold" and hold == "dated"
    if dated != (rule.then.interval is not None):
        said = "dated hold advice needs `interval`" if dated else "`interval` goes with dated hold advice"
        problems.add((*path, "then"), said)
    if rule.then.interval is not None:
        _check_interval(rule.then.interval[1:], (*path, "then", "interval"), document, problems)
    for number, shown in enumerate(rule.then.shows):
        _exists(shown[1:], document.parameters, "parameter", (*path, "then", "shows", number), problems)


def _check_interval(name: str, path: Path, document: RulesetDocument, problems: Problems) -> None:
    if not _exists(name, document.parameters, "parameter", path, problems):
        return
    for source, position in document.parameters[name].positions.items():
        if not is_interval(position.value):
            problems.add(
                ("parameters", name, "positions", source, "value"),
                f"the parameter `{name}` is used as a hold interval",
                expected="`full_days`, `hours` or `doses`",
            )


def _check_facts_of_hold(rule: Rule, dictionary: Dictionary, problems: Problems) -> None:
    """Refuse facts that the table of hold states would misread (language §10.3, §10.4)."""
    list_name = (rule.for_each or "").partition(" in ")[2]
    items = dictionary[list_name].items if list_name in dictionary else {}
    for name, (type_, unit) in _READ_BY_HOLDS.items():
        declared = items.get(name)
        if declared is not None and (declared.type, declared.unit) != (type_, unit):
            expected = f"the type `{type_}`" + (f" and the unit `{unit}`" if unit else "")
            path = ("facts", list_name, "items", name)
            problems.add(path, f"the states of holds are found by `{name}`", expected=expected)


def _check_sources(
    references: list[SourceReference | str], path: Path, document: RulesetDocument, problems: Problems
) -> None:
    for number, reference in enumerate(references):
        id_ = reference if isinstance(reference, str) else reference.id
        _exists(id_, document.sources, "source", (*path, number), problems)


def _check_groups(document: RulesetDocument, dictionary: Dictionary, problems: Problems) -> None:
    """Refuse whatever could make a group's condition UNKNOWN (language §8.6)."""
    derived = {derivation.fact for derivation in document.derive}
    unset = {f"${name}" for name, parameter in document.parameters.items() if parameter.unset is not None}
    for name, group in document.groups.items():
        path = ("groups", name, "applies_when")
        if uses_more_than_facts(group.applies_when):
            problems.add(path, "`applies_when` may use facts only, neither results nor lists")
        for fact in sorted(leaf_facts(group.applies_when)):
            declared = dictionary.get(fact)
            if fact in derived or (declared is not None and not declared.required):
                problems.add(path, f"`applies_when` may use required facts only, and `{fact}` is not required")
        for parameter in sorted(parameters_named(group.applies_when) & unset):
            problems.add(path, f"`applies_when` cannot use `{parameter}`, which is not set")


def _check_words_of_site(document: RulesetDocument, problems: Problems) -> None:
    """Refuse a word that a site sets and no test asks for: misspelled, it would switch off what it should switch on."""
    if not document.set:
        return
    asked: dict[str, set[bool | str]] = {}
    for name, said in words_tested(document):
        asked.setdefault(name, set()).add(said)
    for name in sorted(document.set.keys() & asked.keys()):
        for source, position in document.parameters[name].positions.items():
            answers = asked[name] | ({True, False} if {True, False} & asked[name] else set())
            if position.value not in answers:
                known, said = sorted(word(answer) for answer in answers), value_text(position.value)
                problems.add(
                    ("parameters", name, "positions", source, "value"),
                    f"no rule asks whether `{name}` is `{said}`",
                    expected=f"one of {', '.join(known)}",
                    suggestion=nearest(said, known),
                )


def _check_dispositions(rows: list[DispositionRow], problems: Problems) -> None:
    if not rows:
        problems.add(("dispositions",), "there is no disposition table")
    for number, row in enumerate(rows):
        path = ("dispositions", number)
        has_test = row.when is not None or row.hold is not None or row.cannot_decide is not None
        if has_test == (number == len(rows) - 1):
            problems.add(path, "the last row has no test, every other row has one")
        if row.if_unknown is not None and row.when is None:
            problems.add((*path, "if_unknown"), "`if_unknown` goes with `when`")
        if row.if_unknown is not None:
            codes = [other.code for other in rows]
            _exists(row.if_unknown, codes, "row with the code", (*path, "if_unknown"), problems)
        for state in row.hold.any_state if row.hold else ():
            _exists(state, HOLD_STATES, "hold state", (*path, "hold", "any_state"), problems)


def _check_overrides(document: RulesetDocument, problems: Problems) -> None:
    rules = {rule.id: rule for rule in document.rules}
    edges: Mapping[str, list[str]] = {rule.id: rule.overrides for rule in document.rules}
    switched_off = {entry.rule for entry in document.switch_off}
    for number, rule in enumerate(document.rules):
        path = ("rules", number, "overrides")
        for overridden in rule.overrides:
            if overridden not in switched_off and _exists(overridden, rules, "rule", path, problems):
                _check_bindings(rule, rules[overridden], path, problems)
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        problems.add(("rules",), f"rules override each other in a circle: {' -> '.join(circle_of(error))}")


def _check_bindings(rule: Rule, overridden: Rule, path: Path, problems: Problems) -> None:
    if rule.for_each is None:
        return
    own = rule.for_each.partition(" in ")[2]
    if overridden.for_each is None or overridden.for_each.partition(" in ")[2] != own:
        problems.add(
            path,
            f"a rule over `{own}` cannot override `{overridden.id}`, which is not evaluated over it",
            expected="a rule over the same list, or an overriding rule per patient",
        )
