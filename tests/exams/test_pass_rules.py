"""Rules and lines: adopted once, with their sources."""

from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.operation import Overtaken
from college.core.roles import SYSTEM, Role
from college.exams.pass_rules.data import LineData
from college.exams.pass_rules.models import PassLine, PassRule, Subject
from college.exams.pass_rules.operations import (
    NewExtension,
    WindowNotLonger,
    adopt_rules,
    draw_line,
    extend_window,
    take_back_extension,
)
from college.exams.pass_rules.queries import all_extensions, extensions_of
from college.people.qualifications.models import Level
from tests.conftest import actor_of
from tests.factories import make_person


def lines(**facts) -> list[Decimal]:
    return list(db.session.scalars(sa.select(PassLine.line).filter_by(**facts)))


def test_rules_and_lines_are_adopted_once():
    assert len(adopt_rules(SYSTEM)) == 3
    count = db.session.scalar(sa.select(sa.func.count(PassLine.id)))

    assert adopt_rules(SYSTEM) == []
    assert db.session.scalar(sa.select(sa.func.count(PassLine.id))) == count


def test_windows_and_papers_of_the_levels():
    adopt_rules(SYSTEM)

    rules = {rule.level: rule for rule in db.session.scalars(sa.select(PassRule))}

    assert (rules[Level.ASSISTANT].window_years, len(rules[Level.ASSISTANT].papers)) == (1, 2)
    assert (rules[Level.SOCIAL_WORKER].window_years, len(rules[Level.SOCIAL_WORKER].papers)) == (
        2,
        3,
    )
    assert rules[Level.SENIOR].papers == [Subject.PRACTICE]
    assert [level for level, rule in rules.items() if not rule.earns_qualification] == [
        Level.SENIOR
    ]
    assert all(rule.citation for rule in rules.values())


def test_the_lines_of_2025():
    adopt_rules(SYSTEM)

    assert lines(year=2025, region="") == [60, 60, 60]
    assert lines(year=2025, region="库伦旗", level=Level.ASSISTANT) == [53]
    assert lines(year=2025, region="库伦旗", level=Level.SOCIAL_WORKER) == [58]
    assert lines(year=2025, region="库伦旗", level=Level.SENIOR) == []


def test_a_line_is_drawn_once():
    new = LineData(year=2027, level=Level.SENIOR, line=Decimal(60), citation="公告")

    first = draw_line(SYSTEM, new)

    assert draw_line(SYSTEM, new) is first
    assert draw_line(SYSTEM, new, subject=Subject.PRACTICE) is not first


def test_only_who_plans_may_adopt():
    stranger = actor_of(make_person(Role.INSTRUCTOR))

    with pytest.raises(NotAllowed):
        adopt_rules(stranger)
    with pytest.raises(NotAllowed):
        draw_line(stranger, LineData(year=2027, level=Level.SENIOR, line=Decimal(1), citation="x"))


def test_the_page_offers_the_rules_and_then_shows_them(sign_in):
    client = sign_in(make_person(Role.ADMIN))
    assert "Adopt rules and lines" in client.get("/exams/pass-rules").text

    page = client.post("/exams/pass-rules/adopt", follow_redirects=True).text

    assert "国人部发〔2006〕71号" in page
    assert "2 consecutive exam years" in page
    assert "2022 to 2026" in page
    assert page.count(">库伦旗</td>") == 2


def test_the_page_is_for_the_office(sign_in):
    trainee = sign_in(make_person(Role.TRAINEE))

    assert trainee.get("/exams/pass-rules").status_code == 403
    assert trainee.post("/exams/pass-rules/adopt").status_code == 403


def notice(**over) -> NewExtension:
    usual = {
        "level": Level.SOCIAL_WORKER,
        "passed_year": 2021,
        "until_year": 2023,
        "citation": "人社厅发〔2022〕1号",
    }
    return NewExtension(**usual | over)


def test_a_notice_lengthens_a_window_once():
    adopt_rules(SYSTEM)

    first = extend_window(SYSTEM, notice())

    assert extend_window(SYSTEM, notice()) is first
    assert extend_window(SYSTEM, notice(until_year=2024)) is not first
    assert [e.until_year for e in all_extensions()] == [2023, 2024]


def test_a_notice_that_lengthens_nothing_is_refused():
    adopt_rules(SYSTEM)

    with pytest.raises(WindowNotLonger):
        extend_window(SYSTEM, notice(until_year=2022))


def test_a_notice_taken_back_stays_as_what_was_believed():
    adopt_rules(SYSTEM)
    extension = extend_window(SYSTEM, notice())
    db.session.commit()
    believed_at = clock.now()

    take_back_extension(SYSTEM, extension)

    assert all_extensions() == []
    assert len(extensions_of([2021], known_at=believed_at)) == 1
    with pytest.raises(Overtaken):
        take_back_extension(SYSTEM, extension)


def test_a_notice_counts_from_the_day_of_its_publication():
    adopt_rules(SYSTEM)
    extend_window(SYSTEM, notice(published_on=date(2022, 9, 1)))

    assert extensions_of([2021], known_on=date(2022, 8, 31)) == []
    assert len(extensions_of([2021], known_on=date(2022, 9, 1))) == 1


def test_only_who_plans_may_lengthen_windows():
    adopt_rules(SYSTEM)
    stranger = actor_of(make_person(Role.CLASS_TUTOR))
    extension = extend_window(SYSTEM, notice())

    with pytest.raises(NotAllowed):
        extend_window(stranger, notice())
    with pytest.raises(NotAllowed):
        take_back_extension(stranger, extension)


def test_the_page_takes_a_notice_and_takes_it_back(sign_in):
    adopt_rules(SYSTEM)
    db.session.commit()
    client = sign_in(make_person(Role.ADMIN))
    sent = {
        "level": "social_worker",
        "passed_year": "2021",
        "until_year": "2022",
        "citation": "人社厅发〔2022〕1号",
    }

    refused = client.post("/exams/pass-rules/extensions/new", data=sent)
    assert refused.status_code == 422
    assert "Passes of 2021 count through 2022 without a notice." in refused.text
    assert (
        "Enter the number or title of the notice."
        in client.post("/exams/pass-rules/extensions/new", data=sent | {"citation": ""}).text
    )

    sent["until_year"] = "2023"
    page = client.post("/exams/pass-rules/extensions/new", data=sent, follow_redirects=True).text
    assert "The notice is entered." in page
    assert "人社厅发〔2022〕1号" in page

    (extension,) = all_extensions()
    address = f"/exams/pass-rules/extensions/{extension.id}/take-back"
    assert "The notice is taken back." in client.post(address, follow_redirects=True).text
    assert all_extensions() == []
