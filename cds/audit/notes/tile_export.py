"""Writing a log as static files that tools of others can serve and verify (c2sp.org/tlog-tiles)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from shutil import rmtree

from cds.audit.merkle.frontier import Frontier
from cds.audit.merkle.hashing import leaf_hashes
from cds.audit.notes.checkpoint import Checkpoint, parse_checkpoint
from cds.audit.notes.tile_paths import CHECKPOINT, WIDTH, Tile
from cds.errors import InputError

LARGEST_ENTRY = 0xFFFF


def export_tiles(folder: Path, entries: Iterable[bytes], checkpoint: bytes) -> None:
    """Write entries, tiles and checkpoint of a log into a folder; an older export of the same log grows in place.

    The checkpoint is written last, so that a reader never finds one without its tiles.

    Raises:
        NoteError: the checkpoint is malformed.
        InputError: the entries are not the ones that the checkpoint is of, one is too large, or the folder holds an
            export of another log, or of more of this one.
    """
    said = parse_checkpoint(checkpoint)
    _refuse_another(folder, said)
    writer = _Writer(folder)
    frontier = Frontier()
    source = iter(entries)
    while some := list(islice(source, min(WIDTH, said.size - frontier.size))):
        hashes = leaf_hashes(some)
        frontier.extend(hashes)
        writer.add(some, hashes)
    if (frontier.size, frontier.root()) != (said.size, said.root):
        raise InputError(
            f"the {frontier.size} records are not those of the checkpoint over {said.size}: nothing is exported of a "
            "log that does not verify"
        )
    writer.finish()
    _replace(folder / CHECKPOINT, checkpoint)


def _refuse_another(folder: Path, said: Checkpoint) -> None:
    path = folder / CHECKPOINT
    if not path.exists():
        return
    there = parse_checkpoint(path.read_bytes())
    if there.origin != said.origin or there.size > said.size:
        raise InputError(
            f"`{folder}` holds an export of {there.size} records of the log `{there.origin}`",
            expected=f"a new folder, or an older export of `{said.origin}`",
        )


class _Writer:
    """Writes a tile as soon as it is full, and holds one unfinished tile a level."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bundles = 0
        self._rows: list[tuple[int, list[bytes]]] = []  # of each level: tiles written, hashes of the next

    def add(self, entries: list[bytes], hashes: list[bytes]) -> None:
        """Take in the entries of one bundle, full unless it is the last."""
        self._write(Tile(None, self._bundles, len(entries)), b"".join(map(_prefixed, entries)))
        self._bundles += 1
        self._push(0, hashes)

    def finish(self) -> None:
        """Write what is left: the partial tiles."""
        for level, (written, hashes) in enumerate(self._rows):
            if hashes:
                self._write(Tile(level, written, len(hashes)), b"".join(hashes))

    def _push(self, level: int, hashes: list[bytes]) -> None:
        if level == len(self._rows):
            self._rows.append((0, []))
        written, held = self._rows[level]
        held += hashes
        if len(held) == WIDTH:
            self._write(Tile(level, written, WIDTH), b"".join(held))
            self._rows[level] = (written + 1, [])
            whole = Frontier()
            whole.extend(held)
            self._push(level + 1, [whole.root()])

    def _write(self, tile: Tile, content: bytes) -> None:
        path = self._folder / tile.path
        partial = path.with_name(path.name + ".p") if tile.width == WIDTH else path.parent
        if partial.is_dir():
            rmtree(partial)  # what an older, shorter export left
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content)


def _prefixed(entry: bytes) -> bytes:
    if len(entry) > LARGEST_ENTRY:
        raise InputError(f"a record of {len(entry)} bytes cannot be exported", expected=f"at most {LARGEST_ENTRY}")
    return len(entry).to_bytes(2) + entry


def _replace(path: Path, content: bytes) -> None:
    """Write a file in one step, so that a reader finds the old or the new one whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(content)
    beside.replace(path)
