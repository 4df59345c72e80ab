"""The arguments and options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cds.cli.completion import ruleset_names


class Engine(StrEnum):
    """Which engines decide."""

    BOTH = "both"
    DURABLE = "durable"
    REFERENCE = "reference"


class ProcedureKind(StrEnum):
    """The procedures that a record may leave unnamed."""

    VERTEBROPLASTY = "vertebroplasty"
    KYPHOPLASTY = "kyphoplasty"


FactsArgument = Annotated[
    str, typer.Argument(metavar="FACTS", help="A facts file or a FHIR R4 Bundle; `-` reads standard input.")
]
RulesetOption = Annotated[
    str,
    typer.Option("--ruleset", "-r", metavar="ID|FOLDER", autocompletion=ruleset_names, help="The ruleset to decide by."),
]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", metavar="T", help="Instant with offset, where the facts do not say it.")
]
ZoneOption = Annotated[
    str | None, typer.Option("--zone", metavar="NAME", help="IANA time zone of the site, where the facts do not say it.")
]
ProcedureStartOption = Annotated[
    str | None, typer.Option("--procedure-start", metavar="T", help="Planned start, where the facts do not say it.")
]
ProcedureKindOption = Annotated[
    str | None,
    typer.Option("--procedure-kind", metavar="WORD", help="vertebroplasty or kyphoplasty, if the facts do not say."),
]
ProcedureStatusOption = Annotated[
    str | None,
    typer.Option("--procedure-status", metavar="WORD", help="For example booked or done, if the facts do not say it."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the document as canonical JSON.")]
EngineOption = Annotated[Engine, typer.Option("--engine", help="Which engines decide; both have to agree.")]
