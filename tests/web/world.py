"""A small college with a row for every name that a route gives to an id, and who may reach it.

`Rows` are the rows of one person at one unit: an own class, an own enrolment, an own record. A
route that names an id of a new kind fails in `at` until `rows_of` makes a row of it.
"""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from college.core import clock, storage
from college.core.db import db
from college.core.jobs import Job, JobState
from college.core.roles import Role
from college.courses.runs.models import Lesson, RunState
from college.exams.cycles.models import ExamCycle
from college.people.employment.models import Capacity, Employment
from college.people.persons.models import Person
from college.people.qualifications.models import Level, PassBasis, Qualification
from college.people.roles.models import RoleGrant
from college.people.sign_ins.models import SignIn
from college.stations.units.models import Unit
from tests.conftest import account_of, key_of
from tests.factories import (
    hired,
    make_id_number,
    make_invitation,
    make_person,
    make_sign_up,
    make_unit,
)
from tests.factories.certs import make_batch, make_certificate, make_closed_run
from tests.factories.courses import make_assessment, make_course, make_enrolment, make_run, morning
from tests.factories.exams import make_cohort, make_cycle, make_import, make_rules, row, xlsx
from tests.factories.notices import make_delivery, make_notice
from tests.factories.photos import photo
from tests.factories.supervision import make_session
from tests.people.rosters import checked, sheet

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
WORDS = {  # what stands in an address and is no row
    "code": "en",
    "ending": "pdf",
    "filename": "college.css",
    "key": "0" * 64,
}
NAME = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")
Rows = dict[str, int]


@dataclass(frozen=True, slots=True)
class Cast:
    """Whose rows: their trainee, their instructor, their supervisor, at a unit."""

    unit: Unit
    trainee: Person
    supervisee: Person  # the trainee, where the role allows it
    instructor: Person
    supervisor: Person
    reader: Person | None = None


class World:
    """Unit `here` with the reader, unit `there` with others, and what hangs on no unit."""

    def __init__(self) -> None:
        make_rules()
        self.cycle = make_cycle(clock.today().year - 1)
        self.here, self.there = make_unit(), make_unit()
        self.course = make_course()
        self.office = self._of_the_office()
        self.near = self.rows_of(cast_at(self.here))
        self.far = self.rows_of(cast_at(self.there))
        self.moved = self.rows_of(moved(cast_at(self.here), self.there))

    def rows_of(self, cast: Cast) -> Rows:
        unit, trainee, instructor = cast.unit, cast.trainee, cast.instructor
        run = make_run(self.course, begins=morning(-1), lessons=3, instructors=[instructor])
        lesson = db.session.scalars(sa.select(Lesson).where(Lesson.run_id == run.id)).first()
        assert lesson is not None
        certificate = make_certificate(trainee, file_sha256=storage.files().put(b"%PDF-1.7 paper"))
        trainee.photo_sha256 = storage.files().put(photo())
        db.session.commit()
        return self.office | {
            "run_id": run.id,
            "lesson_id": lesson.id,
            "assessment_id": make_assessment(run).id,
            "enrolment_id": make_enrolment(run, trainee).id,
            "person_id": trainee.id,
            "post_id": post_of(trainee, unit),
            "qualification_id": qualified(trainee).id,
            "unit_id": unit.id,
            "certificate_id": certificate.id,
            "session_id": make_session(cast.supervisee, supervisor=cast.supervisor).id,
            "cohort_id": make_cohort(self.cycle, members=[trainee], tutor=instructor).id,
            "sign_in_id": sign_in_of(cast.reader or trainee),
            "grant_id": grant_of(trainee),
            "invitation_id": make_invitation(trainee).id,
            "sign_up_id": make_sign_up(unit).id,
            "notice_id": make_notice(cast.reader or trainee).id,
            "draft_id": make_run(self.course, instructors=[instructor], state=RunState.DRAFT).id,
        }

    def _of_the_office(self) -> Rows:
        """What belongs to nobody's unit: only administrators have a door to it."""
        run = make_closed_run(["李雷"], begins=morning(-10))
        batch = make_batch(run)
        for name in ("preview_pdf", "preview_png", "print_pdf"):
            setattr(batch, name, storage.files().put(b"%PDF-1.7 sample"))
        made = make_import(xlsx(row(考试年度=self.cycle.year, 证件号码="1")), self.cycle)
        roster = checked(sheet(["李雷", "1"]), unit=self.here, capacity=Capacity.CADRE)
        broken = Job(
            kind="exams.check", row_id=made.id, state=JobState.FAILED, ended_at=clock.now()
        )
        db.session.add(broken)
        db.session.commit()
        fresh = make_closed_run(["韩梅梅"], begins=morning(-10))
        return {
            "batch_id": batch.id,
            "import_id": made.id,
            "roster_id": roster.id,
            "job_id": broken.id,
            "delivery_id": make_delivery(make_person(email="zhang@example.org")).id,
            "cycle_id": self.cycle.id,
            "closed_id": fresh.id,
            "top_id": make_unit(name="总站").id,
        }


def cast_at(unit: Unit) -> Cast:
    phone = {"phone": "13800000000"}
    people = (make_person(role, unit=unit, **phone) for role in (Role.TRAINEE, Role.INSTRUCTOR))
    trainee, instructor = people
    return Cast(unit, trainee, trainee, instructor, make_person(Role.SUPERVISOR, unit=unit))


def own_cast(reader: Person, role: Role, unit: Unit) -> Cast:
    """The reader in the part that the role plays; who has none is the trainee."""
    other = cast_at(unit)
    supervisor = reader if role is Role.SUPERVISOR else other.supervisor
    trainee = other.trainee if role is Role.SUPERVISOR else reader
    supervisee = reader if role is Role.TRAINEE else other.trainee
    return Cast(unit, trainee, supervisee, reader, supervisor, reader)


def moved(cast: Cast, to: Unit) -> Cast:
    """The same people, who since today work elsewhere."""
    for person in (cast.trainee, cast.instructor, cast.supervisor):
        post = db.session.scalars(
            sa.select(Employment).where(Employment.person_id == person.id)
        ).one()
        post.to_on = clock.today() - timedelta(days=1)
        hired(person, to, from_on=clock.today())
    return cast


def post_of(person: Person, unit: Unit) -> int:
    """The newest post that is believed, at the unit where there is one."""
    mine = (Employment.person_id == person.id) & Employment.known()
    chosen = sa.select(Employment.id).where(mine, Employment.unit_id == unit.id)
    newest = db.session.scalar(chosen.order_by(Employment.id.desc()).limit(1))
    return newest or hired(person, unit, from_on=date(2019, 1, 1), to_on=date(2019, 12, 31)).id


def qualified(person: Person) -> Qualification:
    facts = {"approved_on": date(2023, 6, 11), "basis": PassBasis.NATIONAL}
    row = Qualification(person_id=person.id, level=Level.ASSISTANT, **facts)
    db.session.add(row)
    db.session.commit()
    return row


def sign_in_of(person: Person) -> int:
    key_of(account_of(person))
    held = sa.select(sa.func.max(SignIn.id)).where(SignIn.person_id == person.id)
    return db.session.scalars(held).one()


def grant_of(person: Person) -> int:
    held = sa.select(sa.func.max(RoleGrant.id)).where(RoleGrant.person_id == person.id)
    return db.session.scalars(held).one()


def reader_of(role: Role, unit: Unit) -> Person:
    return make_person(role, unit=unit, id_number=make_id_number(), phone="13800000000")


def expired(person: Person) -> Person:
    for held in db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == person.id)):
        held.to_on = clock.today() - timedelta(days=1)
    db.session.commit()
    return person


def routes(app: Flask) -> Iterator[tuple[str, str]]:
    """Every method and address of the college, in the order of the addresses."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule.rule


def named(rule: str) -> list[str]:
    """The names of the rows in an address, in their order."""
    return [name for name in NAME.findall(rule) if name not in WORDS]


def at(rule: str, rows: Rows) -> str:
    """The address of these rows. Fails for a row that nobody here makes."""

    def value(name: str) -> str:
        assert name in rows or name in WORDS, f"make a row of {name} in tests/web/world.py"
        return str(rows[name]) if name in rows else WORDS[name]

    return NAME.sub(lambda found: value(found[1]), re.sub(r"<any\((\w+)[^>]*>", r"\1", rule))


def body(rule: str, rows: Rows) -> dict[str, Any]:
    """What a form at this address would send, of these rows. Fails for an address unknown here."""
    assert rule in BODIES, f"write in tests/web/world.py what a form sends to {rule}"
    return BODIES[rule](rows)


def _session(rows: Rows) -> dict[str, Any]:
    held_on = clock.today().replace(year=clock.today().year - 1, month=1, day=1)
    return {
        "held_on": held_on,
        "starts_at": "09:00",
        "ends_at": "10:00",
        "form": "individual",
        "type": "training",
        "functions": ["educational"],
        "topics": "个案-08",
        "attendances-0-person": rows["person_id"],
    }


def _cohort(rows: Rows) -> dict[str, Any]:
    tutors = sa.select(RoleGrant.person_id).where(RoleGrant.role == Role.INSTRUCTOR)
    tutor = db.session.scalars(tutors.order_by(RoleGrant.id)).first()
    named = {"code": "C-9", "name": "备考班", "level": "social_worker"}
    return {**named, "cycle_id": rows["cycle_id"], "tutor_id": tutor}


def _upload_roster(rows: Rows) -> dict[str, Any]:
    content = io.BytesIO(sheet(["李雷", make_id_number(77)]))
    return {"file": (content, "名册.csv"), "unit_id": rows["unit_id"], "capacity": "cadre"}


def _upload(rows: Rows) -> dict[str, Any]:
    cycle = db.session.get_one(ExamCycle, rows["cycle_id"])
    sheet = io.BytesIO(xlsx(row(考试年度=cycle.year)))
    return {"cycle_id": rows["cycle_id"], "file": (sheet, "成绩.xlsx")}


def _post(rows: Rows) -> dict[str, Any]:
    first_day = {"from_on": date(2021, 1, 1)}
    return {"unit_id": rows["top_id"], "capacity": "volunteer", **first_day}


def _qualification(rows: Rows) -> dict[str, Any]:
    return {"level": "assistant", "approved_on": date(2023, 6, 12), "basis": "national"}


def nothing(rows: Rows) -> dict[str, Any]:
    return {}


RUN = "/courses/runs/<int:run_id>"
BATCH = "/certs/batches/<int:batch_id>"
PERSON = "/people/persons/<int:person_id>"
SESSION = "/supervision/sessions/<int:session_id>"
UNIT = "/people/units/<int:unit_id>"
SIGN_UP = "/people/sign-ups/<int:sign_up_id>"
BODIES: dict[str, Callable[[Rows], dict[str, Any]]] = {
    "/admin/jobs/<int:job_id>/again": nothing,
    f"{BATCH}/approve": nothing,
    f"{BATCH}/draw": nothing,
    f"{BATCH}/issue": nothing,
    f"{BATCH}/print": nothing,
    "/certs/batches/new": lambda rows: {"issue_on": clock.today()},
    "/certs/certificates/<int:certificate_id>/revoke": lambda rows: {"reason": "wrong_facts"},
    f"{RUN}/attendance/<int:lesson_id>": lambda rows: {
        f"e{rows['enrolment_id']}-status": "present",
        f"e{rows['enrolment_id']}-version": 0,
    },
    f"{RUN}/attendance/<int:lesson_id>/<int:enrolment_id>": lambda rows: {
        "status": "present",
        "version": 0,
    },
    f"{RUN}/attendance/<int:lesson_id>/all-present": nothing,
    f"{RUN}/completion": lambda rows: {"is_sure": "y", "accept_missing": "y"},
    f"{RUN}/enrolments/<int:enrolment_id>/withdraw": nothing,
    f"{RUN}/enrolments/new": nothing,
    f"{RUN}/enrolments/new/<int:person_id>": nothing,
    f"{RUN}/grades": lambda rows: {
        f"e{rows['enrolment_id']}a{rows['assessment_id']}-value": "80",
        f"e{rows['enrolment_id']}a{rows['assessment_id']}-was": "",
        f"e{rows['enrolment_id']}a{rows['assessment_id']}-version": 0,
    },
    f"{RUN}/grades/<int:assessment_id>/<int:enrolment_id>": lambda rows: {
        "value": "80",
        "version": 0,
    },
    f"{RUN}/open": nothing,
    "/exams/cohorts/<int:cohort_id>/members": nothing,
    "/exams/cohorts/new": _cohort,
    "/exams/cycles/adopt": nothing,
    "/exams/pass-rules/adopt": nothing,
    "/exams/results/<int:import_id>/check": nothing,
    "/exams/results/<int:import_id>/import": nothing,
    "/exams/results/<int:import_id>/refused.xlsx": nothing,
    "/exams/results/new": _upload,
    "/admin/people/import/<int:roster_id>/check": nothing,
    "/admin/people/import/<int:roster_id>/columns": lambda rows: {
        "name": "姓名",
        "id_number": "证件号码",
    },
    "/admin/people/import/<int:roster_id>/import": nothing,
    "/admin/people/import/<int:roster_id>/refused.xlsx": nothing,
    "/admin/people/import/new": _upload_roster,
    "/me/devices/<int:sign_in_id>/end": nothing,
    "/me/devices/end-others": nothing,
    "/admin/notices/<int:delivery_id>/again": nothing,
    "/me/notices/<int:notice_id>/read": nothing,
    "/me/notices/choices": lambda rows: {"wanted": ["enrolled:in_app"]},
    "/me/notices/read": nothing,
    "/me/password": lambda rows: {"now": "x", "password": "x", "again": "x"},
    "/enter/<code>": nothing,
    "/people/invitations/<int:invitation_id>/withdraw": nothing,
    "/people/invitations/slip/<int:person_id>": nothing,
    "/people/invitations/slips": lambda rows: {"person_id": rows["person_id"]},
    "/me/second-factor": lambda rows: {"password": "wrong"},
    "/me/second-factor/codes": lambda rows: {"code": "000000"},
    "/me/second-factor/end": lambda rows: {"code": "000000"},
    "/me/second-factor/set-up": lambda rows: {"code": "000000"},
    "/people/second-factors/<int:person_id>/lift": nothing,
    "/sign-in/code": lambda rows: {"code": "000000"},
    f"{SIGN_UP}/accept": nothing,
    f"{SIGN_UP}/decline": lambda rows: {"reason": "不在本站工作"},
    f"{SIGN_UP}/match": nothing,
    f"{SIGN_UP}/pass-on": nothing,
    "/register": lambda rows: {
        "full_name": "巴特尔",
        "id_type": "resident_id",
        "id_number": make_id_number(),
        "phone": "13800138000",
        "unit_id": rows["unit_id"],
        "password": "drei Pferde auf der Weide",
        "repeated": "drei Pferde auf der Weide",
        "agrees": "y",
    },
    "/people/roles/<int:grant_id>/end": nothing,
    "/people/roles/new/<int:person_id>": lambda rows: {
        "role": "coordinator",
        "unit_id": rows["unit_id"],
        "from_on": clock.today(),
    },
    "/people/employment/<int:post_id>/correct": _post,
    "/people/employment/<int:post_id>/leave": lambda rows: {"to_on": clock.today()},
    "/people/employment/<int:post_id>/transfer": lambda rows: {
        "unit_id": rows["top_id"],
        "on": clock.today(),
    },
    "/people/employment/<int:post_id>/withdraw": nothing,
    "/people/employment/new/<int:person_id>": _post,
    "/people/qualifications/<int:qualification_id>/correct": _qualification,
    "/people/qualifications/<int:qualification_id>/withdraw": nothing,
    "/people/qualifications/new/<int:person_id>": lambda rows: (
        _qualification(rows) | {"level": "senior"}
    ),
    f"{UNIT}/amend": lambda rows: {"division_code": "150523", "credit_code": ""},
    f"{UNIT}/change": lambda rows: {"name": "新名", "kind": "room", "on": clock.today()},
    f"{UNIT}/close": lambda rows: {"on": clock.today()},
    f"{UNIT}/merge": lambda rows: {"into_id": rows["top_id"], "on": clock.today()},
    f"{UNIT}/move": lambda rows: {"parent_id": rows["top_id"], "on": clock.today()},
    f"{UNIT}/opening": lambda rows: {"opened_on": date(2021, 5, 1)},
    f"{UNIT}/reopen": nothing,
    "/people/units/new": lambda rows: {
        "name": "新站",
        "kind": "station",
        "parent_id": 0,
        "opened_on": date(2021, 5, 1),
        "division_code": "150523",
        "credit_code": "",
    },
    f"{PERSON}/edit": lambda rows: {"full_name": "韩梅梅", "id_type": "resident_id"},
    f"{PERSON}/photo": lambda rows: {"photo": (io.BytesIO(photo()), "photo.png")},
    f"{PERSON}/photo/remove": nothing,
    f"{PERSON}/reveal": lambda rows: {"secret": "phone", "reason": "报名"},
    "/people/persons/new": lambda rows: {"full_name": "韩梅梅", "id_type": "resident_id"},
    "/sign-in": lambda rows: {"login": "nobody", "password": "wrong"},
    "/sign-out": nothing,
    f"{SESSION}/confirm": lambda rows: {"version": 1},
    f"{SESSION}/decline": lambda rows: {"note": "时间不对", "version": 1},
    f"{SESSION}/edit": _session,
    "/supervision/sessions/new": _session,
}
