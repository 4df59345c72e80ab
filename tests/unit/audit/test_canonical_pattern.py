"""The pattern of a header's canonical bytes: what it matches is right, and nearly everything that is right matches."""
# ruff: noqa: S311  # edits that can be repeated

from __future__ import annotations

from random import Random
from typing import Any

import orjson
import pytest
from log_making import entry
from pydantic import TypeAdapter, ValidationError

from cds.audit.canonical_pattern import canonical_pattern
from cds.audit.record import HEADER_PATTERN, KINDS, Header, kind_and_subject, prepare, read_header
from cds.canonical import NotCanonicalError, canonical_bytes
from cds.errors import InputError

LONG_WAY = TypeAdapter(Header)
VARIANTS: list[dict[str, Any]] = [
    *({"kind": kind} for kind in KINDS),
    {"subject": None},
    {"subject": "ab"},
    {"ruleset": None},
    {"recorded_at": "2026-11-21T14:00:00Z", "clock": "given"},
    {"actor": {"id": "page:someone@hospital.example", "authenticated": True}},
]


def is_right(header: bytes) -> bool:
    """Tell by reading, validating and writing whether bytes are a header."""
    try:
        document = orjson.loads(header)
        LONG_WAY.validate_python(document)
        return canonical_bytes(document) == header
    except (ValueError, ValidationError, NotCanonicalError):
        return False


@pytest.mark.parametrize("fields", VARIANTS)
def test_headers_match(fields: dict[str, Any]) -> None:
    """The headers that the program writes are matched, and the values come out of them in order."""
    header = prepare(entry(4, **fields)).numbered(1234).header
    document = read_header(header)
    said = HEADER_PATTERN.fullmatch(header.decode())
    assert said is not None
    ruleset, subject = document["ruleset"], document["subject"]
    assert said.groups() == (
        document["body"]["hash"],
        document["kind"],
        ruleset and ruleset["digest"],
        ruleset and ruleset["stored"],
        "1234",
        subject and subject["pseudonym"],
    )
    assert kind_and_subject(header) == (document["kind"], subject and subject["pseudonym"])


ODD_TEXTS = ["jos\u00e9", 'a "b"', "back\\slash", "tab\t", "\x7f", "\u2028"]
LIKE_KEYS = ['","kind":"refusal', '"seq":1', '"pseudonym":"ab"']


@pytest.mark.parametrize("name", ODD_TEXTS + LIKE_KEYS)
def test_other_texts_are_taken_the_long_way(name: str) -> None:
    """A text with an escape or beyond ASCII is recorded and read as any other, and no text passes for a key."""
    header = prepare(entry(4, actor={"id": name, "authenticated": False}, purpose=name)).numbered(7).header
    assert is_right(header)
    assert read_header(header)["actor"]["id"] == name
    assert read_header(header)["seq"] == 7
    assert kind_and_subject(header) == ("decision", f"{1:064x}")


def test_what_matches_is_right() -> None:
    """Of twenty thousand edits of headers, the pattern lets none pass that the long way refuses."""
    chance = Random(3)
    headers = [prepare(entry(4, **fields)).numbered(1234).header for fields in VARIANTS]
    matched = 0
    for _ in range(20_000):
        header = bytearray(chance.choice(headers))
        place = chance.randrange(len(header))
        for _ in range(chance.choice([1, 1, 2])):
            edit = chance.randrange(3)
            if edit == 0:
                header[place : place + 1] = chance.choice(b'09afzA"\\,:{}[] .-+eEnt\x00\x1f\x7f\xc3').to_bytes()
            elif edit == 1:
                del header[place : place + chance.choice([1, 2, 9])]
            else:
                header[place:place] = chance.choice([b"0", b"a", b'"', b",", b" ", b"\\n", b"1234567890123456"])
        if header.isascii() and HEADER_PATTERN.fullmatch(header.decode()):
            matched += 1
            assert is_right(bytes(header)), header
            read_header(bytes(header))
        elif not is_right(bytes(header)):
            with pytest.raises(InputError):
                read_header(bytes(header))
    assert matched > 1000


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "number"},
        {"type": "object", "properties": {}, "required": []},
        {"type": "object", "additionalProperties": False, "properties": {"a": {"type": "null"}}, "required": []},
        {"type": "integer", "minimum": 1, "maximum": 2**53 - 1},
        {"type": "integer", "minimum": 0, "maximum": 100},
    ],
)
def test_a_schema_that_has_no_pattern_is_refused(schema: dict[str, Any]) -> None:
    """Nothing is matched more loosely than its schema says."""
    with pytest.raises(ValueError, match=r"no pattern is known|may be left out"):
        canonical_pattern(schema, ())
