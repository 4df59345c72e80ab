"""Random programs and facts, made of nodes by hand: no ruleset, no parser, no type rules stand between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from cds.facts.dictionary import Declaration, FactType
from cds.facts.instants import Zone
from cds.facts.model import FactList, Facts, Item, Reason, Span, TimeSpan, Unknown, Value, Word
from cds.ir import nodes
from cds.ir.layers import layers_of, used_by
from cds.ir.program import Derivation, Identity, OnUnknown, Program, Rule, Settings, Severity, Step, World
from cds.terminology.concepts import Concepts

HOUR = 3_600_000_000
DAY = 24 * HOUR
START = 1_772_800_000 * 1_000_000
"""2026-03-06, two days before the clocks of New York go forward."""

WORDS = ("a", "b", "ab", 'odd "word"\\', "ä", "~61", "}{,", "")
SUBSTANCES = tuple(f"substance-{number}" for number in range(8))
PATIENT: Mapping[str, FactType] = {
    **{f"yes{number}": FactType.BOOLEAN for number in range(3)},
    **{f"word{number}": FactType.ENUM for number in range(3)},
    **{f"number{number}": FactType.NUMBER for number in range(3)},
    **{f"time{number}": FactType.TIME for number in range(3)},
    "as_of": FactType.TIME,
}
ITEMS: Mapping[str, Mapping[str, FactType]] = {
    "meds": {
        "substance": FactType.CONCEPT,
        "status": FactType.ENUM,
        "dose": FactType.NUMBER,
        "last": FactType.TIME,
        "first": FactType.TIME,
        "often": FactType.BOOLEAN,
    },
    "levels": {"kind": FactType.ENUM, "at": FactType.TIME, "size": FactType.NUMBER},
}
VARIABLES = {"meds": ("med", "other_med"), "levels": ("level", "other_level")}


def random_program(random: Random) -> Program:
    """Give a program of a few steps over few facts, in one to four worlds."""
    maker = Maker(random)
    steps = [maker.step(number) for number in range(random.randint(1, 12))]
    groups = {"phase": maker.two_valued(), "never": nodes.Not(nodes.AllOf(()))}
    numbers = range(random.choice((1, 1, 2, 4)))
    conditions: dict[str, list[nodes.Condition]] = {}
    for step in steps:
        maker.now(step)
        first = maker.condition(random.randint(0, 3))
        open_question = random.random() < 0.4
        conditions[step.id] = [first if n == 0 or not open_question else maker.condition(2) for n in numbers]
        group = step.group if isinstance(step, Rule) else None
        if group:
            conditions[step.id] = [nodes.AllOf((groups[group], found)) for found in conditions[step.id]]
    worlds = tuple(World(n, (), {id_: found[n] for id_, found in conditions.items()}, groups, {}) for n in numbers)
    return program_of(steps, worlds)


def program_of(steps: list[Step], worlds: tuple[World, ...]) -> Program:
    """Give a program of these steps, which stand after what they use."""
    uses = {step.id: used_by(world.conditions[step.id] for world in worlds) for step in steps}
    return Program(
        identity=Identity("hand-made", "1.0.0", "sha256:0", "draft", "Hand-made"),
        dictionary=dictionary(),
        concepts=Concepts(substances={}, products=(), classes=frozenset()),
        steps=tuple(steps),
        layers=layers_of(uses),
        worlds=worlds,
        advice={},
        dispositions=(),
        settings=Settings(),
        rules={step.id: step for step in steps if isinstance(step, Rule)},
        step={step.id: step for step in steps},
    )


def dictionary() -> dict[str, Declaration]:
    """Declare the facts."""
    found = {name: Declaration(name, type_, "?") for name, type_ in PATIENT.items()}
    for name, items in ITEMS.items():
        declared = {item: Declaration(item, type_, "?") for item, type_ in items.items()}
        found[name] = Declaration(name, FactType.LIST, "?", items=declared)
    return found


def random_facts(random: Random, *, unknown: float = 0.3, items: int = 5) -> Facts:
    """Give facts, each unknown with this probability."""
    values = {name: _value(random, type_, unknown) for name, type_ in PATIENT.items()}
    values["as_of"] = TimeSpan(START, START)
    known = {name: value for name, value in values.items() if random.random() < 0.95 or name == "as_of"}
    lists = {name: _list(random, name, unknown, items) for name in ITEMS if random.random() < 0.9}
    return facts_of(known, lists)


def facts_of(values: Mapping[str, Value], lists: Mapping[str, FactList]) -> Facts:
    """Give facts in New York."""
    zone = Zone("America/New_York")
    return Facts("nobody", START, "", zone, values, lists, {})


@dataclass
class Maker:
    """Make steps and conditions."""

    random: Random
    step_number: int = 0

    def __post_init__(self) -> None:
        self.made: list[Step] = []
        self.usable: list[Step] = []
        self.bound: dict[str, str] = {}

    def step(self, number: int) -> Step:
        """Make a derivation or a rule, of the patient or per item."""
        list_name = self.random.choice((None, "meds", "meds", "levels"))
        variable = VARIABLES[list_name][0] if list_name else None
        if self.random.random() < 0.3:
            made: Step = Derivation(f"derive:{number}", list_name, variable, "")
        else:
            group = self.random.choice((None, None, "phase", "never"))
            made = Rule(
                f"rule.{number}", list_name, variable, "", "hold", Severity.HIGH, "hold", OnUnknown.ASK, "", group=group
            )
        self.made.append(made)
        return made

    def now(self, step: Step) -> None:
        """Make conditions for this step from here on; it may use the steps before it."""
        self.usable = self.made[: self.made.index(step)]
        self.bound = {step.variable: step.list} if step.variable and step.list else {}

    def two_valued(self) -> nodes.Condition:
        """Make a condition that is never UNKNOWN."""
        return nodes.IsKnown(nodes.Ref(None, self.random.choice(list(PATIENT))))

    def condition(self, depth: int) -> nodes.Condition:
        """Make a condition."""
        if depth == 0 or self.random.random() < 0.2:
            return self.leaf()
        kind = self.random.choice(("all", "all", "any", "any", "not", "quantified"))
        if kind == "not":
            return nodes.Not(self.condition(depth - 1))
        if kind == "quantified" and len(self.bound) < 2:
            return self.quantified(depth - 1)
        parts = tuple(self.condition(depth - 1) for _ in range(self.random.choice((1, 2, 2, 3, 3, 5, 14))))
        return nodes.AllOf(parts) if kind == "all" else nodes.AnyOf(parts)

    def quantified(self, depth: int) -> nodes.Condition:
        """Make a quantifier."""
        list_name = self.random.choice(list(ITEMS))
        variable = VARIABLES[list_name][1]
        before = dict(self.bound)
        self.bound[variable] = list_name
        part = self.condition(depth)
        self.bound = before
        without_own = list_name in before.values() and self.random.random() < 0.5
        quantifier = self.random.choice(("exists", "every"))
        return nodes.Quantified(quantifier, list_name, variable, part, without_own=without_own)

    def leaf(self) -> nodes.Condition:
        """Make a leaf on a fact, a derivation or the results of rules."""
        kind = self.random.random()
        if kind < 0.12 and self.usable:
            return self.use(self.random.choice(self.usable))
        if kind < 0.14:
            return nodes.NotConfigured(self.fact(FactType.BOOLEAN), "unset")
        if kind < 0.17:
            return nodes.Adopted("policy", "is this", "this (source)", self.random.choice((True, False, None)))
        if kind < 0.21:
            return nodes.IsKnown(self.fact(self.random.choice(list(FactType)[:6])))
        if kind < 0.4:
            return self.elapsed()
        if kind < 0.6:
            return self.within()
        return self.word()

    def use(self, step: Step) -> nodes.Condition:
        """Make a leaf on an earlier step."""
        if isinstance(step, Rule):
            rules = [step.id, *(s.id for s in self.usable if isinstance(s, Rule) and self.random.random() < 0.2)]
            return nodes.Applies(tuple(dict.fromkeys(rules)), "")
        if step.list is None:
            return nodes.Derived(step.id, None)
        variables = [variable for variable, list_name in self.bound.items() if list_name == step.list]
        return nodes.Derived(step.id, self.random.choice(variables)) if variables else self.word()

    def fact(self, type_: FactType) -> nodes.Ref:
        """Name a fact of a type, of any item that is bound or of the patient."""
        found = [nodes.Ref(None, name) for name, declared in PATIENT.items() if declared is type_]
        for variable, list_name in self.bound.items():
            of_items = [nodes.Ref(variable, n) for n, declared in ITEMS[list_name].items() if declared is type_]
            found += of_items * 3
        return self.random.choice(found or [nodes.Ref(None, "word0")])

    def word(self) -> nodes.Condition:
        """Make a leaf on words."""
        type_ = self.random.choice((FactType.BOOLEAN, FactType.ENUM, FactType.CONCEPT, FactType.CONCEPT))
        fact = self.fact(type_)
        if type_ is FactType.BOOLEAN:
            return nodes.OneOf(fact, frozenset(self.random.sample((True, False), self.random.choice((1, 1, 1, 2)))))
        if fact.name == "substance":
            members = frozenset(self.random.sample(SUBSTANCES, self.random.randint(1, 3)))
            if self.random.random() < 0.5:
                return nodes.InClass(fact, "".join(sorted(members)), members)
            return nodes.OneOf(fact, members)
        return nodes.OneOf(fact, frozenset(self.random.sample(WORDS, self.random.randint(0, 3))))

    def within(self) -> nodes.Condition:
        """Make a leaf on a number."""
        low, high = sorted((_number(self.random), _number(self.random)))
        return nodes.Within(self.fact(FactType.NUMBER), *self.region(low, high))

    def elapsed(self) -> nodes.Condition:
        """Make a leaf on two times."""
        counting = self.random.choice(list(nodes.Counting))
        unit = HOUR if counting is nodes.Counting.ELAPSED else 1
        low, high = sorted(self.random.randint(-2, 5) * unit for _ in range(2))
        earlier, later = self.fact(FactType.TIME), self.fact(FactType.TIME)
        return nodes.Elapsed(earlier, later, counting, *self.region(low, high))

    def region(self, low: object, high: object) -> tuple:  # type: ignore[type-arg]
        """Make a region, open or closed at either end, or without a bound."""
        included = (self.random.random() < 0.5, self.random.random() < 0.5)
        bounds = self.random.choice(((low, None), (None, high), (low, high), (low, high), (None, None)))
        return (*bounds, *included)


def _number(random: Random) -> Fraction:
    return Fraction(random.randint(-6, 6), random.choice((1, 1, 2, 3, 10)))


def _value(random: Random, type_: FactType, unknown: float) -> Value:
    if random.random() < unknown:
        return Unknown(random.choice(list(Reason)))
    match type_:
        case FactType.BOOLEAN:
            return Word(random.random() < 0.5)
        case FactType.ENUM:
            return Word(random.choice(WORDS))
        case FactType.CONCEPT:
            return Word(random.choice(SUBSTANCES))
        case FactType.NUMBER:
            low = _number(random)
            far = random.choice((0, 0, 0, Fraction(1, 7), 2, 10**30))
            return Span(low, low + far)
        case _:
            low = START + random.randint(-8, 8) * random.choice((HOUR, DAY)) + random.choice((0, 0, 1))
            return TimeSpan(low, low + random.choice((0, 0, 0, HOUR, DAY - 1, 3 * DAY)))


def _list(random: Random, name: str, unknown: float, items: int) -> FactList:
    if random.random() < 0.1:
        return FactList((), complete=False, unknown=Unknown(Reason.REFUSED))
    made = []
    for number in range(random.randint(0, items)):
        values = {fact: _value(random, type_, unknown) for fact, type_ in ITEMS[name].items() if random.random() < 0.95}
        made.append(Item(f"i{number}", f"{name}/i{number}", "", values))
    return FactList(tuple(made), complete=random.random() < 0.6)
