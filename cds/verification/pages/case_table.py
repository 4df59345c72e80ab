"""The cases of a rule as a table: what is given beside the base, and what is expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any

from cds.ir.parameters_from_ruleset import value_text
from cds.ir.text import word
from cds.ruleset.model import Rule
from cds.verification.cases.model import Expected, WrittenCase
from cds.verification.pages.edition import Edition, plain
from cds.verification.pages.marked import markdown, name, table


def case_table(rule: Rule, edition: Edition) -> Iterator[str]:
    """Give the table of a rule's cases, with the file that holds the patient they start from."""
    by_file = groupby(edition.cases.get(rule.id, ()), key=lambda case: case.file)
    for file, cases in by_file:
        folder = edition.loaded.folder
        shown = file.relative_to(folder) if folder is not None else file
        yield markdown(f"Each case starts from the patient that {name(shown.as_posix())} describes at its top.")
        yield ""
        yield from table(("Case", "Given", "Expected"), [_row(case.written) for case in cases])
        yield ""


def _row(case: WrittenCase) -> tuple[str, str, str]:
    return markdown(case.case), "<br>".join(map(markdown, _given(case))), "<br>".join(map(markdown, _expected(case)))


def _given(case: WrittenCase) -> Iterator[str]:
    for fact, value in case.given.items():
        yield f"{name(fact)}: {_said(value)}"
    for question, source in case.adopting.items():
        yield f"adopting {name(source)} for {name(question)}"
    for parameter, set_to in case.setting.items():
        yield f"setting {name(parameter)} to {value_text(set_to)}"
    if case.item is not None:
        yield f"looked at: {name(case.item)}"


def _expected(case: WrittenCase) -> Iterator[str]:
    if isinstance(case.expect, str):
        yield plain(case.expect)
        return
    yield plain(case.expect.status)
    for what in Expected.model_fields:
        if what != "status" and what in case.expect.model_fields_set:
            yield f"{plain(what)}: {_said(getattr(case.expect, what))}"


def _said(value: Any) -> str:
    """Give a value in one line, as YAML in braces would."""
    match value:
        case dict() | Mapping():
            return ", ".join(f"{key} {_said(inner)}" for key, inner in value.items()) or "none"
        case list():
            return "; ".join(map(_said, value)) or "none"
        case bool():
            return word(value)
        case Decimal():
            return f"{value:f}"
        case None:
            return "none"
        case _:
            return str(value)
