"""Conditions of generated rulesets, in every form of the grammar (language §7.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from strategies.chance import Chance
from strategies.figures import BOOLEAN, INSIDE, Parameters
from strategies.vocabulary import DAYS, ELAPSED, NO_TIME, Domain, Json, Known, Vocabulary

VARIABLES = {"medications": ("med", "drug"), "intake": ("meal", "food"), "fracture.levels": ("level", "vertebra")}
"""By list, the variable of a rule and that of a quantifier."""
_BOUNDS = ("at_least", "more_than", "at_most", "less_than", "between")


@dataclass(slots=True)
class Results:
    """What conditions may refer to without making a circle: all that came before."""

    rules: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    derived: dict[str | None, list[str]] = field(default_factory=dict)
    """By list, None for the patient, the names of derived facts."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a condition stands: what it may talk about."""

    vocabulary: Vocabulary
    parameters: Parameters
    results: Results
    variables: Mapping[str, str] = field(default_factory=dict)
    """Lists by variable."""
    own_list: str | None = None
    in_quantifier: bool = False
    may_judge: bool = False

    def binding(self, variable: str, list_name: str) -> Scene:
        """Give the scene within a rule or quantifier over a list."""
        return replace(self, variables={**self.variables, variable: list_name})


def condition(chance: Chance, scene: Scene, depth: int) -> Json:
    """Build a condition of at most this depth."""
    if depth == 0 or chance.maybe(30):
        return leaf(chance, scene)
    forms = ["all", "any", "not", "all", "any"]
    if scene.vocabulary.lists and not scene.in_quantifier:
        forms += ["exists", "every"]
    if scene.results.rules:
        forms += ["result"]
    form = chance.one_of(forms)
    match form:
        case "all" | "any":
            return {form: [condition(chance, scene, depth - 1) for _ in range(chance.whole(1, 3))]}
        case "not":
            return {"not": condition(chance, scene, depth - 1)}
        case "result":
            return _result(chance, scene.results)
        case _:
            return {form: _quantifier(chance, scene, depth)}


def concerning(chance: Chance, scene: Scene, depth: int) -> Json:
    """Build a condition that first says which substances it is about, as most rules do."""
    variable = next(iter(scene.variables))
    fact = next(known for known in scene.vocabulary.lists[scene.variables[variable]] if known.type == "concept")
    about = _on(chance, scene, f"{variable}.{fact.name}", fact, allow_not=False)
    return {"all": [about, condition(chance, scene, depth - 1)]} if depth and chance.maybe(70) else about


def leaf(chance: Chance, scene: Scene) -> Json:
    """Build a leaf on any fact in the scene, or on a parameter."""
    if chance.maybe(8):
        return scene.parameters.tested(chance)
    variable = chance.one_of([*scene.variables, *scene.variables, None])
    list_name = scene.variables[variable] if variable else None
    derived = scene.results.derived.get(list_name, [])
    if derived and chance.maybe(20):
        test = {chance.one_of(("is", "is_not")): chance.maybe(50)}
        return {_full(variable, chance.one_of(derived)): test}
    known = chance.one_of(scene.vocabulary.lists[list_name] if list_name else scene.vocabulary.patient)
    return _on(chance, scene, _full(variable, known.name), known)


def on_required(chance: Chance, vocabulary: Vocabulary, parameters: Parameters, depth: int) -> Json:
    """Build a two-valued condition on required facts, as groups have it."""
    if depth and chance.maybe(40):
        form = chance.one_of(("all", "any", "not"))
        if form == "not":
            return {"not": on_required(chance, vocabulary, parameters, depth - 1)}
        return {form: [on_required(chance, vocabulary, parameters, depth - 1) for _ in range(chance.whole(1, 2))]}
    known = chance.one_of(vocabulary.required)
    literals: tuple[Any, ...] = known.values or (True, False)
    if known.type == "enum" and chance.maybe(40):
        return {known.name: {"in": chance.some(literals, 1, 2)}}
    return {known.name: {chance.one_of(("is", "is_not")): chance.one_of(literals)}}


def _full(variable: str | None, name: str) -> str:
    return f"{variable}.{name}" if variable else name


def _result(chance: Chance, results: Results) -> Json:
    forms = [("rule", "applies", results.rules), ("kind", "any_applies", results.kinds)]
    forms.append(("advice", "any_applies", results.advice))
    form, key, names = chance.one_of([each for each in forms if each[2]])
    return {form: {key: chance.one_of(names)}}


def _quantifier(chance: Chance, scene: Scene, depth: int) -> Json:
    list_name = chance.one_of(sorted(scene.vocabulary.lists))
    variable = next(name for name in VARIABLES[list_name] if name not in scene.variables)
    inside = replace(scene.binding(variable, list_name), in_quantifier=True)
    found: Json = {"each": f"{variable} in {list_name}", "where": condition(chance, inside, depth - 1)}
    if scene.own_list == list_name and chance.maybe(50):
        found["other"] = True
    return found


def _on(chance: Chance, scene: Scene, name: str, known: Known, *, allow_not: bool = True) -> Json:
    if scene.may_judge and chance.maybe(40):
        return {name: {"known": chance.maybe(50)}}
    match known.type:
        case "boolean":
            return {name: {chance.one_of(("is", "is_not")): scene.parameters.value(chance, BOOLEAN)}}
        case "enum" | "concept":
            return {name: _word_test(chance, scene, known, allow_not=allow_not)}
        case "time":
            return {name: _time_test(chance, scene, known)}
        case _:
            assert known.domain is not None
            return {name: _bound(chance, scene.parameters, known.domain)}


def _word_test(chance: Chance, scene: Scene, known: Known, *, allow_not: bool) -> Json:
    is_concept = known.type == "concept"
    words = scene.vocabulary.substances if is_concept else known.values
    operators = ["is", "in"] + ["in_class"] * is_concept + ["is_not"] * allow_not
    operator = chance.one_of(operators)
    if operator == "in_class":
        return {operator: chance.one_of(scene.vocabulary.classes)}
    if operator == "in":
        return {operator: chance.some(words, 1, 3)}
    return {operator: scene.parameters.value(chance, Domain(known.name, words))}


def _bound(chance: Chance, parameters: Parameters, domain: Domain) -> Json:
    operator = chance.one_of(_BOUNDS)
    if operator != "between":
        return {operator: parameters.value(chance, domain)}
    low = chance.whole(0, len(domain.figures) - 1)
    if low == 0 and chance.maybe(40):
        return {operator: [domain.figures[0], parameters.named(chance, domain)]}
    return {operator: [domain.figures[low], domain.figures[chance.whole(low, len(domain.figures) - 1)]]}


def _time_test(chance: Chance, scene: Scene, known: Known) -> Json:
    others = [(name, other) for name, other in _times(scene) if other is not known] or [("as_of", known)]
    name, other = chance.one_of(others)
    domain = DAYS if known.by_day or other.by_day or chance.maybe(50) else ELAPSED
    anchor = {chance.one_of(("before", "after")): name}
    if not (known.by_day or other.by_day) and chance.maybe(15):
        return {"inside": scene.parameters.named(chance, INSIDE)} | anchor
    if chance.maybe(10):
        return {chance.one_of(("at_least", "more_than", "at_most")): NO_TIME[str(domain.unit)]} | anchor
    return _bound(chance, scene.parameters, domain) | anchor


def _times(scene: Scene) -> list[tuple[str, Known]]:
    found = [(known.name, known) for known in scene.vocabulary.patient if known.type == "time"]
    for variable, list_name in scene.variables.items():
        items = scene.vocabulary.lists[list_name]
        found += [(f"{variable}.{known.name}", known) for known in items if known.type == "time"]
    return found
