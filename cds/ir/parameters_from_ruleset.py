"""Parameters and rules with positions: which worlds there are, and what each position says (language §6, §10.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import prod

from pydantic import BaseModel

from cds.errors import nearest
from cds.facts.decimals import number_text
from cds.ir.program import Interval, Position
from cds.ruleset.conditions import Leaf, Scalar
from cds.ruleset.model import (
    Bounds,
    Doses,
    Ends,
    FullDays,
    HoldInterval,
    Hours,
    Parameter,
    ParameterPosition,
    ParameterValue,
    Resolve,
    RulePosition,
    RulesetDocument,
)
from cds.ruleset.places import Path
from cds.ruleset.problems import Problems

OPEN = "none"
"""What `adopt` says to keep a question open."""
MOST_WORLDS = 64
Choices = Mapping[str, str]
"""The source chosen per question, a question being `$parameter` or a rule id."""


@dataclass(frozen=True, slots=True)
class Question:
    """A parameter or a rule on which sources have positions."""

    name: str
    """`$parameter` or rule id."""
    path: Path
    positions: Mapping[str, ParameterPosition] | Mapping[str, RulePosition]
    resolve: Resolve

    @property
    def options(self) -> tuple[str, ...]:
        """Give the sources that can hold: the adopted one, or all that are confirmed."""
        if self.resolve.adopt != OPEN:
            return (self.resolve.adopt,)
        return tuple(sorted(s for s, position in self.positions.items() if position.confirmed != "unconfirmed"))


def questions_of(document: RulesetDocument) -> dict[str, Question]:
    """Give every question by its name."""
    return {question.name: question for question in _questions(document)}


def _questions(document: RulesetDocument) -> Iterator[Question]:
    for name, parameter in sorted(document.parameters.items()):
        if parameter.resolve is not None:
            yield Question(f"${name}", ("parameters", name), parameter.positions, parameter.resolve)
    for number, rule in enumerate(document.rules):
        if rule.resolve is not None:
            yield Question(rule.id, ("rules", number), rule.positions, rule.resolve)


def check_questions(questions: Mapping[str, Question], document: RulesetDocument, problems: Problems) -> None:
    """Check that sources exist, that what is adopted is there and confirmed, and that the worlds are not too many."""
    for question in questions.values():
        for source in question.positions:
            if source not in document.sources:
                path = (*question.path, "positions", source)
                problems.add(path, f"there is no source `{source}`", suggestion=nearest(source, document.sources))
        _check_adoption(question, problems)
    worlds = prod(len(question.options) for question in questions.values())
    if worlds > MOST_WORLDS:
        problems.add((), f"the open questions make {worlds} worlds", expected=f"at most {MOST_WORLDS}")


def _check_adoption(question: Question, problems: Problems) -> None:
    adopted = question.resolve.adopt
    path = (*question.path, "resolve", "adopt")
    if adopted == OPEN:
        if not question.options:
            problems.add(path, "no position is confirmed, so that there is no world")
    elif adopted not in question.positions:
        problems.add(path, f"there is no position of `{adopted}`", suggestion=nearest(adopted, question.positions))
    elif question.positions[adopted].confirmed == "unconfirmed":
        problems.add(path, f"the position of `{adopted}` is unconfirmed and cannot be adopted")


def choices_of(questions: Mapping[str, Question]) -> list[Choices]:
    """Give one choice of sources per world; a single one if no question is open."""
    names = sorted(questions)
    return [dict(zip(names, sources, strict=True)) for sources in product(*(questions[name].options for name in names))]


def open_choices(choices: Choices, document: RulesetDocument) -> tuple[tuple[str, str], ...]:
    """Give what is chosen on the questions that are open, in order: what tells one world from another."""
    questions = questions_of(document)
    return tuple((name, choices[name]) for name in sorted(choices) if questions[name].resolve.adopt == OPEN)


def value_in(choices: Choices, name: str, parameter: Parameter) -> ParameterValue | None:
    """Give a parameter's value in a world, None if the site has not set it."""
    source = choices.get(f"${name}")
    return None if source is None else parameter.positions[source].value


def positions_on(question: Question) -> tuple[Position, ...]:
    """Give what each source says, the adopted one first."""
    adopted = question.resolve.adopt
    said = [
        Position(
            of=question.name,
            source=source,
            value=_said(position),
            adopted=source == adopted,
            confirmed=position.confirmed,
            locator=position.locator,
            note=position.note,
        )
        for source, position in question.positions.items()
    ]
    return tuple(sorted(said, key=lambda position: (not position.adopted, position.source)))


def _said(position: ParameterPosition | RulePosition) -> str:
    if isinstance(position, ParameterPosition):
        return value_text(position.value)
    return position.note or position.locator or "a condition of its own"


def value_text(value: ParameterValue) -> str:
    """Render a parameter's value, for example `7 full days` or `1.5 to 1.8`."""
    match value:
        case FullDays(full_days=days):
            return f"{_range_text(days)} full {_plural('day', days)}"
        case Hours(hours=hours):
            return f"{_range_text(hours)} {_plural('hour', hours)}"
        case Doses(doses=doses, per_day=per_day):
            return f"{_range_text(doses)} {_plural('dose', doses)} at {per_day} a day"
        case Bounds(from_=low, to=high):
            return f"{_scalar_text(low)} to {_scalar_text(high)}"
        case _:
            return _scalar_text(value)


def _scalar_text(value: Scalar) -> str:
    """Write a literal; numbers without trailing zeros, since `5` and `5.0` are one number with one digest."""
    if isinstance(value, bool):
        return str(value).lower()
    return number_text(Fraction(value)) if isinstance(value, Decimal) else str(value)


def _range_text(amount: int | Ends) -> str:
    return f"{amount.from_} to {amount.to}" if isinstance(amount, Ends) else str(amount)


def _plural(noun: str, amount: int | Ends) -> str:
    return noun if amount == 1 else f"{noun}s"


def interval_of(value: ParameterValue | None) -> Interval | None:
    """Give the hold interval that a parameter stands for, None if it is something else."""
    match value:
        case FullDays(full_days=amount):
            return Interval("full_days", *_ends(amount))
        case Hours(hours=amount):
            return Interval("hours", *_ends(amount))
        case Doses(doses=amount, per_day=per_day):
            return Interval("doses", *_ends(amount), per_day=per_day)
        case _:
            return None


def _ends(amount: int | Ends) -> tuple[int, int]:
    return (amount.from_, amount.to) if isinstance(amount, Ends) else (amount, amount)


def is_interval(value: ParameterValue | None) -> bool:
    """Say whether a value is a hold interval."""
    return isinstance(value, HoldInterval)


def parameters_named(model: BaseModel) -> frozenset[str]:
    """Give the parameters, with their `$`, that a part of a ruleset names anywhere, also as a key (language §7.12)."""
    if '"$' not in model.model_dump_json(by_alias=True, exclude_none=True):
        return frozenset()
    nodes = _nodes(model.model_dump(by_alias=True, exclude_none=True))
    return frozenset(node for node in nodes if isinstance(node, str) and node.startswith("$"))


def words_tested(model: BaseModel) -> Iterator[tuple[str, bool | str]]:
    """Give the words that the conditions of a part of a ruleset ask for, each with the name of its parameter."""
    for node in _nodes(model.model_dump(by_alias=True, exclude_none=True)):
        for key, test in node.items() if isinstance(node, dict) else ():
            if key.startswith("$"):
                words = [test["is"]] if "is" in test else test.get("in", [])
                yield from ((key[1:], word) for word in words)


def leaf_facts(condition: BaseModel) -> frozenset[str]:
    """Give the names of the facts that a condition names, as it names them."""
    if isinstance(condition, Leaf):
        anchors = {anchor for anchor in (condition.test.before, condition.test.after) if anchor}
        return frozenset({condition.fact} | anchors)
    return frozenset(fact for _, part in condition for inner in _models(part) for fact in leaf_facts(inner))


def uses_more_than_facts(condition: BaseModel) -> bool:
    """Say whether a condition uses the result of a rule, or a list, anywhere."""
    dumped = condition.model_dump(by_alias=True, exclude_none=True)
    beyond_facts = {"rule", "kind", "advice", "exists", "every"}
    return any(isinstance(node, dict) and node.keys() & beyond_facts for node in _nodes(dumped))


def _models(value: object) -> Iterator[BaseModel]:
    if isinstance(value, BaseModel):
        yield value
    elif isinstance(value, list):
        yield from (part for part in value if isinstance(part, BaseModel))


def _nodes(value: object) -> list[object]:
    """Give what is in a dumped model: every mapping and list, and every key, text and number in them."""
    nodes = [value]
    for node in nodes:  # grows while it is walked
        if isinstance(node, dict):
            nodes += node
            nodes += node.values()
        elif isinstance(node, list):
            nodes += node
    return nodes
