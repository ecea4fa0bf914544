"""What somebody withdrew: papers do not bring it back, in no way in which they award."""

from datetime import date

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.roles import SYSTEM
from college.exams.rejudgings.queries import foreseen_anew
from college.exams.results.recording import award_persons, judge_persons
from college.people.qualifications.earning import Earned
from college.people.qualifications.models import Level, PassBasis, Qualification
from college.people.qualifications.operations import (
    correct_qualification,
    record_qualification,
    withdraw_qualification,
)
from tests.exams.sheets import PASS_ALL, imported
from tests.factories import make_person
from tests.factories.exams import make_cycle, make_result, xlsx


@pytest.fixture
def withdrawn(cycle, lilei) -> Qualification:
    """Earned by the sheet of 2025, and withdrawn by the office."""
    imported(xlsx(*PASS_ALL), cycle)
    held = db.session.scalars(sa.select(Qualification)).one()
    withdraw_qualification(SYSTEM, held)
    db.session.commit()
    return held


def known() -> list[tuple[int, Level, int | None]]:
    chosen = sa.select(Qualification.person_id, Qualification.level, Qualification.exam_year)
    return [(*row,) for row in db.session.execute(chosen.where(Qualification.known()))]


def test_no_judging_and_no_sheet_brings_it_back(withdrawn, cycle, lilei):
    assert foreseen_anew(cycle).awards == []
    assert judge_persons(SYSTEM, cycle, [lilei.id])[1] == []
    assert award_persons(SYSTEM, [lilei.id]) == []
    imported(xlsx(*PASS_ALL), cycle)
    assert known() == []


def test_nobody_else_and_no_other_level_is_kept_from_it(withdrawn, cycle, lilei):
    other = make_person()
    for subject in ("comprehensive", "practice"):
        make_result(lilei, cycle, level=Level.ASSISTANT, subject=subject)
        make_result(other, cycle, level=Level.ASSISTANT, subject=subject)
    assert len(award_persons(SYSTEM, [lilei.id, other.id])) == 2


@pytest.mark.parametrize("year", [2024, 2026])
def test_another_exam_that_was_passed_earns_it(withdrawn, lilei, year):
    other = make_cycle(year, scores_on=date(year, 8, 1))
    for subject in ("comprehensive", "practice", "law_and_policy"):
        make_result(lilei, other, level=Level.SOCIAL_WORKER, subject=subject)
    assert [(row.exam_year, row.basis) for row in award_persons(SYSTEM, [lilei.id])] == [
        (year, PassBasis.NATIONAL)
    ]
    assert known() == [(lilei.id, Level.SOCIAL_WORKER, year)]


@pytest.mark.parametrize(
    "corrected",
    [
        {"basis": PassBasis.REGIONAL, "region": "库伦旗"},
        {"exam_year": 2024},
        {"exam_year": None},
        {"level": Level.ASSISTANT},
    ],
)
def test_what_was_corrected_before_it_was_withdrawn_stays_away_too(cycle, lilei, corrected):
    imported(xlsx(*PASS_ALL), cycle)
    row = db.session.scalars(sa.select(Qualification)).one()
    facts = {"person_id": lilei.id, "level": row.level, "exam_year": 2025} | corrected
    for approved_on in (date(2025, 9, 1), date(2025, 9, 2)):
        row = correct_qualification(SYSTEM, row, Earned(**facts, approved_on=approved_on))
    withdraw_qualification(SYSTEM, row)
    db.session.commit()
    assert judge_persons(SYSTEM, cycle, [lilei.id])[1] == []
    assert known() == []


def test_by_hand_it_is_recorded_again_and_stands(withdrawn, cycle, lilei):
    facts = {"person_id": lilei.id, "level": withdrawn.level, "exam_year": withdrawn.exam_year}
    record_qualification(SYSTEM, Earned(**facts, approved_on=date(2025, 7, 25)))
    assert known() == [(lilei.id, withdrawn.level, withdrawn.exam_year)]
    assert judge_persons(SYSTEM, cycle, [lilei.id])[1] == []
