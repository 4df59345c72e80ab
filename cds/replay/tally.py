"""How far a replay has come: what became of the records so far, as a document and as a file to go on from."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from cds.canonical import canonical_bytes
from cds.errors import InputError, Place
from cds.replay.replay import Replayed, Status

SCHEMA = "cds-replay/1"
POSITION = "cds-replay-position/1"
MOST_NAMED = 100
"""Records of one status that are named by their numbers; all are counted."""
_NOT_NAMED = frozenset({Status.IDENTICAL, Status.OTHER_KIND})
PROVED = frozenset({Status.IDENTICAL, Status.OTHER_WORDS})
"""Decided again, and the same."""
CANNOT_BE_COMPARED = frozenset({Status.EQUAL_AS_STORED, Status.MASKED, Status.KEY_DESTROYED, Status.REMOVED})
"""What a site chose not to keep: it is counted, and proves nothing either way."""


@dataclass(slots=True)
class Tally:
    """The records that were decided again, up to but without the one with the number `next_seq`."""

    next_seq: int = 0
    counts: dict[Status, int] = field(default_factory=dict)
    named: dict[Status, list[int]] = field(default_factory=dict)

    def add(self, replayed: Replayed) -> None:
        """Count one more record, in order."""
        status = replayed.status
        self.next_seq = replayed.seq + 1
        self.counts[status] = self.counts.get(status, 0) + 1
        if status not in _NOT_NAMED:
            numbers = self.named.setdefault(status, [])
            if len(numbers) < MOST_NAMED:
                numbers.append(replayed.seq)

    @property
    def is_proved(self) -> bool:
        """Tell whether every decision that can be compared came out the same.

        Where there are decisions and none of them came out again, nothing is proved.
        """
        found = self.counts.keys() - {Status.OTHER_KIND}
        came_out_again = found & (PROVED | {Status.EQUAL_AS_STORED})
        return found <= PROVED | CANNOT_BE_COMPARED and bool(came_out_again or not found)

    def document(self) -> dict[str, Any]:
        """Give the tally as `cds-replay/1`; it holds no patient data."""
        return {"schema": SCHEMA, "proved": self.is_proved, **self._figures()}

    def write(self, path: Path, of: Mapping[str, Any]) -> None:
        """Write the position to a file, whole or not at all; `of` says what is replayed, so that no other goes on."""
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        content = canonical_bytes({"schema": POSITION, "of": dict(of), **self._figures()})
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    def _figures(self) -> dict[str, Any]:
        return {
            "next_seq": self.next_seq,
            "counts": {status.value: count for status, count in self.counts.items()},
            "named": {status.value: numbers for status, numbers in self.named.items()},
        }


def read_position(path: Path, of: Mapping[str, Any]) -> Tally:
    """Read a position to go on from; where there is no file, the replay is at its beginning.

    Raises:
        InputError: the file is no position, or one of another replay.
    """
    place = Place(str(path))
    try:
        read = orjson.loads(path.read_bytes())
        if read["schema"] != POSITION:
            raise InputError("this is no position of a replay", place=place, expected=f"`{POSITION}`")
        if read["of"] != dict(of):
            raise InputError("this is the position of another replay", place=place, expected="another file, or none")
        return Tally(
            next_seq=int(read["next_seq"]),
            counts={Status(word): int(count) for word, count in read["counts"].items()},
            named={Status(word): [int(seq) for seq in numbers] for word, numbers in read["named"].items()},
        )
    except FileNotFoundError:
        return Tally()
    except OSError as error:
        raise InputError(f"this cannot be read ({error.strerror})", place=place) from None
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        raise InputError("this is no position of a replay", place=place, expected=f"`{POSITION}`") from None


def counted(
    replayed: Iterable[Replayed], tally: Tally, *, keep: Callable[[], None], every: int = 1000
) -> Generator[Replayed]:
    """Give each record on as it is counted; `keep` the position after every so many, and at the end however it comes.

    A record counts once whoever takes them here has asked for the next one: what it did with a record is then done.
    """
    waiting = 0
    try:
        for one in replayed:
            yield one
            tally.add(one)
            waiting += 1
            if waiting >= every:
                keep()
                waiting = 0
    finally:
        keep()
