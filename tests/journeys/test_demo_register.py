"""What the demo college shows of the state exam and of the register, with its figures."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pypdfium2
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from college.core import clock, imports
from college.core.db import db
from college.core.roles import SYSTEM, Actor, Grant, Role
from college.demo import cast as roles
from college.demo import (
    classes,
    exam_years,
    exams,
    seniors,
)
from college.exams.candidacies.models import AdmissionTicket, Candidacy
from college.exams.candidacies.models import CandidacyStep as S
from college.exams.cohorts.boards import boards
from college.exams.cohorts.models import ExamCohort
from college.exams.cohorts.progress import funnel
from college.exams.cycles.models import ExamCycle
from college.exams.official_lists.models import OfficialList
from college.exams.pass_rules.models import Subject
from college.exams.rejudgings.models import Rejudging
from college.exams.results.advice import advice
from college.people.evidence.models import EvidenceFile, Seal
from college.people.qualifications.models import Level, PassBasis, Qualification
from college.register.registrations.models import Registration, RegistrationKind
from college.register.registrations.queries import holding_of
from college.register.registrations.verdicts import Answer as Registered
from college.register.reviews.models import Review, ReviewState
from college.register.reviews.queries import way_of
from college.register.reviews.verdicts import Answer
from college.reports.exam_figures.forecast import forecast
from college.reports.exam_figures.overview import exam_figures
from college.reports.exam_figures.rates import sittings

# the file's own outer transaction stands in for that of each test
pytestmark = [pytest.mark.real_commits, pytest.mark.usefixtures("demo")]


def test_results_of_2025_became_qualifications_some_by_the_late_lines():
    won = sa.select(Qualification).where(Qualification.exam_year == 2025)
    of_sheet = won.where(Qualification.evidence.like("2025年度成绩%"))
    late = won.where(Qualification.evidence == exams.cycle(2025).name)
    found = [db.session.scalars(chosen).all() for chosen in (of_sheet, late)]
    assert [len(each) for each in found] == [7, 4]  # two of them are of the assistant's level
    assert {(q.basis, q.region) for q in found[0]} == {(PassBasis.NATIONAL, "")}
    assert {(q.basis, q.region) for q in found[1]} == {(PassBasis.REGIONAL, "库伦旗")}
    rounds = db.session.scalars(sa.select(Rejudging).order_by(Rejudging.id)).all()
    counts = {r.line.line: (r.results_changed, r.qualifications_new) for r in rounds if r.line}
    assert counts == {
        Decimal(53): (3, 2),
        Decimal(58): (4, 2),
        Decimal(55): (2, 1),
        Decimal(57): (3, 1),
    }


def test_somebody_can_sit_in_the_year_ahead_and_two_papers_have_lapsed():
    ahead = sa.select(Candidacy).join(Candidacy.cycle).where(ExamCycle.year == classes.year_ahead())
    rows = db.session.scalars(ahead.order_by(Candidacy.id)).all()
    assert len(rows) == 3
    assert exams.cycle(classes.year_ahead()).exam_from_on is None
    year = classes.year_ahead()
    lapsed = [len(each.lapsed) for row in rows for each in advice(row.person_id, year=year)]
    assert lapsed[-1] == 2


def test_the_tickets_of_2026_came_by_an_official_list():
    made = db.session.scalars(sa.select(OfficialList)).one()
    tickets = db.session.scalars(sa.select(AdmissionTicket)).all()
    assert (made.rows_changed, made.rows_refused) == (len(tickets), 0)
    assert len(tickets) >= 20


def test_seniors_stand_at_every_point_between_the_exam_and_the_title():
    found = {
        s.name: way_of(roles.named(s.name), clock.today())
        for s in (*seniors.SENIORS, seniors.ELSEWHERE)
    }
    assert {name: way.verdict.answer for name, way in found.items()} == {
        "乌云毕力格": Answer.TITLED,
        "赵慧敏": Answer.TITLED,
        "包银山": Answer.MAY_APPLY,  # not passed at the first review
        "孟根花": Answer.UNDER_WAY,
        "金秀兰": Answer.UNDER_WAY,
        "白音那": Answer.GONE,
        "韩巴特尔": Answer.MAY_APPLY,
        "斯日古楞": Answer.NOT_PASSED,
        "陈国栋": Answer.MAY_APPLY,
    }
    states = sa.select(Review.state).order_by(Review.id)
    assert db.session.scalars(states).all() == [
        ReviewState.TITLED,
        ReviewState.TITLED,
        ReviewState.NOT_PASSED,
        ReviewState.NOTICED,
        ReviewState.APPLIED,
    ]
    assert found["陈国栋"].verdict.days_left(clock.today()) == seniors.LEFT.days


def test_a_signed_sample_is_evidence_that_a_second_person_looked_at():
    signed, scanned = db.session.scalars(sa.select(EvidenceFile).order_by(EvidenceFile.id)).all()
    assert (signed.seal, scanned.seal) == (Seal.UNKNOWN, Seal.UNSIGNED)
    (signature,) = signed.signatures
    assert signature.is_whole
    assert "演示" in signature.signer
    assert "演示" in signature.issuer
    mine = Qualification.known() & (Qualification.person_id == signed.person_id)
    held = db.session.scalars(sa.select(Qualification).where(mine)).one()
    assert held.recorded_by_id == roles.person("chen").id
    assert held.checked_by_id == roles.person("zhanzhang").id
    text = pypdfium2.PdfDocument(imports.kept(signed.file_sha256))[0].get_textpage()
    assert "不是国家证书" in text.get_text_range()


def test_some_of_the_cohort_to_come_fall_behind():
    cohorts = db.session.scalars(sa.select(ExamCohort).order_by(ExamCohort.id)).all()
    *over, ahead = boards(cohorts).values()
    assert [len(one.behind) for one in over if one.plan] == [0, 0]
    assert [line.standing.days_behind for line in ahead.behind] == [12, 12, 4, 4]
    assert len(ahead.lines) == 30


def test_cohorts_came_as_far_as_they_should():
    codes = exams.COHORT_2025, exams.COHORT_2026
    cohorts = sa.select(ExamCohort).where(ExamCohort.code.in_(codes)).order_by(ExamCohort.code)
    earlier, later = (funnel(cohort) for cohort in db.session.scalars(cohorts))
    assert (earlier.members, earlier.enrolled, earlier.trained) == (18, 13, 9)
    assert (earlier.sat, earlier.passed) == (16, 9)
    assert (later.members, later.enrolled, later.trained) == (30, 30, 25)
    assert (later.sat, later.passed) == (10, 5)


def test_the_assistants_cohorts_of_the_college_had_classes_before_their_exam():
    chosen = sa.select(ExamCohort).where(ExamCohort.level == Level.ASSISTANT)
    cohorts = db.session.scalars(chosen.order_by(ExamCohort.code)).all()
    assert [cohort.cycle.year for cohort in cohorts] == [2021, 2022, 2023, 2024, 2025, 2026]
    assert [funnel(cohort).trained > 0 for cohort in cohorts] == [False] * 3 + [True] * 3
    every = db.session.scalars(sa.select(ExamCohort).options(selectinload(ExamCohort.runs))).all()
    days = [(run.ends_on, cohort.cycle.exam_from_on) for cohort in every for run in cohort.runs]
    assert all(day is None or ends_on < day for ends_on, day in days)


def test_the_years_before_have_first_tries_and_repeats_members_and_others():
    found = {
        (s.cycle.year, s.level): [s.all, s.first, s.repeat, s.members, s.others]
        for s in sittings(SYSTEM, clock.today())
    }
    told = {
        key: [share and (share.part, share.whole) for share in row] for key, row in found.items()
    }
    assert told[2025, Level.ASSISTANT] == [(17, 41), (11, 22), (6, 19), (9, 22), (8, 19)]
    assert told[2026, Level.ASSISTANT] == [(24, 46), (14, 30), (10, 16), (15, 25), (9, 21)]
    assert told[2026, Level.SOCIAL_WORKER] == [(10, 22), (6, 13), (4, 9), (5, 10), (5, 12)]
    assert told[2024, Level.SENIOR][0] == (2, 2)
    assert len({year for year, level in told if level is Level.ASSISTANT}) == 6


def test_social_workers_took_two_years_and_one_lost_a_paper():
    workers = exam_years.community_workers()
    over_two_years = [workers[place] for place in (-1, -2, -3, -6)]
    held = Qualification.level == Level.SOCIAL_WORKER
    years = sa.select(Qualification.exam_year).where(held, Qualification.known())
    mine = [
        db.session.scalars(years.where(Qualification.person_id == p.id)).all()
        for p in over_two_years
    ]
    assert mine == [[2023], [2025], [2025], [2026]]  # the first by the extension
    (lost,) = advice(workers[-5].id, year=2027)
    assert [paper.subject for paper in lost.lapsed] == [
        Subject.COMPREHENSIVE,
        Subject.LAW_AND_POLICY,
    ]


def test_a_forecast_is_made_of_2026_and_held_for_the_years_before():
    before = forecast(SYSTEM, date(2026, 5, 20))  # the certificates bear the 24th
    assert before is not None
    assert len(before.past) == 5
    assert before.hits == len(before.tries) == 2
    assert before.at_year_end is not None
    assert before.members == 56


def test_the_department_sees_today_what_cohorts_bring_and_the_next_year():
    seen = exam_figures(Actor(None, frozenset({Grant(Role.OBSERVER)})), clock.today())
    split = [s.cycle.year for s in seen.sittings if s.by_membership]
    assert split == [2026, 2025, 2024, 2023]
    ahead = seen.forecast
    assert ahead is not None
    assert ahead.at_year_end is not None
    assert (ahead.year, ahead.members) == (classes.year_ahead(), 30)
    assert (ahead.tried, ahead.hits) == (3, 3)


def test_who_sat_in_2026_stands_where_the_results_leave_them():
    mine = Candidacy.cycle_id == exams.cycle(2026).id
    rows = db.session.scalars(sa.select(Candidacy).where(mine).order_by(Candidacy.id)).all()
    assert Counter(row.state.value for row in rows) == {
        "sat": 10,  # their sheet is the one to try the import with
        "scored": 5,
        "checked": 2,
        "listed": 1,
        "certified": 2,
        "absent": 3,
        "paid": 1,
        "registered": 2,
        "intends": 3,
        "withdrawn": 1,
    }
    ahead = {S.CHECKED, S.LISTED, S.CERTIFIED}
    won = sa.select(Qualification.person_id).where(
        Qualification.exam_year == 2026, Qualification.level == Level.SOCIAL_WORKER
    )
    assert {row.person_id for row in rows if row.state in ahead} <= set(db.session.scalars(won))


def test_most_holders_registered_in_time_and_the_others_each_in_their_way():
    held = Qualification.known() & (Qualification.level != Level.SENIOR)
    found = Counter(
        judged.verdict.answer
        for person_id, level in db.session.execute(
            sa.select(Qualification.person_id, Qualification.level).where(held)
        )
        if (judged := holding_of(person_id, level, clock.today()))
    )
    assert found[Registered.NOT_YET] > sum(found.values()) / 2
    assert found[Registered.TOO_LATE] < sum(found.values()) / 4
    assert min(found[answer] for answer in set(Registered) - {Registered.NO_RULE}) >= 3
    renewals = Registration.kind == RegistrationKind.RENEWAL
    assert len(db.session.scalars(sa.select(Registration.id).where(renewals)).all()) >= 20
