"""The record: its schema, and strict reading of its header."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from log_making import entry, header

from cds.audit.record import KINDS, LARGEST_HEADER, prepare, read_header, record_schema
from cds.canonical import canonical_bytes
from cds.errors import InputError, NotRecorded

BODY = {"schema": "cds-body/1", "salt": "00" * 16, "content": {"text": "useful"}}


def changed(path: str, value: Any) -> bytes:
    """Give the bytes of a header with one value changed."""
    document = json.loads(prepare(entry()).numbered(7).header)
    place = document
    *parts, last = path.split(".")
    for part in parts:
        place = place[part]
    place[last] = value
    return canonical_bytes(document)


def test_a_header_is_read_back() -> None:
    """The header is canonical JSON, and has the number that the log gave."""
    record = prepare(entry()).numbered(7)
    read = read_header(record.header)
    assert read["seq"] == 7
    assert canonical_bytes(read) == record.header


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read(kind: str) -> None:
    """Each kind of record has a header."""
    assert read_header(changed("kind", kind))["kind"] == kind


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("schema", "cds-record/2"),
        ("seq", -1),
        ("seq", "7"),
        ("recorded_at", "2026-11-21T14:00:00"),
        ("recorded_at", "2026-11-21T14:00:00Z\n"),
        ("clock", "sundial"),
        ("kind", "hearsay"),
        ("actor.authenticated", 1),
        ("actor.id", ""),
        ("subject.pseudonym", "Doe"),
        ("subject.name", "Doe"),
        ("ruleset.stored", "sha256:12"),
        ("body.hash", None),
        ("body.encryption.commitment", "0"),
        ("other", 1),
    ],
)
def test_what_is_no_header_is_refused(path: str, value: Any) -> None:
    """A wrong value is named by its path, and not repeated."""
    with pytest.raises(InputError, match=f"`{path}` of the header is wrong") as error:
        read_header(changed(path, value))
    assert "Doe" not in str(error.value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not JSON"),
        (b"{}", "wrong or missing"),
        (b"[]", "`the whole` of the header"),
        (orjson.dumps(json.loads(changed("seq", 7)), option=orjson.OPT_INDENT_2), "not written canonically"),
        (changed("purpose", "x" * LARGEST_HEADER), "expected at most 65535"),
    ],
)
def test_bytes_that_are_no_header_are_refused(data: bytes, message: str) -> None:
    """Only the canonical bytes of a header of the right size are read."""
    with pytest.raises(InputError, match=message):
        read_header(data)


def test_a_body_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """One caller's body cannot fail the commit of others."""
    monkeypatch.setattr("cds.audit.record.LARGEST_BODY", 10)
    with pytest.raises(NotRecorded, match="the body has 40 bytes; expected at most 10"):
        prepare(entry())


def test_the_schema_is_that_of_the_records() -> None:
    """The JSON Schema accepts what is recorded, and refuses what is not."""
    schema = record_schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    whole = {"header": {**header(b""), "seq": 0}, "body": BODY}
    assert validator.is_valid(whole)
    assert not validator.is_valid({"header": header(b""), "body": BODY})
    assert not validator.is_valid({**whole, "body": {**BODY, "decision": None}})
