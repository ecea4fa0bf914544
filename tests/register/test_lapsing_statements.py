"""Whose senior statement runs out without a title is told so 180, 90 and 30 days before."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.clock import midnight
from college.core.db import db
from college.core.errors import Conflict, NotAllowed
from college.core.roles import SYSTEM, Role
from college.exams.cycles.models import ExamCycle
from college.exams.results.models import LapseStage, LapseWarning, Result
from college.people.notices.models import Notice, NoticeKind
from college.people.notices.queries import in_words
from college.people.qualifications.models import Level, PassBasis, Qualification
from college.register.reviews.jobs import warn_due
from college.register.reviews.models import ReviewState
from college.register.reviews.operations import Step, take_review_step
from college.register.reviews.warnings import running_out, warn_of_statements
from college.reports.personal_data.operations import delete_person
from college.reports.twins.operations import merge_persons
from college.web.forms import sentence
from college.web.language import speaking
from tests.conftest import actor_of
from tests.factories import make_person, saved
from tests.factories.exams import make_cycle, make_sheet
from tests.factories.registering import make_review, make_senior_pass

UNTIL = date(2027, 7, 25)  # three years from the scores of 2024


@pytest.fixture
def wang():
    """Passed the senior exam in 2024."""
    person = make_person(Role.TRAINEE, full_name="王芳")
    make_senior_pass(person, 2024)
    return person


def before(days: int, until: date = UNTIL) -> date:
    return until - timedelta(days=days)


def on(day: date):
    return clock.put_at(midnight(day))


def warned(day: date) -> int:
    with on(day):
        return warn_due()


def told() -> list[tuple[LapseStage, date]]:
    chosen = sa.select(LapseWarning).order_by(LapseWarning.id)
    return [(row.stage, row.on) for row in db.session.scalars(chosen)]


def words(language: str = "en") -> list[tuple[str, str]]:
    kind = Notice.kind == NoticeKind.STATEMENT_LAPSES
    notices = db.session.scalars(sa.select(Notice).where(kind).order_by(Notice.id)).all()
    with speaking(language):
        return [(sentence(each.text), each.page) for each in in_words(notices)]


# ---- when


@pytest.mark.parametrize(
    ("left", "days"),
    [(181, None), (180, 180), (91, 180), (90, 90), (31, 90), (30, 30), (0, 30), (-1, None)],
)
def test_each_is_told_when_it_is_time(wang, left, days):
    with on(before(left)):
        found = [(one.person_id, one.days) for one in running_out(before(left))]
    assert found == ([(wang.id, days)] if days else [])


def test_each_stage_is_told_once(wang):
    days = range(185, -3, -1)
    assert [left for left in days if warned(before(left))] == [180, 90, 30]
    stages = (LapseStage.DAYS_180, LapseStage.DAYS_90, LapseStage.DAYS_30)
    assert told() == [(stage, UNTIL) for stage in stages]


def test_a_leap_day_ends_on_the_day_before(wang):
    cycle = db.session.scalars(sa.select(ExamCycle)).one()
    cycle.approved_on = date(2024, 2, 29)
    db.session.commit()
    assert warned(date(2027, 2, 28)) == 1
    assert told() == [(LapseStage.DAYS_30, date(2027, 2, 28))]
    assert warned(date(2027, 3, 1)) == 0


def test_a_statement_whose_day_is_corrected_is_told_of_anew(wang):
    assert warned(before(90)) == 1
    cycle = db.session.scalars(sa.select(ExamCycle)).one()
    cycle.approved_on = date(2024, 9, 25)
    db.session.commit()
    assert warned(before(89)) == 1
    assert told()[-1] == (LapseStage.DAYS_180, date(2027, 9, 25))


def test_where_no_day_was_announced_that_of_the_list_counts():
    """Two lists of one exam: each statement is of the day of its own."""
    cycle = make_cycle(2024, scores_on=None)
    people = [make_person(Role.TRAINEE, full_name=name) for name in ("甲", "乙", "丙")]
    days = [date(2024, 8, 1), date(2024, 9, 20), None]
    for person, day in zip(people, days, strict=True):
        sheet = make_sheet(cycle, day) if day else None
        make_senior_pass(person, 2024, import_id=sheet.id if sheet else None)

    for person, day in zip(people, days, strict=True):
        until = (day or date(2024, 5, 25)).replace(year=2027)
        with on(before(20, until)):
            found = {one.person_id: one.until_on for one in running_out(clock.today())}
        assert found[person.id] == until


def test_a_statement_that_is_not_issued_yet_is_not_told_of():
    make_senior_pass(make_person(), 2031)
    assert running_out(date(2031, 6, 1)) == []


# ---- whom


def test_who_holds_the_title_is_told_nothing(wang):
    assert warned(before(180)) == 1
    facts = {"approved_on": before(100), "basis": PassBasis.NATIONAL}
    held = Qualification(person_id=wang.id, level=Level.SENIOR, **facts)
    saved(held)
    assert warned(before(90)) == 0
    held.superseded_at = clock.now()  # it was somebody else's
    db.session.commit()
    assert warned(before(90)) == 1


def test_a_lower_title_changes_nothing(wang):
    facts = {"approved_on": date(2019, 6, 23), "basis": PassBasis.NATIONAL}
    saved(Qualification(person_id=wang.id, level=Level.SOCIAL_WORKER, **facts))
    assert warned(before(90)) == 1


def test_who_is_reviewed_is_left_alone_until_the_review_fails(wang):
    with on(date(2026, 10, 1)):
        review = make_review(wang)
    assert warned(before(180)) == 0
    with on(before(100)):
        step = Step(on=before(100), evidence="评委会名单")
        take_review_step(SYSTEM, review, step, state=ReviewState.NOT_PASSED)
        db.session.commit()
    assert warned(before(90)) == 1


def test_a_statement_printed_with_another_last_day_is_told_of_by_that_day(wang):
    longer = date(2027, 12, 31)
    _failed_review(wang, until_on=longer, ground="自治区通知")

    assert [left for left in (180, 90, 30, 0) if warned(before(left))] == [0]
    assert told() == [(LapseStage.DAYS_180, longer)]
    assert warned(before(90, longer)) == 1
    assert warned(before(30, longer)) == 1
    assert warned(before(-1, longer)) == 0


def test_a_statement_printed_with_an_earlier_day_is_told_of_by_that_day(wang):
    shorter = date(2027, 3, 1)
    _failed_review(wang, until_on=shorter, ground="证明载明")
    assert warned(before(30, shorter)) == 1
    assert told() == [(LapseStage.DAYS_30, shorter)]
    assert warned(before(90)) == 0


def test_the_newest_statement_counts(wang):
    make_senior_pass(wang, 2025)
    assert warned(before(30)) == 0
    assert warned(date(2028, 7, 1)) == 1
    assert told() == [(LapseStage.DAYS_30, date(2028, 7, 25))]


def test_a_newer_pass_that_is_corrected_away_brings_the_older_back(wang):
    new = make_senior_pass(wang, 2025)
    assert warned(before(30)) == 0
    new.superseded_by_id = new.id
    db.session.commit()
    assert warned(before(29)) == 1


def test_a_pass_that_is_corrected_away_is_told_of_no_more(wang):
    assert warned(before(180)) == 1
    result = db.session.scalars(sa.select(Result)).one()
    result.superseded_by_id = result.id
    db.session.commit()
    assert warned(before(90)) == 0


def test_who_passed_another_level_is_told_nothing():
    make_senior_pass(make_person(), 2024, level=Level.SOCIAL_WORKER)
    assert warned(before(90)) == 0


def test_who_was_merged_away_or_deleted_is_told_nothing(wang):
    deleted, gone = make_person(), make_person(full_name="王芳")
    make_senior_pass(deleted, 2024)
    delete_person(SYSTEM, deleted)
    merge_persons(SYSTEM, wang, gone)
    make_senior_pass(gone, 2024)  # as a row that a merge leaves behind
    assert warned(before(90)) == 1
    people = db.session.scalars(sa.select(LapseWarning.person_id)).all()
    assert people == [wang.id]


# ---- what, by whom, and how


def test_the_notice_says_until_when_and_what_to_do(wang, sign_in):
    warned(before(90))
    ((text, page),) = words()
    assert text == (
        "Your statement of the senior exam passed in 2024 counts for the review until Sun 25 July "
        "2027; after that the exam would have to be passed again. Ask the academic office when "
        "the committee takes applications, and apply by then."
    )
    assert page == f"/register/reviews/of/{wang.id}"
    ((chinese, _),) = words("zh")
    assert chinese.startswith("您2024年度高级社会工作师考试的成绩合格证明，到2027年7月25日")
    client = sign_in(wang)
    assert "runs out" in client.get("/me/notices").text
    assert client.get(page).status_code == 200


def test_who_may_not_open_the_review_is_led_to_their_data():
    make_senior_pass(make_person(None), 2024)
    warned(before(90))
    assert words()[0][1] == "/me/data"


def test_two_workers_tell_nobody_twice(wang):
    due = running_out(before(90))
    warn_of_statements(SYSTEM, due)
    with pytest.raises(Conflict):
        warn_of_statements(SYSTEM, due)
    assert len(words()) == 1


def test_only_who_records_reviews_and_the_worker_warn(wang):
    due = running_out(before(90))
    for role in set(Role) - {Role.ADMIN, Role.SYSTEM, Role.ANYONE}:
        with pytest.raises(NotAllowed):
            warn_of_statements(actor_of(make_person(role)), due)
    assert warn_of_statements(actor_of(make_person(Role.ADMIN)), due) == 1


def test_very_many_are_told_in_portions(monkeypatch):
    monkeypatch.setattr("college.register.reviews.warnings.AT_ONCE", 2)
    for _ in range(5):
        make_senior_pass(make_person(), 2024)
    assert warned(before(90)) == 5
    assert len(told()) == 5


def test_as_many_statements_for_twenty_as_for_two(count_queries):
    counts = []
    for more in (2, 18):
        for _ in range(more):
            make_senior_pass(make_person(), 2024)
        db.session.commit()
        count_queries()
        found = running_out(before(90))
        counts.append(count_queries())
    assert len(found) == 20
    assert counts[0] == counts[1]


def test_where_no_statement_ends_soon_results_are_not_read(wang, count_queries):
    make_cycle(2030)
    db.session.commit()
    count_queries()
    assert running_out(before(200)) == []
    assert count_queries() <= 2  # exam years, and reviews with a last day of their own


def _failed_review(person, **said):
    with on(date(2026, 10, 1)):
        review = make_review(person, **said)
        step = Step(on=date(2026, 10, 1), evidence="评委会名单")
        take_review_step(SYSTEM, review, step, state=ReviewState.NOT_PASSED)
        db.session.commit()
