"""Where the files of a log lie in an export (c2sp.org/tlog-tiles)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

WIDTH = 256
"""Hashes in a full tile, and entries in a full bundle."""
CHECKPOINT = "checkpoint"


@dataclass(frozen=True, slots=True)
class Tile:
    """A file of hashes, or of entries where `level` is None: the `index`-th of its level, with `width` of them."""

    level: int | None
    index: int
    width: int

    @property
    def path(self) -> str:
        """The path in the export."""
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_number(self.index)}{partial}"

    @property
    def start(self) -> int:
        """Where its first hash or entry stands among all of its level."""
        return self.index * WIDTH

    @property
    def end(self) -> int:
        """Where the next tile would begin."""
        return self.start + self.width


def hash_tiles(size: int) -> Iterator[Tile]:
    """List the tiles of hashes of a log of some size, level by level."""
    level = 0
    while size:
        yield from _row(level, size)
        size //= WIDTH
        level += 1


def entry_bundles(size: int) -> Iterator[Tile]:
    """List the bundles of entries of a log of some size."""
    return _row(None, size)


def above(tile: Tile, size: int) -> Tile | None:
    """Find the tile that holds the hash of a full tile; an unfinished one has none."""
    if tile.level is None or tile.width < WIDTH:
        return None
    index, level = tile.index // WIDTH, tile.level + 1
    return Tile(level, index, min(WIDTH, size // WIDTH**level - index * WIDTH))


def _row(level: int | None, count: int) -> Iterator[Tile]:
    for index in range(-(-count // WIDTH)):
        yield Tile(level, index, min(WIDTH, count - index * WIDTH))


def _number(index: int) -> str:
    """Write an index in groups of three digits, each but the last after an `x`: 1234067 is `x001/x234/067`."""
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))
