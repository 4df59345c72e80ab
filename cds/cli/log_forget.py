"""`cds log forget`: destroy the keys of one patient."""

from __future__ import annotations

from typing import Annotated

import typer

from cds.actions.log_keeping import forget as destroy
from cds.cli.log_options import KeysOption, LogArgument
from cds.cli.record_options import ActorOption, PurposeOption, Recording, RecordingOption
from cds.cli.terminal import remark


def forget(
    log: LogArgument,
    *,
    subject: Annotated[str | None, typer.Option("--subject", metavar="ID", help="The patient.")] = None,
    pseudonym: Annotated[
        str | None, typer.Option("--pseudonym", metavar="HEX", help="The patient, as `cds log show` prints it.")
    ] = None,
    keys: KeysOption = None,
    recording: RecordingOption = None,
    actor: ActorOption = None,
    purpose: PurposeOption = None,
) -> None:
    """Destroy the keys of one patient, here and on disk, and record that. It cannot be undone.

    Nobody can read the patient's facts and decisions in the log from then on; the log verifies as before. Backups of
    the key folder still hold the keys.
    """
    with Recording(log, keys, recording, actor, purpose).opened() as recorder:
        if recorder is not None:
            destroyed = destroy(recorder, subject=subject, pseudonym=pseudonym)
            remark(f"{destroyed} keys destroyed and erased; backups of the key folder still hold them")
