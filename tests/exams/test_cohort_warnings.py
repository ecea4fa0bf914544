"""Whoever falls behind reaches the tutor: by a notice each week, and by the tutor's own day."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.clock import midnight
from college.core.db import db
from college.core.errors import Conflict, NotAllowed
from college.core.roles import SYSTEM, Role
from college.exams.cohorts.jobs import warn_due
from college.exams.cohorts.models import CohortWarning, MilestoneKind
from college.exams.cohorts.warnings import due_tutors, tell_tutors
from college.people.notices.models import Notice, NoticeKind
from college.people.notices.queries import in_words
from college.web.forms import sentence
from college.web.language import speaking
from tests.conftest import actor_of
from tests.exams.planned_cohorts import cohort_of, in_days, joined, make_exam, planned
from tests.factories import grant, make_person

K = MilestoneKind


@pytest.fixture
def tutor():
    """Somebody who teaches, and holds no role of a class tutor."""
    return make_person(Role.INSTRUCTOR, full_name="韩梅梅")


@pytest.fixture
def cohort(tutor):
    """Of two members, one of whom has not registered in time."""
    found = cohort_of(
        make_exam(), make_person(full_name="李雷"), make_person(), tutor=tutor, name_en="Our cohort"
    )
    planned(found, K.REGISTERED, -5)
    joined(found, -20)
    return found


def texts(person, language: str = "en") -> list[str]:
    mine = (Notice.kind == NoticeKind.COHORT_BEHIND) & (Notice.person_id == person.id)
    notices = db.session.scalars(sa.select(Notice).where(mine).order_by(Notice.id)).all()
    with speaking(language):
        return [sentence(each.text) for each in in_words(notices)]


def warned(day: date) -> int:
    with clock.put_at(midnight(day)):
        return warn_due()


def monday(weeks: int) -> date:
    today = clock.today()
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)


# ---- the notice


def test_the_tutor_is_told_once_a_week_as_long_as_somebody_falls_behind(cohort, tutor, sign_in):
    counts = [warned(monday(1)), warned(monday(1) + timedelta(days=6)), warned(monday(2))]

    assert counts == [1, 0, 1]
    assert texts(tutor)[0] == (
        "2 of 2 members of Our cohort fall behind the plan. The page says who and with what: a "
        "word from you helps most now."
    )
    assert "落后于备考计划" in texts(tutor, "zh")[0]
    (notice, _) = in_words(db.session.scalars(sa.select(Notice)))
    assert notice.page == f"/exams/cohorts/{cohort.id}?behind=y"
    assert "李雷" in sign_in(tutor).get(notice.page).text


def test_nobody_is_told_of_a_cohort_on_plan_or_of_an_exam_that_is_over(tutor):
    on_plan = cohort_of(make_exam(), make_person(), tutor=tutor)
    planned(on_plan, K.REGISTERED, 5)

    assert warned(clock.today()) == 0
    assert warned(in_days(70)) == 0


def test_a_tutor_of_two_cohorts_is_told_of_both(cohort, tutor):
    other = cohort_of(cohort.cycle, make_person(), tutor=tutor, name_en="The other")
    planned(other, K.REGISTERED, -5)
    joined(other, -20)

    assert warned(clock.today()) == 2
    of_one, of_two = sorted(texts(tutor), reverse=True)
    assert of_one.startswith("One member of The other falls behind")
    assert of_two.startswith("2 of 2 members of Our cohort")


def test_who_may_not_open_the_cohort_is_led_elsewhere():
    nobody = make_person(None)
    found = cohort_of(make_exam(), make_person(), tutor=nobody)
    planned(found, K.REGISTERED, -5)
    joined(found, -20)
    warned(clock.today())

    (notice,) = in_words(db.session.scalars(sa.select(Notice)))
    assert notice.page == "/exams/cohorts"


def test_two_workers_tell_nobody_twice(cohort, tutor):
    due = due_tutors(clock.today())
    tell_tutors(SYSTEM, due)
    with pytest.raises(Conflict):
        tell_tutors(SYSTEM, due)
    assert len(texts(tutor)) == 1
    assert db.session.scalar(sa.select(sa.func.count(CohortWarning.id))) == 1


def test_only_the_office_and_the_worker_tell(cohort):
    due = due_tutors(clock.today())
    for role in set(Role) - {Role.ADMIN, Role.SYSTEM, Role.ANYONE}:
        with pytest.raises(NotAllowed):
            tell_tutors(actor_of(make_person(role)), due)
    assert tell_tutors(actor_of(make_person(Role.ADMIN)), due) == 1


def test_as_many_statements_for_ten_cohorts_as_for_one(cohort, count_queries):
    def counted() -> int:
        db.session.expire_all()
        count_queries()
        due_tutors(clock.today())
        return int(count_queries())

    counted()
    of_one = counted()
    for _ in range(9):
        found = cohort_of(cohort.cycle, make_person(), tutor=make_person(Role.CLASS_TUTOR))
        planned(found, K.REGISTERED, -5)

    db.session.commit()
    counted()
    assert counted() == of_one


# ---- whose cohort it is


def test_being_the_tutor_opens_this_cohort_and_no_other(cohort, tutor, sign_in):
    other = cohort_of(cohort.cycle, make_person(), tutor=make_person(Role.CLASS_TUTOR))
    client = sign_in(tutor)

    assert client.get(f"/exams/cohorts/{cohort.id}").status_code == 200
    assert client.get(f"/exams/cohorts/{cohort.id}/plan").status_code == 200
    assert client.get(f"/exams/cohorts/{other.id}").status_code == 404
    assert client.get(f"/exams/cohorts/{other.id}/plan").status_code == 404
    stranger = sign_in(make_person(Role.INSTRUCTOR))
    assert stranger.get(f"/exams/cohorts/{cohort.id}").status_code == 404
    assert "You tutor no cohort yet" in stranger.get("/exams/cohorts").text


def test_a_member_who_teaches_sees_of_the_others_nothing(cohort, sign_in):
    member = make_person(Role.INSTRUCTOR, full_name="王芳")
    grant(member, Role.TRAINEE)
    found = cohort_of(cohort.cycle, member, make_person(), tutor=make_person(Role.CLASS_TUTOR))
    planned(found, K.REGISTERED, -5)

    page = sign_in(member).get("/exams/cohorts").text

    assert "behind=y" not in page
    assert f'href="/exams/cohorts/{found.id}"' in page


# ---- the tutor's own day


def test_the_day_of_the_tutor_names_who_falls_behind(cohort, tutor, sign_in):
    page = sign_in(tutor).get("/me").text

    assert "2 members of Our cohort fall behind" in page
    assert "5 days late" in page
    assert f"/exams/cohorts/{cohort.id}?behind=y" in page
    assert "fall behind" not in sign_in(make_person(Role.INSTRUCTOR)).get("/me").text
