"""Pseudonyms: keyed, versioned, and found again under older keys."""

from __future__ import annotations

import hashlib
import hmac

from cds.audit.privacy.keys import Purpose, Versions
from cds.audit.privacy.pseudonyms import Pseudonyms

OLD, NEW = b"o" * 32, b"n" * 32


def versions(**by_id: bytes) -> Versions:
    """Give versions of a pseudonym key."""
    return Versions(Purpose.PSEUDONYM, "a test", by_id)


def test_a_pseudonym_is_an_hmac_of_the_subject() -> None:
    """As documented, so that another program can find a subject."""
    found = Pseudonyms(versions(p1=OLD)).of("demo-001")
    assert found.value == hmac.new(OLD, b"cds-pseudonym/1\x00demo-001", hashlib.sha256).hexdigest()
    assert found.to_header() == {"pseudonym": found.value, "key": "p1"}


def test_a_subject_is_found_again_after_a_rotation() -> None:
    """New records use the new key, and both pseudonyms are looked up, the newest first."""
    before = Pseudonyms(versions(p1=OLD)).of("demo-001")
    pseudonyms = Pseudonyms(versions(p1=OLD, p2=NEW))
    assert pseudonyms.of("demo-001").key == "p2"
    assert pseudonyms.all_of("demo-001") == (pseudonyms.of("demo-001"), before)


def test_who_has_another_key_finds_nobody() -> None:
    """The same subject has nothing in common under two keys, nor have two subjects under one."""
    pseudonyms = Pseudonyms(versions(p1=OLD, p2=NEW))
    found = {each.value for subject in ("demo-001", "demo-002") for each in pseudonyms.all_of(subject)}
    assert len(found) == 4


def test_two_ways_of_writing_a_letter_are_one_subject() -> None:
    """As facts read it: in NFC."""
    pseudonyms = Pseudonyms(versions(p1=OLD))
    assert pseudonyms.of("Zo\u00eb") == pseudonyms.of("Zoe\u0308")


def test_a_hidden_digest_is_found_by_who_has_the_key() -> None:
    """It never equals the pseudonym of a subject with that name, and is found under older keys."""
    before = Pseudonyms(versions(p1=OLD))
    hidden = before.keyed_digest("sha256:00")
    assert hidden.startswith("hmac-sha256:p1:")
    assert before.of("sha256:00").value not in hidden
    assert hidden in Pseudonyms(versions(p1=OLD, p2=NEW)).keyed_digests("sha256:00")
