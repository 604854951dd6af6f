"""Alembic's entry: runs the migrations on the connection that `badgepost.database.migrate` hands over."""

from typing import Any, Literal

from alembic import context
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import badges.account_tables
import badges.credential_tables
import badges.tables
import desk.access.tables
import desk.drafts.tables
import desk.hooks.tables
import desk.members.tables
import desk.tables
import inbound.tables
import mailer.instance.tables
import mailer.queue.tables
from badges.columns import Instant

# Imported so that their tables are known to SQLModel.metadata.
assert badges.account_tables
assert badges.credential_tables
assert badges.tables
assert desk.access.tables
assert desk.drafts.tables
assert desk.hooks.tables
assert desk.members.tables
assert desk.tables
assert inbound.tables
assert mailer.instance.tables
assert mailer.queue.tables


def render_plainly(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column types as what they are in the database: a migration must not change when the code does."""
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    if kind == "type" and isinstance(item, Instant):
        return "sa.BigInteger()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_item=render_plainly,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
