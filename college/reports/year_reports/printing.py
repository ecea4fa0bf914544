"""Printed reports, kept by the hash of what they say: the worker prints, the web only looks.

Who asks for a report and may see it gets the file of that hash; there is no other way to it.
"""

import base64
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import current_app

from college.core import jobs, storage
from college.core.helper import Bounds, Helper
from college.reports.charts import drawings
from college.reports.year_reports.parts import Report

TASK = "year_report"
STYLE = Path(__file__).with_name("paper.css")
# ten pages take 1.5 s and 300 MB
BOUNDS = Bounds(memory=1 << 30, cpu_seconds=60, wall_seconds=120, tasks=50, idle_seconds=60)
printer = Helper("college.reports.year_reports.rendering:printed", BOUNDS)


def key_of(text: str) -> str:
    """The style belongs to it: another look is another file."""
    return sha256(text.encode() + STYLE.read_bytes()).hexdigest()


def found(report: Report) -> bytes | None:
    """The PDF, or None while nobody has printed it."""
    path = _path(key_of(_text(report)))
    return path.read_bytes() if path.exists() else None


def ask(report: Report) -> bool:
    """Whether it is there; if not, the worker is asked to print it."""
    text = _text(report)
    if _path(key_of(text)).exists():
        return True
    jobs.wake(TASK, text)
    return False


def progress(report: Report) -> tuple[int, int]:
    """How many steps are done and how many there are: its drawings, then the printing."""
    is_there = _path(key_of(_text(report))).exists()
    drawn = [drawings.found(drawings.key_of(each.spec)) is not None for each in report.drawings]
    return (len(drawn) + 1 if is_there else sum(drawn)), len(drawn) + 1


def draw(text: str) -> None:
    """The task: its argument is the report as JSON."""
    path = _path(key_of(text))
    if path.exists():
        return
    data = json.loads(text)
    for chapter in data["chapters"]:
        if chapter["drawing"]:
            chapter["drawing"]["source"] = _source(chapter["drawing"]["spec"])
    # the environment alone: what pages know of their reader has no place on paper
    page = current_app.jinja_env.get_template("reports/year_reports/paper.html").render(data)
    pdf: bytes = printer.ask(page, STYLE.read_text(encoding="utf-8"))
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(pdf)
    fresh.rename(path)


def _source(spec: dict[str, Any]) -> str:
    """A drawing as an address that holds it."""
    drawings.draw(json.dumps(spec, ensure_ascii=False, sort_keys=True))
    svg = drawings.found(drawings.key_of(spec)) or b""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"


def _path(key: str) -> Path:
    return storage.cache() / "year_reports" / f"{key}.pdf"


def _text(report: Report) -> str:
    return json.dumps(report.as_data(), ensure_ascii=False, sort_keys=True, default=str)
