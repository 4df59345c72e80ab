"""`cds ruleset test`: whether the rules say what their cases expect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from cds import actions
from cds.cli.completion import rule_ids
from cds.cli.exits import FINDINGS, leave
from cds.cli.options import EnginesOption, JsonOption, RulesetArgument
from cds.cli.terminal import print_for_people, print_json
from cds.verification.cases.running import Result


def run_tests(
    ruleset: RulesetArgument = actions.DEFAULT_RULESET,
    *,
    rule: Annotated[
        str | None, typer.Option("--rule", metavar="ID", autocompletion=rule_ids, help="Only the cases of this rule.")
    ] = None,
    area: Annotated[
        str | None, typer.Option("--area", metavar="NAME", help="Only the cases of one file, named without `.yaml`.")
    ] = None,
    engine: EnginesOption = actions.DEFAULT_ENGINES,
    as_json: JsonOption = False,
) -> None:
    """Decide every case that stands beside the rules, and tell those that are not as expected. Status 1 if any."""
    chosen = actions.load_ruleset(ruleset)
    results = actions.run_rule_cases(chosen, rule=rule, area=area, engines=engine)
    failed = [result for result in results if not result.holds]
    if as_json:
        print_json(_document(chosen, results, failed))
    else:
        print_for_people(*_view(results, failed))
    if failed:
        leave(FINDINGS)


def _view(results: Sequence[Result], failed: Sequence[Result]) -> Iterator[RenderableType]:
    for result in failed:
        yield Text.assemble((_place(result), "dim"), f" {result.case.rule}: ", (result.case.title, "bold"))
        for difference in result.differences:
            said = f"{difference.what}: expected {_said(difference.expected)}, found {_said(difference.found)}"
            yield Padding(Text(said), (0, 0, 0, 4))
    rules = len({result.case.rule for result in results})
    yield Text(f"{_counted(len(results), 'case')} of {_counted(rules, 'rule')}, {len(failed)} not as expected.")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _said(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case list():
            return ", ".join(map(str, value)) or "none"
        case dict():
            return ", ".join(f"{name} {_said(inner)}" for name, inner in value.items()) or "none"
        case _:
            return str(value)


def _place(result: Result) -> str:
    file = result.case.file
    shown = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    return f"{shown}:{result.case.line}:"


def _document(ruleset: actions.Ruleset, results: Sequence[Result], failed: Sequence[Result]) -> dict[str, Any]:
    document = ruleset.loaded.document
    return {
        "schema": "cds-case-results/1",
        "ruleset": {"id": document.id, "version": document.version, "digest": ruleset.loaded.digest},
        "cases": len(results),
        "rules": len({result.case.rule for result in results}),
        "failed": [
            {
                "rule": result.case.rule,
                "case": result.case.title,
                "place": _place(result).removesuffix(":"),
                "differences": [
                    {"what": found.what, "expected": found.expected, "found": found.found}
                    for found in result.differences
                ],
            }
            for result in failed
        ],
    }
