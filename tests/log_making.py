"""Make logs for tests: entries, signed checkpoints, empty databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg

from cds.audit.notes.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from cds.audit.notes.keys import SigningKey
from cds.audit.record import Entry
from cds.audit.stores import create_store, open_store
from cds.audit.stores.base import Store
from cds.audit.writer import Writer

ORIGIN = "hospital.example/log"
KEY = SigningKey(ORIGIN, bytes(range(32)))
RULESET = b'{"rules":[]}'
RULESET_HASH = f"sha256:{sha256(RULESET).hexdigest()}"
ROLE = "cds_recorder"
RECORDED_BYTES = 1274  # the record that the design measured


def sign(size: int, root: bytes) -> bytes:
    """Sign a checkpoint with the key of the tests."""
    return sign_checkpoint(Checkpoint(ORIGIN, size, root), KEY)


def opened(note: bytes) -> tuple[int, bytes]:
    """Verify a checkpoint that the key of the tests signed."""
    checkpoint = open_checkpoint(note, [KEY.verifier]).checkpoint
    return checkpoint.size, checkpoint.root


def header(body: bytes, *, kind: str = "decision", subject: str | None = "ab" * 32, **other: Any) -> dict[str, Any]:
    """Give a header, without number, for a body."""
    return {
        "schema": "cds-record/1",
        "recorded_at": "2026-11-21T14:00:00.123456+00:00",
        "clock": "system",
        "kind": kind,
        "actor": {"id": "cli:jdoe", "authenticated": False},
        "purpose": "treatment",
        "subject": subject and {"pseudonym": subject, "key": "p1"},
        "ruleset": {"digest": "sha256:" + "12" * 32, "stored": RULESET_HASH} if kind == "decision" else None,
        "engine": "cds 0.1.0",
        "semantics": 1,
        "renderer": 2,
        "body": {
            "hash": f"sha256:{sha256(body).hexdigest()}",
            "encryption": {"scheme": "deflate-aes-256-gcm/1", "commitment": "cd" * 32, "key": "k1"},
        },
        **other,
    }


def entry(number: int = 0, *, size: int = 40, **fields: Any) -> Entry:
    """Give an entry whose body tells its number; every third is about the same subject."""
    body = f"{number} ".encode() * size
    return Entry(header(body[:size], **{"subject": f"{number % 3:064x}", **fields}), body[:size])


def fill(store: Store, batches: list[int]) -> None:
    """Record so many entries a commit, and close the store."""
    store.put_ruleset(RULESET_HASH, "sha256:" + "12" * 32, RULESET)
    with Writer(store, sign) as writer:
        for size in batches:
            start = store.size()
            writer.append_all([entry(start + each, kind=_kind(start + each)) for each in range(size)])


def _kind(number: int) -> str:
    return "feedback" if number % 7 == 5 else "decision"


Place = tuple[str, str]
"""Two addresses of one log: as the role that records, and as the owner."""


def sqlite_place(folder: Path) -> Place:
    """Give a place for a log in a file."""
    path = str(folder / "log.sqlite")
    return path, path


@contextmanager
def postgres_place(server: str) -> Iterator[Place]:
    """Give a place for a log in a database of its own, with a role that may append and read."""
    name = f"log_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        if admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone() is None:
            admin.execute(f"CREATE ROLE {ROLE} LOGIN")
    parts = urlsplit(server)
    owner = urlunsplit(parts._replace(path=f"/{name}"))
    yield owner.replace("postgres:@", f"{ROLE}:@", 1), owner
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def made(place: Place) -> str:
    """Make an empty log; gives the address for recording."""
    recording, owner = place
    create_store(owner, role=ROLE if recording != owner else None)
    return recording


Making = Callable[[], str]
"""Makes an empty log and gives the address for recording."""


def recorded(place: Place, batches: list[int]) -> str:
    """Make a log with records in it; gives the address for recording."""
    location = made(place)
    fill(open_store(location, write=True), batches)
    return location
