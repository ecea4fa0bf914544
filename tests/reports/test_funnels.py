"""From enrolment to registration: each step against a count by hand, and who sees what of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

import pytest

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.courses.enrolments.models import EnrolmentState
from college.exams.cohorts.models import CohortMember
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import Subject
from college.people.qualifications.earning import Earned
from college.people.qualifications.models import Level
from college.people.qualifications.operations import record_qualifications
from college.register.registrations.models import (
    Registration,
    RegistrationKind,
    RegistrationState,
    RegistrationStep,
)
from college.reports.figures.cohorts import cohort_lines
from college.reports.figures.exams import Exam
from college.reports.figures.funnels import (
    Counts,
    Shown,
    UnitLine,
    exam_funnel,
    exams_prepared,
)
from college.reports.figures.small_cells import FEWEST, Hidden
from college.reports.figures.steps import Step, reached
from college.stations.units.models import Unit
from tests.conftest import actor_of
from tests.factories import make_person, make_unit, saved
from tests.factories.courses import make_enrolment, make_run, morning
from tests.factories.exams import make_cohort, make_cycle, make_result, make_rules
from tests.factories.registering import make_registration_rules

S, L = Step, Level.SOCIAL_WORKER
FIRST, RENEWAL = RegistrationKind.FIRST, RegistrationKind.RENEWAL
DONE, GONE = RegistrationState.REGISTERED, RegistrationState.CANCELLED
PAPERS = {S(subject.value): subject for subject in Subject}


@pytest.fixture(autouse=True)
def rules():
    make_rules()
    make_registration_rules()


def qualify(person, year, *, level=L, approved_on=None) -> None:
    day = approved_on or date(year, 7, 1)
    held = Earned(person_id=person.id, level=level, approved_on=day, exam_year=year)
    record_qualifications(SYSTEM, [held])
    db.session.commit()


def register(person, *, level=L, kind=FIRST, ends_in=400, cancelled=False) -> None:
    rule_id = db.session.scalars(db.text("SELECT id FROM registration_rule")).first()
    row = Registration(
        person_id=person.id,
        level=level,
        kind=kind,
        rule_id=rule_id,
        state=GONE if cancelled else DONE,
    )
    db.session.add(row)
    db.session.flush()
    today = clock.today()
    until = today + timedelta(days=ends_in)
    since = today - timedelta(days=600)
    db.session.add(
        RegistrationStep(
            registration_id=row.id, position=1, state=DONE, on=since, from_on=since, to_on=until
        )
    )
    if cancelled:
        db.session.add(RegistrationStep(registration_id=row.id, position=2, state=GONE, on=today))
    db.session.commit()


def whole(shown: Shown) -> Counts:
    assert shown.whole is not None
    return shown.whole


def units_in(shown: Shown) -> Sequence[UnitLine]:
    assert shown.units is not None
    return shown.units


@dataclass
class Life:
    """What is made up of one person; the count by hand asks this and no table."""

    person_id: int
    unit_id: int | None
    cohorts: set[int] = field(default_factory=set)
    done: set[Step] = field(default_factory=set)

    def has(self, step: Step) -> bool:
        return bool(self.cohorts) and (step is S.MEMBERS or step in self.done)


IN_CLASS = {
    EnrolmentState.ENROLLED: {S.ENROLLED},
    EnrolmentState.NOT_COMPLETED: {S.ENROLLED},
    EnrolmentState.COMPLETED: {S.ENROLLED, S.TRAINED},
}


def live(person, run, cycle, chance) -> set[Step]:
    """Let somebody come as far as chance has it; return the steps that this amounts to."""
    done = trained(person, run, chance) | examined(person, cycle, chance)
    kind, ends_in = chance.choice([FIRST, RENEWAL]), chance.choice([-1, 0, 90])
    cancelled, level = chance.random() < 0.3, chance.choice([L, Level.ASSISTANT])
    register(person, level=level, kind=kind, ends_in=ends_in, cancelled=cancelled)
    is_running = kind is FIRST and ends_in >= 0 and not cancelled and level is L
    return done | ({S.REGISTERED} if is_running and S.QUALIFIED in done else set())


def trained(person, run, chance) -> set[Step]:
    state = chance.choice([None, *EnrolmentState])
    if state is None:
        return set()
    queue = {"queue_no": person.id} if state is EnrolmentState.WAITING else {}
    make_enrolment(run, person, state=state, **queue)
    return IN_CLASS.get(state, set())


def examined(person, cycle, chance) -> set[Step]:
    done: set[Step] = set()
    for step, subject in PAPERS.items():
        score = chance.choice([None, 40, 75])
        if score is not None:
            make_result(person, cycle, subject=subject, score=score)
            done |= {S.SAT} | ({step} if score >= 60 else set())
    if chance.random() < 0.4:
        return done
    lies_ahead = chance.random() < 0.2
    ahead = clock.today() + timedelta(days=30)
    qualify(person, cycle.year, approved_on=ahead if lies_ahead else None)
    return done | ({S.PASSED} if lies_ahead else {S.PASSED, S.QUALIFIED})


def lives_of(units, cohorts, run, cycle, chance) -> list[Life]:
    """Thirty people at some unit or none, in some cohort or none, some of whom left it."""
    lives = []
    for _ in range(30):
        unit = chance.choice([None, *units])
        person = make_person(unit=unit) if unit else make_person()
        life = Life(person.id, unit.id if unit else None)
        for cohort in cohorts:
            if chance.random() < 0.5:
                left_on = date(2025, 3, 1) if chance.random() < 0.2 else None
                joined = {"joined_on": date(2025, 1, 1), "left_on": left_on}
                saved(CohortMember(cohort_id=cohort.id, person_id=person.id, **joined))
                life.cohorts |= {cohort.id} if left_on is None else set()
        life.done = live(person, run, cycle, chance)
        lives.append(life)
    return lives


@pytest.mark.parametrize("seed", range(3))
def test_every_step_is_as_counted_by_hand(seed):
    chance = Random(seed)
    cycle, run = make_cycle(2025), make_run(begins=morning(-30))
    top = make_unit()
    units = [make_unit(top), make_unit(top)]
    units.append(make_unit(units[0]))
    cohorts = [make_cohort(cycle, runs=[run]) for _ in range(2)]
    make_cohort(make_cycle(2024), members=[make_person()], runs=[run])  # another year's
    lives = lives_of([top, *units], cohorts, run, cycle, chance)
    exam = Exam(cycle, L)

    found = reached([one.id for one in cohorts], exam.steps, clock.today())
    shown = exam_funnel(SYSTEM, exam, clock.today())

    inside = {unit.id: {unit.id} for unit in units} | {top.id: {top.id, *(u.id for u in units)}}
    inside[units[0].id] |= {units[2].id}
    for step in Step:
        by_hand = {(c, life.person_id) for life in lives for c in life.cohorts if life.has(step)}
        assert found[step] == by_hand, step
        assert whole(shown)[step] == sum(life.has(step) for life in lives)
        for line in shown.cohorts:
            assert line.counts[step] == sum(c == line.cohort.id for c, _ in by_hand)
        for part in units_in(shown):
            here = [life for life in lives if life.unit_id in inside[part.unit.id]]
            assert part.counts[step] == sum(life.has(step) for life in here), step
    assert {line.unit.id for line in units_in(shown)} == {top.id, units[0].id, units[1].id}
    below = exam_funnel(SYSTEM, exam, clock.today(), at=units[0])
    assert {line.unit.id for line in units_in(below)} <= {units[0].id, units[2].id}


def test_a_senior_who_passed_the_paper_has_no_title_yet():
    cycle, (lilei, meimei) = make_cycle(2025), (make_person(), make_person())
    make_cohort(cycle, members=[lilei, meimei], level=Level.SENIOR)
    for person in (lilei, meimei):
        make_result(person, cycle, level=Level.SENIOR, subject=Subject.PRACTICE)
    qualify(meimei, 2025, level=Level.SENIOR, approved_on=date(2026, 1, 5))
    register(meimei, level=Level.SENIOR)

    (line,) = cohort_lines(SYSTEM, clock.today())

    assert (line.counts[S.PASSED], line.counts[S.QUALIFIED], line.counts[S.REGISTERED]) == (2, 1, 1)


def test_a_level_has_its_own_papers():
    cycle = make_cycle(2025)

    assert S.LAW_AND_POLICY in Exam(cycle, L).steps
    assert S.LAW_AND_POLICY not in Exam(cycle, Level.ASSISTANT).steps


def test_a_person_in_two_cohorts_counts_once_in_the_year():
    cycle, lilei = make_cycle(2025), make_person()
    for _ in range(2):
        make_cohort(cycle, members=[lilei])

    shown = exam_funnel(SYSTEM, exams_prepared()[0], clock.today())

    assert whole(shown)[S.MEMBERS] == 1
    assert [line.counts[S.MEMBERS] for line in shown.cohorts] == [1, 1]


def test_many_persons_take_as_many_statements_as_few(count_queries):
    cycle, unit = make_cycle(2025), make_unit()
    make_cohort(cycle, members=[make_person(unit=unit) for _ in range(3)])
    unit_id, cycle_id = unit.id, cycle.id

    def counted() -> int:
        db.session.expunge_all()
        (exam,) = exams_prepared()
        count_queries()
        exam_funnel(SYSTEM, exam, clock.today())
        return int(count_queries())

    counted()
    for_few = counted()
    there = make_unit(db.session.get_one(Unit, unit_id))
    again = db.session.get_one(ExamCycle, cycle_id)
    make_cohort(again, members=[make_person(unit=there) for _ in range(20)])

    assert counted() == for_few


# ---- who sees what ----


def staffed(numbers, *, sat=()) -> Exam:
    """A cohort with so many members at each of some units, so many of whom sat."""
    cycle, top = make_cycle(2025), make_unit()
    people = []
    for number, some in zip(numbers, sat or numbers, strict=True):
        unit = make_unit(top)
        here = [make_person(unit=unit) for _ in range(number)]
        for person in here[:some]:
            make_result(person, cycle, score=40)
        people += here
    make_cohort(cycle, members=people)
    return exams_prepared()[0]


@pytest.mark.parametrize(
    ("numbers", "sat", "is_shown"),
    [
        ((6, 7), (6, 7), True),
        ((12, 7), (6, 0), True),
        ((6, 3), (6, 3), False),  # three persons
        ((12, 7), (9, 0), False),  # three who did not sit
        ((12, 8), (2, 8), False),
    ],
)
def test_the_department_sees_units_where_none_tells_of_few(numbers, sat, is_shown):
    exam = staffed(numbers, sat=sat)

    shown = exam_funnel(actor_of(make_person(Role.OBSERVER)), exam, clock.today())

    assert (shown.units is not None) is is_shown
    for line in shown.units or []:
        counts = [n for n in [*line.counts.values(), 0] if not isinstance(n, Hidden)]
        assert len(counts) == len(line.counts) + 1
        assert all(not 0 < abs(a - b) < FEWEST for a in counts for b in counts)


def test_a_small_cohort_hides_in_the_year_too():
    cycle = make_cycle(2025)
    make_cohort(cycle, members=[make_person() for _ in range(3)])
    make_cohort(cycle, members=[make_person() for _ in range(9)])

    shown = exam_funnel(actor_of(make_person(Role.OBSERVER)), exams_prepared()[0], clock.today())

    assert [line.counts[S.MEMBERS] for line in shown.cohorts] == [Hidden.FEW, 9]
    assert whole(shown)[S.MEMBERS] is Hidden.SOME
    assert shown.units is None


def test_a_person_in_two_cohorts_is_not_told_by_a_difference():
    cycle, lilei = make_cycle(2025), make_person()
    for _ in range(2):
        make_cohort(cycle, members=[lilei, *(make_person() for _ in range(9))])

    assert (
        exam_funnel(actor_of(make_person(Role.OBSERVER)), exams_prepared()[0], clock.today()).whole
        is None
    )


def test_a_coordinator_sees_their_own_units_alone(sign_in):
    exam = staffed((3, 6))
    own = make_unit(name="本站")
    make_cohort(exam.cycle, members=[make_person(unit=own, full_name="李雷")])
    coordinator = make_person(Role.COORDINATOR, unit=own)

    shown = exam_funnel(actor_of(coordinator), exam, clock.today())

    assert shown.cohorts == []
    assert whole(shown)[S.MEMBERS] == 1
    assert [line.unit.id for line in units_in(shown)] == [own.id]
    client = sign_in(coordinator)
    page = client.get("/reports/figures/funnel").text
    assert "By unit, with all below it" in page
    assert "/reports/figures/funnel/persons" not in page
    other = units_in(exam_funnel(SYSTEM, exam, clock.today()))[0].unit
    assert client.get(f"/reports/figures/funnel?at={other.id}").status_code == 404


# ---- pages ----


def test_the_office_opens_the_list_behind_a_number(sign_in):
    exam = staffed((6,))
    lilei = make_person(full_name="李雷")
    make_cohort(exam.cycle, members=[lilei])
    client, at = sign_in(make_person(Role.ADMIN, full_name="陈老师")), "/reports/figures/funnel"

    page = client.get(at).text
    listed = client.get(f"{at}/persons?exam={exam.key}&step=members").text

    assert f'href="{at}/persons?exam={exam.key}&amp;step=members"' in page
    assert "7 persons" in listed
    assert "李雷" in listed
    assert "6 persons" in client.get(f"{at}/persons?exam={exam.key}&step=sat").text


@pytest.mark.parametrize("asked", ["exam=1-mayor", "exam=x", "at=0", "at=x", "at=99999999999999"])
def test_what_cannot_be_meant_leads_nowhere(sign_in, asked):
    staffed((6,))
    client = sign_in(make_person(Role.ADMIN))

    assert client.get(f"/reports/figures/funnel?{asked}").status_code == 404
    assert client.get("/reports/figures/funnel/persons?step=mayor").status_code == 404


def test_the_table_is_taken_away_as_it_is_shown(sign_in):
    staffed((3, 7))
    asked = "/reports/figures/funnel.csv"

    whole = sign_in(make_person(Role.ADMIN)).get(asked).text
    hidden = sign_in(make_person(Role.OBSERVER)).get(asked).text

    assert len(whole.splitlines()) > len(hidden.splitlines())
    assert "10" in hidden
    assert ",3," not in hidden


def test_without_a_cohort_the_page_says_so(sign_in):
    client = sign_in(make_person(Role.OBSERVER))

    assert "There is no cohort yet" in client.get("/reports/figures/funnel").text
    assert client.get("/reports/figures/funnel.csv").status_code == 404


def test_the_lists_are_for_who_keeps_the_results(sign_in):
    exam = staffed((6,))
    asked = f"/reports/figures/funnel/persons?exam={exam.key}&step=members"

    for role in (Role.OBSERVER, Role.COORDINATOR, Role.TRAINEE):
        assert sign_in(make_person(role)).get(asked).status_code == 403
