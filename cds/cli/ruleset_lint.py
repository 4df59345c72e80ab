"""`cds ruleset lint`: what is likely a slip in a ruleset that loads."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text

from cds import actions
from cds.cli.exits import FINDINGS, leave
from cds.cli.options import DayOption, JsonOption, RulesetArgument
from cds.cli.terminal import print_for_people, print_json


def lint(
    ruleset: RulesetArgument = actions.DEFAULT_RULESET, *, as_of: DayOption = None, as_json: JsonOption = False
) -> None:
    """Report what is likely a slip: never used, never true, badly cited, past its review. Status 1 if any."""
    chosen = actions.load_ruleset(ruleset)
    findings = actions.lint(chosen, as_of=as_of)
    if as_json:
        document = chosen.loaded.document
        print_json(
            {
                "schema": "cds-lint/1",
                "ruleset": {"id": document.id, "version": document.version, "digest": chosen.loaded.digest},
                "findings": [
                    {"check": found.check, "place": str(found.place), "message": found.message} for found in findings
                ],
            }
        )
    elif findings:
        table = Table(box=box.SIMPLE_HEAD, expand=True)
        table.add_column("Check", style="yellow", no_wrap=True)
        table.add_column("Finding", overflow="fold", ratio=1)
        for found in findings:
            table.add_row(Text(found.check), Text.assemble(found.message, "\n", (str(found.place), "dim")))
        print_for_people(table, Text(f"{len(findings)} findings"))
    else:
        print_for_people(Text("No findings."))
    if findings:
        leave(FINDINGS)
