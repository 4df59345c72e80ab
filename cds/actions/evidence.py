"""Evidence: one record in a file that proves it, and checking such a file, with deciding again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from cds.actions.key_folders import check_verifiers, opened_subjects, verifier_keys
from cds.actions.logs import opened_log
from cds.audit.evidence import Evidence, gather, read_evidence
from cds.audit.evidence_check import CheckedEvidence, check_evidence
from cds.audit.findings import Finding
from cds.audit.merkle.nodes import MissingNode
from cds.audit.notes.keys import VerifierKey
from cds.audit.notes.tile_check import check_tiles
from cds.audit.privacy.envelope import is_sealed, record_key
from cds.audit.privacy.subjects import Subjects
from cds.audit.record import Header, Record, read_header
from cds.errors import CdsError, InputError, NotReadable
from cds.replay.past import DECISION, Past
from cds.replay.programs import Programs
from cds.replay.replay import Decide, Replay, Replayed, Status

SCHEMA = "cds-evidence-check/1"
_NOT_PROVED = frozenset({Status.DIFFERENT, Status.FAILED})
_LEFT_OPEN: Mapping[Status, str] = {
    Status.OTHER_WORDS: "decided again: the same decision, in the words of another version",
    Status.OTHER_TIME_ZONE_DATA: "decided again: the same but for the version of the time-zone data",
    Status.NEEDS_OTHER_BUILD: "not decided again",
    Status.EQUAL_AS_STORED: "decided again from the facts that are stored, and equal so far: some were masked",
    Status.MASKED: "not comparable: masked; from the facts that are stored something else comes out",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What a pack of evidence proves, and what came out when it was decided again; None where it could not be."""

    pack: CheckedEvidence
    again: Replayed | None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Give everything that is wrong, and where."""
        return (*self.pack.findings, *_differing(self.again))

    @property
    def cautions(self) -> tuple[str, ...]:
        """Give what a reader has to know though nothing is wrong."""
        left_open = None if self.again is None else _LEFT_OPEN.get(self.again.status)
        if self.again is None or left_open is None:
            return self.pack.cautions
        return (*self.pack.cautions, ": ".join(filter(None, (left_open, self.again.problem))))

    @property
    def is_valid(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.findings

    @property
    def content(self) -> dict[str, Any] | None:
        """Give what the body says, None if it cannot be read."""
        try:
            read = None if self.pack.body is None else orjson.loads(self.pack.body)
        except orjson.JSONDecodeError:
            return None
        return read if isinstance(read, dict) else None

    def document(self) -> dict[str, Any]:
        """Give the outcome as `cds-evidence-check/1`."""
        checkpoint = self.pack.checkpoint
        return {
            "schema": SCHEMA,
            "valid": self.is_valid,
            "findings": [{"place": found.place, "problem": found.problem} for found in self.findings],
            "cautions": list(self.cautions),
            "log": None
            if checkpoint is None
            else {
                "origin": checkpoint.checkpoint.origin,
                "size": checkpoint.checkpoint.size,
                "key": checkpoint.log.key.text,
                "witnesses": [witness.key.text for witness in checkpoint.witnesses],
            },
            "record": self.pack.header,
            "body": self.content,
            "decided_again": None if self.again is None else self.again.document(),
        }


def evidence_of(location: str, seq: int, *, keys: Path | None = None, sealed: bool = False) -> Evidence:
    """Put the evidence of one record together, with the key that opens its body, unless it is to stay `sealed`.

    Raises:
        InputError: there is no such log or record, or no verifier key for the pack, or it is that of another log.
        NotReadable: the record, the tree, the checkpoint or the ruleset is damaged or missing.
    """
    trusted = verifier_keys(None, keys)
    with opened_log(location) as opened, opened.snapshot() as store, opened_subjects(keys) as subjects:
        if not 0 <= seq < store.size():
            raise InputError(f"there is no record {seq}", expected=f"a number below {store.size()}")
        record = store.record(seq)
        header = _header_of(record)
        opens = None if sealed else _record_key(record, header, subjects)
        check_verifiers(store, trusted)
        try:
            pack = gather(store, seq, record_key=opens, keys=trusted)
        except (MissingNode, InputError) as error:
            raise _damaged(seq, error) from None
    # as it is sealed: what a record says wrongly is for its reader to find, and this pack the proof of it
    wrong = check_evidence(replace(pack, record_key=None), trusted=trusted).findings
    if wrong:
        raise NotReadable(f"record {seq} cannot be proved: {wrong[0]}; see `cds log verify`")
    return pack


def check_pack(
    content: bytes,
    deciders: Mapping[int, Decide],
    engines: Sequence[str],
    *,
    trusted: Sequence[VerifierKey],
    file: str,
) -> Checked:
    """Check a pack of evidence by itself, and decide again what it says by the ruleset in it.

    Raises:
        InputError: it is no pack of evidence.
    """
    evidence = read_evidence(content, file=file)
    checked = check_evidence(evidence, trusted=trusted)
    header, body, ruleset = checked.header, checked.body, evidence.ruleset
    if header is None or body is None or ruleset is None or header["kind"] != DECISION:
        return Checked(checked, None)
    replay = Replay(Programs(lambda _: ruleset), deciders, engines)
    return Checked(checked, replay(Past(header["seq"], evidence.header, body)))


def check_exported_tiles(folder: Path, trusted: Sequence[VerifierKey]) -> list[Finding]:
    """Check an export of a log as tiles.

    Raises:
        InputError: there is no key to verify its checkpoint by.
    """
    if not trusted:
        raise InputError("an export is checked by the log's verifier key", expected="`--key`")
    return list(check_tiles(folder, trusted))


def _header_of(record: Record) -> Header:
    try:
        return read_header(record.header)
    except InputError as error:
        raise _damaged(record.seq, error) from None


def _record_key(record: Record, header: Header, subjects: Subjects | None) -> bytes | None:
    """Derive what opens one body; None where it is not sealed, gone, or its key is."""
    if record.body is None or subjects is None or not is_sealed(header):
        return None
    try:
        return record_key(record.body, header=header, subject_key=subjects.key_of(header))
    except NotReadable as error:
        if error.no_key:
            return None
        raise _damaged(record.seq, error) from None


def _damaged(seq: int, error: CdsError) -> NotReadable:
    return NotReadable(f"record {seq} cannot be proved: {error}; see `cds log verify`")


def _differing(again: Replayed | None) -> list[Finding]:
    if again is None or again.status not in _NOT_PROVED:
        return []
    if again.problem is not None:
        return [Finding("decision", f"it cannot be decided again: {again.problem}")]
    return [
        Finding(f"decision {difference.path}", "something else comes out when it is decided again")
        for difference in again.differences
    ]
