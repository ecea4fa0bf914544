"""What who is told that a pass lapses reads, by which way, and how the worker tells very many."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.errors import Conflict, NotAllowed
from college.core.roles import SYSTEM, Role
from college.exams.results.jobs import warn_due
from college.exams.results.warnings import due_in, sittings, warn_of_papers
from college.people.notices import stages
from college.people.notices.models import Channel, Delivery, Notice, NoticeChoice, NoticeKind
from college.people.notices.queries import in_words
from tests.conftest import actor_of
from tests.exams.lapses import CLOSES, OPEN, OPENS, C, L, on, texts, told, warned
from tests.factories import make_person, saved
from tests.factories.exams import (
    make_result,
    make_rules,
)


@pytest.fixture(autouse=True)
def _rules():
    make_rules()


@pytest.fixture
def lilei(last_year):
    """Passed one paper of three in 2025."""
    person = make_person(Role.TRAINEE, full_name="李雷")
    make_result(person, last_year, subject=C)
    return person


# ---- what


def test_the_notice_names_what_lapses_what_to_enter_and_until_when(lilei, this_year, sign_in):
    warned(OPENS)
    assert texts() == [
        "For Social Worker you have passed: Comprehensive ability. The exam of 2026 is the last in "
        "which that counts. Registration is open from Mon 9 March to Sun 22 March: enter on the "
        "state's site for Practice, Law and policy. Pass, and the certificate is yours."
    ]
    (chinese,) = texts("zh")
    assert "在2026年度考试中最后一次有效" in chinese
    assert "请登录国家报名网站报考：" in chinese
    client = sign_in(lilei)
    assert "is the last in which that counts" in client.get("/me/notices").text
    (notice,) = in_words(db.session.scalars(sa.select(Notice)))
    assert notice.page == f"/exams/results/of/{lilei.id}"
    assert client.get(notice.page).status_code == 200


def test_who_may_not_open_their_results_is_led_to_their_data(last_year, this_year):
    person = make_person(None)
    make_result(person, last_year, subject=C)
    warned(OPENS)
    (notice,) = db.session.scalars(sa.select(Notice).where(Notice.person_id == person.id))
    assert in_words([notice])[0].page == "/me/data"


def test_two_papers_lapse_in_one_notice(lilei, this_year, last_year):
    make_result(lilei, last_year, subject=L)
    assert warned(CLOSES) == 1
    assert "passed: Comprehensive ability, Law and policy." in texts()[0]
    assert "site for Practice by then" in texts()[0]


def test_it_comes_by_the_channels_that_the_person_chose(lilei, this_year, last_year):
    other = make_person(Role.TRAINEE, email="han@example.org")
    make_result(other, last_year, subject=C)
    for channel, is_wanted in ((Channel.IN_APP, False), (Channel.MAIL, True)):
        choice = {"kind": NoticeKind.PAPERS_LAPSE, "channel": channel, "is_wanted": is_wanted}
        saved(NoticeChoice(person_id=other.id, **choice))
    warned(OPENS)
    shown = dict(db.session.execute(sa.select(Notice.person_id, Notice.is_shown)).all())
    assert shown == {lilei.id: True, other.id: False}
    channels = db.session.scalars(sa.select(Delivery.channel)).all()
    assert channels == [Channel.MAIL]


# ---- by whom, and how


def test_two_workers_tell_nobody_twice(lilei, this_year):
    with on(OPENS):
        (sitting,) = sittings(OPENS)
        due = due_in(sitting)
        warn_of_papers(SYSTEM, sitting, due)
        with pytest.raises(Conflict):
            warn_of_papers(SYSTEM, sitting, due)
    assert len(texts()) == 1


def test_only_who_imports_results_and_the_worker_warn(lilei, this_year):
    with on(OPENS):
        (sitting,) = sittings(OPENS)
        due = due_in(sitting)
        for role in set(Role) - {Role.ADMIN, Role.SYSTEM, Role.ANYONE}:
            with pytest.raises(NotAllowed):
                warn_of_papers(actor_of(make_person(role)), sitting, due)
        assert warn_of_papers(actor_of(make_person(Role.ADMIN)), sitting, due) == 1


def test_very_many_are_told_in_portions(last_year, this_year, monkeypatch):
    monkeypatch.setattr("college.exams.results.warnings.AT_ONCE", 2)
    people = [make_person() for _ in range(5)]
    for person in people:
        make_result(person, last_year, subject=C)
        make_result(person, last_year, subject=L)
    assert warned(OPENS) == 5
    assert sorted(told()) == [(person.id, OPEN) for person in people]
    assert stages.AT_ONCE > 2


def test_as_many_statements_for_forty_as_for_three(last_year, this_year, count_queries):
    with on(OPENS):
        (sitting,) = sittings(OPENS)
        counts = []
        for more in (3, 40):
            for _ in range(more):
                make_result(make_person(), last_year, subject=C)
            count_queries()
            found = due_in(sitting)
            counts.append(count_queries())
    assert len(found) == 43
    assert counts[0] == counts[1]


def test_nobody_is_looked_at_outside_the_days_of_a_registration(lilei, this_year, count_queries):
    with on(OPENS - timedelta(days=1)):
        count_queries()
        assert warn_due() == 0
        assert count_queries() <= 3  # exam years, rules and notices
