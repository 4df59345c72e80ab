"""`cds ruleset list`: which rulesets there are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from cds import actions
from cds.cli.options import JsonOption
from cds.cli.terminal import print_for_people, print_json
from cds.ruleset.loader import LoadedRuleset

_DIGITS_SHOWN = len("sha256:") + 12


def list_rulesets(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder of rulesets; by default the one that ships with cds.")
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """List the rulesets that ship with cds, or those in a folder."""
    found = actions.list_rulesets([folder] if folder else [])
    if as_json:
        print_json({"schema": "cds-rulesets/1", "rulesets": [_document(loaded) for loaded in found]})
        return
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("Ruleset", "Version", "Status", "Rules", "Digest", "Title"):
        table.add_column(column, overflow="fold")
    for loaded in found:
        shown = _document(loaded)
        cells = (shown["id"], shown["version"], shown["status"], str(shown["rules"]), shown["digest"][:_DIGITS_SHOWN])
        table.add_row(*(Text(cell) for cell in cells), Text(shown["title"]))
    print_for_people(table)


def _document(loaded: LoadedRuleset) -> dict[str, Any]:
    document, lifecycle = loaded.document, loaded.document.lifecycle
    return {
        "id": document.id,
        "version": document.version,
        "title": document.title,
        "digest": loaded.digest,
        "status": lifecycle.status,
        "effective_from": lifecycle.effective_from,
        "effective_until": lifecycle.effective_until,
        "review_by": lifecycle.review_by,
        "rules": len(document.rules),
        "extends": [{"id": id_, "digest": digest} for id_, digest in loaded.bases],
    }
