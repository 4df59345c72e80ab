"""A worklist as a pharmacist reads it on a terminal: what must not be overlooked, then every patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cds.actions import Ruleset
from cds.cli.columns import Cell, Columns
from cds.cli.words import SEVERITY_STYLE, plain
from cds.holds.model import ALERTS, TIERS, Alert, Line, Procedure, Seen, Sheet
from cds.holds.short_times import short_times, shortened
from cds.holds.spread import spread_text
from cds.holds.worklist import NO_PROCEDURE, Gathered
from cds.ir.program import HOLD_STATES

TIER_STYLE = {"interrupt": "bold white on red", "act": "bold yellow", "know": "dim"}
STATE_STYLE = {
    "unidentified": "magenta",
    "prescriber": "bold magenta",
    "contested": "yellow",
    "undecidable": "magenta",
    "overdue": "bold red",
    "due": "bold yellow",
    "planned": "cyan",
    "satisfied": "green",
}
_WIDTHS = (13, 26)
"""Of the columns for the state and for the medication."""
_TOLD_IN_ONE_ROW = frozenset({"continue", "no_rule"})
_NO_STATE = "no hold"


def worklist_view(worklist: Gathered, ruleset: Ruleset) -> Iterator[RenderableType]:
    """Show a worklist: for whom it is, counts, alerts, what failed, every patient, and what is not shown."""
    twice = {subject for subject, count in Counter(one.subject for one in worklist.patients).items() if count > 1}
    yield _heading(worklist, ruleset)
    yield from _alerts(one.sheet() for one in worklist.patients if one.has_alerts)
    yield from _failed(worklist)
    times, zones = ({one.when[part] for one in worklist.patients} for part in (0, 1))
    for sheet in worklist.sheets():
        told = [f"as of {with_year(sheet)}"] if len(times) > 1 else []
        yield _patient_heading(sheet, [*told, *([sheet["zone"]] if len(zones) > 1 else [])])
        yield from _patient(sheet, is_twice=sheet["subject"] in twice)
    yield from _gone(worklist.gone or ())
    yield from _footer(worklist)


def procedure_text(sheet: Sheet) -> str:
    """Say which procedure the holds are for, and when."""
    procedure: Procedure = sheet["procedure"]
    said = [plain(word) for word in (procedure["kind"], procedure["status"]) if word]
    if procedure["urgency"] not in {None, "elective"}:
        said.append(str(procedure["urgency"]).upper())
    if procedure["end"] is not None:
        said.append(f"ended {procedure['end']}")
    elif procedure["status"] != "cancelled":
        said.append(procedure["start"] or "start not known")
    return short_times(", ".join(said), sheet)


def with_year(sheet: Sheet) -> str:
    """Say when a sheet is of, with the year that its other times leave out."""
    return shortened(sheet["as_of"], sheet["zone"], "")


def line_details(line: Line, sheet: Sheet) -> Iterator[Text]:
    """Say why a line is in its state, what to ask, whom, and what other positions say, each on its own lines."""
    restart = line["restart"]
    if restart is not None and restart["state"] == "from":
        for advice in restart["advice"]:  # it tells the date and its conditions
            yield Text(short_times(advice["text"], sheet))
    else:
        yield Text(short_times(line["why"], sheet))
    for question in line["ask"]:
        yield Text(f"Ask: {short_times(question['prompt'], sheet)}", style="bold")
    if line["whom"]:
        yield Text(f"Whom: {', '.join(line['whom'])}.")
    if spread := spread_text(line):
        yield Text(short_times(spread, sheet), style="dim")
    for change in line.get("changes", ()):
        yield Text(short_times(change["text"], sheet), style="cyan")
    if "acknowledged" in line:
        noted = line["acknowledged"]
        said = f"Acknowledged by {noted['by']}, {noted['at']}: {plain(noted['reason'])}."
        yield Text(short_times(said, sheet), style="dim")


def state_text(line: Line) -> Text:
    """Give the state of a line in words, in its colour; after the procedure it is about the restart."""
    if line["state"] is None:
        return Text(_NO_STATE if line["restart"] is None else "restart", style="dim")
    return Text(plain(line["state"]), style=STATE_STYLE.get(line["state"], "dim"))


def _alert_text(alert: Alert) -> Text:
    return Text(plain(alert["code"]), style=SEVERITY_STYLE[alert["severity"]])


def counts_text(worklist: Gathered, names: Iterable[str]) -> str:
    """Give the counts that are not zero."""
    return ", ".join(f"{plain(name)} {worklist.counts[name]}" for name in names if worklist.counts[name]) or "none"


def _heading(worklist: Gathered, ruleset: Ruleset) -> Table:
    identity, counts = ruleset.program.identity, worklist.counts
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    patients = f"{_number(counts['patients'], 'patient')}, {_number(counts['medications'], 'medication')}"
    table.add_row("Worklist", Text(patients, style="bold"))
    table.add_row("As of", Text(_when(worklist)))
    table.add_row("Ruleset", Text(f"{identity.id} {identity.version}: {ruleset.loaded.document.title}"))
    for notice in worklist.notice:
        table.add_row("", Text(notice, style="bold yellow"))
    table.add_row("States", Text(counts_text(worklist, (*HOLD_STATES, NO_PROCEDURE))))
    table.add_row("Tiers", Text(counts_text(worklist, TIERS)))
    table.add_row("Alerts", Text(counts_text(worklist, ALERTS)))
    return table


def _when(worklist: Gathered) -> str:
    """Name the instant and the zone, where all patients have the same."""
    every = sorted({one.when for one in worklist.patients})
    if not every:
        return "no patient"
    zones = sorted({zone for _, zone in every})
    if len(every) > 1:
        return f"different times, told with each patient; times are of {', '.join(zones)}"
    return f"{with_year(worklist.patients[0].sheet())} ({zones[0]}); other years are told"


def _alerts(sheets: Iterable[Sheet]) -> Iterator[RenderableType]:
    rows = []
    for sheet in sheets:
        for line in sheet["lines"]:
            for alert in line["alerts"]:
                about = Text(f"{sheet['subject']}: {line['medication']}", style="bold")
                rows.append(([_alert_text(alert)], [about], [Text(short_times(alert["text"], sheet))]))
    if rows:
        yield _title(f"Alerts ({len(rows)})")
        yield Columns(_WIDTHS, rows)


def _failed(worklist: Gathered) -> Iterator[RenderableType]:
    if not worklist.failed:
        return
    yield _title(f"Not decided, no advice ({len(worklist.failed)})")
    table = Table.grid(padding=(0, 1))
    table.add_column(overflow="fold", max_width=40)
    table.add_column(overflow="fold")
    for failure in worklist.failed:
        table.add_row(Text(failure["input"], style="bold red"), Text(failure["problem"]))
    yield table


def _patient_heading(sheet: Sheet, told: Sequence[str]) -> Text:
    """Say who it is, where, for which procedure, and what else is `told` of each."""
    said = [procedure_text(sheet), *told]
    unit = f", {sheet['unit']}" if sheet["unit"] else ""
    tier = (f" {plain(sheet['tier'])} ", TIER_STYLE[sheet["tier"]])
    return Text.assemble("\n", tier, "  ", (sheet["subject"], "bold"), f"{unit}  ", "; ".join(said))


def _patient(sheet: Sheet, *, is_twice: bool) -> Iterator[RenderableType]:
    remarks = [change["text"] for change in sheet.get("changes", ())]
    if is_twice:
        remarks.append(f"This subject is on the list more than once; this one is from {sheet.get('input')}.")
    remarks.append(sheet["earliest_text"] if sheet["lines"] else "No medicines on the list.")
    yield Columns([1], [([], [Text(short_times(" ".join(remarks), sheet), style="dim")])])
    yield Columns(_WIDTHS, [*_rows(sheet)])


def _rows(sheet: Sheet) -> Iterator[tuple[Cell, Cell, Cell]]:
    """Give a row for every line; what nothing is to be done about stands together in one."""
    together: dict[tuple[str, str], list[str]] = {}
    for line in sheet["lines"]:
        if line["state"] in _TOLD_IN_ONE_ROW and not (line["alerts"] or line.get("changes")):
            together.setdefault((str(line["state"]), line["why"]), []).append(line["medication"])
        else:
            standing = [state_text(line), *map(_alert_text, line["alerts"])]
            yield standing, [Text(line["medication"])], [*line_details(line, sheet)]
    for (state, why), medications in together.items():
        cells = (plain(state), "; ".join(medications), why)
        first, second, third = ([Text(said, style="dim")] for said in cells)
        yield first, second, third


def _gone(gone: Sequence[Seen]) -> Iterator[RenderableType]:
    if gone:
        yield _title(f"On the earlier list, and no more ({len(gone)})")
        for seen in gone:
            was = plain(seen["state"]) if seen["state"] else _NO_STATE
            yield Text(f"{seen['subject']}: {seen['medication']} (was {was})")


def _footer(worklist: Gathered) -> Iterator[RenderableType]:
    said = [*hidden_lines(worklist)]
    if worklist.failed:
        said.append(f"{_number(len(worklist.failed), 'input')} could not be decided: see above.")
    yield Text("\n" + "\n".join([*said, *worklist.notice]), style="dim")


def hidden_lines(worklist: Gathered) -> Iterator[str]:
    """Say what the filters leave out."""
    counts = worklist.counts
    if not worklist.filters:
        return
    filters = ", ".join(f"{plain(name)} {value}" for name, value in worklist.filters.items())
    hidden = [
        _number(counts[f"hidden_{what}s"], what)
        for what in ("patient", "medication", "alert")
        if counts[f"hidden_{what}s"]
    ]
    yield f"Shown: {filters}. Not shown: {', '.join(hidden) or 'nothing'}."
    if waiting := counts["hidden_interrupts"]:
        yield f"Not shown, and nobody has taken note of it: {_number(waiting, 'medication')} of the tier interrupt."


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _title(said: str) -> Text:
    return Text.assemble("\n", (said, "bold underline"))
