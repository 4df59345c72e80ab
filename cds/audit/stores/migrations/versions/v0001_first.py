"""The first version of the tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TABLES = ("records", "nodes", "checkpoints", "rulesets")


def upgrade() -> None:
    """Make the tables; in PostgreSQL, refuse every change to what is in them."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "records",
        sa.Column("seq", number, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("header", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary),
        sa.CheckConstraint("seq >= 0", name="seq_from_zero"),
        sqlite_strict=True,
    )
    about_someone = sa.text("subject IS NOT NULL")
    rare = sa.text("kind != 'decision'")
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("records_subjects", "records", ["seq", "subject", "kind"], sqlite_where=about_someone)
    else:
        op.create_index("records_by_subject", "records", ["subject", "seq"], postgresql_where=about_someone)
    op.create_index("records_by_kind", "records", ["kind", "seq"], sqlite_where=rare, postgresql_where=rare)
    op.create_table(
        "nodes",
        sa.Column("number", number, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "checkpoints",
        sa.Column("number", number, primary_key=True, autoincrement=False),
        sa.Column("size", number, nullable=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("checkpoints_by_size", "checkpoints", ["size"])
    op.create_table(
        "rulesets",
        sa.Column("stored", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        _refuse_changes()


def _refuse_changes() -> None:
    """Raise at UPDATE, DELETE and TRUNCATE, also under `session_replication_role`: the wall behind the rights."""
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the log is append-only: % of % is refused', TG_OP, TG_TABLE_NAME "
        "USING ERRCODE = 'insufficient_privilege'; END $$"
    )
    for table in _TABLES:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")
