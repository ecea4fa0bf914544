"""Whether the process is alive, and whether it can serve."""

import sqlalchemy as sa

from college.core import storage
from college.core.db import db
from college.web.pages import Pages

bp = Pages("health", __name__)


@bp.get("/healthz", can="anyone")
def alive() -> tuple[str, int, dict[str, str]]:
    return "ok\n", 200, {"Content-Type": "text/plain"}


@bp.get("/readyz", can="anyone")
def ready() -> tuple[str, int, dict[str, str]]:
    broken = [name for name, is_up in (("database", _database()), ("files", _files())) if not is_up]
    text = f"not ready: {', '.join(broken)}\n" if broken else "ready\n"
    return text, 503 if broken else 200, {"Content-Type": "text/plain"}


def _database() -> bool:
    try:
        return bool(db.session.scalar(sa.text("SELECT count(*) FROM alembic_version")))
    except sa.exc.SQLAlchemyError:
        return False


def _files() -> bool:
    return storage.files().is_up()
