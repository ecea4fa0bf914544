"""What the pages of the rules, of passing and of hours, send, for `bodies.py`."""

from collections.abc import Callable
from typing import Any

from college.core import clock
from college.core.db import db
from college.exams.cycles.models import ExamCycle
from tests.web.world import Rows

HOURS = "/register/continuing-education"


def _end(rows: Rows) -> dict[str, Any]:
    return {"to_on": clock.today()}


RULES: dict[str, Callable[[Rows], dict[str, Any]]] = {
    "/exams/results/<int:import_id>/columns": lambda rows: {
        "name": "姓名",
        "id_number": "证件号码",
        "level": "级别",
        "year": "考试年度",
        "subject": "科目",
        "score": "成绩",
    },
    "/exams/cycles/<int:cycle_id>/papers": lambda rows: {
        "papers-0-paper": "assistant practice",
        "papers-0-on": str(db.session.get_one(ExamCycle, rows["cycle_id"]).exam_from_on),
        "papers-0-starts": "09:00",
        "papers-0-ends": "11:00",
    },
    "/exams/rejudgings/line": lambda rows: {
        "year": str(db.session.get_one(ExamCycle, rows["cycle_id"]).year),
        "level": "assistant",
        "region": "奈曼旗",
        "line": "55",
        "published_on": "2026-09-12",
        "citation": "通知",
    },
    f"{HOURS}/rules/conversions/new": lambda rows: {
        "region": "通辽市",
        "category": "training",
        "name": "培训（按半天）",
        "unit": "piece",
        "minutes_per_unit": 180,
        "from_on": clock.today(),
        "citation": "通社工〔2026〕1号",
    },
    f"{HOURS}/rules/conversions/<int:conversion_id>/end": _end,
    f"{HOURS}/rules/requirements/new": lambda rows: {
        "region": "通辽市",
        "level": "assistant",
        "category": "training",
        "bound": "at_most",
        "hours": 60,
        "from_on": clock.today(),
        "citation": "通社工〔2026〕1号",
    },
    f"{HOURS}/rules/requirements/<int:requirement_id>/end": _end,
}
