"""`cds log export`: a log as lines of JSON, Parquet, FHIR resources, or tiles."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cds.actions.log_exports import FORMATS, STREAMED, export_log
from cds.cli.log_options import KeysOption, LogArgument
from cds.cli.terminal import remark
from cds.errors import InputError

_FORMATS = ", ".join(FORMATS)


def export(
    log: LogArgument,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE|DIR", help="Where to; tiles go to a folder.")
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="WORD", autocompletion=lambda: list(FORMATS), help=f"{_FORMATS}.")
    ] = "jsonl",
    keys: KeysOption = None,
    sealed: Annotated[
        bool, typer.Option("--sealed", help="Leave bodies as they are stored; otherwise they are opened.")
    ] = False,
) -> None:
    """Export a log. With the keys, JSON and Parquet hold patients' facts in plain; the other formats hold none.

    Lines go to standard output unless -o names a file.
    """
    if output is None and form in FORMATS and form not in STREAMED:
        raise InputError(f"`{form}` cannot go to standard output", expected="`-o` with a file or a folder")
    done = export_log(log, output or sys.stdout.buffer, form=form, keys=keys, sealed=sealed)
    if done.unopened:
        remark(
            f"{done.unopened} of {done.records} bodies could not be opened: name their key folder (--keys), or export "
            "them as they are (--sealed)"
        )
    if output is not None:
        remark(f"{done.records} records in {output}")
