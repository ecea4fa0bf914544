"""The funnel of a day, as known on a day: each step on its own day, old ones as they were."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.errors import DomainError
from college.core.roles import SYSTEM, Role
from college.courses.completion.operations import close_run
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.enrolments.operations import enrol, withdraw
from college.courses.runs.models import CourseRun, RunState
from college.exams.cohorts.models import ExamCohort
from college.exams.cohorts.operations import add_members
from college.exams.results.models import Result, ResultStatus, Verdict
from college.people.employment.models import Employment
from college.people.employment.operations import leave, transfer
from college.people.persons.models import Person
from college.people.qualifications.models import Level, Qualification
from college.people.qualifications.operations import withdraw_qualification
from college.register.registrations.models import (
    Registration,
    RegistrationKind,
    RegistrationState,
    RegistrationStep,
)
from college.reports.figures.exams import Exam
from college.reports.figures.funnels import Shown, exam_funnel, exams_prepared, with_members
from college.reports.figures.steps import Step
from college.stations.units.models import Unit
from tests.factories import make_person, make_unit, qualified, saved
from tests.factories.courses import make_enrolment, make_run
from tests.factories.exams import make_cohort, make_cycle, make_result, make_rules
from tests.factories.registering import make_registration_rules
from tests.switches import IS_THOROUGH

S, L = Step, Level.SOCIAL_WORKER
BEGINS = datetime(2025, 3, 1, 1, tzinfo=UTC)
ONE_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def rules():
    make_rules()
    make_registration_rules()


def shown_on(exam: Exam, day: date, known_at: datetime | None = None) -> Shown:
    db.session.expire_all()
    return exam_funnel(SYSTEM, exam, day, known_at, every_unit=True)


def numbers(shown: Shown) -> dict[str, Any]:
    found: dict[str, Any] = {"": dict(shown.whole or {})}
    found |= {line.cohort.code: dict(line.counts) for line in shown.cohorts}
    return found | {f"unit {line.unit.id}": dict(line.counts) for line in shown.units or []}


def register(person: Person, on: date, until: date) -> Registration:
    rule_id = db.session.scalars(sa.text("SELECT id FROM registration_rule")).first()
    facts = {"kind": RegistrationKind.FIRST, "state": RegistrationState.REGISTERED}
    row = saved(Registration(person_id=person.id, level=L, rule_id=rule_id, **facts))
    saved(
        RegistrationStep(
            registration_id=row.id, position=1, state=RegistrationState.REGISTERED,
            on=on, from_on=on, to_on=until,
        )
    )  # fmt: skip
    return row


def test_each_step_is_reached_on_its_own_day():
    """Day before, no; on the day, yes; and known only from when it was recorded."""
    cycle, lilei = make_cycle(2025), make_person()
    run = make_run(begins=datetime(2025, 4, 1, 1, tzinfo=UTC), closed_at=None)
    run.closed_at, run.state = datetime(2025, 4, 20, 1, tzinfo=UTC), RunState.CLOSED
    cohort = make_cohort(cycle, runs=[run])
    with clock.put_at(datetime(2025, 2, 1, 1, tzinfo=UTC)):
        add_members(SYSTEM, cohort, [lilei], joined_on=date(2025, 1, 15))
        make_enrolment(run, lilei, state=EnrolmentState.COMPLETED)
    with clock.put_at(datetime(2025, 8, 1, 1, tzinfo=UTC)):
        make_result(lilei, cycle)
        qualified(lilei, L, date(2025, 9, 10), exam_year=2025)
        register(lilei, date(2025, 11, 5), date(2028, 11, 4))
    exam = Exam(cycle, L)
    days = {
        S.MEMBERS: date(2025, 1, 15),
        S.ENROLLED: date(2025, 2, 1),
        S.TRAINED: run.ends_on,
        S.SAT: date(2025, 7, 25),
        S.PASSED: date(2025, 7, 25),
        S.QUALIFIED: date(2025, 9, 10),
        S.REGISTERED: date(2025, 11, 5),
    }
    recorded = {
        S.MEMBERS: datetime(2025, 2, 1, 1, tzinfo=UTC),
        S.TRAINED: run.closed_at,
        S.SAT: datetime(2025, 8, 1, 1, tzinfo=UTC),
        S.PASSED: datetime(2025, 8, 1, 1, tzinfo=UTC),
        S.QUALIFIED: datetime(2025, 8, 1, 1, tzinfo=UTC),
        S.REGISTERED: datetime(2025, 8, 1, 1, tzinfo=UTC),
    }

    for step, day in days.items():
        assert (shown_on(exam, day - ONE_DAY).whole or {})[step] == 0, step
        assert (shown_on(exam, day).whole or {})[step] == 1, step
    for step, at in recorded.items():
        later = date(2026, 1, 1)
        assert (shown_on(exam, later, at - ONE_DAY).whole or {})[step] == 0, step
        assert (shown_on(exam, later, at).whole or {})[step] == 1, step


def test_a_registration_that_ran_out_or_was_cancelled_was_in_force_before():
    cycle, people = make_cycle(2025), [make_person() for _ in range(2)]
    make_cohort(cycle, members=people)
    for person in people:
        qualified(person, L, date(2025, 9, 10), exam_year=2025)
    register(people[0], date(2025, 11, 5), date(2026, 2, 4))
    gone = register(people[1], date(2025, 11, 5), date(2028, 11, 4))
    saved(
        RegistrationStep(
            registration_id=gone.id, position=2, state=RegistrationState.CANCELLED,
            on=date(2026, 1, 10),
        )
    )  # fmt: skip
    days = [(2026, 1, 9), (2026, 1, 10), (2026, 2, 4), (2026, 2, 5)]

    found = [(shown_on(Exam(cycle, L), date(*day)).whole or {})[S.REGISTERED] for day in days]

    assert found == [2, 1, 1, 0]


# ---- what was printed comes out again, whatever happened since ----


@dataclass
class Unrest:
    """Deeds that move the funnel, one an hour or so; some of them the rules refuse."""

    chance: Random
    cohorts: list[ExamCohort]
    run: CourseRun
    people: list[Person]
    units: list[Unit]

    def one(self) -> None:
        deeds: list[Callable[[], object]] = [
            self.join, self.enrol, self.enrol, self.withdraw, self.withdraw, self.close, self.sit,
            self.mend, self.earn, self.lose, self.register, self.move, self.end,
        ]  # fmt: skip
        try:
            self.chance.choice(deeds)()
            db.session.commit()
        except (DomainError, IndexError):
            db.session.rollback()

    def some(self, model: Any) -> Any:
        chosen = sa.select(model)
        if hasattr(model, "known"):
            chosen = chosen.where(model.known())
        return self.chance.choice(list(db.session.scalars(chosen.order_by(model.id))))

    def day(self) -> date:
        return clock.today() - timedelta(days=self.chance.randrange(20))

    def join(self) -> None:
        add_members(
            SYSTEM, self.chance.choice(self.cohorts), [self.chance.choice(self.people)],
            joined_on=self.day(),
        )  # fmt: skip

    def enrol(self) -> None:
        enrol(SYSTEM, self.run, self.chance.choice(self.people))

    def withdraw(self) -> None:
        withdraw(SYSTEM, self.some(Enrolment))

    def close(self) -> None:
        if clock.today() > self.run.ends_on + timedelta(days=3):
            close_run(SYSTEM, self.run, accept_missing=True)

    def sit(self) -> None:
        score, has = self.chance.choice([50, 75]), sa.select(Result.person_id)
        free = [p for p in self.people if p.id not in set(db.session.scalars(has))]
        make_result(self.chance.choice(free), self.cohorts[0].cycle, score=score)

    def mend(self) -> None:
        old = self.some(Result)
        facts = {c.key: getattr(old, c.key) for c in sa.inspect(Result).column_attrs}
        del facts["id"], facts["recorded_at"]
        old.superseded_by_id = old.id
        db.session.flush()
        was = facts["verdict"] is Verdict.PASSED
        new: dict[str, Any] = {
            "verdict": Verdict.NOT_PASSED if was else Verdict.PASSED,
            "superseded_by_id": None,
        }
        if self.chance.random() < 0.3:
            new |= {"status": ResultStatus.ABSENT, "score": None}
        row = saved(Result(**facts | new))
        old.superseded_by_id = row.id

    def earn(self) -> None:
        person = self.chance.choice(self.people)
        same = (Qualification.person_id == person.id) & Qualification.known()
        if db.session.scalar(sa.select(Qualification.id).where(same)) is None:
            qualified(person, L, self.day(), exam_year=2025)

    def lose(self) -> None:
        withdraw_qualification(SYSTEM, self.some(Qualification))

    def register(self) -> None:
        on = self.day()
        register(self.chance.choice(self.people), on, on + timedelta(days=40))

    def move(self) -> None:
        transfer(SYSTEM, self.some(Employment), to=self.chance.choice(self.units), on=self.day())

    def end(self) -> None:
        leave(SYSTEM, self.some(Employment), last_day=self.day())


@pytest.mark.parametrize("seed", range(60 if IS_THOROUGH else 3))
def test_what_was_printed_comes_out_again(seed):
    chance = Random(seed)
    with clock.put_at(BEGINS):
        cycle = make_cycle(2025, exam_from_on=date(2025, 3, 25), scores_on=date(2025, 4, 5))
        top = make_unit()
        units = [top, make_unit(top), make_unit(top)]
        people = [make_person(unit=chance.choice(units)) for _ in range(6)]
        run = make_run(seats=2, enrolment_closes_at=BEGINS + timedelta(days=60))
        cohorts = [make_cohort(cycle, runs=[run]) for _ in range(2)]
        add_members(SYSTEM, cohorts[0], people[:4])
        unrest = Unrest(chance, cohorts, run, people, units)
    exam, printed, at = Exam(cycle, L), {}, BEGINS
    for _ in range(60):
        at += timedelta(hours=chance.randrange(1, 40))
        with clock.put_at(at):
            unrest.one()
            today = clock.today()
            printed[today, at] = numbers(shown_on(exam, today))

    for (day, known_at), said in printed.items():
        assert numbers(shown_on(exam, day, known_at)) == said, (day, known_at)
    assert len({str(said) for said in printed.values()}) > 10


def test_a_seat_given_up_later_was_one_before(lilei_enrolled):
    exam, at = lilei_enrolled
    with clock.put_at(at + ONE_DAY):
        withdraw(SYSTEM, db.session.scalars(sa.select(Enrolment)).one())

    before = shown_on(exam, clock.local(at).date())
    after = shown_on(exam, clock.local(at).date() + ONE_DAY)

    assert [(x.whole or {})[S.ENROLLED] for x in (before, after)] == [1, 0]


@pytest.fixture
def lilei_enrolled():
    cycle, lilei = make_cycle(2025), make_person(full_name="李雷")
    with clock.put_at(BEGINS):
        run = make_run()
        make_cohort(cycle, members=[lilei], runs=[run])
        enrol(SYSTEM, run, lilei)
    return Exam(cycle, L), BEGINS


# ---- which exam, how many, and for whom ----


def test_the_exam_shown_first_was_held_and_has_members():
    for year in (2024, 2025):
        make_cohort(make_cycle(year), members=[make_person()])
    ahead = clock.today() + timedelta(days=200)
    later = make_cycle(ahead.year + 1, exam_from_on=ahead, exam_to_on=ahead, scores_on=None)
    make_cohort(later, members=[make_person()])
    make_cohort(make_cycle(2026))

    def first(*when: Any) -> int:
        return with_members(*when)[0].cycle.year

    assert first(clock.today()) == 2025
    assert first(date(2025, 3, 1)) == 2024
    assert with_members(date(2023, 1, 1)) == []
    assert exams_prepared()[0].cycle.year == later.year


def test_no_statement_names_each_member(db_statements):
    """SQLite takes 32,766 values, PostgreSQL 65,535: a cohort of 30,000 would be near or over."""
    cycle, unit = make_cycle(2025), make_unit()
    make_cohort(cycle, members=[make_person(unit=unit) for _ in range(3)])
    exam = exams_prepared()[0]

    def most() -> int:
        before = len(db_statements)
        shown_on(exam, clock.today())
        return max(values for _, values in db_statements[before:])

    of_few = most()
    make_cohort(cycle, members=[make_person(unit=unit) for _ in range(40)])

    assert most() <= of_few + 10  # one cohort more


@pytest.fixture
def db_statements():
    told: list[tuple[str, int]] = []

    def hear(conn: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        told.append((statement, len(values)))

    sa.event.listen(db.engine, "before_cursor_execute", hear)
    yield told
    sa.event.remove(db.engine, "before_cursor_execute", hear)


def test_the_page_shows_the_day_that_is_asked_for(sign_in):
    cycle, lilei = make_cycle(2025), make_person(full_name="李雷")
    make_cohort(cycle, members=[lilei])
    qualified(lilei, L, date(2025, 9, 10), exam_year=2025)
    client, at = sign_in(make_person(Role.ADMIN)), "/reports/figures/funnel"

    before = client.get(f"{at}?as-of=2025-09-09").text
    table = client.get(f"{at}.csv?as-of=2025-09-10&known-on=2025-09-10").text
    nobody = client.get(f"{at}/persons?as-of=2025-09-09&step=qualified").text
    one = client.get(f"{at}/persons?as-of=2025-09-10&step=qualified").text

    assert 'value="2025-09-09"' in before
    assert "step=qualified" not in before
    assert "as-of=2025-09-09" in before
    assert "1" not in table.splitlines()[-1].split(",", 1)[-1]  # recorded today
    assert "You may see none" in nobody
    assert "李雷" in one
    assert "Nobody was in these cohorts" in client.get(f"{at}?as-of=2020-01-01").text


def test_the_command_prints_every_unit_and_cohort(app):
    cycle, top = make_cycle(2025), make_unit(name="总站")
    station = make_unit(top, name="一站")
    people = [make_person(unit=station) for _ in range(2)]
    make_cohort(cycle, members=people, code="BK-1")
    make_result(people[0], cycle)

    def ran(*more: str) -> str:
        command = ["reports", "funnel", "--as-of", "2025-12-31", *more]
        done = app.test_cli_runner().invoke(args=command)
        assert done.exit_code == 0, done.output
        return str(done.output)

    rows = json.loads(ran())["rows"]
    lines = list(csv.DictReader(io.StringIO(ran("--format", "csv", "--year", "2025"))))

    assert [(row["of"], row["members"], row["sat"]) for row in rows] == [
        ("exam", 2, 1), ("cohort", 2, 1), ("unit", 2, 1), ("unit", 2, 1),
    ]  # fmt: skip
    assert [row["code"] or row["name"] for row in rows] == ["", "BK-1", "总站", "一站"]
    assert [line["members"] for line in lines] == ["2"] * 4
    assert json.loads(ran("--year", "2024"))["rows"] == []
    assert json.loads(ran("--known-at", "2025-12-31"))["rows"] == []
