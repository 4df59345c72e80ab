"""Notes, keys and checkpoints that others made: they read, verify and are written here byte for byte."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cds.audit.notes.checkpoint import open_checkpoint, parse_checkpoint
from cds.audit.notes.encoding import NoteError
from cds.audit.notes.keys import Kind, SigningKey, VerifierKey
from cds.audit.notes.note import open_note, parse_note, sign

# golang/mod, sumdb/note/note_test.go.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SIGNS = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
OF_PETER = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
OF_ENOCH = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"

# The checksum database of Go, as quoted in the tests of transparency-dev/formats.
GO = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
GO_ORIGIN = "go.sum database tree"
GO_TREE = """go.sum database tree
6476701
mb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=

— sum.golang.org Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=
"""

# A public log with four witnesses, found with both keys in a public test of checkpoints; its first signature is of a
# kind (RFC 6962 tree heads) that is not known here.
ARCHE = "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
REMORA = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
ARCHE_TREE = """arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtE\
roeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23\
oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7\
sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0\
tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWf\
Bw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/\
TmN9DAg==
"""

# c2sp.org/tlog-cosignature, the example at its beginning (its keys are not published).
SOFA = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+x\
eMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUB\
kBIfZ+qnA==
"""


def test_published_note_is_signed_byte_for_byte() -> None:
    """The published signing key gives the published verifier key, and signs to the published note."""
    key = SigningKey.parse(PETER_SIGNS)
    assert (key.text, key.verifier.text) == (PETER_SIGNS, PETER)
    assert bytes(sign(TEXT, [key])) == f"{TEXT}\n{OF_PETER}".encode()


@pytest.mark.parametrize(
    ("keys", "names"),
    [
        ([PETER], ["PeterNeumann"]),
        ([ENOCH], ["EnochRoot"]),
        ([PETER, ENOCH], ["PeterNeumann", "EnochRoot"]),
        ([ENOCH, PETER, GO], ["PeterNeumann", "EnochRoot"]),
    ],
)
def test_published_note_is_verified_by_the_keys_that_are_known(keys: list[str], names: list[str]) -> None:
    """Of two signatures those of known keys count, in the order of the note."""
    data = f"{TEXT}\n{OF_PETER}{OF_ENOCH}".encode()
    note, verified = open_note(data, [VerifierKey.parse(text) for text in keys])
    assert (note.text, bytes(note)) == (TEXT, data)
    assert [found.key.name for found in verified] == names


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        f"{TEXT}\n".encode(),
        f"{TEXT}\n{OF_PETER}".encode()[:-1],
        f"\x01{TEXT}\n{OF_PETER}".encode(),
        b"\xff" + f"{TEXT}\n{OF_PETER}".encode(),
        f"{TEXT}\n— Bad Name {OF_PETER.split()[2]}\n".encode(),
        f"{TEXT}\n{OF_PETER}Unexpected line.\n".encode(),
        f"{TEXT}\n{OF_PETER * 101}".encode(),
        f"{TEXT}\n{OF_PETER[:60]}ABCD{OF_PETER[60:]}".encode(),
    ],
)
def test_published_bad_notes_are_refused(data: bytes) -> None:
    """What the published tests refuse is refused."""
    with pytest.raises(NoteError):
        open_note(data, [VerifierKey.parse(PETER)])


@pytest.mark.parametrize(("text", "parse"), [(PETER, VerifierKey.parse), (PETER_SIGNS, SigningKey.parse)])
def test_no_part_and_no_change_of_a_key_is_a_key(text: str, parse: type) -> None:
    """Every part of the published keys, and every change of one character, is refused."""
    assert parse(text).text == text
    wrong = {text[start:end] for start in range(len(text)) for end in range(start, len(text) + 1)} - {text}
    wrong |= {text[:at] + chr(ord(text[at]) + step) + text[at + 1 :] for at in range(len(text)) for step in (1, -1)}
    for changed in wrong:
        with pytest.raises(NoteError):
            parse(changed)


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "bananas.sigstore.dev+12344556",
        "rekor.sigstore.dev+12345678+THIS_IS_NOT_BASE64!",
        "rekor.sigstore.dev+12345678+AwEB",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_published_bad_keys_are_refused(text: str) -> None:
    """A key of wrong length, unknown kind, wrong hash or wrong form is refused, also with its hash adjusted."""
    with pytest.raises(NoteError):
        VerifierKey.parse(text)


def test_tree_of_the_go_checksum_database() -> None:
    """A checkpoint of a log whose origin is not the name of its key opens when the origin is given, and only then."""
    key = VerifierKey.parse(GO)
    found = open_checkpoint(GO_TREE.encode(), [key], origin=GO_ORIGIN)
    assert (found.checkpoint.origin, found.checkpoint.size, found.log.key) == (GO_ORIGIN, 6476701, key)
    assert found.checkpoint.text + "\n" == GO_TREE[: GO_TREE.index("—")]
    with pytest.raises(NoteError, match="signed by no key of it"):
        open_checkpoint(GO_TREE.encode(), [key])


def test_checkpoint_of_a_public_log_with_witnesses() -> None:
    """Log and witness of a real checkpoint are verified, each by its own rule; the time of the witness is told."""
    log, remora = VerifierKey.parse(ARCHE), VerifierKey.parse(REMORA)
    assert (log.kind, remora.kind) == (Kind.NOTE, Kind.COSIGNATURE)
    found = open_checkpoint(ARCHE_TREE.encode(), [log, remora])
    assert found.checkpoint.size == 1432088532
    assert found.log.key == log
    assert [(witness.key, witness.timestamp) for witness in found.witnesses] == [(remora, 0x6A122120)]
    assert bytes(parse_note(ARCHE_TREE.encode())) == ARCHE_TREE.encode()


@pytest.mark.parametrize(
    ("old", "new"), [("1432088532", "1432088533"), ("U7WM", "U7WN"), ("2net5wAAAABq", "2net5wAAAABr")]
)
def test_changed_checkpoint_of_a_public_log_is_refused(old: str, new: str) -> None:
    """Another size, another root, or another time of the witness breaks a signature of a known key."""
    with pytest.raises(NoteError, match="is wrong"):
        open_checkpoint(ARCHE_TREE.replace(old, new).encode(), [VerifierKey.parse(ARCHE), VerifierKey.parse(REMORA)])


def test_witness_alone_is_not_the_log() -> None:
    """A checkpoint that only a witness is known of is not one of the log."""
    with pytest.raises(NoteError, match="signed by no key of it"):
        open_checkpoint(ARCHE_TREE.encode(), [VerifierKey.parse(REMORA)])


def test_example_of_the_specification_reads() -> None:
    """The example in the specification of cosignatures reads, and its second signature holds the time in it."""
    assert parse_checkpoint(SOFA.encode()).size == 20852163
    assert int.from_bytes(parse_note(SOFA.encode()).signatures[1].raw[:8]) == 1679315147


def test_checkpoint_on_the_page_opens_with_the_keys_on_the_page() -> None:
    """The example in docs/log-format.md is signed by the log and the witness whose keys stand below it."""
    page = (Path(__file__).parents[3] / "docs" / "log-format.md").read_text(encoding="utf-8")
    example = page.split("```text\n")[3].split("```")[0]
    keys = [VerifierKey.parse(text) for text in re.findall(r"`([^`+\s]+\+[0-9a-f]{8}\+[^`\s]+)`", page)]
    found = open_checkpoint(example.encode(), keys)
    assert found.log.key.text in page.split('"keys": [')[1]
    assert [witness.timestamp for witness in found.witnesses] == [1_800_000_000]
