"""`cds log evidence`: one record, with all that proves it, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cds.actions.evidence import evidence_of
from cds.actions.log_exports import replaced
from cds.cli.log_options import KeysOption, LogArgument
from cds.cli.terminal import remark


def evidence(
    log: LogArgument,
    seq: Annotated[int, typer.Argument(metavar="SEQ", help="The number of the record.")],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write.")],
    keys: KeysOption = None,
    sealed: Annotated[
        bool, typer.Option("--sealed", help="Leave the key of the record out: proved, and not readable.")
    ] = False,
) -> None:
    """Write the evidence of one record; `cds evidence check` verifies it offline and decides again.

    The file holds the patient's facts in a readable form, unless the key of the record is left out.
    """
    pack = evidence_of(log, seq, keys=keys, sealed=sealed)
    with replaced(output) as path:
        path.write_bytes(bytes(pack))
    readable = "" if pack.record_key or b'"encryption":null' in pack.header else "; its body cannot be read with it"
    remark(f"record {seq} of {pack.size}, with its proof, in {output}{readable}")
