"""What a site has decided about recording, in one small file: `recording.yaml`.

schema: cds-recording/1
keys: keys                      # the key folder, from where this file is
actor: "ward-7-terminal"        # who asks, where nobody is logged in; never counts as authenticated
purpose: treatment
mask: [patient.weight, "medications.*.text"]
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cds.errors import InputError, Place, nearest
from cds.facts.tokens import quoted
from cds.ruleset.yaml_text import Budget, read_yaml

SCHEMA = "cds-recording/1"
_NAMES = ("schema", "keys", "actor", "purpose", "mask")
ACTOR = re.compile(r"[!-~]([ -~]{0,126}[!-~])?")
PURPOSE = re.compile(r"[a-z][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Settings:
    """What is recorded, where a caller does not say otherwise; None and empty where the site has not decided."""

    keys: Path | None = None
    actor: str | None = None
    purpose: str | None = None
    mask: tuple[str, ...] = ()


def read_settings(path: Path) -> Settings:
    """Read the settings of a site; the names in the mask are checked once a ruleset's dictionary is there.

    Raises:
        InputError: the file cannot be read, or says something that is not a setting.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"the settings `{path}` cannot be read: {error.strerror}") from None
    said, _ = read_yaml(raw, file=str(path), budget=Budget())
    file = _File(str(path))
    file.check_names(said)
    if said.get("schema") != SCHEMA:
        raise file.refusal("schema", "is not a schema that can be read", expected=f"`schema: {SCHEMA}`")
    keys = file.text(said, "keys", re.compile(r".+"), "the path of the key folder")
    return Settings(
        keys=None if keys is None else path.parent / keys,
        actor=file.text(said, "actor", ACTOR, "1 to 128 ASCII letters, digits and signs, and never a patient"),
        purpose=file.text(said, "purpose", PURPOSE, "one word such as `treatment`, in small letters"),
        mask=file.texts(said, "mask", "a list of names of facts"),
    )


@dataclass(frozen=True, slots=True)
class _File:
    """The file that is being read, for messages."""

    path: str

    def refusal(self, name: str, problem: str, *, expected: str) -> InputError:
        return InputError(f"`{name}` {problem}", place=Place(self.path), expected=expected)

    def check_names(self, said: dict[str, Any]) -> None:
        for name in said.keys() - set(_NAMES):
            raise InputError(
                f"{quoted(name)} is not a setting of recording",
                place=Place(self.path),
                expected=", ".join(f"`{each}`" for each in _NAMES),
                suggestion=nearest(name, _NAMES),
            )

    def text(self, said: dict[str, Any], name: str, pattern: re.Pattern[str], expected: str) -> str | None:
        value = said.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise self.refusal(name, "does not say what it should", expected=expected)
        return value

    def texts(self, said: dict[str, Any], name: str, expected: str) -> tuple[str, ...]:
        values = said.get(name) or []
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise self.refusal(name, "does not say what it should", expected=expected)
        return tuple(values)
