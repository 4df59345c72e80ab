"""Where a recommendation's figures and statements were read, in words: adopted, agreeing, differing, unconfirmed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cds.records.decision import PositionTaken, Recommendation, SourceCited
from cds.ruleset.model import Parameter, Source
from cds.trace.readable import readable

AS_TRANSCRIBED = "* read in a transcription or summary, not in the document itself"
_MARK = {"primary": "", "secondary": "*", "unconfirmed": " (UNCONFIRMED)"}


def source_text(source: SourceCited) -> str:
    """Cite a source: its id, where in it, how strong the statement is there, and how absolute a contraindication."""
    parts = [f"{source['id']}{_MARK[source['confirmed']]}"]
    if source["locator"]:
        parts.append(source["locator"])
    standing = f"{source['standing']} contraindication" if "standing" in source else None
    weight = ", ".join(said for said in (source["strength"], standing) if said)
    return ", ".join(parts) + (f" ({weight})" if weight else "")


def position_lines(positions: Sequence[PositionTaken], parameters: Mapping[str, Parameter]) -> Iterator[RenderableType]:
    """Say, for each question that a recommendation depends on, who holds what.

    What nobody has read in its source is told as hearsay, and never as if it were cited.
    """
    for of, taken in groupby(positions, key=lambda position: position["of"]):
        taken_here = list(taken)
        yield Text(f"{_question_text(of, parameters)}:")
        values = dict.fromkeys(position["value"] for position in taken_here if position["confirmed"] != "unconfirmed")
        adopted = next((position["value"] for position in taken_here if position["adopted"]), None)
        for value in values:
            holders = [p for p in taken_here if p["value"] == value and p["confirmed"] != "unconfirmed"]
            yield _indented(f"{_stance(value, adopted)} {', '.join(map(_holder, holders))}: {_value(value)}")
            yield from _remarks(holders)
        for position in taken_here:
            if position["confirmed"] == "unconfirmed":
                value = _value(position["value"])
                yield _indented(f"UNCONFIRMED, said to be in {position['source']}, not read there: {value}")
                yield from _remarks([position])


def _question_text(of: str, parameters: Mapping[str, Parameter]) -> str:
    """Give the title of the parameter in question; a rule with positions is a question about its own condition."""
    if not of.startswith("$"):
        return "When this applies"
    parameter = parameters.get(of[1:])
    return parameter.title if parameter is not None and parameter.title else of


def _value(value: str) -> str:
    """Give what a position says: a word of a policy in plain words, a temperature in both units."""
    return readable(value.replace("_", " "))


def _stance(value: str, adopted: str | None) -> str:
    if adopted is None:
        return "open, one position is that of"
    return "adopted, from" if value == adopted else "differs, in"


def _remarks(positions: Iterable[PositionTaken]) -> Iterator[RenderableType]:
    """Say where each position stands and what is noted on it, unless that is the position itself."""
    for position in positions:
        said = [part for part in (position.get("locator"), position.get("note")) if part and part != position["value"]]
        if said:
            yield Padding(Text(f"{position['source']}: {'; '.join(said)}", style="dim"), (0, 0, 0, 4))


def _indented(said: str) -> RenderableType:
    return Padding(Text(said), (0, 0, 0, 2))


def _holder(position: PositionTaken) -> str:
    return f"{position['source']}{_MARK[position['confirmed']]}"


def sources_table(recommendations: Iterable[Recommendation], sources: Mapping[str, Source]) -> Table:
    """Show title and citation of every source that is cited."""
    used = {cited["id"] for one in recommendations for cited in one["sources"]}
    used |= {position["source"] for one in recommendations for position in one["positions"]}
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", style="dim")
    for name in sorted(used & sources.keys()):
        source = sources[name]
        table.add_row(Text(f"{name}{_MARK[source.confirmed]}"), Text(f"{source.title}. {source.citation}"))
    return table
