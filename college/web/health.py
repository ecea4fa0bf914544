"""Whether the process is alive, and whether all that it needs is there."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa
from flask import Flask, current_app

from college.core import queue, storage
from college.core.db import db
from college.web.limits import sign_in_limits
from college.web.pages import Pages

bp = Pages("health", __name__)


@bp.get("/healthz", can="anyone")
def alive() -> tuple[str, int, dict[str, str]]:
    return "ok\n", 200, {"Content-Type": "text/plain"}


@bp.get("/readyz", can="anyone")
def ready() -> tuple[str, int, dict[str, str]]:
    """Ask all at once: who watches waits no longer than for the slowest."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def ask(name: str) -> bool:
        with app.app_context():
            return NEEDED[name]()

    with ThreadPoolExecutor(len(NEEDED)) as pool:
        broken = [
            name for name, is_up in zip(NEEDED, pool.map(ask, NEEDED), strict=True) if not is_up
        ]
    text = f"not ready: {', '.join(broken)}\n" if broken else "ready\n"
    return text, 503 if broken else 200, {"Content-Type": "text/plain"}


def _database() -> bool:
    try:
        return bool(db.session.scalar(sa.text("SELECT count(*) FROM alembic_version")))
    except sa.exc.SQLAlchemyError:
        return False


def _files() -> bool:
    return storage.files().is_up()


def _queue() -> bool:
    return queue.is_up(current_app.extensions["queue"])


def _sign_in() -> bool:
    return sign_in_limits().window.storage.check()


# what goes without which stands in docs/deploy.md
NEEDED: dict[str, Callable[[], bool]] = {
    "database": _database,
    "files": _files,
    "queue": _queue,
    "sign-in": _sign_in,
}
