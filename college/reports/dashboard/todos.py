"""What waits for the reader: each thing names the step and leads to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext, ngettext

from college.certs.batches.entitlement import awaiting
from college.certs.designs.models import CertificateKind
from college.core import clock
from college.core.access import ME, for_readers, visible
from college.core.db import db
from college.core.imports import ImportState
from college.core.roles import Actor, Can
from college.courses.attendance.models import AttendanceRecord
from college.courses.enrolments.models import IN_CLASS, Enrolment, EnrolmentState
from college.courses.runs.models import CourseRun, Lesson, RunState
from college.exams.cohorts.boards import boards
from college.exams.cohorts.queries import tutored
from college.exams.results.models import ResultImport
from college.people.sign_ups.queries import count_of_waiting as count_of_sign_ups
from college.register.continuing_education.queries import count_of_waiting as count_of_hours
from college.register.registrations.queries import due_of
from college.register.registrations.verdicts import Answer
from college.supervision.sessions.queries import objected, waiting_for
from college.web.jinja import day, own, span

LOOK_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Todo:
    """A thing to do: what, why or until when, and the one link that does it."""

    text: str
    detail: str
    url: str
    action: str
    kind: str = "wait"  # of the status badge
    badge: str = ""


def todos(actor: Actor) -> list[Todo]:
    """Everything that waits for this person, whatever roles they hold; the most urgent first."""
    sources = (
        _to_answer,
        _registration,
        _confirmations,
        _objections,
        _attendance,
        _behind,
        _closings,
        _certificates,
        _imports,
    )
    return [todo for source in sources for todo in source(actor)]


def _to_answer(actor: Actor) -> Iterator[Todo]:
    """What others entered and what waits for this reader's yes or no."""
    if not (actor.reach(Can.SIGN_UPS_DECIDE) or actor.reach(Can.CE_CONFIRM)):
        return
    sign_ups, hours = db.session.execute(_counts(actor), {"me": actor.person_id}).one()
    if sign_ups:
        yield Todo(
            ngettext("%(num)s person registered", "%(num)s people registered", sign_ups),
            gettext("They can sign in once you say who they are"),
            url_for("sign_ups.index"),
            gettext("Look and answer"),
        )

    if hours:
        yield Todo(
            ngettext(
                "%(num)s entry of continuing education to confirm",
                "%(num)s entries of continuing education to confirm",
                hours,
            ),
            gettext("They count once a second person confirms them"),
            url_for("continuing_education.waiting"),
            gettext("Look and confirm"),
        )


@for_readers
def _counts(actor: Actor) -> sa.Select[int, int]:
    """Sign-ups and hours: none of what the reader has no say in."""
    return sa.select(
        count_of_sign_ups(actor).scalar_subquery(), count_of_hours(actor).scalar_subquery()
    )


def _registration(actor: Actor) -> Iterator[Todo]:
    """The reader's own registration, where its last day is near."""
    due = due_of(actor)
    if due is None or due.closes_on is None:
        return
    yield Todo(
        gettext("Register your title")
        if due.answer is Answer.MAY_REGISTER
        else gettext("Renew the registration of your title"),
        gettext("Accepted until %(day)s", day=day(due.closes_on)),
        url_for("registrations.show", person_id=actor.person_id),
        gettext("See what it takes"),
        badge=ngettext("%(num)s day left", "%(num)s days left", due.days_left(clock.today()) or 0),
    )


def _confirmations(actor: Actor) -> Iterator[Todo]:
    if not actor.reach(Can.SUPERVISION_CONFIRM):
        return
    for row in waiting_for(actor):
        held = row.supervision_session
        yield Todo(
            gettext("Confirm your supervision with %(name)s", name=held.supervisor.full_name),
            span(held.starts_at, held.ends_at),
            url_for("supervision_sessions.show", session_id=held.id),
            gettext("Look and confirm"),
            badge=gettext("Counts once you confirm"),
        )


def _objections(actor: Actor) -> Iterator[Todo]:
    if not actor.reach(Can.SUPERVISION_LOG):
        return
    for row in objected(actor):
        held = row.supervision_session
        yield Todo(
            gettext("%(names)s asked for other minutes", names=gettext(", ").join(row.objectors)),
            span(held.starts_at, held.ends_at),
            url_for("supervision_sessions.show", session_id=held.id),
            gettext("Look and amend"),
            badge=gettext("Not counted yet"),
        )


def _attendance(actor: Actor) -> Iterator[Todo]:
    """Lessons of one's classes in the last month that nobody has marked."""
    if not actor.reach(Can.RUNS_TEACH):
        return
    now = clock.now()
    asked = {"me": actor.person_id, "since": now - LOOK_BACK, "now": now}
    for lesson in db.session.scalars(_unmarked(), asked):
        yield Todo(
            gettext("Mark attendance: %(lesson)s", lesson=own(lesson, "title")),
            f"{own(lesson.run, 'title')} · {span(lesson.starts_at, lesson.ends_at)}",
            url_for("attendance.lesson", run_id=lesson.run_id, lesson_id=lesson.id),
            gettext("Mark it"),
            badge=gettext("Not marked yet"),
        )


@cache
def _unmarked() -> sa.Select[Lesson]:
    """The lessons that "me" gave between "since" and "now" and that lack their marks."""
    is_recent = Lesson.starts_at.between(sa.bindparam("since"), sa.bindparam("now"))
    unmarked = ~sa.exists().where(AttendanceRecord.lesson_id == Lesson.id)
    has_people = sa.exists().where(Enrolment.run_id == Lesson.run_id, Enrolment.state.in_(IN_CLASS))
    return (
        sa.select(Lesson)
        .join(Lesson.run)
        .options(sa.orm.contains_eager(Lesson.run))
        .where(Lesson.instructor_id == ME, CourseRun.state == RunState.OPEN)
        .where(is_recent, unmarked, has_people)
        .order_by(Lesson.starts_at, Lesson.id)
    )


def _behind(actor: Actor) -> Iterator[Todo]:
    """Cohorts that one tutors in which members fall behind the plan."""
    for board in boards(tutored(actor)).values():
        if board.behind:
            behind, worst = len(board.behind), board.behind[0]
            yield Todo(
                ngettext(
                    "%(num)s member of %(cohort)s falls behind",
                    "%(num)s members of %(cohort)s fall behind",
                    behind,
                    cohort=own(board.cohort, "name"),
                ),
                gettext("Begin with %(name)s", name=worst.name),
                url_for("cohorts.show", cohort_id=board.cohort.id, behind="y", _anchor="members"),
                gettext("See who and with what"),
                badge=ngettext("%(num)s day late", "%(num)s days late", worst.standing.days_behind),
            )


def _closings(actor: Actor) -> Iterator[Todo]:
    """Classes one teaches whose last day is over and that are still open."""
    if not actor.reach(Can.RUNS_TEACH):
        return
    for run in db.session.scalars(_unclosed(actor), {"me": actor.person_id}):
        yield Todo(
            gettext("Close the class %(run)s", run=own(run, "title")),
            gettext("It ended on %(day)s; trainees wait for the result", day=day(run.ends_on)),
            url_for("completion.show", run_id=run.id),
            gettext("Check and close"),
        )


@for_readers
def _unclosed(actor: Actor) -> sa.Select[CourseRun]:
    mine = visible(CourseRun, actor, Can.RUNS_TEACH) if actor.person_id is not None else sa.false()
    taught = CourseRun.lessons.any(Lesson.instructor_id == actor.person_id)
    chosen = sa.select(CourseRun).where(
        mine, taught, CourseRun.state == RunState.OPEN, CourseRun.ends_on < clock.today()
    )
    return chosen.order_by(CourseRun.ends_on, CourseRun.id)


def _certificates(actor: Actor) -> Iterator[Todo]:
    """Closed classes whose completers have no certificate yet."""
    if not actor.reach(Can.CERTS_ISSUE):
        return
    for waiting in awaiting(CertificateKind.COMPLETION):
        yield Todo(
            gettext("Issue certificates: %(run)s", run=own(waiting.run, "title")),
            ngettext("%(num)s person is entitled", "%(num)s people are entitled", waiting.entitled),
            url_for("batches.index"),
            gettext("Check the list"),
        )


def _imports(actor: Actor) -> Iterator[Todo]:
    """Result sheets that were checked and never imported."""
    if not actor.reach(Can.RESULTS_IMPORT):
        return
    for sheet in db.session.scalars(_checked()):
        yield Todo(
            gettext("Import the result sheet %(name)s", name=sheet.filename),
            gettext("Checked, nothing is written yet"),
            url_for("results.show", import_id=sheet.id),
            gettext("Go on"),
            kind="info",
        )


@cache
def _checked() -> sa.Select[ResultImport]:
    chosen = sa.select(ResultImport).where(ResultImport.state == ImportState.CHECKED)
    return chosen.order_by(ResultImport.id.desc()).limit(3)


def places_waiting(actor: Actor) -> int:
    """Classes in which the person stands on the waiting list."""
    waits = (Enrolment.person_id == actor.person_id) & (Enrolment.state == EnrolmentState.WAITING)
    return db.session.scalar(sa.select(sa.func.count(Enrolment.id)).where(waits)) or 0
