"""`cds schema`: the JSON Schema of a document."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cds import actions
from cds.cli.options import RulesetOption
from cds.cli.terminal import print_json


class Document(StrEnum):
    """What has a schema."""

    FACTS = "facts"
    DECISION = "decision"
    RULESET = "ruleset"


def schema(
    of: Annotated[Document, typer.Argument(metavar="facts|decision|ruleset", help="Which document.")],
    *,
    ruleset: RulesetOption = actions.DEFAULT_RULESET,
) -> None:
    """Print the JSON Schema of facts (under a ruleset's dictionary), of a decision, or of a ruleset file."""
    print_json(actions.schema(of, ruleset))
