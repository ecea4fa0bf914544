"""A closed class whose trainees are entitled, its designs, a batch and issued certificates."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

import sqlalchemy as sa

from college.certs.batches.models import IssueBatch
from college.certs.batches.operations import approve_batch, issue_batch, open_batch
from college.certs.batches.queries import ISSUE, PREVIEW
from college.certs.certificates.codes import grouped, new_code
from college.certs.certificates.models import Certificate, CertificateState
from college.certs.designs.models import CertificateKind, Design
from college.certs.designs.operations import adopt_designs
from college.certs.designs.queries import newest
from college.core import clock, jobs
from college.core.db import db
from college.core.numbering import with_check_digit
from college.core.roles import SYSTEM, Actor
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.runs.models import CourseRun, RunState
from college.people.persons.models import Person
from tests.factories import make_id_number, make_person, saved
from tests.factories.courses import make_enrolment, make_run

_numbers = count(1)
NAMES = ("欧阳若溪", "斯琴高娃·乌云", "王芳")
SHORT = [{"code": "attendance_short", "there": "38", "needed": "43.2"}]


def adopted() -> None:
    if newest("completion") is None:
        adopt_designs(SYSTEM)
        db.session.commit()


def make_closed_run(
    names: Sequence[str] = NAMES, *, failed: Sequence[str] = (), **over: Any
) -> CourseRun:
    """A class closed today: `names` completed it, `failed` did not; all with an ID number."""
    adopted()
    unit = over.pop("unit", None)
    usual: dict[str, Any] = {
        "state": RunState.CLOSED,
        "closed_at": clock.now(),
        "title": "基层社工站骨干班（第三期）",
    }
    run = make_run(**usual | over)
    for name in names:
        make_completed(run, name, unit=unit)
    for name in failed:
        make_completed(run, name, unit=unit, state=EnrolmentState.NOT_COMPLETED, outcome=SHORT)
    return run


def make_completed(run: CourseRun, name: str = "李雷", **over: Any) -> Enrolment:
    unit = over.pop("unit", None)
    person = over.pop("person", None) or make_person(
        full_name=name, id_number=make_id_number(), unit=unit
    )
    usual = {
        "state": EnrolmentState.COMPLETED,
        "minutes_attended": run.course.minutes,
        "total_mark": Decimal("82.0"),
    }
    return make_enrolment(run, person, **usual | over)


def make_batch(
    run: CourseRun | None = None, *, by: Actor = SYSTEM, issue_on: date | None = None
) -> IssueBatch:
    batch = open_batch(by, run or make_closed_run(), issue_on=issue_on or clock.today())
    db.session.commit()
    return batch


def drawn(batch: IssueBatch) -> IssueBatch:
    """The batch with its sample."""
    return worked(PREVIEW, batch)


def order(batch: IssueBatch, *, by: Actor = SYSTEM) -> IssueBatch:
    """Approve the batch and have it issued; the worker has not begun."""
    approve_batch(by, batch)
    issue_batch(by, batch)
    db.session.commit()
    return batch


def make_issued(run: CourseRun | None = None, *, by: Actor = SYSTEM) -> IssueBatch:
    """A batch that went the whole way, papers and all."""
    return worked(ISSUE, order(drawn(make_batch(run, by=by)), by=by))


def job_of(kind: str, batch_id: int) -> jobs.Job:
    job = jobs.latest(kind, batch_id)
    assert job is not None
    return job


def worked(kind: str, batch: IssueBatch) -> IssueBatch:
    batch_id = batch.id
    jobs.work_on(job_of(kind, batch_id).id, "test")
    db.session.expire_all()
    done = job_of(kind, batch_id)
    assert done.state is jobs.JobState.DONE, done.error
    return db.session.get_one(IssueBatch, batch_id)


def certificates_of(batch: IssueBatch) -> Sequence[Certificate]:
    entries = Certificate.entry.has(batch_id=batch.id)
    return db.session.scalars(
        sa.select(Certificate).where(entries).order_by(Certificate.number)
    ).all()


def make_certificate(person: Person | None = None, **over: Any) -> Certificate:
    """A certificate in force without the work of drawing it: its file is not there."""
    adopted()
    person = person or make_person()
    number = with_check_digit(f"TLSW-JY-2025-{next(_numbers):06d}")
    code = new_code()
    facts = {
        "name": person.full_name,
        "id_tail": "002X",
        "course": "个案工作实务班",
        "course_en": "Casework class",
        "from": "2025年6月8日",
        "to": "2025年6月30日",
        "periods": "48",
        "issuer": "通辽社会工作学院",
        "date": "2025年7月3日",
        "number": number,
        "code": grouped(code),
    }
    usual = {
        "number": number,
        "code": code,
        "kind": CertificateKind.COMPLETION,
        "person_id": person.id,
        "design_id": db.session.scalars(sa.select(Design.id).order_by(Design.id)).first(),
        "facts": facts,
        "state": CertificateState.ISSUED,
        "file_sha256": f"{next(_numbers):064x}",
        "issued_on": date(2025, 7, 3),
        "issued_at": clock.now(),
    }
    return saved(Certificate(**usual | over))
