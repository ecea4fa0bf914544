"""Rules and lines: adopted once, with their sources."""

from decimal import Decimal

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.errors import NotAllowed
from college.core.roles import SYSTEM, Role
from college.exams.pass_rules.data import LineData
from college.exams.pass_rules.models import PassLine, PassRule, Subject
from college.exams.pass_rules.operations import adopt_rules, draw_line
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
    assert page.count("库伦旗") == 2


def test_the_page_is_for_the_office(sign_in):
    trainee = sign_in(make_person(Role.TRAINEE))

    assert trainee.get("/exams/pass-rules").status_code == 403
    assert trainee.post("/exams/pass-rules/adopt").status_code == 403
