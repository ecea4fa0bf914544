"""Who passed of those who sat; what a year brought."""

import csv
import io
import json
from datetime import date, timedelta

import pytest

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM, Actor, Grant, Role
from college.core.shares import Share
from college.courses.catalogue.models import Category
from college.courses.enrolments.models import EnrolmentState
from college.courses.runs.models import RunState
from college.exams.cohorts.models import CohortMember
from college.exams.pass_rules.models import Subject
from college.exams.results.models import Result, ResultStatus, Verdict
from college.people.qualifications.models import Level
from college.reports.exam_figures.outcome import outcomes
from college.reports.exam_figures.rates import Sitting, sittings
from tests.factories import make_person, make_unit, qualified
from tests.factories.courses import make_course, make_enrolment, make_run
from tests.factories.exams import make_cohort, make_cycle, make_result
from tests.reports.sitting import DAY, failing, passing


def numbers(share: Share | None) -> tuple[int, int] | None:
    return (share.part, share.whole) if share else None


def only(found) -> Sitting:
    (sitting,) = found
    return sitting


def test_the_rate_is_of_persons_and_not_of_papers():
    cycle = make_cycle()
    person = passing(cycle)
    make_result(person, cycle, level=Level.ASSISTANT, subject=Subject.COMPREHENSIVE)
    failing(cycle)
    whole = only(sittings(SYSTEM, DAY)).all
    assert (whole.part, whole.whole) == (1, 2)


def test_who_was_absent_has_not_sat_and_was_registered():
    cycle = make_cycle()
    passing(cycle)
    make_result(make_person(), cycle, level=Level.ASSISTANT, status=ResultStatus.ABSENT,
                score=None)  # fmt: skip
    found = sittings(SYSTEM, DAY)
    assert only(found).all.whole == 1
    assert outcomes(SYSTEM, found, DAY)[0].registered == 2


def test_a_senior_passes_the_paper_and_holds_nothing_yet():
    cycle = make_cycle()
    make_result(make_person(), cycle, level=Level.SENIOR)
    found = sittings(SYSTEM, DAY)
    (year,) = outcomes(SYSTEM, found, DAY)
    assert (only(found).all.part, year.passed[Level.SENIOR], year.cumulative) == (1, 1, 0)


def test_a_mark_over_the_line_that_earned_nothing_is_no_pass():
    make_result(make_person(), make_cycle(), level=Level.SOCIAL_WORKER)
    assert only(sittings(SYSTEM, DAY)).all.part == 0


def test_who_sat_before_repeats_and_another_level_is_another_beginning():
    before, now = make_cycle(2024), make_cycle(2025)
    again, new = make_person(), make_person()
    failing(before, person=again)
    passing(now, person=again)
    failing(before, Level.SOCIAL_WORKER, person=new)
    failing(now, person=new)
    latest = sittings(SYSTEM, DAY)[0]
    assert numbers(latest.repeat) == (1, 1)
    assert numbers(latest.first) == (0, 1)


def test_who_was_only_absent_before_sits_for_the_first_time():
    person = make_person()
    make_result(person, make_cycle(2024), level=Level.ASSISTANT, status=ResultStatus.ABSENT,
                score=None)  # fmt: skip
    passing(make_cycle(2025), person=person)
    assert sittings(SYSTEM, DAY)[0].repeat is None


@pytest.mark.parametrize(
    ("joined", "left", "is_member"),
    [
        (date(2025, 5, 24), None, True),
        (date(2025, 5, 25), None, False),
        (date(2025, 1, 1), date(2025, 5, 24), True),
        (date(2025, 1, 1), date(2025, 5, 23), False),
    ],
)
def test_a_member_is_one_on_the_day_the_exam_begins(joined, left, is_member):
    cycle = make_cycle(2025)
    person = passing(cycle)
    cohort = make_cohort(cycle, level=Level.ASSISTANT)
    db.session.add(
        CohortMember(cohort_id=cohort.id, person_id=person.id, joined_on=joined, left_on=left)
    )
    db.session.commit()
    found = only(sittings(SYSTEM, DAY))
    assert (found.members is not None, found.others is not None) == (is_member, not is_member)


def test_a_cohort_of_another_level_makes_no_member():
    cycle = make_cycle(2025)
    make_cohort(cycle, members=[passing(cycle)], level=Level.SOCIAL_WORKER)
    assert only(sittings(SYSTEM, DAY)).members is None


@pytest.mark.parametrize(("day", "count"), [(date(2025, 7, 24), 0), (date(2025, 7, 25), 1)])
def test_an_exam_counts_from_the_day_of_its_scores(day, count):
    passing(make_cycle(2025))
    assert len(sittings(SYSTEM, day)) == count


def test_a_late_correction_leaves_the_old_rate_as_it_was_known():
    cycle = make_cycle(2025)
    person = failing(cycle, level=Level.SENIOR)
    told = clock.now()
    old = db.session.scalars(Result.__table__.select().with_only_columns(Result.id)).one()
    row = db.session.get_one(Result, old)
    row.recorded_at = told - timedelta(days=2)
    db.session.flush()
    row.superseded_by_id = row.id  # frees the place of the current one, until it has its id
    db.session.flush()
    new = Result(person_id=person.id, cycle_id=cycle.id, level=Level.SENIOR, score=61,
                 subject=Subject.PRACTICE, status=ResultStatus.SAT, verdict=Verdict.PASSED,
                 recorded_at=told + timedelta(days=1))  # fmt: skip
    db.session.add(new)
    db.session.flush()
    row.superseded_by_id = new.id
    db.session.commit()
    assert only(sittings(SYSTEM, DAY, told)).all.part == 0
    assert only(sittings(SYSTEM, DAY, told + timedelta(days=2))).all.part == 1


def test_trained_counts_person_times_and_holders_persons():
    course = make_course(category=Category.EXAM_PREP)
    person = passing(make_cycle(2025))
    qualified(person, Level.SOCIAL_WORKER, date(2025, 10, 1))
    for _ in range(2):
        run = make_run(course, state=RunState.CLOSED, starts_on=date(2025, 3, 1),
                       ends_on=date(2025, 4, 1), closed_at=clock.now())  # fmt: skip
        make_enrolment(run, person, state=EnrolmentState.COMPLETED)
        make_enrolment(run, state=EnrolmentState.NOT_COMPLETED)
    days = {"starts_on": date(2025, 3, 1), "ends_on": date(2025, 4, 1)}
    practice = make_course(category=Category.PRACTICE)
    other = make_run(practice, state=RunState.CLOSED, closed_at=clock.now(), **days)
    make_enrolment(other, person, state=EnrolmentState.COMPLETED)
    (year,) = outcomes(SYSTEM, sittings(SYSTEM, DAY), DAY)
    assert (year.trained, year.cumulative, year.registered) == (2, 1, 1)


def test_who_reads_one_units_figures_reads_none_of_the_exams():
    passing(make_cycle())
    manager = Actor(None, frozenset({Grant(Role.STATION_MANAGER, make_unit().id)}))
    assert sittings(manager, DAY) == []
    assert outcomes(manager, [], DAY) == []


# --- the page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_department_reads_the_page(sign_in, language):
    cycle = make_cycle()
    for _ in range(6):
        passing(cycle)
        failing(cycle)
    page = sign_in(make_person(Role.OBSERVER), language=language).get("/reports/exams")
    assert "登记有效" not in page.text  # of titles, not of candidates
    assert page.status_code == 200
    assert "50%" in page.text
    assert {"zh": "参加备考班是自愿的", "en": "Members chose to join"}[language] in page.text


def test_few_persons_are_kept_from_the_department_and_not_from_the_administrator(sign_in):
    passing(make_cycle())
    assert "100%" not in sign_in(make_person(Role.OBSERVER)).get("/reports/exams").text
    assert "100%" in sign_in(make_person(Role.ADMIN)).get("/reports/exams").text


def test_a_manager_is_led_to_the_figures_of_the_unit(sign_in):
    passing(make_cycle())
    manager = make_person(Role.STATION_MANAGER, unit=make_unit())
    page = sign_in(manager).get("/reports/exams")
    assert "Exam figures are those of the whole college" in page.text
    assert "Of those who sat" not in page.text


def listed(cycle, group: str = "passed", level: str = "assistant") -> str:
    return f"/reports/exams/persons?cycle={cycle.id}&level={level}&group={group}"


def test_a_number_opens_the_persons_behind_it(sign_in):
    before, cycle = make_cycle(2024), make_cycle(2025)
    passed = passing(cycle, person=make_person(full_name="苏日娜"))
    failed = failing(cycle, person=make_person(full_name="乌云"))
    failing(before, person=failed)
    make_cohort(cycle, members=[passed], level=Level.ASSISTANT)
    admin = sign_in(make_person(Role.ADMIN))
    assert "group=passed" in admin.get("/reports/exams").text
    for group, names in {
        "sat": {"苏日娜", "乌云"}, "passed": {"苏日娜"}, "first": {"苏日娜"}, "repeat": {"乌云"},
        "members": {"苏日娜"}, "others": {"乌云"},
    }.items():  # fmt: skip
        page = admin.get(listed(cycle, group)).text
        assert {name for name in ("苏日娜", "乌云") if name in page} == names


def test_the_department_opens_no_list_of_candidates(sign_in):
    cycle = make_cycle()
    for _ in range(6):
        passing(cycle)
        failing(cycle)
    observer = sign_in(make_person(Role.OBSERVER))
    assert "group=passed" not in observer.get("/reports/exams").text
    assert observer.get(listed(cycle)).status_code == 403


def test_a_manager_learns_from_no_list_who_failed(sign_in):
    cycle, unit = make_cycle(), make_unit()
    failing(cycle, person=make_person(unit=unit))
    manager = sign_in(make_person(Role.STATION_MANAGER, unit=unit))
    assert manager.get(listed(cycle, "sat")).status_code == 403


@pytest.mark.parametrize("over", [{"group": "rich"}, {"level": "x"}])
def test_a_list_of_what_is_none_is_not_found(sign_in, over):
    assert sign_in(make_person(Role.ADMIN)).get(listed(make_cycle(), **over)).status_code == 404


def test_a_list_of_no_cycle_is_not_found(sign_in):
    admin = sign_in(make_person(Role.ADMIN))
    for cycle in ("x", "0", "99999999999999"):
        address = f"/reports/exams/persons?cycle={cycle}&level=assistant&group=sat"
        assert admin.get(address).status_code == 404


def test_a_trainee_reads_no_exam_figures(sign_in):
    assert sign_in(make_person()).get("/reports/exams").status_code == 403


def test_the_page_says_when_there_was_no_exam(sign_in):
    page = sign_in(make_person(Role.OBSERVER)).get("/reports/exams")
    assert "No exam has been held yet" in page.text


def test_the_number_of_queries_does_not_grow_with_the_years(sign_in, count_queries):
    client = sign_in(make_person(Role.OBSERVER))
    passing(make_cycle(2020))
    client.get("/reports/exams")
    count_queries()
    client.get("/reports/exams")
    few = count_queries()
    for year in range(2021, 2025):
        passing(make_cycle(year))
    count_queries()
    client.get("/reports/exams")
    assert count_queries() == few


def test_the_tables_can_be_taken_away(sign_in):
    cycle = make_cycle(province="=1+1")
    passing(cycle)
    client = sign_in(make_person(Role.ADMIN))
    answer = client.get("/reports/exams/rates.csv")
    heads, row = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert row[:6] == ["2025", "'=1+1", "Assistant Social Worker", "1", "1", "100.0"]
    assert len(heads) == len(row)
    heads, row = csv.reader(
        io.StringIO(client.get("/reports/exams/years.csv").data.decode("utf-8-sig"))
    )
    assert row[2:] == ["1", "0", "1", "0", "0", "1", "1"]
    assert client.get("/reports/exams/rates.xlsx").data.startswith(b"PK")


def test_a_script_gets_the_years_as_json_and_csv(app):
    passing(make_cycle())
    run = app.test_cli_runner().invoke
    (year,) = json.loads(run(args=["reports", "exams", "--as-of", "2026-06-30"]).output)["years"]
    assert (year["registered_persons"], year["assistant_passed"], year["passed"]) == (1, 1, 1)
    lines = run(args=["reports", "exams", "--as-of", "2026-06-30", "--format", "csv"]).output
    assert lines.splitlines()[1] == "2025,2025-12-31,1,0,1,0,0,1,1"


def test_exams_of_one_year_are_told_apart_by_province(sign_in):
    home, elsewhere, before = make_cycle(), make_cycle(province="山东省"), make_cycle(2024)
    for cycle in (home, elsewhere, before):
        passing(cycle)
    page = sign_in(make_person(Role.ADMIN)).get("/reports/exams").text
    assert "2025 山东省" in page
    assert f"2025 {home.province}" in page
    assert f"2024 {before.province}" not in page
