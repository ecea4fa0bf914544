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
    record_qualification,
    record_qualifications,
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


def test_nobody_else_and_no_other_exam_is_kept_from_it(withdrawn, cycle, lilei):
    other = make_person()
    for subject in ("comprehensive", "practice"):
        make_result(lilei, cycle, level=Level.ASSISTANT, subject=subject)
        make_result(other, cycle, level=Level.ASSISTANT, subject=subject)
    assert len(award_persons(SYSTEM, [lilei.id, other.id])) == 2
    later = Earned(
        person_id=lilei.id,
        level=Level.SOCIAL_WORKER,
        approved_on=date(2026, 8, 1),
        exam_year=2026,
    )
    assert len(record_qualifications(SYSTEM, [later])) == 1


def test_by_another_line_it_is_another_certificate(withdrawn, cycle, lilei):
    facts = {"person_id": lilei.id, "level": withdrawn.level, "exam_year": withdrawn.exam_year}
    regional = Earned(
        **facts, approved_on=date(2025, 9, 1), basis=PassBasis.REGIONAL, region="库伦旗"
    )
    assert len(record_qualifications(SYSTEM, [regional])) == 1


def test_by_hand_it_is_recorded_again_and_stands(withdrawn, cycle, lilei):
    facts = {"person_id": lilei.id, "level": withdrawn.level, "exam_year": withdrawn.exam_year}
    record_qualification(SYSTEM, Earned(**facts, approved_on=date(2025, 7, 25)))
    assert known() == [(lilei.id, withdrawn.level, withdrawn.exam_year)]
    assert judge_persons(SYSTEM, cycle, [lilei.id])[1] == []


def test_the_year_after_a_title_that_was_withdrawn_may_be_passed(withdrawn, lilei):
    later = make_cycle(2026, scores_on=date(2026, 8, 1))
    for subject in ("comprehensive", "practice", "law_and_policy"):
        make_result(lilei, later, level=Level.SOCIAL_WORKER, subject=subject)
    assert {row.exam_year for row in award_persons(SYSTEM, [lilei.id])} <= {2026}
