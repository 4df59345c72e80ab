"""The tables of the log, for every database."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

REVISION = "0001"
"""The version of the tables that this program reads and writes: the newest in `migrations/versions`."""

metadata = MetaData()

_NUMBER = BigInteger().with_variant(Integer, "sqlite")  # only an INTEGER is the key of a SQLite table itself

records = Table(
    "records",
    metadata,
    Column("seq", _NUMBER, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text),
    Column("header", LargeBinary, nullable=False),
    Column("body", LargeBinary),
    CheckConstraint("seq >= 0", name="seq_from_zero"),
    sqlite_strict=True,
)
_ABOUT_SOMEONE = records.c.subject.is_not(None)
# in SQLite by number, so that an append only writes at the end: by pseudonym, each record would change a page of its
# own, which takes more than the record itself; someone's records are found by reading through this narrow index
Index(
    "records_subjects",
    records.c.seq,
    records.c.subject,
    records.c.kind,
    sqlite_where=_ABOUT_SOMEONE,
    info={"dialect": "sqlite"},
)
Index(
    "records_by_subject",
    records.c.subject,
    records.c.seq,
    postgresql_where=_ABOUT_SOMEONE,
    info={"dialect": "postgresql"},
)
COMMON_KIND = "decision"
"""Nearly every record is one: an index over those would only cost."""
RARE_KIND = text(f"kind != '{COMMON_KIND}'")
Index("records_by_kind", records.c.kind, records.c.seq, sqlite_where=RARE_KIND, postgresql_where=RARE_KIND)

nodes = Table(
    "nodes",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=False),  # as cds.audit.stores.numbering counts them
    Column("hash", LargeBinary, nullable=False),
    sqlite_strict=True,
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=False),
    Column("size", _NUMBER, nullable=False),
    Column("note", LargeBinary, nullable=False),
    sqlite_strict=True,
)
Index("checkpoints_by_size", checkpoints.c.size)

rulesets = Table(
    "rulesets",
    metadata,
    Column("stored", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    sqlite_strict=True,
)
