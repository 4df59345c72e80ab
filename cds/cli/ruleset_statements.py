"""`cds ruleset statements`: what carries each numbered statement of the sources."""

from __future__ import annotations

from rich import box
from rich.table import Table
from rich.text import Text

from cds import actions
from cds.cli.exits import FINDINGS, leave
from cds.cli.options import JsonOption, RulesetArgument
from cds.cli.terminal import print_for_people, print_json
from cds.verification.traceability.statements import Trace


def statements(ruleset: RulesetArgument = actions.DEFAULT_RULESET, *, as_json: JsonOption = False) -> None:
    """List every numbered statement with what carries it, or why nothing does. Status 1 if one is lost."""
    chosen = actions.loaded_ruleset(ruleset)
    traces = actions.statements(chosen)
    lost = [trace for trace in traces if trace.problem]
    if as_json:
        print_json(
            {
                "schema": "cds-statements-traced/1",
                "ruleset": {"id": chosen.document.id, "version": chosen.document.version, "digest": chosen.digest},
                "statements": [_document(trace) for trace in traces],
            }
        )
    elif traces:
        print_for_people(_table(traces), Text(_summary(traces, lost)))
    else:
        print_for_people(Text("This ruleset numbers no statements of its own."))
    if lost:
        leave(FINDINGS)


def _document(trace: Trace) -> dict[str, object]:
    return {
        "statement": trace.statement,
        "source": trace.source,
        "carried_by": list(trace.carried_by),
        "because": trace.because,
        "problem": trace.problem,
    }


def _table(traces: tuple[Trace, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True)
    table.add_column("Statement", no_wrap=True)
    table.add_column("Carried by, or why it is not a rule", overflow="fold", ratio=1)
    for trace in traces:
        said = Text("\n".join(trace.carried_by) or (trace.because or ""), style="" if trace.carried_by else "dim")
        if trace.problem:
            said.append(f"\nPROBLEM: {trace.problem}", style="red")
        table.add_row(Text(trace.statement), said)
    return table


def _summary(traces: tuple[Trace, ...], lost: list[Trace]) -> str:
    carried = sum(bool(trace.carried_by) for trace in traces)
    return f"{len(traces)} statements: {carried} carried, {len(traces) - carried} not, {len(lost)} with a problem."
