"""`cds demo`: the main job on the patients that ship with cds."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text

from cds import actions
from cds.cli.decision_view import decision_view
from cds.cli.options import JsonOption
from cds.cli.terminal import print_for_people, print_json
from cds.cli.words import disposition_style, plain
from cds.records.decision import DecisionDocument

SHOWN_WHOLE = "conditions-warfarin-clock-change-berlin"


def demo(*, as_json: JsonOption = False) -> None:
    """Decide for every patient that ships with cds: one shown whole, the others as a line each."""
    decided = list(actions.demo())
    if as_json:
        documents = [{"patient": name, "decision": decision.document} for name, _, decision in decided]
        print_json({"schema": "cds-demo/1", "decisions": documents})
        return
    for name, ruleset, decision in decided:
        if name == SHOWN_WHOLE:
            print_for_people(*decision_view(decision.document, ruleset), Text())
    table = Table(
        title=Text("All patients that ship with cds", style="bold"), title_justify="left", box=box.SIMPLE_HEAD
    )
    table.add_column("Patient", overflow="fold")
    table.add_column("Disposition")
    table.add_column("Advice", justify="right")
    table.add_column("To ask", justify="right")
    for name, _, decision in decided:
        table.add_row(*_row(name, decision.document))
    print_for_people(table)


def _row(name: str, decision: DecisionDocument) -> tuple[Text, Text, Text, Text]:
    code = decision["disposition"]["code"]
    return (
        Text(name),
        Text(plain(code), style=disposition_style(code)),
        Text(str(len(decision["recommendations"]))),
        Text(str(len(decision["ask"]))),
    )
