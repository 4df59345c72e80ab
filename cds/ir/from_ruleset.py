"""Compile a loaded ruleset to a program, or say everything that is wrong with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from graphlib import CycleError

from cds.facts.dictionary import Dictionary
from cds.ir.adopted_from_ruleset import Adoptions
from cds.ir.checks import check_document
from cds.ir.concepts_from_ruleset import concepts_of
from cds.ir.conditions_from_ruleset import ConditionCompiler, Results, binding_of, check_binding
from cds.ir.dates_from_ruleset import check_dates
from cds.ir.dictionary_from_ruleset import dictionary_of
from cds.ir.layers import circle_of, layers_of, used_by
from cds.ir.nodes import AllOf, Condition
from cds.ir.parameters_from_ruleset import (
    Choices,
    check_questions,
    choices_of,
    interval_of,
    open_choices,
    questions_of,
    value_in,
)
from cds.ir.places_in_texts import check_places
from cds.ir.program import Identity, Interval, Program, Rule, Step, World
from cds.ir.scope import Scope
from cds.ir.sharing import Sharing
from cds.ir.steps_from_ruleset import (
    advice_of,
    derivation_id,
    derived_name,
    disposition_id,
    dispositions_of,
    settings_of,
    steps_of,
)
from cds.ir.text import Units
from cds.ruleset.collecting import uncollected
from cds.ruleset.conditions import Condition as WrittenCondition
from cds.ruleset.loader import LoadedRuleset
from cds.ruleset.model import Rule as WrittenRule
from cds.ruleset.model import RulesetDocument
from cds.ruleset.places import Path
from cds.ruleset.problems import Problems
from cds.terminology.concepts import Concepts


@uncollected()
def compile_ruleset(loaded: LoadedRuleset) -> Program:
    """Compile a ruleset.

    Raises:
        RulesetError: names, types, units, references, sources or tables do not fit together; all problems at once.
    """
    document, problems = loaded.document, Problems(loaded.places)
    dictionary = dictionary_of(document, problems)
    concepts = concepts_of(document, problems, loaded.tables)
    questions = questions_of(document)
    check_questions(questions, document, problems)
    check_document(document, dictionary, problems)
    check_dates(document, dictionary, problems)
    check_places(document, problems)
    scope = Scope(dictionary, _derived(document, dictionary, problems))
    problems.raise_if_any()

    worlds = tuple(
        _world(number, choices, document, scope, concepts, problems)
        for number, choices in enumerate(choices_of(questions))
    )
    problems.raise_if_any()

    uses = {id_: used_by(world.conditions[id_] for world in worlds) for id_ in worlds[0].conditions}
    layers = _layers(uses, problems)
    problems.raise_if_any()

    steps = steps_of(document, questions, uses)
    worlds = _with_shared_leaves(worlds, steps)
    ordered = tuple(steps[id_] for layer in layers for id_ in layer)
    return Program(
        identity=_identity(loaded),
        dictionary=dictionary,
        concepts=concepts,
        steps=ordered,
        layers=layers,
        worlds=worlds,
        advice=advice_of(document),
        dispositions=dispositions_of(document),
        settings=settings_of(document),
        unset={name: parameter.unset for name, parameter in document.parameters.items() if parameter.unset},
        rules={step.id: step for step in ordered if isinstance(step, Rule)},
        step={step.id: step for step in ordered},
    )


def _derived(document: RulesetDocument, dictionary: Dictionary, problems: Problems) -> dict[str, str]:
    """Give derivation ids by the names of their facts; a name that is taken is a problem."""
    derived: dict[str, str] = {}
    for number, derivation in enumerate(document.derive):
        path = ("derive", number, "fact")
        if derivation.for_each is not None:
            variable, list_name = binding_of(derivation.for_each)
            if not check_binding(variable, list_name, Scope(dictionary, {}), ("derive", number, "for_each"), problems):
                continue
            if not derivation.fact.startswith(f"{variable}."):
                problems.add(path, "a fact derived per item begins with its variable", expected=f"`{variable}.<name>`")
        if Scope(dictionary, {}, _variables(derivation.for_each)).fact(derivation.fact) is not None:
            problems.add(path, f"the fact `{derivation.fact}` is in the dictionary already")
        derived[derived_name(derivation)] = derivation_id(derivation)
    return derived


def _variables(for_each: str | None) -> dict[str, str]:
    return dict([binding_of(for_each)]) if for_each else {}


def _world(
    number: int,
    choices: Choices,
    document: RulesetDocument,
    scope: Scope,
    concepts: Concepts,
    problems: Problems,
) -> World:
    compiler = ConditionCompiler(
        scope=scope,
        concepts=concepts,
        results=_results(document),
        parameters={name: value_in(choices, name, parameter) for name, parameter in document.parameters.items()},
        adoptions=Adoptions(
            parameters=document.parameters,
            sources={name: choices[f"${name}"] for name in document.parameters if f"${name}" in choices},
            set_by_site=frozenset(document.set),
        ),
        problems=problems,
        units=Units(scope.dictionary),
    )
    groups = {
        name: compiler.compile(group.applies_when, ("groups", name, "applies_when"))
        for name, group in document.groups.items()
    }
    return World(
        number=number,
        choices=open_choices(choices, document),
        conditions=_conditions(document, choices, compiler, groups),
        group_conditions=groups,
        intervals=_intervals(document, compiler),
    )


def _results(document: RulesetDocument) -> Results:
    by_kind: dict[str, list[str]] = defaultdict(list)
    by_advice: dict[str, list[str]] = defaultdict(list)
    for rule in document.rules:
        by_kind[rule.kind].append(rule.id)
        by_advice[rule.then.advise].append(rule.id)
    return Results(
        rules=frozenset(rule.id for rule in document.rules),
        by_kind={kind: tuple(sorted(ids)) for kind, ids in by_kind.items()},
        by_advice={advice: tuple(sorted(ids)) for advice, ids in by_advice.items()},
    )


def _conditions(
    document: RulesetDocument, choices: Choices, compiler: ConditionCompiler, groups: Mapping[str, Condition]
) -> dict[str, Condition]:
    conditions: dict[str, Condition] = {}
    for number, derivation in enumerate(document.derive):
        path = ("derive", number)
        step = _for_each(compiler, derivation.for_each, path)
        conditions[derivation_id(derivation)] = step.compile(derivation.when, (*path, "when"))
    for number, row in enumerate(document.dispositions):
        if row.when is not None:
            conditions[disposition_id(number)] = compiler.compile(row.when, ("dispositions", number, "when"))
    for number, rule in enumerate(document.rules):
        path = ("rules", number)
        step = _for_each(compiler, rule.for_each, path, knows=rule.judges is not None)
        condition = step.compile(*_when(rule, choices, path))
        conditions[rule.id] = condition if rule.group is None else AllOf((groups[rule.group], condition))
    return conditions


def _for_each(
    compiler: ConditionCompiler, for_each: str | None, path: Path, *, knows: bool = False
) -> ConditionCompiler:
    compiler = compiler.judging(known_allowed=knows)
    if for_each is None:
        return compiler
    variable, list_name = binding_of(for_each)
    if not check_binding(variable, list_name, compiler.scope, (*path, "for_each"), compiler.problems):
        return compiler
    return compiler.for_each(variable, list_name)


def _when(rule: WrittenRule, choices: Choices, path: Path) -> tuple[WrittenCondition, Path]:
    if rule.when is not None:
        return rule.when, (*path, "when")
    source = choices[rule.id]
    return rule.positions[source].when, (*path, "positions", source, "when")


def _intervals(document: RulesetDocument, compiler: ConditionCompiler) -> dict[str, Interval]:
    intervals = {}
    for rule in document.rules:
        if rule.then.interval is not None:
            interval = interval_of(compiler.parameters[rule.then.interval[1:]])
            if interval is not None:
                intervals[rule.id] = interval
    return intervals


def _with_shared_leaves(worlds: tuple[World, ...], steps: Mapping[str, Step]) -> tuple[World, ...]:
    sharing = Sharing()
    return tuple(
        replace(
            world,
            conditions={
                id_: sharing.shared(condition, steps[id_].lists) for id_, condition in world.conditions.items()
            },
            group_conditions={name: sharing.shared(group, {}) for name, group in world.group_conditions.items()},
        )
        for world in worlds
    )


def _layers(uses: Mapping[str, frozenset[str]], problems: Problems) -> tuple[tuple[str, ...], ...]:
    try:
        return layers_of(uses)
    except CycleError as error:
        problems.add(("rules",), f"results are used in a circle: {' -> '.join(circle_of(error))}")
        return ()


def _identity(loaded: LoadedRuleset) -> Identity:
    document, lifecycle = loaded.document, loaded.document.lifecycle
    return Identity(
        id=document.id,
        version=document.version,
        digest=loaded.digest,
        status=lifecycle.status,
        title=document.title,
        review_by=lifecycle.review_by,
        effective_from=lifecycle.effective_from,
        effective_until=lifecycle.effective_until,
    )
