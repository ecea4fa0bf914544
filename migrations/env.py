"""Run migrations against the database that the app is configured for (Flask-Migrate's entry)."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from flask import current_app

from college.core.db import db


def plain_types(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write our own column types as what the database sees: a migration imports no app code."""
    if kind == "type" and isinstance(item, sa.types.TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def migrate(connection: sa.Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:  # batch mode rebuilds tables: with foreign keys on, their children go too
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        render_item=plain_types,
    )
    with context.begin_transaction():
        context.run_migrations()
        if is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise SystemExit("The migration would leave rows without their parent.")
    if is_sqlite:  # ours is an outer transaction to Alembic, which therefore leaves it open
        connection.commit()
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")


with current_app.app_context(), db.engine.connect() as connection:
    migrate(connection)
