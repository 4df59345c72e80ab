"""A log as one Parquet file, written in row groups; the columns are described in docs/auditing.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from cds.audit.merkle.hashing import leaf_hash
from cds.audit.record import read_header
from cds.errors import InputError

ROW_GROUP = 1024
"""Records that are in memory at once."""
PLAIN = "plain"
COLUMNS = (
    ("seq", "int64"),
    ("recorded_at", "string"),
    ("clock", "string"),
    ("kind", "string"),
    ("actor", "string"),
    ("authenticated", "bool"),
    ("purpose", "string"),
    ("subject", "string"),
    ("subject_key", "string"),
    ("ruleset", "string"),
    ("ruleset_stored", "string"),
    ("engine", "string"),
    ("semantics", "int64"),
    ("renderer", "int64"),
    ("leaf", "string"),
    ("header", "string"),
    ("body", "binary"),
    ("body_state", "string"),
    ("as_of", "string"),
    ("disposition", "string"),
    ("decision", "string"),
)
"""The columns and their types in Arrow; all but those from `leaf` on are keys of the header."""


def write_parquet(path: Path, records: Iterable[tuple[int, bytes, bytes | None, str]]) -> None:
    """Write records, each as number, header, body and the state of the body, to a new Parquet file.

    Raises:
        InputError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa  # type: ignore[import-untyped]  # noqa: PLC0415  # an extra package
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise InputError("Parquet needs the package pyarrow", expected="`pip install cds[bulk]`") from None
    schema = pa.schema([(name, getattr(pa, kind + "_" * (kind == "bool"))()) for name, kind in COLUMNS])
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for rows in _groups(records):
            writer.write_table(pa.Table.from_pylist(rows, schema=schema), row_group_size=ROW_GROUP)


def _groups(records: Iterable[tuple[int, bytes, bytes | None, str]]) -> Iterator[list[dict[str, Any]]]:
    each = iter(records)
    while some := list(islice(each, ROW_GROUP)):
        yield [_row(header, body, state) for _, header, body, state in some]


def _row(header: bytes, body: bytes | None, state: str) -> dict[str, Any]:
    said = read_header(header)
    subject, ruleset = said["subject"], said["ruleset"]
    return {
        "seq": said["seq"],
        "recorded_at": said["recorded_at"],
        "clock": said["clock"],
        "kind": said["kind"],
        "purpose": said["purpose"],
        "actor": said["actor"]["id"],
        "authenticated": said["actor"]["authenticated"],
        "subject": None if subject is None else subject["pseudonym"],
        "subject_key": None if subject is None else subject["key"],
        "ruleset": None if ruleset is None else ruleset["digest"],
        "ruleset_stored": None if ruleset is None else ruleset["stored"],
        "engine": said["engine"],
        "semantics": said["semantics"],
        "renderer": said["renderer"],
        "leaf": leaf_hash(header).hex(),
        "header": header.decode(),
        "body": body,
        "body_state": state,
        **_decided(body if state == PLAIN else None),
    }


def _decided(body: bytes | None) -> dict[str, str | None]:
    """Give what people most often ask of a decision; nothing where there is none to be read."""
    decision = None if body is None else orjson.loads(body).get("decision")
    if decision is None:
        return {"as_of": None, "disposition": None, "decision": None}
    return {
        "as_of": decision["as_of"],
        "disposition": decision["disposition"]["code"],
        "decision": decision["digest"],
    }
