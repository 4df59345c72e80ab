"""`cds log init`: make an empty decision log and its keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cds.actions.log_keeping import make_log
from cds.cli.log_options import LogArgument
from cds.cli.record_options import ActorOption, Recording
from cds.cli.terminal import print_bytes, remark


def init(
    log: LogArgument,
    *,
    keys: Annotated[Path, typer.Option("--keys", metavar="DIR", help="Where to make the key folder; apart from LOG.")],
    name: Annotated[
        str,
        typer.Option("--name", metavar="ORIGIN", help="The name of the log, unique: for example cds.example.org/log."),
    ],
    role: Annotated[
        str | None,
        typer.Option("--role", metavar="ROLE", help="PostgreSQL only: the role that records, and may do nothing else."),
    ] = None,
    actor: ActorOption = None,
) -> None:
    """Make an empty log and its key folder; print the verifier key, which is to be published.

    Keep log and keys apart, also in backups: who has a copy of both can read every patient.
    """
    recording = Recording(log, actor=actor)
    made = make_log(log, keys, name, role=role, by=recording.by(recording.settings()))
    print_bytes(made.verifiers[0].encode())
    remark(f"made the log `{log}` and its keys in `{keys}`; publish the verifier key above by another way")
