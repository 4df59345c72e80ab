"""Notes made here: what is signed verifies, and whatever was changed is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.audit.merkle.frontier import Frontier
from cds.audit.merkle.hashing import EMPTY_ROOT, leaf_hash
from cds.audit.merkle.proofs import consistency_proof
from cds.audit.notes.checkpoint import (
    LARGEST_SIZE,
    Checkpoint,
    checkpoint_of,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from cds.audit.notes.encoding import NoteError, base64_bytes, checked_name
from cds.audit.notes.keys import Kind, SigningKey, VerifierKey
from cds.audit.notes.note import MAX_BYTES, Note, open_note, parse_note, sign
from cds.audit.notes.witness import cosign, witness

KEY = SigningKey("hospital.example/log", bytes(range(32)))
OTHER = SigningKey("hospital.example/log", bytes(32))
WITNESS = SigningKey("witness.example", bytes(range(1, 33)), Kind.COSIGNATURE)
ROOT = leaf_hash(b"record")
CHECKPOINT = Checkpoint(KEY.name, 7, ROOT)
SIGNED = sign_checkpoint(CHECKPOINT, KEY)
COSIGNED = cosign(SIGNED, WITNESS, timestamp=1_800_000_000)
KNOWN = [KEY.verifier, WITNESS.verifier]

words = st.text(st.characters(min_codepoint=33, codec="utf-8"), min_size=1, max_size=20)
names = words.filter(lambda word: "+" not in word and not any(character.isspace() for character in word))
lines = st.text(st.characters(min_codepoint=32, codec="utf-8"), min_size=1, max_size=30)


@settings(deadline=None)
@given(names, st.binary(min_size=32, max_size=32), st.sampled_from(Kind))
def test_keys_survive_their_text(name: str, seed: bytes, kind: Kind) -> None:
    """Any key is the same after it was written and read; what shows the signing key does not show its secret."""
    key = SigningKey(checked_name(name), seed, kind)
    assert SigningKey.parse(key.text) == key
    assert VerifierKey.parse(key.verifier.text) == key.verifier
    assert repr(seed) not in repr(key)


def test_generated_keys_differ() -> None:
    """A generated key has the name asked for, and is another one each time."""
    one, two = SigningKey.generate("a/log"), SigningKey.generate("a/log")
    assert one.name == two.name == "a/log"
    assert one.seed != two.seed


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\x01b", "\ud800"])
def test_names_that_no_signature_line_can_hold(name: str) -> None:
    """A key cannot have a name with a space or plus, without characters, or that is no text."""
    with pytest.raises(NoteError):
        SigningKey.generate(name)


def test_error_about_a_signing_key_does_not_show_it() -> None:
    """What is said about a signing key that does not read holds no part of its secret."""
    secret = KEY.text.split("+")[-1]
    for wrong in (KEY.text[:-2], KEY.text + "A", KEY.text.replace("PRIVATE", "private"), KEY.text[:-4] + "AAA="):
        with pytest.raises(NoteError) as caught:
            SigningKey.parse(wrong)
        assert secret[:8] not in str(caught.value)


@settings(deadline=None)
@given(lines, st.integers(1, LARGEST_SIZE), st.binary(min_size=32, max_size=32), st.lists(lines, max_size=3))
def test_checkpoints_survive_their_text(origin: str, size: int, root: bytes, extensions: list[str]) -> None:
    """Any checkpoint is the same after it was signed and read."""
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))
    found = open_checkpoint(sign_checkpoint(checkpoint, KEY), KNOWN, origin=origin)
    assert (found.checkpoint, found.log.key, found.witnesses) == (checkpoint, KEY.verifier, ())


def test_every_flipped_bit_is_found() -> None:
    """A cosigned checkpoint with any one bit flipped does not open as it did: an error, or a witness less."""
    assert len(open_checkpoint(COSIGNED, KNOWN).witnesses) == 1
    for bit in range(8 * len(COSIGNED)):
        changed = bytearray(COSIGNED)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            found = open_checkpoint(bytes(changed), KNOWN)
        except NoteError:
            continue
        assert found.checkpoint == CHECKPOINT
        assert found.witnesses == ()


def test_every_cut_and_addition_is_found() -> None:
    """A checkpoint that ends early, goes on, or has a line twice, less or turned round, does not open."""
    rows = SIGNED.splitlines(keepends=True)
    changed = {SIGNED[:end] for end in range(len(SIGNED))} | {SIGNED[start:] for start in range(1, len(SIGNED))}
    changed |= {SIGNED + extra for extra in (b"\n", b" ", b"\0", b"x", SIGNED, rows[-1])}
    changed |= {b"".join([*rows[:at], row, *rows[at:]]) for at, row in enumerate(rows)}
    changed |= {b"".join([*rows[:at], *rows[at + 1 :]]) for at in range(len(rows))}
    changed |= {b"".join(rows[::-1]), SIGNED.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + SIGNED}
    for data in changed - {SIGNED}:
        with pytest.raises(NoteError):
            open_checkpoint(data, KNOWN)


def line_of(note: Note) -> str:
    """Give the first signature line."""
    return str(note.signatures[0])


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.replace("— ", "- "),
        lambda line: line.replace("— ", "—"),
        lambda line: line.replace("hospital.example/log ", "hospital.example/log  "),
        lambda line: line + " ",
        lambda line: line + "=",
        lambda line: line.rstrip("="),
        lambda line: line[: line.rindex(" ")],
        lambda line: line[: line.rindex(" ")] + " AAAA",
        lambda line: line[: line.rindex(" ")] + " AAAAAA=",
        lambda line: line.replace("+", "-") if "+" in line else line + "-",
        lambda line: f"{line}\n{line}",
        lambda line: f"{line}\n\n{line}x",
    ],
)
def test_malformed_signature_lines(change: object) -> None:
    """A signature line in any other form than the one it has is refused."""
    line = line_of(parse_note(SIGNED))
    with pytest.raises(NoteError):
        parse_note(SIGNED.replace(line.encode(), change(line).encode()))


@pytest.mark.parametrize("text", ["QQ", "QQ=", "QR==", "Q Q==", "QQ==\n", "QQ==QQ==", "QQ-_", "ä", "=", "QQ==="])
def test_base64_has_one_form(text: str) -> None:
    """Base64 without padding, with bits left over, spaces or other characters is refused."""
    with pytest.raises(NoteError):
        base64_bytes(text, what="it")


ROOT_TEXT = CHECKPOINT.text.splitlines()[2]
EMPTY_TEXT = Checkpoint("o", 0, EMPTY_ROOT).text.splitlines()[2]


@pytest.mark.parametrize(
    "text",
    [
        f"o\n7\n{ROOT_TEXT}\n\n",
        f"o\n\n7\n{ROOT_TEXT}\n",
        f"\n7\n{ROOT_TEXT}\n",
        f"o\n07\n{ROOT_TEXT}\n",
        f"o\n+7\n{ROOT_TEXT}\n",
        f"o\n-7\n{ROOT_TEXT}\n",
        f"o\n7 \n{ROOT_TEXT}\n",
        f"o\n\u0667\n{ROOT_TEXT}\n",
        f"o\n0x7\n{ROOT_TEXT}\n",
        f"o\n{2**63}\n{ROOT_TEXT}\n",
        f"o\n{10**30}\n{ROOT_TEXT}\n",
        f"o\n7\n{ROOT_TEXT[:-4]}\n",
        f"o\n7\n{ROOT_TEXT}AAAA\n",
        f"o\n0\n{ROOT_TEXT}\n",
        "o\n7\n",
        "",
        "\n",
    ],
)
def test_malformed_checkpoints(text: str) -> None:
    """A checkpoint without exactly an origin, a size in plain digits and a root of its length is refused."""
    with pytest.raises(NoteError):
        checkpoint_of(text)


def test_empty_log_has_a_checkpoint() -> None:
    """The checkpoint of an empty log has the root of the empty tree."""
    assert checkpoint_of(f"o\n0\n{EMPTY_TEXT}\n") == Checkpoint("o", 0, EMPTY_ROOT)


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint("a\nb", 1, ROOT),
        Checkpoint(f"a\n1\n{ROOT_TEXT}", 1, ROOT),
        Checkpoint("a", -1, ROOT),
        Checkpoint("a", 1, b""),
    ],
)
def test_checkpoint_that_could_not_be_read_is_not_signed(checkpoint: Checkpoint) -> None:
    """Nothing is signed that would read back as something else."""
    with pytest.raises(NoteError):
        sign_checkpoint(checkpoint, KEY)


@pytest.mark.parametrize("text", ["no end of line", "a control character \x07\n", "", "\r\n"])
def test_text_that_is_no_note_is_not_signed(text: str) -> None:
    """Only lines of printable characters are signed."""
    with pytest.raises(NoteError):
        sign(text, [KEY])


def test_signature_of_an_unknown_key_counts_for_nothing() -> None:
    """A note signed only by a key of the same name, but another hash, is refused, and says whose signature it has."""
    data = sign_checkpoint(CHECKPOINT, OTHER)
    with pytest.raises(NoteError, match=f"no known key signed.*{OTHER.verifier.id.hex()}.*{KEY.verifier.id.hex()}"):
        open_note(data, [KEY.verifier])


def test_wrong_signature_of_a_known_key_spoils_the_note() -> None:
    """One wrong signature of a known key refuses the note, whatever the others are."""
    note = parse_note(COSIGNED)
    spoiled = Note(note.text, (note.signatures[0], parse_note(cosign(SIGNED, WITNESS, timestamp=1)).signatures[1]))
    assert open_checkpoint(bytes(spoiled), KNOWN).witnesses[0].timestamp == 1
    other = Note(note.text.replace("\n7\n", "\n8\n"), note.signatures)
    with pytest.raises(NoteError, match="is wrong"):
        open_note(bytes(other), [KEY.verifier])
    with pytest.raises(NoteError, match="is wrong"):
        open_note(bytes(other), [WITNESS.verifier])


def test_keys_that_cannot_be_told_apart_are_refused() -> None:
    """Two known keys with one name and hash would make a signature ambiguous."""
    twin = VerifierKey(KEY.name, KEY.verifier.public)
    assert open_note(SIGNED, [KEY.verifier, twin])[1][0].key == twin
    forged = VerifierKey(KEY.name, bytes(32))
    forged.__dict__["id"] = KEY.verifier.id  # as if someone had found one: four bytes are quickly found
    with pytest.raises(NoteError, match="same name and hash"):
        open_note(SIGNED, [KEY.verifier, forged])


def test_too_large_note_is_refused() -> None:
    """A note beyond the limit is refused before it is taken apart."""
    with pytest.raises(NoteError, match="too large"):
        parse_note(b"a\n" * MAX_BYTES)


def test_cosigning_again_replaces_the_signature() -> None:
    """A witness that cosigns again has one signature, the later; the log's own stays as it is."""
    again = cosign(COSIGNED, WITNESS, timestamp=1_900_000_000)
    found = open_checkpoint(again, KNOWN)
    assert [verified.timestamp for verified in found.witnesses] == [1_900_000_000]
    assert parse_note(again).signatures[0] == parse_note(SIGNED).signatures[0]


def test_only_a_witness_signs_with_the_time() -> None:
    """A log's key does not cosign, a witness's key does not sign without the time, and times are within bounds."""
    with pytest.raises(NoteError, match="not that of a witness"):
        cosign(SIGNED, KEY, timestamp=1)
    with pytest.raises(NoteError, match="only a witness"):
        sign(CHECKPOINT.text, [WITNESS])
    with pytest.raises(NoteError, match="only a witness"):
        sign(CHECKPOINT.text, [KEY], timestamp=1)
    for timestamp in (-1, 2**63):
        with pytest.raises(NoteError, match="cannot be signed"):
            cosign(SIGNED, WITNESS, timestamp=timestamp)


def test_cosignature_and_signature_are_not_exchangeable() -> None:
    """The same Ed25519 key as log and as witness has two hashes, and neither signature passes for the other."""
    log_key = SigningKey(WITNESS.name, WITNESS.seed)
    assert log_key.verifier.id != WITNESS.verifier.id
    with pytest.raises(NoteError, match="no known key"):
        open_note(cosign(SIGNED, WITNESS, timestamp=1), [log_key.verifier])


def grown(size: int) -> tuple[Checkpoint, dict[tuple[int, int], bytes]]:
    """Grow a log of some size; gives its checkpoint and nodes."""
    hashes = [leaf_hash(b"%d" % number) for number in range(size)]
    frontier = Frontier()
    nodes = {(0, number): value for number, value in enumerate(hashes)}
    nodes |= {(level, number): value for level, number, value in frontier.extend(hashes)}
    return Checkpoint(KEY.name, size, frontier.root()), nodes


def test_witness_cosigns_what_continues() -> None:
    """A witness cosigns the first checkpoint, a proved later one, and the same one again."""
    (old, _), (new, nodes) = grown(5), grown(12)
    proof = consistency_proof(5, 12, lambda ids: {node: nodes[node] for node in ids})
    for seen, found, given_proof in ((None, old, []), (old, new, proof), (new, new, [])):
        data = sign_checkpoint(found, KEY)
        cosigned = witness(data, seen=seen, proof=given_proof, log_keys=[KEY.verifier], key=WITNESS, timestamp=9)
        assert open_checkpoint(cosigned, KNOWN).witnesses[0].timestamp == 9


def test_witness_refuses_what_does_not_continue() -> None:
    """A witness refuses a shorter log, a rewritten one, one without proof, another log, and another's signature."""
    (old, _), (new, nodes) = grown(5), grown(12)
    proof = consistency_proof(5, 12, lambda ids: {node: nodes[node] for node in ids})
    rewritten = Checkpoint(KEY.name, 12, ROOT)
    refused = [
        (new, old, [], KEY, "12 seen before"),
        (old, new, [], KEY, "not proved"),
        (old, new, proof[1:], KEY, "not proved"),
        (old, rewritten, proof, KEY, "not proved"),
        (new, rewritten, [], KEY, "not proved"),
        (Checkpoint("other", 5, ROOT), new, proof, KEY, "expected the log `other`"),
        (old, new, proof, OTHER, "no known key"),
    ]
    for seen, found, given_proof, key, said in refused:
        data = sign_checkpoint(found, key)
        with pytest.raises(NoteError, match=said):
            witness(data, seen=seen, proof=given_proof, log_keys=[KEY.verifier], key=WITNESS, timestamp=9)


def test_parsing_does_not_verify() -> None:
    """What a checkpoint says can be read without any key, for an error message or a search."""
    assert parse_checkpoint(sign_checkpoint(CHECKPOINT, OTHER)) == CHECKPOINT
