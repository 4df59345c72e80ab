"""`cds terminology import`: from a release of RxNorm to a table of products."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from cds import actions
from cds.cli.options import JsonOption
from cds.cli.terminal import print_for_people, print_json


def import_release(
    release: Annotated[
        Path, typer.Argument(metavar="RRF_DIR", help="The folder of a release of RxNorm (RXNCONSO.RRF, RXNREL.RRF).")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write the table.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Make a table of which ingredients products hold, for a ruleset to name; you need a licence for the release."""
    made = actions.import_release(release)
    output.write_bytes(made.content)
    table = made.table
    if as_json:
        print_json(
            {
                "file": output.name,
                "digest": made.digest,
                "release": table.release,
                "ingredients": len(table.ingredients),
                "products": len(table.products),
                "families": len(table.families),
                "incomplete": len(table.incomplete),
            }
        )
        return
    shown = Table.grid(padding=(0, 2))
    for name, value in (
        ("Table", str(output)),
        ("Digest", made.digest),
        ("Release", table.release or "the release does not say which it is"),
        ("Content", f"{len(table.ingredients):,} ingredients; {len(table.products):,} products, packs and brands"),
        ("Families", f"{len(table.families):,} brands whose products differ: each is a guess to confirm"),
        ("Incomplete", f"{len(table.incomplete):,} products with an ingredient that the release does not tell"),
    ):
        shown.add_row(Text(name, style="dim"), Text(value, overflow="fold"))
    print_for_people(shown, Text("\nA ruleset that holds the file in its folder names it so:"))
    typer.echo(f'terminology:\n  - {{file: {output.name}, digest: "{made.digest}"}}')
