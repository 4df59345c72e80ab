"""The key folder: what signs the log, names its subjects and opens its bodies; never in the log's database.

    log.key             signs checkpoints (signed-note private key)
    log.pub             one verifier key a line, the oldest first: a checkpoint stays verifiable after a rotation
    pseudonym.p1.key    turns subjects into pseudonyms; old versions stay, so that old records are found
    body.k1.key         wraps the data keys of subjects
    subjects.sqlite     those data keys (`subject_keys.py`)

Secret files have mode 0600, others are refused. What a site keeps among its secrets may come from the environment
instead: `CDS_KEY_LOG`, `CDS_KEY_LOG_PUB`, `CDS_KEY_PSEUDONYM_P1`, `CDS_KEY_BODY_K1`, with the same text as the file.
Of several versions the one with the highest number is current.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from cds.audit.privacy.key_text import new_key_text, parse_key_text
from cds.audit.privacy.secret_files import read_secret, replace, sync_folder, write_new
from cds.errors import InputError, nearest

LOG_KEY, LOG_PUB, SUBJECTS = "log.key", "log.pub", "subjects.sqlite"
ENVIRONMENT = "CDS_KEY_"
_OWNER_FOLDER = 0o700
_VERSION = re.compile(r"([a-z])([1-9][0-9]{0,5})")


class Purpose(StrEnum):
    """What a versioned secret is for; it names its files."""

    PSEUDONYM = "pseudonym"
    BODY = "body"

    @property
    def letter(self) -> str:
        """Give the letter that its versions begin with."""
        return "p" if self is Purpose.PSEUDONYM else "k"


@dataclass(frozen=True, slots=True)
class Versions:
    """All versions of one secret by their id, the oldest first; `where` they were looked for."""

    purpose: Purpose
    where: str
    by_id: dict[str, bytes] = field(repr=False)

    @property
    def current(self) -> str:
        """Give the id of the version that is used for what is new.

        Raises:
            InputError: there is none.
        """
        if not self.by_id:
            raise InputError(
                f"there is no {self.purpose} key in {self.where}",
                expected=f"a file `{self.purpose}.{self.purpose.letter}1.key`, as `cds log init` makes it",
            )
        return next(reversed(self.by_id))

    def key(self, version: str) -> bytes:
        """Give one version.

        Raises:
            InputError: it is not there.
        """
        found = self.by_id.get(version)
        if found is None:
            raise InputError(
                f"the {self.purpose} key `{version}` is not in {self.where}",
                expected="the key folder of this log, with the older versions that are still needed",
            )
        return found


@dataclass(frozen=True, slots=True)
class Keys:
    """What a key folder and the environment hold; an auditor's folder may hold `log.pub` alone."""

    folder: Path
    signing: str | None = field(repr=False)
    verifiers: tuple[str, ...]
    pseudonym: Versions
    body: Versions

    @property
    def subjects(self) -> Path:
        """Give the path of the store of data keys."""
        return self.folder / SUBJECTS


def make_keys(folder: Path, *, signing: str, verifier: str) -> Keys:
    """Make a key folder with a first version of every key, around a signing key and its verifier key.

    Raises:
        InputError: the folder holds keys already, or cannot be written.
    """
    try:
        folder.mkdir(mode=_OWNER_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"the key folder `{folder}` cannot be made: {error.strerror}") from None
    held = sorted(path.name for path in folder.iterdir() if path.suffix == ".key" or path.name in {LOG_PUB, SUBJECTS})
    if held:
        raise InputError(f"the key folder `{folder}` holds keys already: {', '.join(held)}", expected="an empty folder")
    for purpose in Purpose:
        name = f"{purpose}.{purpose.letter}1"
        write_new(folder / f"{name}.key", new_key_text(name))
    write_new(folder / LOG_PUB, verifier)
    write_new(folder / LOG_KEY, signing)
    sync_folder(folder.parent)
    return load_keys(folder)


def load_keys(folder: Path, environment: Mapping[str, str] | None = None) -> Keys:
    """Load a key folder, and what the environment holds of it.

    Raises:
        InputError: there is no such folder, a file may be used by others or holds no key, a variable names no key, or
            a file and a variable hold different keys.
    """
    if not folder.is_dir():
        raise InputError(f"there is no key folder `{folder}`", expected="the folder that `cds log init` made")
    found = _from_files(folder)
    for name, text, where in _from_environment(environment or {}):
        if found.setdefault(name, (text, where))[0].strip() != text.strip():
            raise InputError(f"{where} and {found[name][1]} hold different keys", expected="the key in one place")
    signing, verifiers = found.get(LOG_KEY), found.get(LOG_PUB)
    return Keys(
        folder,
        signing=signing[0].strip() if signing else None,
        verifiers=tuple(verifiers[0].split()) if verifiers else (),
        pseudonym=_versions(Purpose.PSEUDONYM, folder, found),
        body=_versions(Purpose.BODY, folder, found),
    )


def add_version(keys: Keys, purpose: Purpose) -> Keys:
    """Add a new version of a secret to the key folder; older versions stay.

    Raises:
        InputError: its versions come from the environment, or the folder cannot be written.
    """
    versions = keys.pseudonym if purpose is Purpose.PSEUDONYM else keys.body
    current = versions.current
    name = f"{purpose}.{purpose.letter}{int(current[1:]) + 1}"
    if not (keys.folder / f"{purpose}.{current}.key").exists():
        raise InputError(
            f"the current {purpose} key comes from the environment, where no new one can be put",
            expected=f"a new key in `{_variable(name)}`, with the text that it needs",
        )
    write_new(keys.folder / f"{name}.key", new_key_text(name))
    added = parse_key_text(read_secret(keys.folder / f"{name}.key"), name=name, where=f"`{name}.key`")
    grown = Versions(purpose, versions.where, {**versions.by_id, name.rpartition(".")[2]: added})
    pseudonym, body = (grown, keys.body) if purpose is Purpose.PSEUDONYM else (keys.pseudonym, grown)
    return Keys(keys.folder, keys.signing, keys.verifiers, pseudonym=pseudonym, body=body)


def replace_signing(keys: Keys, *, signing: str, verifier: str) -> Keys:
    """Put a new signing key in the place of the old one, which is overwritten; the old verifier key stays.

    Raises:
        InputError: the signing key comes from the environment, or the folder cannot be written.
    """
    if not (keys.folder / LOG_KEY).exists():
        raise InputError(
            "the signing key of the log comes from the environment, where no new one can be put",
            expected=f"a new key in `{_variable('log')}`, and its verifier key in `{_variable('log.pub')}`",
        )
    verifiers = (*keys.verifiers, verifier)
    replace(keys.folder / LOG_PUB, "\n".join(verifiers))
    replace(keys.folder / LOG_KEY, signing)
    return Keys(keys.folder, signing, verifiers, pseudonym=keys.pseudonym, body=keys.body)


Found = dict[str, tuple[str, str]]
"""By file name, the text of a key and where it was found, in words."""


def _from_files(folder: Path) -> Found:
    found: Found = {}
    for path in sorted(folder.glob("*.key")):
        if path.name != LOG_KEY and _purpose_of(path.name) is None:
            raise InputError(
                f"the key file `{path}` has a name that says nothing",
                expected=f"`{LOG_KEY}`, or a name such as `body.k1.key` or `pseudonym.p1.key`",
            )
        found[path.name] = read_secret(path), f"the key file `{path}`"
    public = folder / LOG_PUB
    if public.exists():
        found[LOG_PUB] = public.read_text(encoding="utf-8"), f"the key file `{public}`"
    return found


def _from_environment(environment: Mapping[str, str]) -> Iterable[tuple[str, str, str]]:
    for variable in sorted(environment):
        if not variable.startswith(ENVIRONMENT):
            continue
        stem = variable.removeprefix(ENVIRONMENT).lower().replace("_", ".")
        name = LOG_PUB if stem == LOG_PUB else f"{stem}.key"
        if name not in {LOG_PUB, LOG_KEY} and _purpose_of(name) is None:
            known = [_variable(each) for each in ("log", "log.pub", "body.k1", "pseudonym.p1")]
            raise InputError(
                f"the variable `{variable}` names no key",
                expected=", ".join(f"`{each}`" for each in known),
                suggestion=nearest(variable, known),
            )
        yield name, environment[variable], f"the variable `{variable}`"


def _variable(stem: str) -> str:
    return ENVIRONMENT + stem.upper().replace(".", "_")


def _purpose_of(name: str) -> Purpose | None:
    """Tell which secret the file of that name holds a version of."""
    purpose, _, version = name.removesuffix(".key").partition(".")
    match = _VERSION.fullmatch(version)
    if purpose not in set(Purpose) or match is None or match[1] != Purpose(purpose).letter:
        return None
    return Purpose(purpose)


def _versions(purpose: Purpose, folder: Path, found: Found) -> Versions:
    by_id = {
        name.split(".")[1]: parse_key_text(text, name=name.removesuffix(".key"), where=where)
        for name, (text, where) in found.items()
        if _purpose_of(name) is purpose
    }
    ordered = sorted(by_id, key=lambda version: int(version[1:]))
    return Versions(purpose, f"the key folder `{folder}`", {version: by_id[version] for version in ordered})
