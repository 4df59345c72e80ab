"""What Alembic runs: it gets an open connection and brings its tables up to date in one transaction."""

from __future__ import annotations

from alembic import context

from cds.audit.stores.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
