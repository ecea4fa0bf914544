"""Drawn charts, kept by the hash of what they show: the worker draws, the web only looks."""

import json
from hashlib import sha256
from pathlib import Path

from college.core import jobs, storage
from college.reports.charts.specs import Spec

TASK = "chart"


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
    import vl_convert  # 90 MB that only the worker may load

    spec = json.loads(text)
    key = key_of(spec)
    if _path(key).exists():
        return
    svg = vl_convert.vegalite_to_svg(spec, vl_version="5.20")
    path = _path(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(svg.encode())
    fresh.rename(path)


def _path(key: str) -> Path:
    return storage.cache() / "charts" / f"{key}.svg"


def _text(spec: Spec) -> str:
    return json.dumps(spec, ensure_ascii=False, sort_keys=True)
