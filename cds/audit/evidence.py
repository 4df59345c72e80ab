"""A pack of evidence, `cds-evidence/1`: one file with all that proves what one record says (docs/log-format.md)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from cds.audit.merkle.proofs import inclusion_proof
from cds.audit.notes.checkpoint import LARGEST_SIZE, parse_checkpoint
from cds.audit.notes.encoding import NoteError, base64_bytes, base64_text
from cds.audit.notes.keys import VerifierKey
from cds.audit.record import read_header
from cds.audit.stores.base import Store
from cds.canonical import canonical_bytes
from cds.errors import InputError, Place

SCHEMA = "cds-evidence/1"
_CLOSED = ConfigDict(extra="forbid", strict=True)
Number = Annotated[int, Field(ge=0, le=LARGEST_SIZE)]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a pack holds, decoded and not checked yet."""

    header: bytes
    body: bytes | None
    """As it is stored; None if retention has removed it."""
    record_key: bytes | None
    """What opens this one body; None if the body is not sealed, or its key is gone."""
    ruleset: bytes | None
    """The stored ruleset; None if the record names none."""
    index: int
    size: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    keys: tuple[VerifierKey, ...]

    def __bytes__(self) -> bytes:
        """Write the pack as its file, in canonical JSON."""
        return canonical_bytes(
            {
                "schema": SCHEMA,
                "record": {
                    "header": base64_text(self.header),
                    "body": _text_or_none(self.body),
                    "key": _text_or_none(self.record_key),
                },
                "ruleset": _text_or_none(self.ruleset),
                "proof": {"index": self.index, "size": self.size, "hashes": list(map(base64_text, self.hashes))},
                "checkpoint": self.checkpoint.decode(),
                "keys": [key.text for key in self.keys],
            }
        )


def gather(
    store: Store,
    seq: int,
    *,
    record_key: bytes | None,
    keys: Sequence[VerifierKey],
    size: int | None = None,
) -> Evidence:
    """Put the evidence of one record together: under the latest checkpoint, or the one of a size.

    Raises:
        InputError: there is no such record or checkpoint, or the checkpoint does not cover the record.
        MissingNode: the tree in the store is not whole.
    """
    record = store.record(seq)
    checkpoint = store.checkpoint(size)
    covered = 0 if checkpoint is None else parse_checkpoint(checkpoint).size
    if checkpoint is None or seq >= covered:
        of = "no checkpoint" if checkpoint is None else f"the checkpoint over {covered} records"
        raise InputError(f"record {seq} is proved by a checkpoint that covers it, and there is {of}")
    named = read_header(record.header)["ruleset"]
    return Evidence(
        header=record.header,
        body=record.body,
        record_key=record_key,
        ruleset=None if named is None else store.ruleset(named["stored"]),
        index=seq,
        size=covered,
        hashes=tuple(inclusion_proof(seq, covered, store.nodes)),
        checkpoint=checkpoint,
        keys=tuple(keys),
    )


def read_evidence(data: bytes, *, file: str | None = None) -> Evidence:
    """Read a pack, strictly: nothing twice, nothing more, nothing less.

    Raises:
        InputError: it is not a pack of evidence, or a part of it is malformed.
    """
    place = Place(file)
    try:
        document = json.loads(data, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        raise InputError("this is not JSON, or names a key twice", place=place, expected=f"a `{SCHEMA}`") from None
    try:
        pack = _PACK.validate_python(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        path = ".".join(map(str, first["loc"])) or None
        raise InputError("wrong or missing", place=Place(file, path=path), expected=f"a `{SCHEMA}`") from None
    return _decoded(pack, file)


@with_config(_CLOSED)
class _Record(TypedDict):
    header: str
    body: str | None
    key: str | None


@with_config(_CLOSED)
class _Proof(TypedDict):
    index: Number
    size: Number
    hashes: list[str]


@with_config(_CLOSED)
class _Pack(TypedDict):
    schema: Literal["cds-evidence/1"]
    record: _Record
    ruleset: str | None
    proof: _Proof
    checkpoint: str
    keys: Annotated[list[str], Field(min_length=1)]


_PACK: TypeAdapter[_Pack] = TypeAdapter(_Pack)


def evidence_schema() -> dict[str, Any]:
    """Give the JSON Schema, draft 2020-12, of a pack."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_PACK.json_schema(),
        "title": f"A pack of evidence, {SCHEMA}",
    }


def _decoded(pack: _Pack, file: str | None) -> Evidence:
    record, proof = pack["record"], pack["proof"]

    def raw(text: str, path: str) -> bytes:
        try:
            return base64_bytes(text, what="this part")
        except NoteError as error:
            raise InputError(error.problem, place=Place(file, path=path)) from None

    def maybe(text: str | None, path: str) -> bytes | None:
        return None if text is None else raw(text, path)

    try:
        keys = tuple(VerifierKey.parse(text) for text in pack["keys"])
    except NoteError as error:
        raise InputError(error.problem, place=Place(file, path="keys"), expected=error.expected) from None
    try:
        checkpoint = pack["checkpoint"].encode()
    except UnicodeEncodeError:
        raise InputError("this part is no text", place=Place(file, path="checkpoint")) from None
    return Evidence(
        header=raw(record["header"], "record.header"),
        body=maybe(record["body"], "record.body"),
        record_key=maybe(record["key"], "record.key"),
        ruleset=maybe(pack["ruleset"], "ruleset"),
        index=proof["index"],
        size=proof["size"],
        hashes=tuple(raw(text, f"proof.hashes.{at}") for at, text in enumerate(proof["hashes"])),
        checkpoint=checkpoint,
        keys=keys,
    )


def _text_or_none(raw: bytes | None) -> str | None:
    return None if raw is None else base64_text(raw)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise ValueError("a key twice")
    return document
