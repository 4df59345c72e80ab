"""`cds log rotate`: put a new key in use."""

from __future__ import annotations

from typing import Annotated

import typer

from cds.actions.log_keeping import ROTATED
from cds.actions.log_keeping import rotate as put_in_use
from cds.cli.log_options import KeysOption, LogArgument
from cds.cli.record_options import ActorOption, PurposeOption, Recording, RecordingOption
from cds.cli.terminal import remark


def rotate(
    log: LogArgument,
    *,
    key: Annotated[
        str,
        typer.Option(
            "--key", metavar="WORD", autocompletion=lambda: list(ROTATED), help=f"Which one: {', '.join(ROTATED)}."
        ),
    ],
    keys: KeysOption = None,
    recording: RecordingOption = None,
    actor: ActorOption = None,
    purpose: PurposeOption = None,
) -> None:
    """Put a new key in use, and record that. No record changes; the log verifies as before.

    body: wraps the keys of patients. pseudonym: names patients in new records. log: signs checkpoints; publish the
    new verifier key. Stop the service before, since it keeps the keys that it read at its start.
    """
    said = Recording(log, keys, recording, actor, purpose)
    settings = said.settings()
    remark(put_in_use(log, key, keys, settings, by=said.by(settings)))
