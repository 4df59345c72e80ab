"""Which rule, parameter or fact carries each numbered statement of the sources, or why none does (language §16)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from cds.errors import nearest
from cds.ruleset.companions import Companion, read_companions
from cds.ruleset.conditions import Closed
from cds.ruleset.model import Hyphenated, Name, RulesetDocument, Sentence, SourceReference, StatementId
from cds.ruleset.problems import Problems

SCHEMA = "cds-statements/1"
Statements = Annotated[list[StatementId], Field(min_length=1)]


class Numbered(Closed):
    """How the statements of one source are numbered: `<prefix>-01` up to `count`."""

    prefix: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*$")]
    count: Annotated[int, Field(ge=1, le=9999)]


class CarriedByFact(Closed):
    """Statements that became a fact of the dictionary: its values, or that it is asked at all."""

    statements: Statements
    fact: Name


class NotARule(Closed):
    """Statements that no rule carries, and why."""

    statements: Statements
    because: Sentence


class StatementsFile(Closed):
    """The companion `cds-statements/1`."""

    schema_: Literal["cds-statements/1"] = Field(alias="schema")
    sources: dict[Hyphenated, Numbered]
    carried_by: list[CarriedByFact] = Field(default=[])
    not_rules: list[NotARule] = Field(default=[])


@dataclass(frozen=True, slots=True)
class Trace:
    """Where one statement went: what carries it (such as `rule hold.aspirin`), or why nothing does."""

    statement: str
    source: str
    carried_by: tuple[str, ...]
    because: str | None

    @property
    def problem(self) -> str | None:
        """Say what is wrong with the trace, if anything is."""
        if self.carried_by and self.because:
            return "it is carried, and also declared not to be a rule"
        if not self.carried_by and not self.because:
            return "nothing carries it, and no reason is given"
        return None


def traces_of(document: RulesetDocument, folder: Path) -> tuple[Trace, ...]:
    """Trace every numbered statement of a ruleset, in the order of the sources; none if it numbers none.

    Raises:
        RulesetError: a statement, source or fact is named that there is not, or a reason is given twice.
    """
    companions = read_companions(folder, SCHEMA, StatementsFile)
    traces: list[Trace] = []
    for companion in companions:
        traces += _traces(document, companion)
    return tuple(traces)


def _traces(document: RulesetDocument, companion: Companion[StatementsFile]) -> Iterator[Trace]:
    file = companion.document
    problems = Problems(companion.places)
    source_of = _numbered(file, document, problems)
    carried = _carriers(document)
    for number, entry in enumerate(file.carried_by):
        _check_fact(entry.fact, document, ("carried_by", number, "fact"), problems)
        for statement in entry.statements:
            carried[statement].add(f"fact {entry.fact}")
    reasons = _reasons(file, problems)
    for statement in sorted({*carried, *reasons} - source_of.keys()):
        users = ", ".join(sorted(carried.get(statement, ()))) or "`not_rules`"
        problems.add(("sources",), f"there is no statement `{statement}`, which {users} names")
    problems.raise_if_any()
    for statement, source in source_of.items():
        yield Trace(statement, source, tuple(sorted(carried[statement])), reasons.get(statement))


def _numbered(file: StatementsFile, document: RulesetDocument, problems: Problems) -> dict[str, str]:
    """Give the source of every statement."""
    found: dict[str, str] = {}
    for source, numbered in file.sources.items():
        if source not in document.sources:
            suggestion = nearest(source, document.sources)
            problems.add(("sources", source), f"there is no source `{source}`", suggestion=suggestion, at_key=True)
        found.update({f"{numbered.prefix}-{n:02}": source for n in range(1, numbered.count + 1)})
    return found


def _reasons(file: StatementsFile, problems: Problems) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for number, entry in enumerate(file.not_rules):
        for index, statement in enumerate(entry.statements):
            if statement in found:
                path = ("not_rules", number, "statements", index)
                problems.add(path, f"a reason for `{statement}` is given twice", expected="one reason")
            found[statement] = entry.because
    return found


def _check_fact(name: str, document: RulesetDocument, path: tuple[str | int, ...], problems: Problems) -> None:
    names = [*document.facts]
    names += [f"{each}.{item}" for each, fact in document.facts.items() for item in fact.items]
    if name not in names:
        problems.add(path, f"there is no fact `{name}`", suggestion=nearest(name, names))


def _carriers(document: RulesetDocument) -> dict[str, set[str]]:
    """Give what names each statement: rules by their sources and positions, parameters by their positions."""
    found: dict[str, set[str]] = defaultdict(set)
    for rule in document.rules:
        for reference in rule.sources:
            for statement in reference.statements if isinstance(reference, SourceReference) else ():
                found[statement].add(f"rule {rule.id}")
        for said in rule.positions.values():
            for statement in said.statements:
                found[statement].add(f"rule {rule.id}")
    for name, parameter in document.parameters.items():
        for position in parameter.positions.values():
            for statement in position.statements:
                found[statement].add(f"parameter {name}")
    return found
