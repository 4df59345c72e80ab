"""`cds log verify`: check a whole log, and say where it is not intact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.text import Text

from cds.actions.key_folders import verifier_keys
from cds.actions.log_checking import verification_document, verify
from cds.actions.restored_keys import restored_keys
from cds.audit.notes.encoding import base64_text
from cds.audit.verification import Verification
from cds.cli.exits import NOT_INTACT, leave
from cds.cli.inputs import read_input
from cds.cli.log_options import KeysOption, LogArgument
from cds.cli.options import JsonOption
from cds.cli.progress import counting
from cds.cli.terminal import print_for_people, print_json, remark

MOST_SHOWN = 40
"""Findings that people are shown."""


def verify_log(
    log: LogArgument,
    *,
    checkpoint: Annotated[
        str | None,
        typer.Option("--checkpoint", metavar="FILE", help="A checkpoint that somebody else kept; `-` reads it."),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="KEY", help="The verifier key of the log, or a file with it, as in log.pub."),
    ] = None,
    keys: KeysOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check every record, body, node, checkpoint and ruleset of a log. Status 4 if anything is not as it was recorded.

    Only the verifier key is needed. Without a checkpoint that somebody else kept, nobody can exclude that the tail was
    rewritten or cut off by who has the log's key.
    """
    trusted = verifier_keys(key, keys)
    against = None if checkpoint is None else read_input(checkpoint)
    start = perf_counter()
    with counting() as (began, progress):
        found = verify(log, trusted, against=against, began=began, progress=progress)
    seconds = perf_counter() - start
    if key is None and not found.findings:
        found = replace(found, limits=(*found.limits, *_restored(log, keys)))
    if as_json:
        print_json(verification_document(log, found))
    else:
        print_for_people(*_shown(found))
        remark(f"{found.records:,} records in {seconds:.1f} s, {found.records / seconds:,.0f} records/s")
    if found.findings:
        leave(NOT_INTACT)


def _restored(log: str, keys: Path | None) -> Iterator[str]:
    """Say whose destroyed keys are back: the log is intact, and a promise is not kept."""
    for pseudonym in restored_keys(log, keys):
        yield (
            f"the key of the patient `{pseudonym}` was destroyed, and a copy of it was put back: forget the patient "
            "again (`cds log forget --pseudonym`)"
        )


def _shown(found: Verification) -> Iterator[Text]:
    for finding in found.findings[:MOST_SHOWN]:
        yield Text.assemble((finding.place, "bold"), f": {finding.problem}")
    if len(found.findings) > MOST_SHOWN:
        yield Text(f"and {len(found.findings) - MOST_SHOWN} more, which --json gives", style="dim")
    for limit in found.limits:
        yield Text(f"note: {limit}", style="yellow")
    if found.findings:
        yield Text("NOT INTACT: stop recording, and see docs/log-operations.md", style="bold red")
    else:
        said = f"intact: {found.records} records, {found.checkpoints} checkpoints, root {base64_text(found.root)}"
        yield Text(said, style="green")
