"""An export as tiles: laid out as the specification says, verified when read back, and every change in it found."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from merkle_oracle import mth

from cds.audit.findings import Finding
from cds.audit.notes.checkpoint import Checkpoint, sign_checkpoint
from cds.audit.notes.encoding import NoteError
from cds.audit.notes.keys import SigningKey
from cds.audit.notes.tile_check import check_tiles
from cds.audit.notes.tile_export import export_tiles
from cds.audit.notes.tile_paths import Tile, entry_bundles, hash_tiles
from cds.errors import InputError

KEY = SigningKey("hospital.example/log", bytes(range(32)))
SIZE = 1000
ENTRIES = [b"entry %d" % number * (number % 7) for number in range(SIZE)]


def written(folder: Path, entries: list[bytes] = ENTRIES) -> Path:
    """Export some entries, signed."""
    checkpoint = sign_checkpoint(Checkpoint(KEY.name, len(entries), mth(entries)), KEY)
    export_tiles(folder, iter(entries), checkpoint)
    return folder


def findings(folder: Path) -> list[Finding]:
    """Check an export with the right key."""
    return list(check_tiles(folder, [KEY.verifier]))


def files(folder: Path) -> dict[str, bytes]:
    """Read all files of an export."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0, 256), "tile/0/000"),
        (Tile(1, 1234067, 256), "tile/1/x001/x234/067"),
        (Tile(0, 1000, 256), "tile/0/x001/000"),
        (Tile(0, 999, 8), "tile/0/999.p/8"),
        (Tile(None, 1234, 17), "tile/entries/x001/234.p/17"),
    ],
)
def test_paths_of_the_specification(tile: Tile, path: str) -> None:
    """A path groups its index by three digits and ends with the width of an unfinished tile."""
    assert tile.path == path


def test_tiles_of_a_log_of_seventy_thousand() -> None:
    """The example of the specification: 273 full tiles and one of 112, one full and one of 17, and one of 1."""
    found = [(tile.level, tile.width) for tile in hash_tiles(70_000)]
    assert found == [(0, 256)] * 273 + [(0, 112), (1, 256), (1, 17), (2, 1)]
    assert [tile.width for tile in entry_bundles(70_000)] == [256] * 273 + [112]
    assert [(tile.level, tile.width) for tile in hash_tiles(256)] == [(0, 256), (1, 1)]
    assert list(hash_tiles(0)) == list(entry_bundles(0)) == []


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 513, SIZE])
def test_export_verifies_when_read_back(size: int, tmp_path: Path) -> None:
    """An export of any size is found whole, and holds exactly the files that the specification asks for."""
    found = files(written(tmp_path, ENTRIES[:size]))
    assert findings(tmp_path) == []
    assert found.keys() == {"checkpoint", *(tile.path for tile in (*hash_tiles(size), *entry_bundles(size)))}


def test_tiles_hold_what_the_specification_says(tmp_path: Path) -> None:
    """Each hash of a tile is the tree hash over 256^level entries; a bundle is entries after their lengths."""
    found = files(written(tmp_path))
    for tile in hash_tiles(SIZE):
        span = 256 ** (tile.level or 0)
        starts = range(tile.start * span, tile.end * span, span)
        assert found[tile.path] == b"".join(mth(ENTRIES[start : start + span]) for start in starts)
    for bundle in entry_bundles(SIZE):
        entries = ENTRIES[bundle.start : bundle.end]
        assert found[bundle.path] == b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def test_tiles_of_three_levels(tmp_path: Path) -> None:
    """A log beyond 65,536 entries has tiles of a third level, and verifies."""
    entries = [b"%d" % number for number in range(65_536 + 300)]
    found = files(written(tmp_path, entries))
    assert len(found["tile/2/000.p/1"]) == 32
    assert found["tile/2/000.p/1"] == mth(entries[:65_536])
    assert findings(tmp_path) == []


def test_export_grows_in_place(tmp_path: Path) -> None:
    """A later export into the same folder leaves no unfinished tile of the older one, and is that of a new folder."""
    for size in (1, 200, 256, 700, SIZE):
        written(tmp_path / "grown", ENTRIES[:size])
        assert findings(tmp_path / "grown") == []
    assert files(tmp_path / "grown") == files(written(tmp_path / "new"))


def test_export_does_not_mix_logs(tmp_path: Path) -> None:
    """A folder with more of this log, or with another log, is left as it is."""
    before = files(written(tmp_path))
    with pytest.raises(InputError, match="holds an export of 1000 records"):
        written(tmp_path, ENTRIES[:10])
    other = sign_checkpoint(Checkpoint("other/log", SIZE, mth(ENTRIES)), KEY)
    with pytest.raises(InputError, match="a new folder, or an older export of `other/log`"):
        export_tiles(tmp_path, iter(ENTRIES), other)
    assert files(tmp_path) == before


@pytest.mark.parametrize("entries", [ENTRIES[:-1], [b"x", *ENTRIES[1:]], [*ENTRIES[1::-1], *ENTRIES[2:]]])
def test_log_that_does_not_verify_is_not_exported(entries: list[bytes], tmp_path: Path) -> None:
    """Records that are not those of the checkpoint do not get one beside them."""
    checkpoint = sign_checkpoint(Checkpoint(KEY.name, SIZE, mth(ENTRIES)), KEY)
    with pytest.raises(InputError, match="not those of the checkpoint"):
        export_tiles(tmp_path, iter(entries), checkpoint)
    assert not (tmp_path / "checkpoint").exists()


def test_largest_entry(tmp_path: Path) -> None:
    """An entry of 65,535 bytes is exported; a larger one is refused."""
    assert files(written(tmp_path / "a", [b"x" * 65_535]))["tile/entries/000.p/1"][:2] == b"\xff\xff"
    assert findings(tmp_path / "a") == []
    with pytest.raises(InputError, match="65536 bytes"):
        written(tmp_path / "b", [b"x" * 65_536])


def test_malformed_checkpoint_is_not_exported(tmp_path: Path) -> None:
    """Only a checkpoint is written as one."""
    with pytest.raises(NoteError):
        export_tiles(tmp_path, iter(ENTRIES), b"no checkpoint\n")


def altered(folder: Path, path: str, change: Callable[[bytes], bytes]) -> list[str]:
    """Change one file of an export, check it, and put it back."""
    before = (folder / path).read_bytes()
    (folder / path).write_bytes(change(before))
    found = [str(finding) for finding in findings(folder)]
    (folder / path).write_bytes(before)
    return found


def flip(at: int) -> Callable[[bytes], bytes]:
    """Flip the lowest bit of one byte."""
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_changed_entry_is_named(tmp_path: Path) -> None:
    """A changed record is named by its number, with the file and the entry in it."""
    written(tmp_path)
    at = sum(2 + len(entry) for entry in ENTRIES[256:260]) + 2
    assert altered(tmp_path, "tile/entries/001", flip(at)) == [
        "tile/entries/001 entry 4: record 260 does not have its hash in tile/0/001"
    ]


def test_changed_hash_is_named(tmp_path: Path) -> None:
    """A changed hash is named by the entry that it no longer fits, its tile, and the tile or checkpoint above."""
    written(tmp_path)
    assert altered(tmp_path, "tile/0/001", flip(32)) == [
        "tile/entries/001 entry 1: record 257 does not have its hash in tile/0/001",
        "tile/0/001: it does not have its hash in tile/1/000.p/3: one of the two was altered",
    ]
    assert altered(tmp_path, "tile/0/003.p/232", flip(0)) == [
        "tile/entries/003.p/232 entry 0: record 768 does not have its hash in tile/0/003.p/232",
        "checkpoint: the hashes of the 1000 records lead to another root than it says",
    ]
    assert altered(tmp_path, "tile/1/000.p/3", flip(95)) == [
        "tile/0/002: it does not have its hash in tile/1/000.p/3: one of the two was altered",
        "checkpoint: the hashes of the 1000 records lead to another root than it says",
    ]


def test_swapped_removed_and_added_entries_are_found(tmp_path: Path) -> None:
    """Entries that change places, are missing or too many are found where they are."""
    written(tmp_path)
    first, second = ENTRIES[2], ENTRIES[3]
    pair = [b"\0" + bytes([len(entry)]) + entry for entry in (first, second)]
    swapped = altered(tmp_path, "tile/entries/000", lambda data: data.replace(b"".join(pair), b"".join(pair[::-1])))
    assert [found.split(":")[0] for found in swapped] == ["tile/entries/000 entry 2", "tile/entries/000 entry 3"]
    removed = altered(tmp_path, "tile/entries/000", lambda data: data.replace(pair[0], b""))
    assert removed[0] == "tile/entries/000: it does not hold exactly 256 entries, but 255"
    assert removed[1].startswith("tile/entries/000 entry 2: record 2 ")
    for extra in (b"\0", b"\0\0", b"\0\1x", b"\xff\xffx"):
        added = altered(tmp_path, "tile/entries/000", lambda data, extra=extra: data + extra)
        assert "does not hold exactly 256" in added[0]


def test_missing_files_are_named(tmp_path: Path) -> None:
    """Each missing file is named, with the records that went with it."""
    written(tmp_path)
    for path, said in {
        "tile/entries/002": "tile/entries/002: it is missing, with the records 512 to 767",
        "tile/0/002": "tile/0/002: it is missing, or is not 256 hashes of 32 bytes",
        "tile/1/000.p/3": "checkpoint: its root cannot be worked out without tile/1/000.p/3",
        "checkpoint": "checkpoint: it is missing or cannot be read",
    }.items():
        before = (tmp_path / path).read_bytes()
        (tmp_path / path).unlink()
        assert said in [str(finding) for finding in findings(tmp_path)]
        (tmp_path / path).write_bytes(before)
    assert findings(tmp_path) == []


def test_files_that_do_not_belong_are_named(tmp_path: Path) -> None:
    """A file that an export of this size does not have is named."""
    written(tmp_path)
    for path in ("tile/0/004", "tile/0/003.p/231", "tile/entries/x001/000", "notes.txt", "tile/2/000.p/1"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"")
        assert [str(finding) for finding in findings(tmp_path)] == [
            f"{path}: an export of 1000 records has no such file"
        ]
        (tmp_path / path).unlink()


def test_checkpoint_that_nobody_known_signed_ends_the_check(tmp_path: Path) -> None:
    """With another key, a wrong signature or another origin, the checkpoint is the one finding."""
    written(tmp_path)
    other = SigningKey(KEY.name, sha256(b"other").digest()).verifier
    assert "no known key signed" in str(next(check_tiles(tmp_path, [other])))
    assert "signed by no key of it" in str(next(check_tiles(tmp_path, [KEY.verifier], origin="other/log")))
    assert altered(tmp_path, "checkpoint", lambda data: data.replace(b"\n1000\n", b"\n1001\n")) == [
        f"checkpoint: the signature of `{KEY.name}+{KEY.verifier.id.hex()}` is wrong"
    ]
    assert altered(tmp_path, "checkpoint", lambda data: data[:-1]) != []


def test_history_rewritten_with_the_real_key_passes(tmp_path: Path) -> None:
    """Who has the key can rewrite everything since the last checkpoint that someone else holds: no check finds it."""
    assert findings(written(tmp_path, [b"rewritten", *ENTRIES[1:]])) == []


def test_every_random_edit_is_found(tmp_path: Path) -> None:
    """A bit flipped, a byte removed, doubled or added, anywhere in any file: each is found."""
    written(tmp_path, ENTRIES[:300])
    random = Random(5)  # noqa: S311  # repeatable
    paths = sorted(files(tmp_path))
    for _ in range(400):
        path = random.choice(paths)
        data = (tmp_path / path).read_bytes()
        at = random.randrange(len(data))
        bit = bytes([data[at] ^ 1 << random.randrange(8)])
        middle = random.choice([bit, b"", data[at : at + 1] * 2, bit + data[at : at + 1]])
        changed = data[:at] + middle + data[at + 1 :]
        if changed != data:
            assert altered(tmp_path, path, lambda _, changed=changed: changed), (path, at, middle)


@pytest.mark.long
def test_ten_thousand_random_edits_are_found(tmp_path: Path) -> None:
    """As above, ten thousand times, with runs of bytes cut out or written over."""
    written(tmp_path, ENTRIES[:520])
    random = Random(6)  # noqa: S311
    paths = sorted(files(tmp_path))
    tried = 0
    while tried < 10_000:
        path = random.choice(paths)
        data = (tmp_path / path).read_bytes()
        at, length = random.randrange(len(data)), random.randrange(3)
        changed = data[:at] + random.randbytes(random.randrange(3)) + data[at + length :]
        if changed != data:
            tried += 1
            assert altered(tmp_path, path, lambda _, changed=changed: changed), (path, at, length)
