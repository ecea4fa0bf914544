"""A small college with a row for every name that a route gives to an id, and who may reach it.

`Rows` are the rows of one person at one unit: an own class, an own enrolment, an own record. A
route that names an id of a new kind fails in `at` until `rows_of` makes a row of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from flask import Flask

from college.core import clock, storage
from college.core.db import Base, db
from college.core.jobs import Job, JobState
from college.core.roles import SYSTEM, Role
from college.courses.runs.models import Lesson, RunState
from college.exams.cohorts.models import ExamCohort
from college.people.consents.models import ConsentKind
from college.people.employment.models import Capacity, Employment
from college.people.persons.models import Person
from college.people.roles.models import RoleGrant
from college.people.sign_ins.models import SignIn
from college.reports.proposals.models import DueKind
from college.reports.retention.models import Clearing
from college.reports.twins.operations import merge_persons
from college.stations.units.models import Unit
from tests.conftest import account_of, key_of
from tests.databases import count_rows
from tests.factories import (
    hired,
    make_id_number,
    make_identity,
    make_indicator,
    make_invitation,
    make_person,
    make_request,
    make_sign_up,
    make_signed,
    make_texts,
    make_unit,
    practised,
    qualified,
    saved,
    schooled,
)
from tests.factories.certs import make_batch, make_certificate, make_closed_run
from tests.factories.courses import make_assessment, make_course, make_enrolment, make_run, morning
from tests.factories.exams import (
    make_candidacy,
    make_cohort,
    make_cycle,
    make_extension,
    make_import,
    make_line,
    make_milestone,
    make_rejudging,
    make_rules,
    make_tick,
    row,
    xlsx,
)
from tests.factories.lists import listed, make_list
from tests.factories.notices import make_delivery, make_notice
from tests.factories.papers import make_evidence
from tests.factories.passkeys import make_passkey
from tests.factories.photos import photo
from tests.factories.registering import (
    conversion,
    make_application,
    make_entry,
    make_hours_rules,
    make_registration_rules,
    make_review,
    requirement,
    review_step_of,
    step_of,
)
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
        make_registration_rules()
        make_hours_rules()
        self.texts = make_texts()
        self.cycle = make_cycle(clock.today().year - 1)
        self.here, self.there = make_unit(), make_unit()
        self.course = make_course()
        self.office = self._of_the_office()
        self.near = self.rows_of(cast_at(self.here))
        self.far = self.rows_of(cast_at(self.there))
        self.moved = self.rows_of(moved(cast_at(self.here), self.there))
        count_rows(db.session.connection(), *Base.metadata.tables)

    def rows_of(self, cast: Cast) -> Rows:
        unit, trainee, instructor = cast.unit, cast.trainee, cast.instructor
        run = make_run(self.course, begins=morning(-1), lessons=3, instructors=[instructor])
        lesson = db.session.scalars(sa.select(Lesson).where(Lesson.run_id == run.id)).first()
        assert lesson is not None
        certificate = make_certificate(trainee, file_sha256=storage.files().put(b"%PDF-1.7 paper"))
        trainee.photo_sha256 = storage.files().put(photo())
        db.session.commit()
        held, day = qualified(trainee), clock.today()
        applied = make_application(trainee, day, ground="顺延")
        return self.office | {
            "run_id": run.id,
            "lesson_id": lesson.id,
            "assessment_id": make_assessment(run).id,
            "enrolment_id": make_enrolment(run, trainee).id,
            "person_id": trainee.id,
            "other_id": make_person(full_name="李雷蕾").id,
            "post_id": post_of(trainee, unit),
            "qualification_id": held.id,
            "registration_id": applied.id,
            "step_id": step_of(applied).id,
            **review_of(trainee),
            "evidence_id": make_evidence(held).id,
            "candidacy_id": make_candidacy(trainee, self.cycle).id,
            "schooling_id": schooled(trainee).id,
            "practice_id": practised(trainee).id,
            "entry_id": make_entry(trainee).id,
            "unit_id": unit.id,
            "value_id": make_indicator(unit).id,
            "certificate_id": certificate.id,
            "session_id": make_session(cast.supervisee, supervisor=cast.supervisor).id,
            **planned_cohort(make_cohort(self.cycle, members=[trainee], tutor=instructor)),
            "sign_in_id": sign_in_of(cast.reader or trainee),
            "identity_id": make_identity(cast.reader or trainee).id,
            "passkey_id": make_passkey(cast.reader or trainee).id,
            "grant_id": grant_of(trainee),
            "invitation_id": make_invitation(trainee).id,
            "sign_up_id": make_sign_up(unit).id,
            "consent_id": make_signed(cast.reader or trainee, self.texts[ConsentKind.PHOTO]).id,
            "request_id": make_request(cast.reader or trainee).id,
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
            "conversion_id": conversion().id,
            "requirement_id": requirement().id,
            "clearing_id": saved(
                Clearing(kind=DueKind.LOOKS, before=clock.now(), total=1, finished_at=clock.now())
            ).id,
            "text_id": self.texts[ConsentKind.PHOTO].id,
            "import_id": made.id,
            "list_id": make_list(listed(证件号码="1"), self.cycle).id,
            "roster_id": roster.id,
            "job_id": broken.id,
            "delivery_id": make_delivery(make_person(email="zhang@example.org")).id,
            "cycle_id": self.cycle.id,
            "extension_id": make_extension().id,
            "rejudging_id": make_rejudging(self.cycle).id,
            "line_id": make_line(self.cycle).id,
            "ahead_id": make_cycle(clock.today().year + 1).id,
            "closed_id": fresh.id,
            "top_id": make_unit(name="总站").id,
            "merge_id": merge_persons(SYSTEM, make_person(None), make_person(None)).id,
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


def review_of(trainee: Person) -> Rows:
    review = make_review(trainee)
    return {"review_id": review.id, "review_step_id": review_step_of(review).id}


def planned_cohort(cohort: ExamCohort) -> Rows:
    """A cohort with two milestones; at one of them its member was checked off."""
    ids = {"cohort_id": cohort.id, "milestone_id": make_milestone(cohort).id}
    tick = make_tick(make_milestone(cohort, title="已完成摸底测试"))
    return ids | {"tick_id": tick.id, "member_id": tick.member_id}


def post_of(person: Person, unit: Unit) -> int:
    """The newest post that is believed, at the unit where there is one."""
    mine = (Employment.person_id == person.id) & Employment.known()
    chosen = sa.select(Employment.id).where(mine, Employment.unit_id == unit.id)
    newest = db.session.scalar(chosen.order_by(Employment.id.desc()).limit(1))
    return newest or hired(person, unit, from_on=date(2019, 1, 1), to_on=date(2019, 12, 31)).id


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
