"""Nobody in two places: what must not overlap is entered several times at the same moment."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from college.core.dated import Recorded
from college.core.db import Base, db
from college.core.roles import SYSTEM, Role
from college.courses.catalogue.models import Course
from college.courses.runs.models import CourseRun
from college.courses.runs.operations import NewLesson, NewRun, plan_run
from college.people.employment.models import Capacity, Employment
from college.people.employment.operations import Hiring, hire, transfer
from college.people.persons.models import Person
from college.stations.units.models import Unit
from college.supervision.sessions.models import SupervisionSession
from college.supervision.sessions.operations import log_session
from config import Settings
from tests.databases import IS_POSTGRES
from tests.factories import actor, hired, make_person, make_unit
from tests.factories.courses import make_course, morning
from tests.factories.supervision import LAST_YEAR, facts
from tests.races.together import (
    apart,
    at_once,
    college_of,
    hold_after,
    outcome_of,
    ready_to_fork,
    take_locks_away,
)

MANY = 6
DAY = date(2026, 9, 1)

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


@dataclass(frozen=True, slots=True)
class Booking:
    """One thing that may be booked once: `world` makes what it needs and returns the attempts."""

    world: Callable[[], list[Callable[[], object]]]
    row: type[Base]
    looked_up: str  # words of the statement by which an attempt looks who was faster
    refusal: str
    before: int = 0  # rows that stand already


def one_post() -> list[Callable[[], object]]:
    person, unit = make_person(None).id, make_unit().id

    def attempt(day: int) -> object:
        who, where = db.session.get_one(Person, person), db.session.get_one(Unit, unit)
        from_on = DAY + timedelta(days=day)  # never the same: no UNIQUE stands in the way
        return hire(
            SYSTEM,
            Hiring(person=who, unit=where, capacity=Capacity.STATION_WORKER, from_on=from_on),
        )

    return [partial(attempt, day) for day in range(MANY)]


def one_transfer() -> list[Callable[[], object]]:
    post = hired(make_person(None), make_unit()).id
    units = [make_unit().id for _ in range(MANY)]

    def attempt(unit: int) -> object:
        post_left = db.session.get_one(Employment, post)
        return transfer(SYSTEM, post_left, to=db.session.get_one(Unit, unit), on=DAY)

    return [partial(attempt, unit) for unit in units]


def one_room() -> list[Callable[[], object]]:
    return plans([make_person(Role.INSTRUCTOR).id for _ in range(MANY)], ["302教室"] * MANY)


def one_instructor() -> list[Callable[[], object]]:
    rooms = [f"{number}教室" for number in range(MANY)]
    return plans([make_person(Role.INSTRUCTOR).id] * MANY, rooms)


def plans(instructors: list[int], rooms: list[str]) -> list[Callable[[], object]]:
    courses, begins = [make_course().id for _ in range(MANY)], morning(30)

    def attempt(number: int) -> object:
        lesson = NewLesson(
            title="第一讲",
            starts_at=begins,
            ends_at=begins + timedelta(minutes=150),
            instructor=db.session.get_one(Person, instructors[number]),
            room=rooms[number],
        )
        new = NewRun(
            course=db.session.get_one(Course, courses[number]),
            code=f"B-{number}",
            title="个案工作实务班",
            seats=30,
            place="学院",
            enrolment_opens_at=morning(1),
            enrolment_closes_at=morning(20),
            lessons=[lesson],
        )
        return plan_run(SYSTEM, new)

    return [partial(attempt, number) for number in range(MANY)]


def one_hour() -> list[Callable[[], object]]:
    supervisor = make_person(Role.SUPERVISOR).id
    supervisees = [make_person(Role.TRAINEE).id for _ in range(MANY)]

    def attempt(supervisee: int) -> object:
        me = db.session.get_one(Person, supervisor)
        there = (db.session.get_one(Person, supervisee), 60)
        return log_session(actor(me, Role.SUPERVISOR), me, **facts(there, starts_at=LAST_YEAR))

    return [partial(attempt, supervisee) for supervisee in supervisees]


BOOKINGS = {
    "post": Booking(one_post, Employment, "FROM employment", "HiredAlready"),
    "transfer": Booking(one_transfer, Employment, "FROM employment", "Overtaken", before=1),
    "room": Booking(one_room, CourseRun, "FROM lesson", "RoomBooked"),
    "instructor": Booking(one_instructor, CourseRun, "FROM lesson", "InstructorBooked"),
    "hour": Booking(one_hour, SupervisionSession, "FROM supervision_session", "SupervisorIsBusy"),
}


@pytest.fixture(params=list(BOOKINGS.values()), ids=list(BOOKINGS))
def booking(request):
    return request.param


def test_of_several_at_once_one_is_booked_and_the_others_are_told(own, booking):
    outcome, rows = apart(lambda: race(own, booking))
    assert outcome == {"booked": 1, booking.refusal: MANY - 1}
    assert rows == booking.before + 1


def test_without_the_locks_all_are_booked(own, booking):
    if booking.refusal == "Overtaken":
        return  # needs none: a row is superseded by one statement, and but once
    outcome, rows = apart(lambda: race(own, booking, has_locks=False))
    if IS_POSTGRES:
        assert outcome == {"booked": MANY}
        assert rows == booking.before + MANY
    else:  # a deferred transaction dies when it turns from reader to writer
        assert outcome == {"booked": 1, "OperationalError": MANY - 1}


def race(
    settings: Settings, booking: Booking, *, has_locks: bool = True
) -> tuple[dict[str, int], int]:
    """What each attempt came to, and how many rows there are in the end."""
    app = college_of(settings)
    with app.app_context():
        attempts = booking.world()
        db.session.commit()
        if not has_locks:
            take_locks_away(db.engine)
            hold_after(db.engine, booking.looked_up, MANY)
        ready_to_fork()
    outcome = Counter(at_once([partial(tried, app, attempt) for attempt in attempts]))
    with app.app_context():
        is_known = booking.row.known() if issubclass(booking.row, Recorded) else sa.true()
        counted = sa.select(sa.func.count(booking.row.id)).where(is_known)
        return outcome, db.session.scalar(counted) or 0


def tried(app: Flask, attempt: Callable[[], object]) -> str:
    def book() -> str:
        attempt()
        return "booked"

    with app.app_context():
        return outcome_of(book)
