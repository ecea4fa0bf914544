"""The database's migrations. Alembic is loaded when somebody migrates: no page needs its memory."""

import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app
from werkzeug.local import LocalProxy

from college.core.db import db

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

FOLDER = Path(__file__).parents[1] / "migrations"


def install(app: Flask) -> None:
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)  # it names all it loads
    app.extensions["migrate"] = LocalProxy(partial(_loaded, app))


def upgrade() -> None:
    """Bring the database to the newest revision."""
    from flask_migrate import upgrade  # noqa: PLC0415

    upgrade()


def scripts() -> "ScriptDirectory":
    """The revisions that this release knows."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    return ScriptDirectory.from_config(current_app.extensions["migrate"].migrate.get_config())


def _loaded(app: Flask) -> Any:
    from flask_migrate import Migrate  # noqa: PLC0415

    Migrate(app, db, directory=str(FOLDER), render_as_batch=True)  # takes the proxy's place
    return app.extensions["migrate"]
