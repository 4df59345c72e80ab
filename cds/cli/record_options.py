"""The options of every command that records what it answers, and opening the log that they name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path
from typing import Annotated

import typer

from cds.actions.entries import DEFAULT_ACTOR, DEFAULT_PURPOSE, By
from cds.actions.key_folders import keys_at
from cds.actions.recording import Recorder
from cds.audit.privacy.settings import ACTOR, PURPOSE, Settings, read_settings
from cds.errors import InputError
from cds.facts.tokens import quoted

RecordOption = Annotated[
    str | None,
    typer.Option(
        "--record", metavar="LOG", help="Record what is answered in this log; what cannot be recorded is not answered."
    ),
]
RecordKeysOption = Annotated[
    Path | None,
    typer.Option("--keys", metavar="DIR", help="The key folder of the log; else that of --recording, or CDS_KEYS."),
]
RecordingOption = Annotated[
    Path | None,
    typer.Option("--recording", metavar="FILE", help="The site's settings of recording, such as recording.yaml."),
]
ActorOption = Annotated[
    str | None,
    typer.Option("--actor", metavar="WHO", help="Who asks, as it is recorded; it is not checked who that is."),
]
PurposeOption = Annotated[
    str | None, typer.Option("--purpose", metavar="WORD", help=f"What for, as it is recorded; else {DEFAULT_PURPOSE}.")
]


@dataclass(frozen=True, slots=True)
class Recording:
    """What the options say of recording."""

    log: str | None
    keys: Path | None = None
    file: Path | None = None
    actor: str | None = None
    purpose: str | None = None

    @contextmanager
    def opened(self, *, actor: str | None = None) -> Iterator[Recorder | None]:
        """Open the log for recording; None if nothing is to be recorded. `actor` is for commands that know who asks.

        Raises:
            InputError: what is said of recording is wrong, or said where nothing is recorded.
            NotRecorded: the log cannot be recorded into.
        """
        if self.log is None:
            self._check_nothing_said()
            yield None
            return
        settings = self.settings()
        with Recorder(self.log, keys_at(self.keys, settings), settings, by=self.by(settings, actor)) as recorder:
            yield recorder

    def settings(self) -> Settings:
        """Read the site's settings."""
        return Settings() if self.file is None else read_settings(self.file)

    def by(self, settings: Settings, actor: str | None = None) -> By:
        """Tell who asks and what for: as the command line says, else the settings, else the account and a default."""
        if self.actor is not None and not ACTOR.fullmatch(self.actor):
            raise InputError(
                f"`--actor` cannot be {quoted(self.actor)}", expected="1 to 128 ASCII letters, digits and signs"
            )
        if self.purpose is not None and not PURPOSE.fullmatch(self.purpose):
            raise InputError(f"`--purpose` cannot be {quoted(self.purpose)}", expected="one word in small letters")
        who = self.actor or actor or settings.actor or _account()
        return By(who, self.purpose or settings.purpose or DEFAULT_PURPOSE)

    def _check_nothing_said(self) -> None:
        said = {"--recording": self.file, "--actor": self.actor, "--purpose": self.purpose, "--keys": self.keys}
        for option, value in said.items():
            if value is not None:
                raise InputError(f"`{option}` is about recording, and nothing is recorded", expected="`--record LOG`")


def _account() -> str:
    """Give the account that runs this, as the operating system names it."""
    try:
        name = f"cli:{getuser()}"
    except (KeyError, OSError):
        return DEFAULT_ACTOR
    return name if ACTOR.fullmatch(name) else DEFAULT_ACTOR
