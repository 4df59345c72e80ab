"""Logs as a site has them, made by recording shipped patients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from program import PATIENTS, Ran
from typer.testing import CliRunner

from cds import actions
from cds.actions import log_keeping
from cds.actions.recording import Recorder
from cds.actions.rulesets import Ruleset
from cds.audit.notes.keys import SigningKey
from cds.audit.privacy.keys import Keys, load_keys, make_keys
from cds.audit.privacy.settings import Settings
from cds.audit.stores import create_store
from cds.cli.app import app
from cds.facts.model import Facts
from cds.records.decision import Decision, decision_digest

ORIGIN = "cds.example.org/log"
NAMES = (
    "aftercare-uneventful",
    "conditions-clopidogrel-no-stent",
    "conditions-ibuprofen-planned",
    "defer-naproxen-overdue",
    "emergency-new-deficit",
    "needs-information-sparse",
)
"""Patients of different kinds."""


@dataclass(frozen=True)
class MadeLog:
    """A log in a folder, with its keys."""

    folder: Path
    mask: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """Give the path of the log."""
        return self.folder / "decisions.sqlite"

    @property
    def keys(self) -> Path:
        """Give the key folder."""
        return self.folder / "keys"

    @property
    def with_keys(self) -> tuple[str | Path, ...]:
        """Give the arguments that name the log and its keys."""
        return self.path, "--keys", self.keys

    def create(self) -> MadeLog:
        """Make the log and its keys."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.make_keys()
        create_store(str(self.path))
        return self

    def make_keys(self) -> Keys:
        """Make a key folder."""
        signing = SigningKey.generate(ORIGIN)
        return make_keys(self.keys, signing=signing.text, verifier=signing.verifier.text)

    def recorder(self) -> Recorder:
        """Open the log for recording."""
        return Recorder(str(self.path), load_keys(self.keys), Settings(mask=self.mask))

    def record(self, *names: str, forge: Callable[[Any], None] | None = None) -> MadeLog:
        """Decide for patients and record it; `forge` alters what is recorded as decided, with a digest that fits."""
        with self.recorder() as recorder:
            for name in names:
                facts, decision = decided(name)
                if forge is not None:
                    document = orjson.loads(decision.to_bytes())
                    forge(document)
                    decision = Decision({**document, "digest": decision_digest(document)})
                recorder.decision(ruleset(), facts, decision)
        return self


@cache
def ruleset() -> Ruleset:
    """Load the shipped ruleset."""
    return actions.load_ruleset()


@cache
def decided(name: str) -> tuple[Facts, Decision]:
    """Decide for a shipped patient."""
    path = PATIENTS / f"{name}.json"
    facts = actions.read_patient(path.read_bytes(), ruleset(), file=path.name).facts
    return facts, actions.evaluate(ruleset(), facts)


def defer(document: Any) -> None:
    """Change the outcome of a decision."""
    document["disposition"]["code"] = "defer"


def run(*arguments: str | Path) -> Ran:
    """Run a command in this process: many of them, on logs that change."""
    ran = CliRunner().invoke(app, list(map(str, arguments)), env={"COLUMNS": None, "CDS_KEYS": None})
    return Ran(ran.exit_code, ran.stdout_bytes, ran.stderr)


def forget(log: MadeLog, name: str) -> None:
    """Destroy the keys of a patient, and record that."""
    with log.recorder() as recorder:
        log_keeping.forget(recorder, subject=decided(name)[0].subject)
