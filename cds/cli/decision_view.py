"""A decision as a pharmacist reads it on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cds.actions import Ruleset
from cds.cli.citations import AS_TRANSCRIBED, position_lines, source_text, sources_table
from cds.cli.notes_view import note_lines
from cds.cli.standing import standing_lines
from cds.cli.words import KIND_TITLE, SEVERITY_STYLE, STATUS_STYLE, disposition_style, plain
from cds.fhir.reading import Note
from cds.records.decision import Asked, DecisionDocument, Recommendation
from cds.trace.readable import readable

SAFETY = "For professionals: this is what the ruleset says about the facts given. The clinician decides."
_MOST_RULES_NAMED = 3


def decision_view(decision: DecisionDocument, ruleset: Ruleset, notes: Sequence[Note] = ()) -> Iterator[RenderableType]:
    """Show a whole decision: who, when, disposition, what matters, recommendations, what to ask, sources."""
    yield _heading(decision, ruleset)
    yield _disposition(decision)
    yield from _glance(decision["recommendations"])
    for kind, found in _by_kind(decision["recommendations"]):
        yield _title(KIND_TITLE[kind])
        yield _recommendations(found, ruleset)
    if decision["ask"]:
        yield _title(f"To ask ({len(decision['ask'])})")
        yield questions_table(decision["ask"])
    if decision["recommendations"]:
        yield _title("Sources")
        yield sources_table(decision["recommendations"], ruleset.loaded.document.sources)
        yield Text(AS_TRANSCRIBED, style="dim")
    if notes:
        yield _title("What became of the Bundle's resources")
        yield Text("\n".join(note_lines(notes)), style="dim")
    yield Text(f"\n{SAFETY}", style="dim")


def _title(said: str) -> Text:
    return Text.assemble("\n", (said, "bold underline"))


def _heading(decision: DecisionDocument, ruleset: Ruleset) -> Table:
    identity = decision["ruleset"]
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("Patient", Text(decision["subject"], style="bold"))
    table.add_row("As of", Text(f"{readable(decision['as_of'])} ({decision['zone']})"))
    table.add_row("Ruleset", Text(f"{identity['id']} {identity['version']}: {ruleset.loaded.document.title}"))
    table.add_row("", Text(identity["digest"], style="dim"))
    for line in standing_lines(identity):
        table.add_row("", line)
    table.add_row("Engines", Text(_engines_text(decision["engines"])))
    return table


def _engines_text(engines: Sequence[str]) -> str:
    if len(engines) == 1:
        return f"{engines[0]} alone, not checked against another"
    return f"{' and '.join(engines)} agree on every rule"


def _disposition(decision: DecisionDocument) -> Panel:
    disposition = decision["disposition"]
    parts = [Text(disposition["text"])]
    if disposition["other"]:
        others = ", ".join(plain(code) for code in disposition["other"])
        parts.append(Text(f"Sources differ; by other choices of sources: {others}.", style="yellow"))
    if decision["earliest_procedure"] is not None:
        earliest = readable(decision["earliest_procedure"])
        parts.append(Text(f"Earliest procedure by the adopted holds: {earliest}", style="bold"))
    code = disposition["code"]
    title = Text(plain(code).upper(), style="bold")
    return Panel(Group(*parts), title=title, title_align="left", border_style=disposition_style(code))


def _glance(recommendations: Sequence[Recommendation]) -> Iterator[RenderableType]:
    """List what matters on a few lines; what is only information is counted, and stands below like the rest."""
    matters = [one for one in recommendations if one["severity"] != "info" and one["status"] != "overridden"]
    if not matters:
        return
    yield _title("At a glance")
    table = Table.grid(padding=(0, 2))
    for _ in range(2):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in matters:
        hold = one["hold"]
        said = f"hold {plain(hold['state'])}" if hold is not None else plain(one["status"])
        severity = Text(one["severity"], style=SEVERITY_STYLE[one["severity"]])
        table.add_row(severity, Text(said, style=STATUS_STYLE[one["status"]]), _headline(one))
    yield table
    yield Text(f"{len(recommendations) - len(matters)} more for information, or overridden", style="dim")


def _headline(one: Recommendation) -> Text:
    """Say in a line what a recommendation is about; of a hold, which medication, and its last permitted dose."""
    hold = one["hold"]
    if hold is None:
        return Text(one["title"])
    last = hold["last_permitted_dose"]
    until = f"; last permitted dose {readable(last)}" if last is not None else ""
    return Text(f"{hold['medication']}: {one['title']}{until}")


def _by_kind(recommendations: Iterable[Recommendation]) -> list[tuple[str, list[Recommendation]]]:
    """Group recommendations by kind; the kind with the worst severity first, each in the order of the decision."""
    grouped: dict[str, list[Recommendation]] = {}
    for found in recommendations:
        grouped.setdefault(found["kind"], []).append(found)
    severities, kinds = list(SEVERITY_STYLE), list(KIND_TITLE)
    worst = {kind: min(severities.index(one["severity"]) for one in found) for kind, found in grouped.items()}
    return sorted(grouped.items(), key=lambda group: (worst[group[0]], kinds.index(group[0])))


def _recommendations(found: Iterable[Recommendation], ruleset: Ruleset) -> Table:
    table = Table(box=None, show_header=False, expand=True, padding=(0, 1, 1, 1), pad_edge=False)
    table.add_column(width=15)
    table.add_column(ratio=1, overflow="fold")
    for one in found:
        table.add_row(Group(*_standing(one)), Group(*_advice(one, ruleset)))
    return table


def _standing(one: Recommendation) -> Iterator[Text]:
    yield Text(one["severity"], style=SEVERITY_STYLE[one["severity"]])
    yield Text(plain(one["status"]), style=STATUS_STYLE[one["status"]])
    if one["assumed"]:
        yield Text("assumed", style="yellow")
    if one["hold"] is not None:
        yield Text(f"hold {plain(one['hold']['state'])}")


def _advice(one: Recommendation, ruleset: Ruleset) -> Iterator[RenderableType]:
    if one["title"] not in one["text"]:
        yield Text(one["title"], style="bold")
    yield Text(one["text"])
    yield from position_lines(one["positions"], ruleset.loaded.document.parameters)
    for source in one["sources"]:
        yield Text(f"Source: {source_text(source)}", style="dim")
    yield Text(f"Rule {one['rule']} on {one['binding']}", style="dim")


def questions_table(questions: Sequence[Asked]) -> Table:
    """Show what to ask, the most urgent first, with the rules that an answer could settle."""
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    for number, asked in enumerate(questions, start=1):
        settles = Text(f"{asked['fact']}; could settle {_rules_text(asked['would_settle'])}", style="dim")
        table.add_row(Text(f"{number}."), Group(Text(asked["prompt"]), settles))
    return table


def _rules_text(rules: Sequence[str]) -> str:
    more = len(rules) - _MOST_RULES_NAMED
    return ", ".join(rules[:_MOST_RULES_NAMED]) + (f" and {more} more" if more > 0 else "")
