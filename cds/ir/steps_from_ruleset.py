"""Rules, derivations and disposition rows as steps, without their conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cds.ir.conditions_from_ruleset import binding_of
from cds.ir.dates_from_ruleset import dates_of, other_intervals_of
from cds.ir.parameters_from_ruleset import Question, parameters_named, positions_on
from cds.ir.program import (
    Advice,
    Citation,
    Derivation,
    DispositionRow,
    HoldAdvice,
    OnUnknown,
    Position,
    Rule,
    Settings,
    Severity,
    Step,
)
from cds.ruleset import model as written


def derivation_id(derivation: written.Derivation) -> str:
    """Give the step id of a derivation: `derive:<fact>`, or `derive:<list>/<name>` for a fact of items."""
    return f"derive:{derived_name(derivation)}"


def derived_name(derivation: written.Derivation) -> str:
    """Give the name of a derived fact, by list and name for one of items."""
    if derivation.for_each is None:
        return derivation.fact
    variable, list_name = binding_of(derivation.for_each)
    return f"{list_name}/{derivation.fact.removeprefix(f'{variable}.')}"


def disposition_id(number: int) -> str:
    """Give the step id of a disposition row's condition."""
    return f"disposition:{number}"


def steps_of(
    document: written.RulesetDocument, questions: Mapping[str, Question], uses: Mapping[str, frozenset[str]]
) -> dict[str, Step]:
    """Give every step by its id."""
    steps: dict[str, Step] = {}
    for derivation in document.derive:
        steps[derivation_id(derivation)] = _derivation(derivation)
    for number, row in enumerate(document.dispositions):
        if row.when is not None:
            id_ = disposition_id(number)
            steps[id_] = Derivation(id_, list=None, variable=None, title=row.code)
    positions = _Positions(document, questions, uses)
    for rule in document.rules:
        steps[rule.id] = _rule(rule, document, positions.of(rule))
    return steps


def advice_of(document: written.RulesetDocument) -> dict[str, Advice]:
    """Give the kinds of advice, with what they oppose both ways round."""
    opposed = {name: set(advice.opposes) for name, advice in document.advice.items()}
    for name, advice in document.advice.items():
        for other in advice.opposes:
            opposed[other].add(name)
    return {
        name: Advice(name, advice.title, frozenset(opposed[name]), HoldAdvice(advice.hold) if advice.hold else None)
        for name, advice in document.advice.items()
    }


def dispositions_of(document: written.RulesetDocument) -> tuple[DispositionRow, ...]:
    """Give the disposition table, most cautious row first."""
    return tuple(
        DispositionRow(
            code=row.code,
            text=row.text,
            step=None if row.when is None else disposition_id(number),
            if_unknown=row.if_unknown,
            hold_states=frozenset(row.hold.any_state) if row.hold else frozenset(),
            undecided_at_least=severity_of(row.cannot_decide.at_least) if row.cannot_decide else None,
        )
        for number, row in enumerate(document.dispositions)
    )


def settings_of(document: written.RulesetDocument) -> Settings:
    """Give the site settings; without a reminder window nothing is ever `due`, only `planned`."""
    if document.settings is None:
        return Settings()
    amount, unit = document.settings.reminder_window.split()
    return Settings(reminder_hours=int(amount)) if unit == "h" else Settings(reminder_days=int(amount))


def severity_of(word: str) -> Severity:
    """Give the severity that a word of the language stands for."""
    return Severity[word.upper()]


def _derivation(derivation: written.Derivation) -> Derivation:
    variable, list_name = binding_of(derivation.for_each) if derivation.for_each else (None, None)
    return Derivation(derivation_id(derivation), list=list_name, variable=variable, title=derivation.title)


def _rule(rule: written.Rule, document: written.RulesetDocument, positions: tuple[Position, ...]) -> Rule:
    variable, list_name = binding_of(rule.for_each) if rule.for_each else (None, None)
    skip = rule.on_unknown.skip if isinstance(rule.on_unknown, written.Skip) else None
    return Rule(
        id=rule.id,
        list=list_name,
        variable=variable,
        title=rule.title,
        kind=rule.kind,
        severity=severity_of(rule.then.severity),
        advice=rule.then.advise,
        on_unknown=OnUnknown.SKIP if skip else OnUnknown(str(rule.on_unknown)),
        text=rule.then.text or rule.title,
        skip_because=skip,
        group=rule.group,
        finding=rule.finding,
        overrides=tuple(sorted(rule.overrides)),
        because=rule.because,
        sources=tuple(sorted(_citations(rule, document), key=lambda cited: (cited.source, cited.locator or ""))),
        positions=positions,
        restart=rule.then.restart,
        other_intervals=other_intervals_of(rule, document),
        dates=dates_of(rule, document),
    )


def _citations(rule: written.Rule, document: written.RulesetDocument) -> Iterator[Citation]:
    for reference in rule.sources:
        full = written.SourceReference(id=reference) if isinstance(reference, str) else reference
        yield Citation(full.id, full.locator, full.strength, document.sources[full.id].confirmed, full.standing)


class _Positions:
    """Find the positions that a rule depends on: its own, its group's, its parameters', and those of what it uses."""

    def __init__(
        self,
        document: written.RulesetDocument,
        questions: Mapping[str, Question],
        uses: Mapping[str, frozenset[str]],
    ) -> None:
        self._questions = questions
        self._uses = uses
        of_groups = {name: parameters_named(group) for name, group in document.groups.items()}
        self._parameters = {derivation_id(derivation): parameters_named(derivation) for derivation in document.derive}
        for rule in document.rules:
            self._parameters[rule.id] = parameters_named(rule) | of_groups.get(rule.group or "", frozenset())

    def of(self, rule: written.Rule) -> tuple[Position, ...]:
        names = sorted(self._questions_behind(rule.id, set()))
        return tuple(position for name in names for position in positions_on(self._questions[name]))

    def _questions_behind(self, step: str, seen: set[str]) -> set[str]:
        if step in seen:
            return set()
        seen.add(step)
        found = {name for name in (step, *self._parameters[step]) if name in self._questions}
        for used in self._uses[step]:
            found |= self._questions_behind(used, seen)
        return found
