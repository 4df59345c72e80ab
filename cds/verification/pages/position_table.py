"""What each source holds on the questions that a rule depends on, the adopted position first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from cds.ir.parameters_from_ruleset import parameters_named
from cds.ir.program import Position
from cds.ruleset.model import Resolve, Rule
from cds.verification.pages.edition import Edition
from cds.verification.pages.marked import markdown, name, table

CONFIRMED = {
    "primary": "source read",
    "secondary": "transcription read",
    "unconfirmed": "UNCONFIRMED",
}


def position_table(rule: Rule, edition: Edition) -> Iterator[str]:
    """Give a table for each question, with the reason for what is adopted."""
    parameters = edition.loaded.document.parameters
    for parameter in sorted(parameters_named(rule)):
        if reason := parameters[parameter[1:]].unset:
            yield f"- {markdown(f'{name(parameter)} is for the site to set: {reason}')}"
    for question, found in groupby(edition.program.rules[rule.id].positions, key=lambda position: position.of):
        yield ""
        yield from _of_question(question, list(found), edition)


def _of_question(question: str, positions: Sequence[Position], edition: Edition) -> Iterator[str]:
    title, resolve = _asked(question, edition)
    yield f"{markdown(f'{title} ({name(question)})')}"
    yield ""
    adopted = next((position.value for position in positions if position.adopted), None)
    rows = [
        (
            _stance(position, adopted),
            markdown(name(position.source)),
            markdown(str(position.value)),
            CONFIRMED[position.confirmed],
            markdown(" ".join(_ended(part) for part in (position.locator, position.note) if part)),
        )
        for position in positions
    ]
    yield from table(("", "Source", "Position", "Confirmed", "Where, note"), rows)
    if resolve is not None:
        yield ""
        chosen = name(resolve.adopt) if adopted is not None else "None"
        yield markdown(f"{chosen} adopted: {resolve.because} ({resolve.by}, {resolve.decided})")


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _asked(question: str, edition: Edition) -> tuple[str, Resolve | None]:
    if not question.startswith("$"):
        rule = edition.rules[question]
        return f"When this applies: {rule.title}", rule.resolve
    parameter = edition.loaded.document.parameters[question[1:]]
    return parameter.title or "Figure", parameter.resolve


def _stance(position: Position, adopted: object) -> str:
    """Say how a position stands to the adopted one."""
    if position.adopted:
        return "adopted"
    if position.confirmed == "unconfirmed":
        return "not read"
    if adopted is None:
        return "open"
    return "agrees" if position.value == adopted else "differs"
