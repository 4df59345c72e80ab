"""Reading an export of tiles back: every file there and no other, every hash in its place, the checkpoint signed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from cds.audit.findings import Finding
from cds.audit.merkle.frontier import Frontier
from cds.audit.merkle.hashing import EMPTY_ROOT, HASH_BYTES, leaf_hash
from cds.audit.merkle.nodes import fold
from cds.audit.notes.checkpoint import open_checkpoint
from cds.audit.notes.encoding import NoteError
from cds.audit.notes.keys import VerifierKey
from cds.audit.notes.tile_paths import CHECKPOINT, WIDTH, Tile, above, entry_bundles, hash_tiles

_LENGTH_BYTES = 2


def check_tiles(folder: Path, keys: Sequence[VerifierKey], *, origin: str | None = None) -> Iterator[Finding]:
    """Yield what is wrong with an export; nothing, if it is whole and signed by a known key of its log.

    Without a checkpoint that a known key signed nothing else is looked at: nobody says what the export should hold.
    """
    try:
        said = open_checkpoint((folder / CHECKPOINT).read_bytes(), keys, origin=origin).checkpoint
    except OSError:
        yield Finding(CHECKPOINT, "it is missing or cannot be read")
        return
    except NoteError as error:
        yield Finding(CHECKPOINT, str(error))
        return
    export = _Export(folder, said.size)
    yield from export.strangers()
    yield from export.wrong_entries()
    yield from export.wrong_tiles()
    yield from export.wrong_root(said.root)


class _Export:
    """The files of an export of a size; of each level the tile that was read last is kept for its neighbours."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self._size = size
        self._last: dict[int | None, tuple[Tile, list[bytes] | None]] = {}

    def strangers(self) -> Iterator[Finding]:
        """Yield the files that an export of this size does not have."""
        expected = {CHECKPOINT} | {tile.path for row in (hash_tiles, entry_bundles) for tile in row(self._size)}
        for parent, _, names in os.walk(self._folder):
            for name in sorted(names):
                path = (Path(parent) / name).relative_to(self._folder).as_posix()
                if path not in expected:
                    yield Finding(path, f"an export of {self._size} records has no such file")

    def wrong_entries(self) -> Iterator[Finding]:
        """Yield the entries that do not have their hash in the tiles of level 0."""
        for bundle in entry_bundles(self._size):
            content = self._content(bundle)
            if content is None:
                yield Finding(bundle.path, f"it is missing, with the records {bundle.start} to {bundle.end - 1}")
                continue
            entries, rest = _split(content)
            if rest or len(entries) != bundle.width:
                yield Finding(bundle.path, f"it does not hold exactly {bundle.width} entries, but {len(entries)}")
            tile = Tile(0, bundle.index, bundle.width)
            for at, (entry, expected) in enumerate(zip(entries, self._hashes(tile) or [], strict=False)):
                if leaf_hash(entry) != expected:
                    seq = bundle.start + at
                    yield Finding(f"{bundle.path} entry {at}", f"record {seq} does not have its hash in {tile.path}")

    def wrong_tiles(self) -> Iterator[Finding]:
        """Yield the tiles without all their hashes, and the full ones that do not have theirs a level above."""
        for tile in hash_tiles(self._size):
            hashes = self._hashes(tile)
            if hashes is None:
                yield Finding(tile.path, f"it is missing, or is not {tile.width} hashes of {HASH_BYTES} bytes")
                continue
            parent = above(tile, self._size)
            parents = self._hashes(parent) if parent else None
            if parent and parents and _grown(hashes).root() != parents[tile.index - parent.start]:
                yield Finding(tile.path, f"it does not have its hash in {parent.path}: one of the two was altered")

    def wrong_root(self, root: bytes) -> Iterator[Finding]:
        """Yield whether the hashes lead to another root: the unfinished tile of each level is the edge of the tree."""
        edge: list[bytes] = []
        for tile in hash_tiles(self._size):
            if tile.width == WIDTH:
                continue
            hashes = self._hashes(tile)
            if hashes is None:
                yield Finding(CHECKPOINT, f"its root cannot be worked out without {tile.path}")
                return
            edge = _grown(hashes).peaks() + edge
        if (fold(edge) if edge else EMPTY_ROOT) != root:
            yield Finding(CHECKPOINT, f"the hashes of the {self._size} records lead to another root than it says")

    def _hashes(self, tile: Tile) -> list[bytes] | None:
        known, hashes = self._last.get(tile.level, (None, None))
        if known == tile:
            return hashes
        content = self._content(tile)
        if content is not None and len(content) == HASH_BYTES * tile.width:
            hashes = [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]
        else:
            hashes = None
        self._last[tile.level] = (tile, hashes)
        return hashes

    def _content(self, tile: Tile) -> bytes | None:
        try:
            return (self._folder / tile.path).read_bytes()
        except OSError:
            return None


def _grown(hashes: list[bytes]) -> Frontier:
    frontier = Frontier()
    frontier.extend(hashes)
    return frontier


def _split(content: bytes) -> tuple[list[bytes], bytes]:
    """Take the entries of a bundle apart, each after its length; gives also what is left over."""
    entries = []
    at = 0
    while at + _LENGTH_BYTES <= len(content):
        end = at + _LENGTH_BYTES + int.from_bytes(content[at : at + _LENGTH_BYTES])
        if end > len(content):
            break
        entries.append(content[at + _LENGTH_BYTES : end])
        at = end
    return entries, content[at:]
