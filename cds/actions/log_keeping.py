"""Keeping a log over the years: making it, forgetting patients, new keys, and the end of retention."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import orjson

from cds.actions.entries import By
from cds.actions.key_folders import keys_at
from cds.actions.recording import Recorder
from cds.audit.notes.keys import SigningKey
from cds.audit.privacy.keys import LOG_KEY, Keys, Purpose, Versions, add_version, make_keys, replace_signing
from cds.audit.privacy.pseudonyms import Pseudonym
from cds.audit.privacy.settings import Settings
from cds.audit.privacy.subjects import Subjects
from cds.audit.record import read_header
from cds.audit.stores import create_store, is_postgres
from cds.audit.stores.base import Store
from cds.errors import CdsError, InputError, nearest
from cds.facts.tokens import quoted

ROTATED = (*Purpose, "log")
RETENTION = "retention"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[0-9]{1,15}")


def make_log(location: str, folder: Path, name: str, *, role: str | None = None, by: By | None = None) -> Keys:
    """Make an empty log and its key folder; `name` is the origin of its checkpoints, such as `cds.example.org/log`.

    Raises:
        InputError: the log or the keys are there already, or the name cannot be that of a log.
        NotRecorded: the log cannot be made.
    """
    signing = SigningKey.generate(name)
    keys = make_keys(folder, signing=signing.text, verifier=signing.verifier.text)
    try:
        create_store(location, role=role)
    except CdsError:
        _discard(keys)
        raise
    with Recorder(location, keys, by=by):
        return keys


def forget(recorder: Recorder, *, subject: str | None = None, pseudonym: str | None = None) -> int:
    """Destroy the data keys of a subject, and record that; gives how many there were.

    Raises:
        InputError: neither keys nor records of this subject are there.
        KeyFailure: the keys could not be erased from disk.
        NotRecorded: the record could not be made durable; the keys are gone all the same.
    """
    if (subject is None) is (pseudonym is None):
        raise InputError("one patient has to be named", expected="`--subject ID` or `--pseudonym HEX`")
    named = (
        recorder.subjects.pseudonyms.all_of(subject)
        if subject is not None
        else (_recorded_pseudonym(recorder.store, str(pseudonym)),)
    )
    destroyed = recorder.subjects.keys.destroy([one.value for one in named])
    if not destroyed and not any(_has_record(recorder.store, one) for one in named):
        raise InputError("there is neither a key nor a record of this patient; nothing was changed")
    content = {"subject": [one.to_header() for one in named], "keys": destroyed}
    recorder.record([recorder.of_event("key_destruction", content, subject=named[0])])
    return destroyed


def rotate(location: str, which: str, folder: Path | None, settings: Settings, *, by: By | None = None) -> str:
    """Put a new key in use, record that, and tell which; a key from the environment has to be there already.

    Raises:
        InputError: there is no such key, or the key folder cannot be written.
        KeyFailure: the keys of subjects could not be wrapped anew; run it again.
        NotRecorded: another process records into the log, or what was done could not be recorded.
    """
    if which not in ROTATED:
        raise InputError(
            f"there is no key {quoted(which)}",
            expected=f"one of {', '.join(ROTATED)}",
            suggestion=nearest(which, ROTATED),
        )
    keys = keys_at(folder, settings)
    with Recorder(location, keys, settings, by=by) as recorder:  # sees that nobody records, and that the keys fit
        before = recorder.configured_before
    said_before = {} if before is None else before["recording"]["keys"]
    if which == "log":
        is_given = not (keys.folder / LOG_KEY).exists() and said_before.get("log") != list(keys.verifiers)
        keys = keys if is_given else _new_signing_key(keys)
        said = f"the log is signed by `{keys.verifiers[-1]}` from now on"
    else:
        purpose = Purpose(which)
        current = _versions(keys, purpose).current
        is_given = not (keys.folder / f"{which}.{current}.key").exists() and said_before.get(which) != current
        keys = keys if is_given else add_version(keys, purpose)
        said = f"the {which} key is `{_versions(keys, purpose).current}` from now on"
    if which == Purpose.BODY:
        with Subjects(keys) as subjects:
            said += f"; the keys of {subjects.keys.rewrap()} patients are wrapped by it"
    with Recorder(location, keys, settings, by=by):  # records the new configuration
        return said


def prune(recorder: Recorder, before: int) -> int:
    """Remove the bodies of all records before a number, after recording that; gives how many there were.

    Raises:
        InputError: there is no such number, or the log is one that cannot.
        NotRecorded: it could not be recorded, or the bodies could not be removed from the disk; run it again.
    """
    size = recorder.store.size()
    if not 0 < before <= size:
        raise InputError(f"there is nothing before record {before} to remove", expected=f"a number from 1 to {size}")
    if is_postgres(recorder.store.location):
        raise InputError(
            "a log in PostgreSQL is append-only: bodies stay in it",
            expected="`cds log forget` for the patients whose time has come",
        )
    recorder.event("configuration", {RETENTION: {"bodies_from": before}})
    return recorder.store.remove_bodies(before)


def number_before(store: Store, said: str) -> int:
    """Read up to where bodies are to be removed: a number, or a day in UTC, up to the first record of that day.

    Raises:
        InputError: it is neither.
    """
    if _NUMBER.fullmatch(said):
        return int(said)
    if not _DAY.fullmatch(said):
        raise InputError(f"{quoted(said)} is no number and no day", expected="for example `1200` or `2020-01-01`")
    for record in store.records():
        recorded = datetime.fromisoformat(orjson.loads(record.header)["recorded_at"])
        if recorded.astimezone(UTC).date().isoformat() >= said:
            return record.seq
    return store.size()


def _new_signing_key(keys: Keys) -> Keys:
    old = SigningKey.parse(keys.signing or "")
    new = SigningKey.generate(old.name)
    return replace_signing(keys, signing=new.text, verifier=new.verifier.text)


def _versions(keys: Keys, purpose: Purpose) -> Versions:
    return keys.body if purpose is Purpose.BODY else keys.pseudonym


def _recorded_pseudonym(store: Store, value: str) -> Pseudonym:
    """Find the pseudonym in the log, with the version of the key that made it."""
    for seq in store.find(subject=value):
        named = read_header(store.record(seq).header)["subject"]
        if named is not None:
            return Pseudonym(named["pseudonym"], named["key"])
    raise InputError("the log has no record of this pseudonym", expected="one as `cds log show` prints it, whole")


def _has_record(store: Store, pseudonym: Pseudonym) -> bool:
    return next(iter(store.find(subject=pseudonym.value)), None) is not None


def _discard(keys: Keys) -> None:
    """Take away keys that were made for a log that could not be made; nothing was signed or sealed by them."""
    for path in keys.folder.iterdir():
        if path.suffix in {".key", ".pub"}:
            path.unlink()
    with suppress(OSError):
        keys.folder.rmdir()
