"""`cds schema`: the JSON Schema of a document."""

from __future__ import annotations

from typing import Annotated

import typer

from cds import actions
from cds.cli.completion import schema_names
from cds.cli.options import RulesetOption
from cds.cli.terminal import print_json


def schema(
    of: Annotated[
        str,
        typer.Argument(
            metavar="DOCUMENT", autocompletion=schema_names, help=f"Which one: {', '.join(actions.SCHEMAS)}."
        ),
    ],
    *,
    ruleset: RulesetOption = actions.DEFAULT_RULESET,
) -> None:
    """Print the JSON Schema of a document; that of facts is by a ruleset's dictionary."""
    print_json(actions.schema(of, ruleset))
