"""How gunicorn serves the college: `.venv/bin/gunicorn -c deploy/gunicorn.conf.py`.

What an operator chooses stands in the settings (docs/deploy.md). BIND, or HOST and PORT, say where;
a socket that systemd hands over wins.
"""

import ctypes
import fcntl
import gc
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, Any

from gunicorn.workers.gthread import ThreadWorker

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
workers = settings.processes + settings.worker_inside
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
BEAT = 5  # seconds
COUNTS = "PROMETHEUS_MULTIPROC_DIR"  # where the processes count together, for /metrics
is_ours = bool(settings.metrics_token.get_secret_value()) and COUNTS not in os.environ
if is_ours:
    os.environ[COUNTS] = tempfile.mkdtemp(prefix="college-metrics-")


class Process(ThreadWorker):
    """Answers with threads: a slow reader holds one of them, not a process.

    With COLLEGE_WORKER_INSIDE one of the processes is the worker instead; should it end, the next
    that gunicorn starts in its place takes its turn.
    """

    is_worker = False

    def run(self) -> None:
        place = turn.open("w") if turn else None
        if place is None or not _is_first(place):
            super().run()
            return
        self.is_worker = True
        for socket in self.sockets:
            socket.close()
        threading.Thread(target=self._beat, daemon=True).start()
        from college.worker import work  # noqa: PLC0415 - it lies in the folder above

        work(self.wsgi)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Until the jobs' own handlers are there a signal to end must not be lost."""
        super().handle_exit(sig, frame)
        if self.is_worker:
            sys.exit(0)

    def _beat(self) -> None:
        """Tell gunicorn that this process lives; end it, as it would end itself, with gunicorn."""
        while self.ppid == os.getppid():
            self.notify()
            time.sleep(BEAT)
        os.kill(os.getpid(), signal.SIGTERM)


def _is_first(place: IO[str]) -> bool:
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


worker_class = Process
# whose lock says which process is the worker
turn = Path(tempfile.mkdtemp(prefix="college-web-")) / "worker" if settings.worker_inside else None
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
    if turn:
        shutil.rmtree(turn.parent, ignore_errors=True)
    if is_ours:
        shutil.rmtree(os.environ[COUNTS], ignore_errors=True)
