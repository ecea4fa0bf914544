"""How gunicorn serves the college: `.venv/bin/gunicorn -c deploy/gunicorn.conf.py`.

What an operator chooses stands in the settings (docs/deploy.md). BIND, or HOST and PORT, say where;
a socket that systemd hands over wins.
"""

import ctypes
import gc
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from config import Settings  # noqa: E402 - it lies in the folder above

settings = Settings.from_env()

wsgi_app = "app:app"
chdir = str(ROOT)
bind = os.environ.get("BIND") or ":".join(
    (os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000"))
)
BOOT_ERROR = 3  # by this status gunicorn knows not to try again
worker_class = "gthread"  # a slow reader holds a thread, not a process
workers = settings.processes
threads = settings.threads
timeout = 60  # seconds without a sign of life from a process; a slow page is none
graceful_timeout = 30  # seconds to answer what is under way at a stop
keepalive = 75  # seconds, longer than the proxy keeps its connections: it closes first
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a heartbeat that waits for no disk
# Which headers of the proxy count is said once, by COLLEGE_PROXIES; gunicorn itself believes none.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
control_socket_disable = True
accesslog = None  # the application writes a line a request, without personal data
errorlog = "-"
proc_name = "college-web"
COLLECT = (5000, 20, 20)  # a page makes some thousand objects and hardly a circle among them
COUNTS = "PROMETHEUS_MULTIPROC_DIR"  # where the processes count together, for /metrics
is_ours = bool(settings.metrics_token.get_secret_value()) and COUNTS not in os.environ
if is_ours:
    os.environ[COUNTS] = tempfile.mkdtemp(prefix="college-metrics-")


preload_app = True  # made once, before the fork, so that the processes share its memory


def on_starting(server: Any) -> None:
    """Have ready what every process needs: each template that is read here is shared too."""
    import sqlalchemy as sa  # noqa: PLC0415

    made = server.app.wsgi()
    with made.app_context():
        sa.orm.configure_mappers()
        for name in made.jinja_env.list_templates(extensions=["html"]):
            made.jinja_env.get_template(name)
    read_once(made)
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)  # what only the start needed goes back
    gc.freeze()  # no collection touches what is frozen: it stays shared
    gc.set_threshold(*COLLECT)


def read_once(made: Any) -> None:
    """Read what anybody may: what a first page leaves behind is shared by all then.

    With a database that is away it is a page that says so, and the start goes on.
    """
    from college.core.db import db  # noqa: PLC0415

    with made.test_client() as reader:
        for path in ("/", "/courses", "/sign-in", "/verify"):
            reader.get(path, base_url=settings.public_url)
    with made.app_context():
        db.engine.dispose()


def post_fork(server: Any, worker: Any) -> None:
    """Each process opens connections of its own: one that two hold mixes up their answers."""
    from college.core.db import db  # noqa: PLC0415

    with server.app.wsgi().app_context():
        db.engine.dispose(close=False)


def post_worker_init(worker: Any) -> None:
    """End at once, all of it, where the demo's public password would open a real college."""
    import click  # noqa: PLC0415

    from college.cli import refuse_open_doors  # noqa: PLC0415

    try:
        with worker.wsgi.app_context():
            refuse_open_doors()
    except click.ClickException as refusal:
        worker.log.error(refusal.message)
        sys.exit(BOOT_ERROR)


def child_exit(server: Any, worker: Any) -> None:
    """What a process that ended held, such as connections, is held no more."""
    if COUNTS in os.environ:
        from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    if is_ours:
        shutil.rmtree(os.environ[COUNTS], ignore_errors=True)
