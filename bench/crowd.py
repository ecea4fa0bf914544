"""A college of many people and classes to measure in: the demo college, and a crowd around it.

People and their posts come in by the college's own operations; what years of teaching would have
left (enrolments, attendance, marks, certificates, the journal) in bulk, with the shape it has.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import sqlalchemy as sa
from flask import Flask

from college.certs.batches.models import BatchEntry, BatchState, EntryState, IssueBatch
from college.certs.certificates.codes import new_code
from college.certs.certificates.models import Certificate, CertificateState
from college.certs.designs.models import Design
from college.core import clock, crypto, journal, sealing, storage
from college.core.db import Base, db
from college.core.roles import SYSTEM, Role
from college.courses.attendance.models import AttendanceRecord, AttendanceStatus
from college.courses.catalogue.models import Course
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.grades.models import Mark
from college.courses.runs.models import Assessment, CourseRun, Lesson, RunState, run_instructor
from college.demo import load, staff
from college.demo.courses import at
from college.people.accounts.models import Account
from college.people.accounts.operations import open_account
from college.people.accounts.passwords import hashed
from college.people.persons.models import Person
from college.people.persons.operations import NewPerson, record_persons
from college.people.roles.operations import grant_role
from college.people.sign_ins.keys import hash_of, new_key
from college.people.sign_ins.models import SignIn

PASSWORD = "drei Pferde auf der Weide"
LESSONS, IN_CLASS, SEATS, PART = 6, 28, 30, 1000
RUNNING, AHEAD = 30, 20  # of the classes; all others are over
NINE, MINUTES, COMPLETED = time(9), 120, 0.9


@dataclass(frozen=True, slots=True)
class Crowd:
    """Whom and what the pages are measured with."""

    trainee: int  # ids of persons
    instructor: int
    administrator: int
    department: int
    run: int  # a running class of that trainee, taught by that instructor
    code: str  # of an issued certificate


def build(app: Flask, people: int, runs: int) -> Crowd:
    with app.app_context():
        load.load(lambda line: None)
        demo = sa.select(Person.id).where(
            Person.is_demo
        )  # no production opens beside their password
        db.session.execute(sa.delete(SignIn).where(SignIn.person_id.in_(demo)))
        db.session.execute(sa.delete(Account).where(Account.person_id.in_(demo)))
        there = db.session.scalar(sa.select(sa.func.count(Person.id))) or 0
        staff.add_extra(max(0, people - there - 4))
        db.session.commit()
        ours = {role: _reader(role) for role in READERS}
        crowd = _teach(Random(2026), ours, runs - _count(CourseRun))
        db.session.commit()
        sealing.seal_everything()
        db.session.execute(sa.text("ANALYZE"))
        db.session.commit()
        return crowd


def sign_in_cookies(app: Flask, persons: Sequence[int]) -> dict[int, str]:
    """The cookie of a fresh sign-in of each of these persons, as a browser would bring it."""
    keys = {person: new_key() for person in persons}
    device = {"browser": "Chrome", "system": "Windows", "address": "127.0.0.0/24"}
    with app.app_context():
        epochs = {a.person_id: a.epoch for a in db.session.scalars(sa.select(Account))}
        rows = [
            {"person_id": p, "key_hash": hash_of(key), "epoch": epochs[p], **device}
            for p, key in keys.items()
        ]
        db.session.execute(sa.insert(SignIn), rows)
        db.session.commit()
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    name = app.config["SESSION_COOKIE_NAME"]
    signed = {p: serializer.dumps({"_user_id": key, "_permanent": True}) for p, key in keys.items()}
    return {person: f"{name}={value}" for person, value in signed.items()}


READERS = {
    Role.TRAINEE: "李测试",
    Role.INSTRUCTOR: "韩测试",
    Role.ADMIN: "陈测试",
    Role.OBSERVER: "白测试",
}


def _reader(role: Role) -> int:
    """Somebody real: a demo account answers in no production."""
    [person] = record_persons(SYSTEM, [NewPerson(full_name=READERS[role])])
    grant_role(SYSTEM, person, role=role, from_on=date(2024, 1, 1))
    login = f"bench-{role.value}"
    account = open_account(SYSTEM, person, login=login, password_hash=hashed(PASSWORD))
    if account.actor.bears_grave_rights:  # production lets them see nothing without
        account.totp_sealed, account.totp_since = crypto.seal("of no phone"), clock.now()
    db.session.commit()
    return person.id


def open_accounts(app: Flask, persons: Sequence[int]) -> None:
    """Let these people sign in as trainees; their password is not used."""
    with app.app_context():
        account = {"password_hash": "-", "epoch": 0, "locale": ""}
        rows = [account | {"person_id": p, "login": f"crowd{p}"} for p in persons]
        db.session.execute(sa.insert(Account), rows)
        chosen = sa.select(Person).where(Person.id.in_(persons))
        for person in db.session.scalars(chosen).all():
            grant_role(SYSTEM, person, role=Role.TRAINEE, from_on=date(2024, 1, 1))
        db.session.commit()


def _teach(chance: Random, ours: dict[Role, int], count: int) -> Crowd:
    courses = db.session.scalars(sa.select(Course).order_by(Course.id)).all()
    chosen = sa.select(Person).where(Person.id.not_in(ours.values())).order_by(Person.id)
    everybody = db.session.scalars(chosen).all()
    runs = [_run(chance, n, courses[n % len(courses)], count) for n in range(count)]
    db.session.add_all(runs)
    db.session.flush()
    teacher, trainee = ours[Role.INSTRUCTOR], db.session.get_one(Person, ours[Role.TRAINEE])
    _insert(run_instructor, ({"run_id": r.id, "person_id": teacher} for r in runs))
    db.session.add_all(part for run in runs for part in _parts(run, teacher))
    db.session.flush()
    running = [r for r in runs if _stage(r) == "running"]
    mine = {running[0].id, *(r.id for r in runs[:4])}
    enrolments = []
    for run in runs:
        some = chance.sample(everybody, IN_CLASS) + ([trainee] if run.id in mine else [])
        enrolments += [_enrolment(chance, run, person) for person in some]
    db.session.add_all(enrolments)
    db.session.flush()
    _insert(AttendanceRecord.__table__, _attendance(chance, runs, enrolments))
    _insert(Mark.__table__, _marks(chance, runs, enrolments))
    code = _certificates(runs, enrolments)
    _tell("enrol", [(e, e.person_id, {"state": e.state}) for e in enrolments])
    _tell("open_run", [(r, None, {"code": r.code}) for r in runs])
    return Crowd(
        trainee.id,
        teacher,
        ours[Role.ADMIN],
        ours[Role.OBSERVER],
        running[0].id,
        code,
    )


def _run(chance: Random, n: int, course: Course, count: int) -> CourseRun:
    """The first classes are over, then come those that run, then those to come."""
    today, over = clock.today(), count - RUNNING - AHEAD
    if n < over:
        starts = today - timedelta(days=60 + chance.randrange(1000))
    elif n < over + RUNNING:
        starts = today - timedelta(days=chance.randrange(1, 20))
    else:
        starts = today + timedelta(days=chance.randrange(5, 60))
    run = CourseRun(
        course_id=course.id,
        code=f"BM-{n:04d}",
        title=f"{course.title}第{n + 1}期",
        title_en=f"{course.title_en} {n + 1}",
        seats=SEATS,
        starts_on=starts,
        ends_on=starts + timedelta(days=7 * (LESSONS - 1)),
        enrolment_opens_at=at(starts - timedelta(days=90), NINE),
        enrolment_closes_at=at(starts, NINE),
        state=RunState.CLOSED if n < over else RunState.OPEN,
    )
    if n < over:
        run.closed_at = at(run.ends_on + timedelta(days=3), NINE)
    return run


def _stage(run: CourseRun) -> str:
    if run.state is RunState.CLOSED:
        return "over"
    return "running" if run.has_begun else "ahead"


def _parts(run: CourseRun, teacher: int) -> Iterator[Base]:
    """Lessons of a week each and two assessments."""
    for n in range(LESSONS):
        starts_at = at(run.starts_on + timedelta(days=7 * n), NINE)
        yield Lesson(
            run_id=run.id,
            position=n,
            title=f"第{n + 1}讲",
            title_en=f"Lesson {n + 1}",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=MINUTES),
            room=f"{301 + n}教室",
            instructor_id=teacher,
        )
    for n, title in enumerate(("平时作业", "结业测试")):
        yield Assessment(run_id=run.id, position=n, title=title, weight_percent=50)


def _enrolment(chance: Random, run: CourseRun, person: Person) -> Enrolment:
    state, outcome = EnrolmentState.ENROLLED, {}
    if _stage(run) == "over":
        completed = chance.random() < COMPLETED
        state = EnrolmentState.COMPLETED if completed else EnrolmentState.NOT_COMPLETED
        outcome = {"minutes_attended": LESSONS * MINUTES, "total_mark": Decimal(80)}
    enrolled_at = at(run.starts_on - timedelta(days=chance.randrange(1, 80)), NINE)
    return Enrolment(
        run_id=run.id, person_id=person.id, state=state, enrolled_at=enrolled_at, **outcome
    )


def _of(runs: Sequence[CourseRun], enrolments: Sequence[Enrolment]) -> dict[int, list[Enrolment]]:
    found: dict[int, list[Enrolment]] = {run.id: [] for run in runs if _stage(run) != "ahead"}
    for enrolment in enrolments:
        if enrolment.run_id in found:
            found[enrolment.run_id].append(enrolment)
    return found


def _attendance(
    chance: Random, runs: Sequence[CourseRun], enrolments: Sequence[Enrolment]
) -> Iterator[dict[str, object]]:
    """Of every lesson that is over: one in ten was absent."""
    of = _of(runs, enrolments)
    held = (Lesson.run_id.in_(of)) & (Lesson.ends_at < clock.now())
    for lesson in db.session.scalars(sa.select(Lesson).where(held).order_by(Lesson.id)):
        for enrolment in of[lesson.run_id]:
            is_there = chance.random() < 0.9
            yield {
                "lesson_id": lesson.id,
                "enrolment_id": enrolment.id,
                "status": AttendanceStatus.PRESENT if is_there else AttendanceStatus.ABSENT,
                "minutes": MINUTES if is_there else 0,
                "recorded_by_id": lesson.instructor_id,
                "recorded_at": lesson.ends_at,
            }


def _marks(
    chance: Random, runs: Sequence[CourseRun], enrolments: Sequence[Enrolment]
) -> Iterator[dict[str, object]]:
    of = _of([run for run in runs if _stage(run) == "over"], enrolments)
    chosen = sa.select(Assessment).where(Assessment.run_id.in_(of)).order_by(Assessment.id)
    for assessment in db.session.scalars(chosen):
        for enrolment in of[assessment.run_id]:
            yield {
                "assessment_id": assessment.id,
                "enrolment_id": enrolment.id,
                "value": Decimal(chance.randint(60, 98)),
            }


def _certificates(runs: Sequence[CourseRun], enrolments: Sequence[Enrolment]) -> str:
    """One for each who completed; they share one file, which no page opens."""
    title = {run.id: run for run in runs}
    design = db.session.scalars(sa.select(Design).order_by(Design.id).limit(1)).one()
    name = {p.id: p.full_name for p in db.session.scalars(sa.select(Person))}
    entries = _batches(runs, enrolments, design)
    key = storage.files().put(b"%PDF-1.7 of the bench")
    issued = []
    for n, one in enumerate(e for e in enrolments if e.state is EnrolmentState.COMPLETED):
        run = title[one.run_id]
        issued_on = run.ends_on + timedelta(days=10)
        facts = {"name": name[one.person_id], "course": run.title, "course_en": run.title_en}
        facts |= {"periods": "16学时", "issuer": "通辽社会工作学院", "id_tail": "1234"}
        issued.append(
            Certificate(
                number=f"BENCH-{issued_on.year}-{n:06d}",
                code=new_code(),
                kind=design.kind,
                person_id=one.person_id,
                enrolment_id=one.id,
                entry_id=entries[one.id],
                design_id=design.id,
                facts=facts,
                state=CertificateState.ISSUED,
                file_sha256=key,
                issued_on=issued_on,
                issued_at=at(issued_on, NINE),
            )
        )
    db.session.add_all(issued)
    db.session.flush()
    _tell("issue", [(c, c.person_id, {"number": c.number}) for c in issued])
    return issued[0].code


def _batches(
    runs: Sequence[CourseRun], enrolments: Sequence[Enrolment], design: Design
) -> dict[int, int]:
    """An issued batch of each class that is over; returns the entry of each enrolment."""
    over = [run for run in runs if _stage(run) == "over"]
    batches = {
        run.id: IssueBatch(
            run_id=run.id,
            kind=design.kind,
            design_id=design.id,
            state=BatchState.ISSUED,
            issue_on=run.ends_on + timedelta(days=10),
        )
        for run in over
    }
    db.session.add_all(batches.values())
    db.session.flush()
    entries = [
        BatchEntry(
            batch_id=batches[one.run_id].id,
            enrolment_id=one.id,
            position=n,
            state=EntryState.ISSUED,
        )
        for n, one in enumerate(enrolments)
        if one.state is EnrolmentState.COMPLETED
    ]
    db.session.add_all(entries)
    db.session.flush()
    return {entry.enrolment_id: entry.id for entry in entries}


def _tell(deed: str, facts: Sequence[tuple[Base, int | None, dict[str, object]]]) -> None:
    for start in range(0, len(facts), PART):
        journal.record_all(SYSTEM, deed, facts[start : start + PART])


def _insert(table: Any, rows: Iterator[dict[str, object]]) -> None:
    db.session.execute(sa.insert(table), list(rows))


def _count(model: type[Base]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0
