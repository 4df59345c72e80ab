"""Envelopes: what is sealed for one subject under one header opens there, and nowhere else."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import zlib
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.audit.privacy import envelope
from cds.audit.privacy.envelope import (
    OVERHEAD_BYTES,
    Sealed,
    in_the_clear,
    open_body,
    open_in_the_clear,
    open_with_record_key,
    record_key,
    seal,
)
from cds.canonical import canonical_bytes
from cds.errors import NotReadable

KEY, OTHER = b"k" * 32, b"o" * 32
PLAIN = b'{"schema":"cds-body/1","salt":"00","facts":{"patient":{"weight":"61 kg"}}}'
HEADER: dict[str, Any] = {
    "schema": "cds-record/1",
    "recorded_at": "2026-11-21T14:00:00.123456+00:00",
    "clock": "system",
    "kind": "decision",
    "actor": {"id": "cli:jdoe", "authenticated": False},
    "purpose": "treatment",
    "subject": {"pseudonym": "ab" * 32, "key": "p1"},
    "ruleset": {"digest": "sha256:00", "stored": "sha256:11"},
    "engine": "cds 0.1.0",
    "semantics": 1,
    "renderer": 2,
}
Paths = tuple[str, ...]


def sealed_in(plain: bytes = PLAIN, key: bytes = KEY) -> tuple[bytes, dict[str, Any]]:
    """Give a sealed body and the complete header as it is recorded."""
    sealed = seal(plain, header=HEADER, subject_key=key, body_key="k1")
    return sealed.body, {**HEADER, "seq": 7, "body": dict(sealed.said)}


def leaves_of(value: Any, path: Paths = ()) -> list[Paths]:
    """Give the path of every value in a header."""
    if not isinstance(value, dict):
        return [path]
    return [leaf for name, inner in value.items() for leaf in leaves_of(inner, (*path, name))]


@given(st.binary(max_size=5_000))
def test_what_is_sealed_opens_again(plain: bytes) -> None:
    """With the subject's key, and with the key of the record; the number of the record may come afterwards."""
    stored, header = sealed_in(plain)
    assert open_body(stored, header=header, subject_key=KEY) == plain
    one = record_key(stored, header=header, subject_key=KEY)
    assert open_with_record_key(stored, header=header, record_key=one) == plain
    assert open_body(stored, header={**header, "seq": 8}, subject_key=KEY) == plain
    assert len(stored) > OVERHEAD_BYTES


def test_what_is_said_twice_is_kept_once() -> None:
    """A body is packed before it is sealed: decisions repeat themselves."""
    stored, _ = sealed_in(PLAIN * 1_000)
    assert len(stored) < 2_000


def test_the_layout_is_the_documented_one() -> None:
    """Another program opens it from the page alone, without anything of `cds`."""
    stored, header = sealed_in()
    salt, nonce, ciphertext = stored[:32], stored[32:44], stored[44:]
    key = HKDF(SHA256(), length=32, salt=salt, info=b"cds-record/1 body key").derive(KEY)
    bound = copy.deepcopy(header)
    del bound["seq"], bound["body"]["hash"]
    text = json.dumps(bound, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    packed = AESGCM(key).decrypt(nonce, ciphertext, b"cds-record/1 body\x00" + text.encode())
    assert zlib.decompress(packed) == PLAIN
    assert header["body"] == {
        "hash": f"sha256:{hashlib.sha256(stored).hexdigest()}",
        "encryption": {
            "scheme": "deflate-aes-256-gcm/1",
            "commitment": hashlib.sha256(b"cds-record/1 commitment\x00" + key).hexdigest(),
            "key": "k1",
        },
    }


def test_two_seals_of_one_body_have_nothing_in_common() -> None:
    """Neither bytes, nor hash, nor key, nor commitment: equal facts are not seen to be equal."""
    (one, first), (two, second) = sealed_in(), sealed_in()
    assert one[44:] != two[44:]
    assert first["body"]["hash"] != second["body"]["hash"]
    assert first["body"]["encryption"]["commitment"] != second["body"]["encryption"]["commitment"]
    assert record_key(one, header=first, subject_key=KEY) != record_key(two, header=second, subject_key=KEY)


def test_commitments_differ() -> None:
    """Of a thousand records of one subject, all of them."""
    commitments = {sealed_in()[1]["body"]["encryption"]["commitment"] for _ in range(1_000)}
    assert len(commitments) == 1_000


@settings(max_examples=300)
@given(st.integers(min_value=0), st.booleans())
def test_any_flipped_bit_is_refused(bit: int, is_hash_mended: bool) -> None:  # noqa: FBT001  # drawn
    """Also where the hash in the header is made to fit: then the commitment or the tag tells."""
    stored, header = sealed_in()
    at = bit % (len(stored) * 8)
    bad = bytearray(stored)
    bad[at // 8] ^= 1 << at % 8
    if is_hash_mended:
        header["body"]["hash"] = f"sha256:{hashlib.sha256(bad).hexdigest()}"
    with pytest.raises(NotReadable) as told:
        open_body(bytes(bad), header=header, subject_key=KEY)
    assert "61 kg" not in str(told.value)


@given(st.integers(min_value=0, max_value=400))
def test_a_shortened_body_is_refused(length: int) -> None:
    """Down to nothing, whatever the hash says."""
    stored, header = sealed_in()
    bad = stored[: min(length, len(stored) - 1)]
    header["body"]["hash"] = f"sha256:{hashlib.sha256(bad).hexdigest()}"
    with pytest.raises(NotReadable):
        open_body(bad, header=header, subject_key=KEY)


@pytest.mark.parametrize("path", [path for path in leaves_of(sealed_in()[1]) if path != ("seq",)])
def test_another_header_is_refused(path: Paths) -> None:
    """Whichever of its values is changed, in the sealed body's own header."""
    stored, header = sealed_in()
    changed = copy.deepcopy(header)
    inner = changed
    for name in path[:-1]:
        inner = inner[name]
    value = inner[path[-1]]
    inner[path[-1]] = not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else value + "0"
    with pytest.raises(NotReadable):
        open_body(stored, header=changed, subject_key=KEY)
    one = record_key(stored, header=header, subject_key=KEY)
    with pytest.raises(NotReadable):
        open_with_record_key(stored, header=changed, record_key=one)


def test_the_body_of_another_record_is_refused() -> None:
    """Even of the same subject at the same instant."""
    (one, first), (two, second) = sealed_in(), sealed_in()
    with pytest.raises(NotReadable, match="not the one that its header names"):
        open_body(two, header=first, subject_key=KEY)
    moved = {**second, "recorded_at": "2026-11-21T15:00:00.000000+00:00"}
    with pytest.raises(NotReadable, match="does not belong to this header"):
        open_body(two, header=moved, subject_key=KEY)
    key = record_key(one, header=first, subject_key=KEY)
    with pytest.raises(NotReadable, match="not the key that the body was sealed with"):
        open_with_record_key(two, header=second, record_key=key)


def test_the_key_of_another_subject_is_refused() -> None:
    """The commitment tells, before anything is decrypted; and that the key is gone needs not be a fault."""
    stored, header = sealed_in()
    with pytest.raises(NotReadable, match="another subject or record, or was made anew") as told:
        open_body(stored, header=header, subject_key=OTHER)
    assert told.value.no_key


def test_a_body_that_opens_under_two_keys_is_refused() -> None:
    """AES-GCM would open it: only the commitment stands in the way of telling two stories by one record."""
    stored, header = sealed_in()
    key = os.urandom(32)
    bound = copy.deepcopy(header)
    del bound["seq"], bound["body"]["hash"]
    forged = stored[:44] + AESGCM(key).encrypt(
        stored[32:44], b"another story", b"cds-record/1 body\x00" + canonical_bytes(bound)
    )
    header["body"]["hash"] = f"sha256:{hashlib.sha256(forged).hexdigest()}"
    with pytest.raises(NotReadable, match="not the key that the body was sealed with"):
        open_with_record_key(forged, header=header, record_key=key)


@pytest.mark.parametrize(
    "packed", [b"not packed", zlib.compress(PLAIN)[:-1], zlib.compress(PLAIN) + b"more", zlib.compress(b"a" * 9_000)]
)
def test_a_body_that_was_packed_otherwise_is_refused(packed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not packed, cut off, with something after it, or larger than a body can be."""
    monkeypatch.setattr(envelope, "LARGEST_PLAIN", 8_000)
    stored, header = sealed_in()
    key = record_key(stored, header=header, subject_key=KEY)
    bound = copy.deepcopy(header)
    del bound["seq"], bound["body"]["hash"]
    forged = stored[:44] + AESGCM(key).encrypt(stored[32:44], packed, b"cds-record/1 body\x00" + canonical_bytes(bound))
    header["body"]["hash"] = f"sha256:{hashlib.sha256(forged).hexdigest()}"
    with pytest.raises(NotReadable, match="another form than its header says"):
        open_body(forged, header=header, subject_key=KEY)


def test_a_body_about_nobody_is_in_the_clear() -> None:
    """It needs no key, and its hash is checked all the same."""
    clear: Sealed = in_the_clear(PLAIN)
    header = {**HEADER, "subject": None, "seq": 0, "body": clear.said}
    assert clear.said["encryption"] is None
    assert open_in_the_clear(clear.body, header=header) == PLAIN
    with pytest.raises(NotReadable, match="altered or swapped"):
        open_in_the_clear(PLAIN + b" ", header=header)
    for opened_with in (KEY, OTHER):
        with pytest.raises(NotReadable, match="it needs no key"):
            open_body(clear.body, header=header, subject_key=opened_with)


def test_a_sealed_body_is_not_given_as_it_is() -> None:
    """Who has no key is told so."""
    stored, header = sealed_in()
    with pytest.raises(NotReadable, match="no key was given") as told:
        open_in_the_clear(stored, header=header)
    assert told.value.no_key


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"encryption": {"scheme": "aes-256-gcm/2", "commitment": "00", "key": "k1"}}, "scheme that this version"),
        ({"encryption": {}}, "does not say how its body is sealed"),
        ({"encryption": {"scheme": "deflate-aes-256-gcm/1"}}, "does not say how its body is sealed"),
        ({"encryption": True}, "does not say how its body is sealed"),
        ({}, "does not say how its body is sealed"),
        (None, "names no body"),
    ],
)
def test_a_header_that_says_nothing_sensible_is_refused(body: Any, problem: str) -> None:
    """With a message, whatever was done to it."""
    stored, header = sealed_in()
    if body is not None:
        body = {"hash": header["body"]["hash"], **body}
    with pytest.raises(NotReadable, match=problem):
        open_body(stored, header={**header, "body": body}, subject_key=KEY)
