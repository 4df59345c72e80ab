"""`cds impact`: what another ruleset would have said over past decisions."""

from __future__ import annotations

from typing import Annotated

import typer

from cds import actions
from cds.cli.completion import ruleset_names
from cds.cli.impact_view import impact_view
from cds.cli.log_options import FromOption, KeysOption, LogArgument, ProcessesOption
from cds.cli.options import EnginesOption, JsonOption
from cds.cli.progress import with_progress
from cds.cli.terminal import print_for_people, print_json
from cds.replay.impact_report import SAMPLE, ImpactReport


def impact(
    log: LogArgument,
    *,
    to: Annotated[
        str,
        typer.Option("--to", metavar="ID|FOLDER", autocompletion=ruleset_names, help="The ruleset to decide by."),
    ],
    engine: EnginesOption = actions.DEFAULT_ENGINES,
    keys: KeysOption = None,
    processes: ProcessesOption = None,
    start: FromOption = 0,
    sample: Annotated[
        int, typer.Option("--sample", metavar="N", min=0, help="Patients to show for each kind of change.")
    ] = SAMPLE,
    as_json: JsonOption = False,
) -> None:
    """Tell what another ruleset would have said over past decisions: whom it changes, how often, and by which rules."""
    report = ImpactReport(sample=sample)
    with actions.impact_of(log, to=to, engines=engine, keys=keys, processes=processes, start=start) as running:
        report.add_all(with_progress(running.done, running.total))
    document = report.document(running.to)
    if as_json:
        print_json(document)
    else:
        print_for_people(*impact_view(document))
