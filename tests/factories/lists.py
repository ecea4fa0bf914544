"""Official lists of candidates: dull but valid."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from college.core import jobs
from college.core.db import db
from college.core.roles import SYSTEM, Actor
from college.core.sheets import write_csv
from college.exams.cycles.models import ExamCycle
from college.exams.official_lists.models import ListKind, OfficialList
from college.exams.official_lists.operations import import_list
from college.exams.official_lists.queries import CHECK, RECORD
from college.exams.official_lists.uploading import About, take_in
from tests.factories.exams import LI_LEI_ID

ON = date(2025, 5, 19)


def listed(*rows: Mapping[str, object], **over: object) -> bytes:
    """A sheet of rows as `entry` makes them; without rows of 李雷 alone."""
    filled = [dict(one) for one in rows] or [entry(**over)]
    headings = list(dict.fromkeys(name for one in filled for name in one))
    return write_csv(headings, [[str(one.get(name, "")) for name in headings] for one in filled])


def entry(**over: object) -> dict[str, object]:
    """One row by heading: 李雷's, who has a ticket."""
    usual = {"姓名": "李雷", "证件号码": LI_LEI_ID, "级别": "中级", "考试年度": "2025"}
    seat = {"准考证号": "20250501", "考点": "第一考点", "考场": "3", "座位号": "07"}
    return {**usual, **seat, **over}


def make_list(
    content: bytes,
    cycle: ExamCycle,
    kind: ListKind = ListKind.TICKETED,
    *,
    by: Actor = SYSTEM,
    name: str = "名单.csv",
    **about: Any,
) -> OfficialList:
    """A list that was uploaded and that the worker has checked, where its columns are known."""
    said = About(kind=kind, **{"on": ON, "source": "人事考试中心"} | about)
    made = take_in(by, cycle, content, name, said)
    db.session.commit()
    return list_worked(CHECK, made) if jobs.latest(CHECK, made.id) else made


def make_list_imported(content: bytes, cycle: ExamCycle, *args: Any, **about: Any) -> OfficialList:
    """A list that went the whole way."""
    return brought_in(make_list(content, cycle, *args, **about))


def brought_in(made: OfficialList, by: Actor = SYSTEM) -> OfficialList:
    import_list(by, made)
    db.session.commit()
    return list_worked(RECORD, made)


def list_worked(kind: str, made: OfficialList) -> OfficialList:
    list_id = made.id
    job = jobs.latest(kind, list_id)
    assert job is not None
    jobs.work_on(job.id, "test")
    db.session.expire_all()
    done = jobs.latest(kind, list_id)
    assert done is not None
    assert done.state is jobs.JobState.DONE, done.error
    return db.session.get_one(OfficialList, list_id)


def tally(made: OfficialList) -> tuple[int, int, int, int]:
    """New, changed, unchanged, refused."""
    return made.rows_new, made.rows_changed, made.rows_unchanged, made.rows_refused
