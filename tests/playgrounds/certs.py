"""A closed class that awaits its certificates, one that has them, and one revoked."""

import sqlalchemy as sa

from college.certs.batches.models import IssueBatch
from college.certs.batches.operations import approve_batch, issue_batch, open_batch
from college.certs.batches.queries import ISSUE, PREVIEW
from college.certs.certificates.models import Certificate, RevocationReason
from college.certs.certificates.operations import revoke_certificate
from college.certs.designs.operations import adopt_designs
from college.core import clock, jobs
from college.core.db import db
from college.core.roles import SYSTEM, Actor
from college.courses.runs.models import CourseRun
from college.people.accounts.queries import by_person
from college.people.persons.models import Person
from college.stations.units.models import UnitKind
from tests.factories import make_unit
from tests.factories.certs import make_closed_run, make_completed
from tests.factories.courses import make_course, morning

WAITING = ("欧阳若溪", "阿木古楞", "白晓燕", "孛儿只斤·额尔德尼", "娜仁", "苏和", "王秀英", "赵𱍐")


def certs(cast: dict[str, Person]) -> None:
    adopt_designs(SYSTEM)
    course = make_course(code="GG", title="基层社工站骨干实务", minutes=48 * 45)
    teachers = [cast["hanmeimei"]]
    station = make_unit(name="开鲁镇社工站", name_en="Kailu Station", kind=UnitKind.STATION)
    usual = {"course": course, "begins": morning(-60), "instructors": teachers, "unit": station}
    old = make_closed_run(
        ["周立新", "额尔敦其木格", "刘洋"], failed=["杜鹃"], code="GG-1", **usual,
        title="基层社工站骨干班（第1期）", title_en="Station leaders, first class",
    )  # fmt: skip
    make_completed(old, minutes_attended=45 * 48, person=cast["lilei"])
    make_closed_run(
        WAITING, failed=["格日勒", "敖特根·巴雅尔"], code="GG-3", **usual,
        title="基层社工站骨干班（第3期）", title_en="Station leaders, third class",
    )  # fmt: skip
    account = by_person(cast["chen"].id)
    assert account is not None
    issued(account.actor, old)


def issued(chen: Actor, run: CourseRun) -> None:
    batch = open_batch(chen, run, issue_on=clock.today())
    batch_id = batch.id
    work(PREVIEW, batch_id)
    approve_batch(chen, db.session.get_one(IssueBatch, batch_id))
    issue_batch(chen, db.session.get_one(IssueBatch, batch_id))
    work(ISSUE, batch_id)
    last = db.session.scalars(sa.select(Certificate).order_by(Certificate.id.desc())).first()
    assert last is not None
    revoke_certificate(chen, last, reason=RevocationReason.WRONG_FACTS)
    db.session.commit()


def work(kind: str, batch_id: int) -> None:
    db.session.commit()
    jobs.forget_nudges()
    job = jobs.latest(kind, batch_id)
    assert job is not None
    jobs.work_on(job.id, "playground")
