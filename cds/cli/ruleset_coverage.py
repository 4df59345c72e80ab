"""`cds ruleset coverage`: how much of a ruleset its cases show."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Annotated, Any

import typer
from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cds import actions
from cds.cli.exits import FINDINGS, leave
from cds.cli.options import JsonOption, RulesetArgument
from cds.cli.terminal import print_for_people, print_json
from cds.verification.coverage.goals import MEASURES, POSITIONS, Goal
from cds.verification.coverage.measure import Coverage

_TITLES = {
    "verdicts": "rules that apply, do not apply, and cannot be decided",
    "leaves": "parts of conditions that are true, and that are false",
    "positions": "positions adopted; shown, where unconfirmed",
    "texts": "texts that are said",
}


def coverage(
    ruleset: RulesetArgument = actions.DEFAULT_RULESET,
    *,
    area: Annotated[
        str | None, typer.Option("--area", metavar="NAME", help="Only the rules and cases of one file of rules.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure what the cases beside the rules show, and tell what none of them shows. Status 1 if anything."""
    chosen = actions.load_ruleset(ruleset)
    found = actions.coverage(chosen, area=area)
    if as_json:
        print_json(_document(chosen, found))
    else:
        print_for_people(*_view(found))
    if not found.is_whole:
        leave(FINDINGS)


def _view(found: Coverage) -> Iterator[RenderableType]:
    if found.missing:
        missing = Table(box=box.SIMPLE_HEAD, expand=True)
        missing.add_column("Of", no_wrap=True)
        missing.add_column("Not shown", overflow="fold", ratio=1)
        for of, goals in groupby(sorted(found.missing, key=_order), key=lambda goal: goal.of):
            missing.add_row(Text(of), Text("\n".join(map(_words, goals))))
        yield missing
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("", "Shown", "Of", ""):
        table.add_column(column, justify="left" if not column else "right")
    for measure in MEASURES:
        shown, there_are = found.of(measure)
        table.add_row(Text(_TITLES[measure]), str(shown), str(there_are), _percent(shown, there_are))
    yield table
    wrong = f"{found.failed} of them not as expected: those show nothing." if found.failed else "all as expected."
    yield Text(f"{found.cases} cases, {wrong}")


def _order(goal: Goal) -> tuple[str, int, str]:
    return goal.of, MEASURES.index(goal.measure), goal.what


def _words(goal: Goal) -> str:
    return f"position: {goal.what}" if goal.measure == POSITIONS else goal.what


def _percent(shown: int, there_are: int) -> str:
    """Give a share in per cent, rounded down, so that only all of them are 100 %."""
    return "100 %" if shown == there_are else f"{shown * 1000 // there_are / 10} %"


def _document(ruleset: actions.Ruleset, found: Coverage) -> dict[str, Any]:
    document = ruleset.loaded.document
    return {
        "schema": "cds-coverage/1",
        "ruleset": {"id": document.id, "version": document.version, "digest": ruleset.loaded.digest},
        "cases": found.cases,
        "failed": found.failed,
        "measures": {measure: dict(zip(("shown", "of"), found.of(measure), strict=True)) for measure in MEASURES},
        "missing": [{"measure": goal.measure, "of": goal.of, "what": goal.what} for goal in found.missing],
    }
