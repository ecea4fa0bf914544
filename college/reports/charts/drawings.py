"""Drawn charts, kept by the hash of what they show: the worker draws, the web only looks."""

import json
from hashlib import sha256
from pathlib import Path

from college.core import jobs, storage
from college.core.helper import Bounds, Helper
from college.reports.charts.specs import Spec

TASK = "chart"
# 0.3 s and 200 MB each; its engine reserves addresses by the gigabyte
BOUNDS = Bounds(
    memory=1 << 30, cpu_seconds=20, wall_seconds=60, tasks=50, reserves=True, idle_seconds=60
)
artist = Helper("college.reports.charts.engine:draw", BOUNDS)


def key_of(spec: Spec) -> str:
    return sha256(_text(spec).encode()).hexdigest()


def found(key: str) -> bytes | None:
    """The SVG, or None while nobody has drawn it."""
    path = _path(key)
    return path.read_bytes() if path.exists() else None


def ask(spec: Spec) -> str | None:
    """The key of a drawing that is there; None after asking the worker to make it."""
    key = key_of(spec)
    if _path(key).exists():
        return key
    jobs.wake(TASK, _text(spec))
    return None


def draw(text: str) -> None:
    """The task "chart": its argument is the specification as JSON."""
    spec = json.loads(text)
    key = key_of(spec)
    if _path(key).exists():
        return
    svg: bytes = artist.ask(text)
    path = _path(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(svg)
    fresh.rename(path)


def _path(key: str) -> Path:
    return storage.cache() / "charts" / f"{key}.svg"


def _text(spec: Spec) -> str:
    return json.dumps(spec, ensure_ascii=False, sort_keys=True)
