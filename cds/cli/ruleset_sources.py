"""`cds ruleset sources`: what a ruleset rests on, and whether the documents are still those that were read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from cds import actions
from cds.cli.exits import FINDINGS, leave
from cds.cli.options import JsonOption, RulesetArgument
from cds.cli.terminal import print_for_people, print_json
from cds.ruleset.loader import LoadedRuleset
from cds.verification.traceability.passages import Missing, ReadFrom

CheckOption = Annotated[
    Path | None, typer.Option("--check", metavar="DIR", help="Look up every cited passage in these documents.")
]


def sources(
    ruleset: RulesetArgument = actions.DEFAULT_RULESET, *, check: CheckOption = None, as_json: JsonOption = False
) -> None:
    """List the sources with the passages read; with `--check` find each passage again. Status 1 if one is missing."""
    chosen = actions.loaded_ruleset(ruleset)
    passages = actions.passages(chosen)
    missing = None if check is None else actions.missing_passages(chosen, check)
    if as_json:
        print_json(_document(chosen, passages, missing))
    else:
        print_for_people(_table(chosen, passages), *(_missing(passages, missing) if missing is not None else ()))
    if missing:
        leave(FINDINGS)


def _document(
    chosen: LoadedRuleset, passages: dict[str, ReadFrom], missing: tuple[Missing, ...] | None
) -> dict[str, object]:
    document: dict[str, object] = {
        "schema": "cds-sources/1",
        "ruleset": {"id": chosen.document.id, "version": chosen.document.version, "digest": chosen.digest},
        "sources": {
            name: {
                **source.model_dump(mode="json", exclude_none=True),
                "read_from": passages[name].model_dump(mode="json", exclude_none=True) if name in passages else None,
            }
            for name, source in sorted(chosen.document.sources.items())
        },
    }
    if missing is not None:
        document["missing"] = [{"source": each.source, "file": each.file, "passage": each.passage} for each in missing]
    return document


def _table(chosen: LoadedRuleset, passages: dict[str, ReadFrom]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True)
    table.add_column("Source", no_wrap=True)
    table.add_column("Read", no_wrap=True)
    table.add_column("Passages", justify="right", no_wrap=True)
    table.add_column("What it is", overflow="fold", ratio=1)
    for name, source in sorted(chosen.document.sources.items()):
        said = ", ".join(part for part in (source.title, source.publisher, source.date) if part)
        count = str(len(passages[name].passages)) if name in passages else ""
        table.add_row(Text(name), Text(source.confirmed), Text(count), Text(f"{said}\n{source.citation}"))
    return table


def _missing(passages: dict[str, ReadFrom], missing: tuple[Missing, ...]) -> list[Text]:
    total = sum(len(read_from.passages) for read_from in passages.values())
    lines = [
        Text(f"{each.source}: {each.file}: {each.passage or 'there is no such file'}", style="red") for each in missing
    ]
    if not missing:
        return [Text(f"All {total} passages stand in the documents as they were read.")]
    return [*lines, Text(f"{len(missing)} not found as they were read; {total} passages in all.")]
