"""The cohort of 2026 on its way to the exam of May: entered, registered, sat or not."""

from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.demo import cast, classes, staff
from college.demo.courses import MORNING, at
from college.demo.exams import cycle
from college.demo.result_sheets import HOME, KULUN
from college.exams.candidacies.models import Candidacy
from college.exams.candidacies.models import CandidacyStep as S
from college.exams.candidacies.operations import Entry, enter, move_on, withdraw
from college.exams.candidacies.queries import papers_of
from college.exams.cycles.models import ExamCycle
from college.people.persons.identity import IdType
from college.people.persons.models import Person
from college.people.qualifications.models import Level

ENTERED_ON, TICKETED_ON, EVERY_FIFTH = date(2026, 2, 27), date(2026, 5, 20), 5
TICKETS = 23
AGAIN_DAYS_AGO, AGAIN = 88, slice(10, 13)  # the last of them passed two papers in 2025
# when the office noted a step, of how many, and what shows it
STEPS = (
    (S.REGISTERED, date(2026, 3, 23), 26, "2026年度报名情况，通辽市"),
    (S.PAID, date(2026, 3, 25), 24, ""),
    (S.TICKETED, TICKETED_ON, TICKETS, ""),
    (S.SAT, date(2026, 5, 25), 20, ""),
)
# and after it, by place, as far as their results are here
AFTERWARDS = (
    (S.SCORED, date(2026, 8, 10), range(10, 20), ""),
    (S.CHECKED, date(2026, 8, 21), (10, 11, 15, 17), "示例：考后资格核查结果，通辽市"),
    (S.LISTED, date(2026, 9, 14), (10, 11, 15), "示例：2026年合格人员名单公示，通辽市"),
    (S.CHECKED, date(2026, 10, 9), (14,), "示例：单独划线考后资格核查结果"),
    (S.CERTIFIED, date(2026, 11, 6), (10, 11), "示例：证书发放登记表"),
)
ABSENT_FROM = 20  # who had the ticket and did not come


def is_there() -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(Candidacy.id > 0))))


def build() -> None:
    people = entered()
    year, level = cycle(2026), Level.SOCIAL_WORKER
    papers, chen = papers_of(level, year.year), cast.actor("chen")
    with clock.put_at(at(ENTERED_ON, MORNING.begins)):
        rows = [
            enter(
                chen,
                person,
                Entry(
                    cycle=year,
                    level=level,
                    papers=papers,
                    region=HOME if n % EVERY_FIFTH else KULUN,
                ),
            )
            for n, person in enumerate(people, start=1)
        ]
        withdraw(chen, rows[-1])
    for step, on, count, evidence in STEPS:
        _move(rows[:count], step, on, evidence)
        if step is S.SAT:
            _move(rows[ABSENT_FROM:TICKETS], S.ABSENT, on, "")


def entered() -> list[Person]:
    """The cohort of 2026 in the order of entering: 李雷 first."""
    return [cast.person("lilei"), *staff.of_tongliao()[staff.COHORT_2026]]


def is_followed() -> bool:
    certified = Candidacy.state == S.CERTIFIED
    return bool(db.session.scalar(sa.select(sa.exists().where(certified))))


def follow_results() -> None:
    """What came of those whose results are on record."""
    mine = Candidacy.cycle_id == cycle(2026).id
    rows = db.session.scalars(sa.select(Candidacy).where(mine).order_by(Candidacy.id)).all()
    for step, on, places, evidence in AFTERWARDS:
        _move([rows[place] for place in places], step, on, evidence)


def enter_next_year() -> None:
    """Some of 2025 try again, on days not announced; of one two papers have lapsed."""
    people, year = staff.of_tongliao()[staff.COHORT_2025], cycle(classes.year_ahead())
    papers = papers_of(Level.SOCIAL_WORKER, year.year)
    with clock.put_at(at(clock.today() - timedelta(AGAIN_DAYS_AGO), MORNING.begins)):
        for person in people[AGAIN]:
            entry = Entry(cycle=year, level=Level.SOCIAL_WORKER, papers=papers, region=HOME)
            enter(cast.as_trainee(person), person, entry)


def is_next_year_there() -> bool:
    chosen = sa.select(Candidacy.id).join(ExamCycle).where(ExamCycle.year > classes.LAST_EXAM)
    return db.session.scalar(chosen.limit(1)) is not None


def ticketed() -> list[Person]:
    """Whom the list of tickets names: who can be told by an ID number that an official list has."""
    return [person for person in entered()[:TICKETS] if person.id_type is IdType.RESIDENT_ID]


def _move(rows: Sequence[Candidacy], step: S, on: date, evidence: str) -> None:
    with clock.put_at(at(on, MORNING.begins)):
        move_on(cast.actor("chen"), rows, step=step, on=on, evidence=evidence)
