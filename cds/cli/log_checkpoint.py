"""`cds log checkpoint`: print the latest signed checkpoint, for somebody else to keep."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cds.actions.log_checking import latest_checkpoint, with_witness
from cds.cli.inputs import read_input, shown_name
from cds.cli.log_options import LogArgument


def checkpoint(
    log: LogArgument,
    *,
    witness: Annotated[
        str | None,
        typer.Option("--witness", metavar="FILE", help="A checkpoint as a witness signed it, to join with the log's."),
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", metavar="KEY", help="The verifier key of the witness, or a file with it.")
    ] = None,
) -> None:
    """Print the latest checkpoint. Send it to somebody who cannot change the log; `cds log verify` takes it back.

    With --witness the checkpoint of the same size is printed with the witness's signature, which is verified first;
    the log itself keeps its own signature only.
    """
    if witness is None:
        found = latest_checkpoint(log)
    else:
        found = with_witness(log, read_input(witness), key, file=shown_name(witness))
    sys.stdout.buffer.write(found)
