"""`cds log prune`: remove the bodies of old records."""

from __future__ import annotations

from typing import Annotated

import typer

from cds.actions.log_keeping import number_before
from cds.actions.log_keeping import prune as remove_bodies
from cds.cli.log_options import KeysOption, LogArgument
from cds.cli.record_options import ActorOption, PurposeOption, Recording, RecordingOption
from cds.cli.terminal import remark


def prune(
    log: LogArgument,
    *,
    before: Annotated[
        str, typer.Option("--before", metavar="SEQ|DAY", help="Up to this record, or up to this day (UTC).")
    ],
    keys: KeysOption = None,
    recording: RecordingOption = None,
    actor: ActorOption = None,
    purpose: PurposeOption = None,
) -> None:
    """Remove the bodies of old records from a log in a file, and record that. It cannot be undone.

    Their headers stay, and the log verifies as before; what was decided for whom cannot be read or replayed any more.
    """
    with Recording(log, keys, recording, actor, purpose).opened() as recorder:
        if recorder is not None:
            stop = number_before(recorder.store, before)
            removed = remove_bodies(recorder, stop)
            remark(f"{removed} bodies of the records before {stop} removed; backups of the log still hold them")
