"""`cds acknowledge`: take note of a line of a worklist, so that it is not told again while it stays as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cds.actions.acknowledging import MOST_BYTES, acknowledge_lines, keep, read_memory, record_lines
from cds.cli.inputs import read_input, shown_name
from cds.cli.record_options import PurposeOption, Recording, RecordingOption, RecordKeysOption, RecordOption
from cds.cli.terminal import print_bytes, remark
from cds.holds.acknowledgements import REASONS

_REASONS = "; ".join(f"{code}: {words}" for code, words in REASONS.items())


def acknowledge(
    worklist: Annotated[
        str, typer.Argument(metavar="WORKLIST", help="What `cds holds --json` printed; `-` reads standard input.")
    ],
    *,
    subject: Annotated[str, typer.Option("--subject", metavar="ID", help="The patient.")],
    medication: Annotated[
        list[str], typer.Option("--medication", "-m", metavar="ID", help="An id of the medication list; repeatable.")
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="CODE", help=f"One of: {_REASONS}.")],
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who takes note; it is not checked who that is.")],
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Append to this file instead of printing.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="T", help="When, with offset; by default now by the system clock.")
    ] = None,
    comment: Annotated[str | None, typer.Option("--comment", metavar="TEXT", help="Without names of patients.")] = None,
    record: RecordOption = None,
    keys: RecordKeysOption = None,
    recording: RecordingOption = None,
    purpose: PurposeOption = None,
) -> None:
    """Take note of medications of one patient as a worklist showed them.

    `cds holds --acknowledged FILE` shows who took note; as long as nothing changes, `--due-within` does not tell the
    line again. A line that changes is open again.
    """
    memory = read_memory(read_input(worklist, most=MOST_BYTES), file=shown_name(worklist))
    found = acknowledge_lines(
        memory, subject=subject, medications=medication, reason=reason, by=by, at=at, comment=comment
    )
    with Recording(record, keys, recording, purpose=purpose).opened(actor=by) as recorder:
        if recorder is not None:
            record_lines(recorder, found)
    if to is None:
        for one in found:
            print_bytes(one.to_bytes().rstrip())
        return
    keep(found, to)
    remark(f"{len(found)} acknowledged in {to}")
