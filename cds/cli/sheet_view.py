"""One patient's hold sheet as a pharmacist reads it on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cds.actions import Ruleset
from cds.cli.citations import AS_TRANSCRIBED, source_text
from cds.cli.words import SEVERITY_STYLE, disposition_style, plain
from cds.cli.worklist_view import TIER_STYLE, hidden_lines, line_details, procedure_text, state_text, with_year
from cds.holds.model import Advice, Line, Sheet
from cds.holds.short_times import short_times
from cds.holds.worklist import Gathered

_STATE_WIDTH = 15


def sheet_view(worklist: Gathered, ruleset: Ruleset) -> Iterator[RenderableType]:
    """Show the one patient of a worklist: the procedure, alerts, every medication, what to ask, for whom it is."""
    (sheet,) = worklist.sheets()
    yield _heading(sheet, worklist, ruleset)
    yield _earliest(sheet)
    yield from _alerts(sheet)
    yield Text("\nMedicines", style="bold underline")
    yield _lines(sheet)
    if sheet["ask"]:
        yield Text(f"\nTo ask ({len(sheet['ask'])})", style="bold underline")
        yield _questions(sheet)
    yield Text("\n" + "\n".join([AS_TRANSCRIBED, *hidden_lines(worklist), *worklist.notice]), style="dim")


def _heading(sheet: Sheet, worklist: Gathered, ruleset: Ruleset) -> Table:
    identity = sheet["ruleset"]
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    unit = f", {sheet['unit']}" if sheet["unit"] else ""
    table.add_row("Hold sheet", Text(f"{sheet['subject']}{unit}", style="bold"))
    table.add_row("Procedure", Text(procedure_text(sheet)))
    for change in sheet.get("changes", ()):
        table.add_row("", Text(short_times(change["text"], sheet), style="cyan"))
    table.add_row("As of", Text(f"{with_year(sheet)}; all times are of {sheet['zone']}"))
    table.add_row("Ruleset", Text(f"{identity['id']} {identity['version']}: {ruleset.loaded.document.title}"))
    table.add_row("", Text(identity["digest"], style="dim"))
    for notice in worklist.notice:
        table.add_row("", Text(notice, style="bold yellow"))
    return table


def _earliest(sheet: Sheet) -> Panel:
    code = sheet["disposition"]
    said = Text(short_times(sheet["earliest_text"], sheet))
    title = Text(f"{plain(code)}; {plain(sheet['tier'])}", style="bold")
    return Panel(said, title=title, title_align="left", border_style=disposition_style(code))


def _alerts(sheet: Sheet) -> Iterator[RenderableType]:
    for line in sheet["lines"]:
        for alert in line["alerts"]:
            code = (f" {plain(alert['code'])} ", SEVERITY_STYLE[alert["severity"]])
            text = short_times(alert["text"], sheet)
            yield Text.assemble("\n", code, "  ", (line["medication"], "bold"), "\n", text)


def _lines(sheet: Sheet) -> Table:
    table = Table(box=None, show_header=False, expand=True, padding=(0, 1, 1, 0), pad_edge=False)
    table.add_column(width=_STATE_WIDTH)
    table.add_column(ratio=1, overflow="fold")
    for line in sheet["lines"]:
        standing = Group(state_text(line), Text(plain(line["tier"]), style=TIER_STYLE[line["tier"]]))
        table.add_row(standing, Group(*_line(line, sheet)))
    if not sheet["lines"]:
        table.add_row("", "No medicines on the list.")
    return table


def _line(line: Line, sheet: Sheet) -> Iterator[RenderableType]:
    yield Text(_named(line), style="bold")
    yield from line_details(line, sheet)
    for note in line["notes"]:
        yield Text(short_times(note, sheet))
    for advice in line["also"]:
        if advice["status"] != "cannot_decide":
            yield _advice(advice, sheet)
    undecided = [advice["rule"] for advice in line["also"] if advice["status"] == "cannot_decide"]
    if undecided:
        yield Text(f"Rules that the answers settle too: {', '.join(undecided)}.")
    for source in line["sources"]:
        yield Text(f"Source: {source_text(source)}", style="dim")
    rule = f"Rule {line['rule']} on " if line["rule"] else ""
    yield Text(f"{rule}{line['binding']}", style="dim")


def _named(line: Line) -> str:
    """Name a medication as the list does, with its substance where that is another word, and how it is taken."""
    substance = (line["substance"] or "").replace("-", " ")
    is_told = substance.casefold() in line["medication"].casefold()
    said = [line["medication"] if is_told else f"{line['medication']} ({substance})"]
    said += [part for part in (line["route"], line["frequency"]) if part]
    return ", ".join(said)


def _advice(advice: Advice, sheet: Sheet) -> Text:
    severity = (advice["severity"], SEVERITY_STYLE[advice["severity"]])
    status = "" if advice["status"] == "applies" else f" {plain(advice['status'])}"
    return Text.assemble("Also, ", severity, f"{status}: {short_times(advice['text'], sheet)}")


def _questions(sheet: Sheet) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    for number, question in enumerate(sheet["ask"], start=1):
        table.add_row(Text(f"{number}."), Text(short_times(question["prompt"], sheet)))
    return table
