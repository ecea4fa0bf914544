"""Dates of the exam year are told of once, to those who have still to do what they are for."""

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.errors import Conflict, NotAllowed
from college.core.roles import SYSTEM, Role
from college.exams.candidacies.jobs import remind_due
from college.exams.candidacies.models import CandidacyStep as S
from college.exams.candidacies.models import Milestone, Reminder
from college.exams.candidacies.queries import next_step, whole
from college.exams.candidacies.reminders import CONCERNED, due_reminders, remind
from college.exams.cycles.operations import time_papers
from college.exams.cycles.paper_times import PaperTime
from college.exams.pass_rules.models import Subject
from college.people.notices.models import Notice, NoticeKind
from college.people.notices.stages import stage
from college.people.notices.values import opened
from college.people.notices.wording import told
from college.people.qualifications.models import Level
from college.reports.personal_data.operations import delete_person
from tests.conftest import actor_of
from tests.factories import make_person
from tests.factories.exams import make_candidacy, make_cycle

USUAL = (14, 3)
COLUMNS = {
    Milestone.REGISTRATION_OPENS: "registration_from_on",
    Milestone.REGISTRATION_CLOSES: "registration_to_on",
    Milestone.REGISTRATION_CHECK_CLOSES: "registration_check_to_on",
    Milestone.PAYMENT_CLOSES: "payment_to_on",
    Milestone.TICKETS_OPEN: "tickets_from_on",
    Milestone.TICKETS_CLOSE: "tickets_to_on",
    Milestone.EXAM_BEGINS: "exam_from_on",
    Milestone.SCORES_COME: "scores_on",
    Milestone.CHECK_CLOSES: "check_to_on",
}


def cycle_with(**days):
    unknown = dict.fromkeys(("exam_from_on", "exam_to_on", "scores_on"))
    return make_cycle(clock.today().year + 1, **unknown | days)


def ahead(days: int) -> date:
    return clock.today() + timedelta(days=days)


def notices() -> list[str]:
    chosen = sa.select(Notice).where(Notice.kind == NoticeKind.EXAM_DATE).order_by(Notice.id)
    return [
        told(n.kind, opened(n.kind, n.person_id, n.values_sealed)).message
        for n in db.session.scalars(chosen)
    ]


def reminded() -> list[tuple[Milestone, int]]:
    chosen = sa.select(Reminder).order_by(Reminder.id)
    return [(row.milestone, row.days) for row in db.session.scalars(chosen)]


@pytest.mark.parametrize(
    ("left", "expected"), [(20, None), (14, 14), (4, 14), (3, 3), (0, 3), (-1, None)]
)
def test_a_stage_is_the_nearest_that_has_come(left, expected):
    assert stage(ahead(left), clock.today(), USUAL) == expected


@pytest.mark.parametrize("milestone", Milestone)
def test_each_date_is_told_to_those_who_have_the_step_before_them(milestone):
    days = {COLUMNS[milestone]: ahead(10)}
    if milestone is Milestone.EXAM_BEGINS:
        days["exam_to_on"] = ahead(11)
    cycle = cycle_with(**days)
    rows = {state: make_candidacy(make_person(), cycle, state=state) for state in S}

    due = due_reminders(clock.today(), USUAL)

    assert {one.candidacy_id for one in due} == {rows[s].id for s in CONCERNED[milestone]}
    assert {(one.milestone, one.days, one.on) for one in due} == {(milestone, 14, ahead(10))}


def test_everybody_is_told_once_at_each_stage():
    row = make_candidacy(make_person(), cycle_with(registration_to_on=ahead(10)))

    assert remind_due(USUAL) == 1
    assert remind_due(USUAL) == 0
    with clock.put_at(clock.now() + timedelta(days=8)):
        assert remind_due(USUAL) == 1
        assert remind_due(USUAL) == 0
    assert reminded() == [(Milestone.REGISTRATION_CLOSES, 14), (Milestone.REGISTRATION_CLOSES, 3)]
    assert len(notices()) == 2
    assert notices()[0].startswith("Registration for %(level)s closes on")
    assert row.state is S.INTENDS


def test_who_did_the_step_in_the_meantime_is_told_no_more():
    row = make_candidacy(make_person(), cycle_with(registration_to_on=ahead(10)))
    remind_due(USUAL)
    row.state = S.REGISTERED
    db.session.commit()

    with clock.put_at(clock.now() + timedelta(days=8)):
        assert remind_due(USUAL) == 0


def test_a_date_that_is_put_off_is_told_of_anew():
    cycle = cycle_with(registration_to_on=ahead(2))
    make_candidacy(make_person(), cycle)
    assert remind_due(USUAL) == 1
    cycle.registration_to_on = ahead(12)
    db.session.commit()

    assert remind_due(USUAL) == 1
    assert [days for _, days in reminded()] == [3, 14]


def test_the_year_may_say_how_many_days_ahead():
    make_candidacy(make_person(), cycle_with(registration_to_on=ahead(25), remind_days=[30]))
    assert remind_due(USUAL) == 1
    assert reminded() == [(Milestone.REGISTRATION_CLOSES, 30)]


def test_what_is_not_announced_and_what_is_over_are_told_to_nobody():
    make_candidacy(make_person(), cycle_with())
    late = make_cycle(clock.today().year, exam_from_on=ahead(-9), exam_to_on=ahead(-8),
                      scores_on=None, registration_to_on=ahead(-60))  # fmt: skip
    make_candidacy(make_person(), late)
    assert remind_due(USUAL) == 0


def test_who_sits_for_two_levels_is_told_of_each():
    person, cycle = make_person(), cycle_with(registration_to_on=ahead(10))
    make_candidacy(person, cycle)
    make_candidacy(person, cycle, level=Level.ASSISTANT)

    assert remind_due(USUAL) == 2
    assert len(notices()) == 2


def test_whose_data_was_deleted_is_told_nothing():
    gone, cycle = make_person(), cycle_with(registration_to_on=ahead(10))
    make_candidacy(gone, cycle)
    stays = make_candidacy(make_person(), cycle)
    delete_person(SYSTEM, gone)
    assert [one.candidacy_id for one in due_reminders(clock.today(), USUAL)] == [stays.id]


def test_two_workers_tell_nobody_twice():
    make_candidacy(make_person(), cycle_with(registration_to_on=ahead(10)))
    due = due_reminders(clock.today(), USUAL)
    remind(SYSTEM, due)
    with pytest.raises(Conflict):
        remind(SYSTEM, due)
    assert len(notices()) == 1


def test_nobody_but_the_office_and_the_worker_reminds():
    make_candidacy(make_person(), cycle_with(registration_to_on=ahead(10)))
    due = due_reminders(clock.today(), USUAL)
    for role in set(Role) - {Role.ADMIN, Role.SYSTEM, Role.ANYONE}:
        with pytest.raises(NotAllowed):
            remind(actor_of(make_person(role)), due)


def test_the_candidate_reads_it_and_comes_to_the_page(sign_in):
    lilei = make_person()
    row = make_candidacy(lilei, cycle_with(check_to_on=ahead(3)), state=S.SCORED)
    remind_due(USUAL)
    client = sign_in(lilei)

    page = client.get("/me/notices").text

    assert "Who misses it loses the result" in page
    assert f"/exams/candidacies/{row.id}" in page or "/me/notices/" in page


def test_who_registered_is_told_of_the_check_of_the_registration_until_the_fee_is_paid():
    cycle = cycle_with(registration_check_to_on=ahead(10), payment_to_on=ahead(30))
    row = make_candidacy(make_person(), cycle, state=S.REGISTERED)
    assert remind_due(USUAL) == 1
    row.state = S.PAID
    db.session.commit()

    with clock.put_at(clock.now() + timedelta(days=8)):
        assert remind_due(USUAL) == 0
    assert reminded() == [(Milestone.REGISTRATION_CHECK_CLOSES, 14)]
    assert notices()[0].startswith("The check of registrations for %(level)s ends on")


def test_the_next_step_names_the_check_of_the_registration_while_it_lasts():
    cycle = cycle_with(registration_check_to_on=ahead(5), payment_to_on=ahead(6))
    row = make_candidacy(make_person(), cycle, state=S.REGISTERED)
    assert next_step(whole(SYSTEM, row)).message.endswith("pay the fee there by %(pay)s.")
    with clock.put_at(clock.now() + timedelta(days=6)):
        assert next_step(whole(SYSTEM, row)).message.startswith("Pay the fee")
    cycle.payment_to_on = None
    assert next_step(whole(SYSTEM, row)).message.endswith("before it closes.")
    assert "%(checked)s" in next_step(whole(SYSTEM, row)).message
    db.session.rollback()


def test_the_next_step_names_the_days_that_are_announced():
    cycle = cycle_with(payment_to_on=ahead(5), check_to_on=ahead(90), scores_on=ahead(60))
    row = make_candidacy(make_person(), cycle, state=S.REGISTERED)
    assert "by %(pay)s" in next_step(whole(SYSTEM, row)).message
    row.state = S.PAID
    assert "once the notice says" in next_step(whole(SYSTEM, row)).message
    db.session.rollback()


def test_each_level_is_told_of_the_day_of_its_own_first_paper():
    first, second = ahead(3), ahead(4)
    cycle = cycle_with(exam_from_on=first, exam_to_on=second)
    hours = {"starts": time(14), "ends": time(16)}
    times = [
        PaperTime(level=Level.SOCIAL_WORKER, subject=Subject.LAW_AND_POLICY, on=first, **hours),
        PaperTime(level=Level.ASSISTANT, subject=Subject.PRACTICE, on=second, **hours),
    ]
    time_papers(SYSTEM, cycle, times)
    worker = make_candidacy(make_person(), cycle, state=S.TICKETED)
    assistant = make_candidacy(make_person(), cycle, state=S.TICKETED, level=Level.ASSISTANT)

    due = {one.candidacy_id: one.on for one in due_reminders(clock.today(), (4,))}

    assert due == {worker.id: first, assistant.id: second}
