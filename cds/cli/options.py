"""The arguments and options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from cds.actions import Beside
from cds.cli.completion import engine_names, rule_ids, ruleset_names

FactsArgument = Annotated[
    str, typer.Argument(metavar="FACTS", help="A facts file or a FHIR R4 Bundle; `-` reads standard input.")
]
RulesetOption = Annotated[
    str,
    typer.Option(
        "--ruleset", "-r", metavar="ID|FOLDER", autocompletion=ruleset_names, help="The ruleset to decide by."
    ),
]
RulesetArgument = Annotated[
    str, typer.Argument(metavar="[ID|FOLDER]", autocompletion=ruleset_names, help="A ruleset, by id or folder.")
]
RuleOption = Annotated[str, typer.Option("--rule", metavar="ID", autocompletion=rule_ids, help="The rule to explain.")]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", metavar="T", help="The instant to decide for, with its offset.")
]
DayOption = Annotated[
    str | None, typer.Option("--as-of", metavar="DAY", help="The day to compare the review date with.")
]
ZoneOption = Annotated[str | None, typer.Option("--zone", metavar="NAME", help="The site's IANA time zone.")]
StartOption = Annotated[
    str | None, typer.Option("--procedure-start", metavar="T", help="When the procedure is to start.")
]
KindOption = Annotated[str | None, typer.Option("--procedure-kind", metavar="WORD", help="For example kyphoplasty.")]
StatusOption = Annotated[
    str | None, typer.Option("--procedure-status", metavar="WORD", help="For example booked, or done.")
]
EndOption = Annotated[
    str | None, typer.Option("--procedure-end", metavar="T", help="When the procedure ended, if it was done.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print canonical JSON.")]
EnginesOption = Annotated[
    str,
    typer.Option(
        "--engine", metavar="WORD", autocompletion=engine_names, help="both (they have to agree), durable or reference."
    ),
]


def beside(as_of: str | None, zone: str | None, **procedure: str | None) -> Beside:
    """Join what the options say beside the facts; of the procedure by name, `start`, `kind`, `status` and `end`."""
    return Beside(as_of, zone, {name: value for name, value in procedure.items() if value is not None})
