"""The envelope of a record's body, scheme `deflate-aes-256-gcm/1`: sealed for one subject and bound to one header.

    sealed body   = salt[32] nonce[12] ciphertext tag[16]
    record key    = HKDF-SHA256(key = data key of the subject, salt = salt, info = "cds-record/1 body key"), 32 bytes
    commitment    = SHA-256("cds-record/1 commitment" 0x00 record key), in the header
    packed body   = zlib stream (RFC 1950) of the plain body, nothing after it
    ciphertext    = AES-256-GCM(key = record key, nonce = nonce, packed body), with as associated data
                    "cds-record/1 body" 0x00 and the canonical JSON of the header without `seq` and `body.hash`

`seq` is given after sealing, and `body.hash` is the hash of the sealed body itself: the header, which is the leaf of
the Merkle tree, binds both. Everything else of the header (time, actor, purpose, subject, ruleset, engine, kind, the
commitment) cannot be swapped without the body refusing to open. AES-GCM alone does not commit to a key: two keys can be
found that open one ciphertext to two texts. The commitment rules that out. A record key opens one record and says
nothing of the subject's key, so an evidence pack can carry it.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cds.canonical import canonical_bytes
from cds.errors import NotReadable

SCHEME = "deflate-aes-256-gcm/1"
SALT_BYTES, NONCE_BYTES, TAG_BYTES = 32, 12, 16
OVERHEAD_BYTES = SALT_BYTES + NONCE_BYTES + TAG_BYTES
_RECORD_KEY = b"cds-record/1 body key"
_COMMITMENT = b"cds-record/1 commitment\x00"
_BOUND = b"cds-record/1 body\x00"
_KEY_BYTES = 32
_LEVEL = 3
"""Of compression: a decision of 36 kB becomes 8.7 kB in 0.3 ms; higher levels take twice the time for a tenth less."""
LARGEST_PLAIN = 256 * 2**20
"""Bytes that a body may have when it is opened, so that a forged one cannot fill the memory."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A body as it is stored, and what the header says of it under `body`."""

    body: bytes
    said: Mapping[str, Any]


def seal(plain: bytes, *, header: Mapping[str, Any], subject_key: bytes, body_key: str) -> Sealed:
    """Seal a body for a subject.

    `header` is the rest of the header, without `seq` and `body`; `body_key` the version that wraps the subject's key.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  # `import cds` stays light

    random = os.urandom(SALT_BYTES + NONCE_BYTES)
    key = _derived(subject_key, random[:SALT_BYTES])
    encryption = {"scheme": SCHEME, "commitment": commitment_of(key), "key": body_key}
    bound = _bound_to({**header, "body": {"encryption": encryption}})
    sealed = random + AESGCM(key).encrypt(random[SALT_BYTES:], zlib.compress(plain, _LEVEL), bound)
    return Sealed(sealed, {"hash": hash_of(sealed), "encryption": encryption})


def in_the_clear(plain: bytes) -> Sealed:
    """Give a body as it is, for a record that is about nobody."""
    return Sealed(plain, {"hash": hash_of(plain), "encryption": None})


def is_sealed(header: Mapping[str, Any]) -> bool:
    """Tell whether the body that a header names is sealed.

    Raises:
        NotReadable: the header does not say it, or names a scheme that is not known here.
    """
    return _commitment(header) is not None


def open_body(stored: bytes, *, header: Mapping[str, Any], subject_key: bytes) -> bytes:
    """Open a sealed body with the data key of its subject.

    Raises:
        NotReadable: it is not the body of this header, is not sealed, or the key is another.
    """
    return _opened(stored, header, record_key(stored, header=header, subject_key=subject_key))


def open_in_the_clear(stored: bytes, *, header: Mapping[str, Any]) -> bytes:
    """Give a body that is not sealed.

    Raises:
        NotReadable: it is not the body of this header, or is sealed.
    """
    _check_hash(stored, header)
    if is_sealed(header):
        raise NotReadable("the body is sealed, and no key was given", no_key=True)
    return stored


def record_key(stored: bytes, *, header: Mapping[str, Any], subject_key: bytes) -> bytes:
    """Derive the key that opens this one body.

    Raises:
        NotReadable: it is not the body of this header, is not sealed, or the subject's key is another.
    """
    _check_hash(stored, header)
    key = _derived(subject_key, stored[:SALT_BYTES])
    _check_commitment(key, header)
    return key


def open_with_record_key(stored: bytes, *, header: Mapping[str, Any], record_key: bytes) -> bytes:
    """Open a sealed body with the key of this one record.

    Raises:
        NotReadable: it is not the body of this header, is not sealed, or the key is another.
    """
    _check_hash(stored, header)
    _check_commitment(record_key, header)
    return _opened(stored, header, record_key)


def commitment_of(key: bytes) -> str:
    """Give the commitment to a record key that its header holds, in hexadecimal."""
    return hashlib.sha256(_COMMITMENT + key).hexdigest()


def hash_of(stored: bytes) -> str:
    """Give the hash of a stored body that its header holds."""
    return f"sha256:{hashlib.sha256(stored).hexdigest()}"


def _derived(subject_key: bytes, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    return HKDF(SHA256(), length=_KEY_BYTES, salt=salt, info=_RECORD_KEY).derive(subject_key)


def _opened(stored: bytes, header: Mapping[str, Any], key: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    nonce, ciphertext = stored[SALT_BYTES : SALT_BYTES + NONCE_BYTES], stored[SALT_BYTES + NONCE_BYTES :]
    try:
        packed = AESGCM(key).decrypt(nonce, ciphertext, _bound_to(header))
    except (InvalidTag, ValueError):
        raise NotReadable("the body does not belong to this header: one of them was altered or swapped") from None
    return _unpacked(packed)


def _unpacked(packed: bytes) -> bytes:
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(packed, LARGEST_PLAIN)
    except zlib.error:
        raise NotReadable("the body was sealed in another form than its header says") from None
    if not stream.eof or stream.unused_data:
        raise NotReadable("the body was sealed in another form than its header says, or is too large")
    return plain


def _bound_to(header: Mapping[str, Any]) -> bytes:
    """Give the associated data: the header but for `seq`, which comes later, and the hash of what is being sealed."""
    rest = {name: value for name, value in header.items() if name != "seq"}
    body = {name: value for name, value in header["body"].items() if name != "hash"}
    return _BOUND + canonical_bytes({**rest, "body": body})


def _check_hash(stored: bytes, header: Mapping[str, Any]) -> None:
    if hash_of(stored) != _body_of(header).get("hash"):
        raise NotReadable("the body is not the one that its header names: it was altered or swapped")


def _check_commitment(key: bytes, header: Mapping[str, Any]) -> None:
    commitment = _commitment(header)
    if commitment is None:
        raise NotReadable("the body is not sealed: it needs no key")
    if commitment_of(key) != commitment:
        raise NotReadable(
            "this is not the key that the body was sealed with: it is of another subject or record, or was made anew "
            "after the key of the subject was destroyed",
            no_key=True,
        )


def _commitment(header: Mapping[str, Any]) -> str | None:
    """Read the commitment to the key of a sealed body; None if it is in the clear."""
    encryption = _body_of(header).get("encryption", "nothing said")
    match encryption:
        case None:
            return None
        case {"scheme": str() as scheme} if scheme != SCHEME:
            raise NotReadable("the body is sealed by a scheme that this version of cds does not know")
        case {"scheme": _, "commitment": str() as commitment}:
            return commitment
        case _:
            raise NotReadable("the header does not say how its body is sealed")


def _body_of(header: Mapping[str, Any]) -> Mapping[str, Any]:
    body = header.get("body")
    if not isinstance(body, Mapping):
        raise NotReadable("the header names no body")
    return body
