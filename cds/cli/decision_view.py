"""A decision as a pharmacist reads it on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cds.actions import Ruleset
from cds.cli.notes_view import note_lines
from cds.cli.terminal import results
from cds.cli.words import KIND_TITLE, SEVERITY_STYLE, STATUS_STYLE, disposition_style, plain
from cds.fhir.reading import Note
from cds.records.decision import Asked, DecisionDocument, PositionTaken, Recommendation, SourceCited
from cds.ruleset.model import Source

SAFETY = (
    "Decision support for professionals. It lists what the ruleset says about the facts given; the clinician decides."
)
_MOST_RULES_NAMED = 3


def print_decision(decision: DecisionDocument, ruleset: Ruleset, notes: Sequence[Note] = ()) -> None:
    """Print a whole decision: who and when, the disposition, the recommendations, what to ask, the sources."""
    console = results()
    console.print(heading(decision, ruleset))
    console.print(disposition_panel(decision))
    for kind, found in by_kind(decision["recommendations"]):
        console.print(_kind_table(kind, found))
    if decision["ask"]:
        console.print(questions_table(decision["ask"]))
    _print_sources(console, decision, ruleset.loaded.document.sources)
    if notes:
        _print_notes(console, notes)
    console.print(Text(SAFETY, style="dim"))


def heading(decision: DecisionDocument, ruleset: Ruleset) -> RenderableType:
    """Say about whom, when, and by which ruleset."""
    identity = decision["ruleset"]
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("Patient", Text(decision["subject"], style="bold"))
    table.add_row("As of", Text(f"{decision['as_of']} ({decision['zone']})"))
    table.add_row("Ruleset", Text(f"{identity['id']} {identity['version']}: {ruleset.loaded.document.title}"))
    table.add_row("", Text(identity["digest"], style="dim"))
    if identity["status"] != "active":
        table.add_row("", Text(_STANDING[identity["status"]], style="bold yellow"))
    if identity["review_overdue"]:
        table.add_row("", Text("The date by which the ruleset was to be reviewed has passed.", style="bold yellow"))
    table.add_row("Engines", Text(_engines_text(decision["engines"])))
    return table


_STANDING = {
    "draft": "DRAFT: no clinician has signed this content off.",
    "retired": "RETIRED: this ruleset is no longer in use.",
}


def _engines_text(engines: Sequence[str]) -> str:
    if len(engines) == 1:
        return f"{engines[0]} alone, not checked against another"
    return f"{' and '.join(engines)} agree on every rule"


def disposition_panel(decision: DecisionDocument) -> RenderableType:
    """Show the one-line outcome."""
    disposition = decision["disposition"]
    parts = [Text(disposition["text"])]
    if disposition["other"]:
        others = ", ".join(plain(code) for code in disposition["other"])
        parts.append(Text(f"Sources differ; by other choices of sources: {others}.", style="yellow"))
    if decision["earliest_procedure"] is not None:
        parts.append(Text(f"Earliest procedure by the adopted holds: {decision['earliest_procedure']}", style="bold"))
    title = Text(plain(disposition["code"]).upper(), style="bold")
    return Panel(
        Group(*parts), title=title, title_align="left", border_style=disposition_style(disposition["code"])
    )


def by_kind(recommendations: Iterable[Recommendation]) -> list[tuple[str, list[Recommendation]]]:
    """Group recommendations by kind; the kind with the worst severity first, each in the order of the decision."""
    grouped: dict[str, list[Recommendation]] = {}
    for found in recommendations:
        grouped.setdefault(found["kind"], []).append(found)
    severities, kinds = list(SEVERITY_STYLE), list(KIND_TITLE)
    worst = {kind: min(severities.index(one["severity"]) for one in found) for kind, found in grouped.items()}
    return sorted(grouped.items(), key=lambda group: (worst[group[0]], kinds.index(group[0])))


def _kind_table(kind: str, found: Sequence[Recommendation]) -> Table:
    table = Table(
        title=Text(KIND_TITLE[kind], style="bold"), title_justify="left", box=box.SIMPLE_HEAD, show_header=False,
        expand=True, show_lines=False, padding=(0, 1, 1, 0),
    )
    table.add_column(width=14)
    table.add_column(ratio=1, overflow="fold")
    for one in found:
        table.add_row(_standing(one), Group(*_advice(one)))
    return table


def _standing(one: Recommendation) -> RenderableType:
    status = Text(plain(one["status"]), style=STATUS_STYLE[one["status"]])
    severity = Text(one["severity"], style=SEVERITY_STYLE[one["severity"]])
    parts = [severity, status]
    if one["assumed"]:
        parts.append(Text("assumed", style="yellow"))
    if one["hold"] is not None:
        parts.append(Text(f"hold {plain(one['hold']['state'])}"))
    return Group(*parts)


def _advice(one: Recommendation) -> Iterable[Text]:
    yield Text(one["title"], style="bold")
    yield Text(one["text"])
    for position in one["positions"]:
        yield Text(_position_text(position), style="" if position["adopted"] else "dim")
    yield Text(f"Sources: {'; '.join(source_text(source) for source in one['sources'])}", style="dim")
    yield Text(f"Rule {one['rule']} on {one['binding']}", style="dim")


def _position_text(position: PositionTaken) -> str:
    """Say what a source holds; a figure that nobody has read in a source is never shown as if it were cited."""
    stance = "Adopted" if position["adopted"] else "Differs" 
    if position["confirmed"] == "unconfirmed":
        return f"Unconfirmed: {position['of']} {position['value']}, said to be in {position['source']} (not read)"
    return f"{stance}: {position['of']} {position['value']} ({position['source']}{_how_read(position['confirmed'])})"


def source_text(source: SourceCited) -> str:
    """Cite a source: its id, where in it, how strong, and how it was read."""
    parts = [source["id"]]
    if source["locator"]:
        parts.append(source["locator"])
    said = ", ".join(parts) + (f" ({source['strength']})" if source["strength"] else "")
    return said + _how_read(source["confirmed"])


def _how_read(confirmed: str) -> str:
    return {"primary": "", "secondary": " [read in a transcription]", "unconfirmed": " [UNCONFIRMED]"}[confirmed]


def questions_table(questions: Sequence[Asked]) -> Table:
    """Show what to ask, the most urgent first, with the rules that an answer could settle."""
    table = Table(
        title=Text(f"To ask ({len(questions)})", style="bold"), title_justify="left", box=box.SIMPLE_HEAD, expand=True
    )
    table.add_column("Question", ratio=3, overflow="fold")
    table.add_column("Fact", ratio=2, overflow="fold", style="dim")
    table.add_column("Could settle", ratio=2, overflow="fold", style="dim")
    for asked in questions:
        table.add_row(Text(asked["prompt"]), Text(asked["fact"]), Text(_rules_text(asked["would_settle"])))
    return table


def _rules_text(rules: Sequence[str]) -> str:
    more = len(rules) - _MOST_RULES_NAMED
    return ", ".join(rules[:_MOST_RULES_NAMED]) + (f" and {more} more" if more > 0 else "")


def _print_sources(console: Console, decision: DecisionDocument, sources: Mapping[str, Source]) -> None:
    used = {cited["id"] for one in decision["recommendations"] for cited in one["sources"]}
    used |= {position["source"] for one in decision["recommendations"] for position in one["positions"]}
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name in sorted(used & sources.keys()):
        source = sources[name]
        table.add_row(Text(name), Text(f"{source.title}. {source.citation}{_how_read(source.confirmed)}"))
    if used:
        console.print(Text("Sources", style="bold"))
        console.print(table, style="dim")
        console.print()


def _print_notes(console: Console, notes: Sequence[Note]) -> None:
    console.print(Text("What became of the Bundle's resources", style="bold"))
    for line in note_lines(notes):
        console.print(Text(f"  {line}", style="dim"))
    console.print()
