"""A regional line comes weeks after the scores: who changes, seen before and done after."""

from decimal import Decimal

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.errors import NotAllowed
from college.core.roles import SYSTEM, Role
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.data import LineData
from college.exams.pass_rules.models import PassLine, Subject
from college.exams.pass_rules.operations import NewExtension, draw_line, extend_window
from college.exams.rejudgings import operations
from college.exams.rejudgings.models import Rejudging
from college.exams.rejudgings.operations import (
    go_on_rejudging,
    judge_portion,
    order_rejudging,
    publish_line,
)
from college.exams.rejudgings.queries import (
    foreseen,
    foreseen_anew,
    outcome_of,
)
from college.exams.rejudgings.refusals import LineDrawnAlready, RegionMissing, YearUnknown
from college.exams.results.models import Result, Verdict
from college.people.qualifications.models import Level, PassBasis, Qualification
from tests.conftest import actor_of
from tests.exams.late_lines import KULUN, NAIMAN, candidate, line_of, turned, worked
from tests.exams.sheets import all_current, imported
from tests.factories import make_person
from tests.factories.exams import make_candidate, make_cycle, make_rules, row, xlsx


def test_kulun_banner_2025_changes_those_registered_there_alone(before_the_lines):
    cycle = before_the_lines
    there = candidate(cycle, "图雅", "初级", [53, 70], "内蒙古通辽市库伦旗")
    candidate(cycle, "娜仁", "初级", [52.5, 70], KULUN)  # below 53
    candidate(cycle, "乌兰", "初级", [53, 70], NAIMAN)  # elsewhere
    candidate(cycle, "萨仁", "中级", [58, 58, 61], KULUN)  # another level
    new = line_of(KULUN, Level.ASSISTANT, "53")

    seen = foreseen(PassLine(**{k: getattr(new, k) for k in ("year", "level", "region", "line")}))
    assert turned(seen) == [
        ("图雅", Subject.COMPREHENSIVE, "53", Verdict.NOT_PASSED, Verdict.PASSED, KULUN)
    ]
    assert [(a.person.id, a.level, a.region) for a in seen.awards] == [
        (there.id, Level.ASSISTANT, KULUN)
    ]
    assert db.session.scalars(sa.select(Qualification)).all() == []  # nothing is written

    (round_,) = publish_line(SYSTEM, new)
    done = worked(round_)

    assert (done.persons_total, done.persons_done) == (2, 2)  # of the region and level
    assert turned(outcome_of(done, most=9)) == turned(seen)
    assert (done.results_changed, done.qualifications_new) == (1, 1)
    held = db.session.scalars(sa.select(Qualification)).one()
    assert (held.basis, held.region) == (PassBasis.REGIONAL, KULUN)  # one paper binds it all


def test_kulun_banner_2025_58_passes_the_social_worker(before_the_lines):
    cycle = before_the_lines
    candidate(cycle, "萨仁", "中级", [58, 58, 61], KULUN)
    candidate(cycle, "其其格", "中级", [58, 57.5, 61], KULUN)

    (round_,) = publish_line(SYSTEM, line_of(KULUN, Level.SOCIAL_WORKER, "58"))
    done = worked(round_)

    assert [t[:3] for t in turned(outcome_of(done, most=9))] == [
        ("其其格", Subject.COMPREHENSIVE, "58"),
        ("萨仁", Subject.COMPREHENSIVE, "58"),
        ("萨仁", Subject.PRACTICE, "58"),
    ]
    assert [a.person.full_name for a in outcome_of(done, most=9).awards] == ["萨仁"]


def test_both_verdicts_are_kept(before_the_lines):
    cycle = before_the_lines
    person = candidate(cycle, "图雅", "初级", [53, 70], KULUN)

    (round_,) = publish_line(SYSTEM, line_of(KULUN, Level.ASSISTANT, "53"))
    worked(round_)

    chosen = sa.select(Result.verdict).where(
        Result.person_id == person.id, Result.subject == Subject.COMPREHENSIVE
    )
    assert db.session.scalars(chosen.order_by(Result.id)).all() == [
        Verdict.NOT_PASSED,
        Verdict.PASSED,
    ]


def test_henans_59_5_published_as_passed_needs_no_line():
    make_rules()
    henan = make_cycle(2025, province="河南省")
    person = candidate(henan, "王芳", "初级", [59.5, 60], "郑州市", 合格标志="合格")

    held = db.session.scalars(sa.select(Qualification)).one()
    assert (held.person_id, held.basis, held.region) == (person.id, PassBasis.NATIONAL, "")
    assert worked(order_rejudging(SYSTEM, henan)).results_changed == 0


def test_who_passed_everywhere_is_not_bound_by_a_later_line(before_the_lines):
    cycle = before_the_lines
    candidate(cycle, "图雅", "初级", [60, 70], KULUN)

    (round_,) = publish_line(SYSTEM, line_of(KULUN, Level.ASSISTANT, "53"))

    assert worked(round_).results_changed == 0
    assert db.session.scalars(sa.select(Qualification.region)).one() == ""


def test_a_notice_that_came_late_is_applied_to_a_whole_year(cycle):
    person = make_candidate()
    imported(xlsx(row(考试年度=2023, 科目="综合能力")), make_cycle(2023))
    imported(xlsx(row(科目="实务"), row(科目="法规与政策")), cycle)
    extend_window(
        SYSTEM,
        NewExtension(level=Level.SOCIAL_WORKER, passed_year=2023, until_year=2025, citation="通知"),
    )

    done = worked(order_rejudging(SYSTEM, cycle))

    assert (done.results_changed, done.qualifications_new) == (0, 1)
    assert [a.person.id for a in outcome_of(done, most=9).awards] == [person.id]


def test_a_round_stops_and_goes_on_behind_its_last_person(before_the_lines, monkeypatch):
    cycle = before_the_lines
    for name in ("图雅", "娜仁", "乌兰"):
        candidate(cycle, name, "初级", [53, 70], KULUN)
    monkeypatch.setattr(operations, "PORTION", 2)
    (round_,) = publish_line(SYSTEM, line_of(KULUN, Level.ASSISTANT, "53"))
    db.session.commit()

    judge_portion(SYSTEM, round_)
    db.session.commit()
    assert (round_.persons_done, round_.results_changed) == (2, 2)
    done = worked(round_)

    assert (done.persons_done, done.results_changed, done.qualifications_new) == (3, 3, 3)
    assert done.finished_at is not None
    assert judge_portion(SYSTEM, done).persons_done == 3  # asked once more it does nothing
    assert go_on_rejudging(SYSTEM, done) is done


def test_a_year_under_way_is_not_ordered_twice(cycle):
    first = order_rejudging(SYSTEM, cycle)

    assert order_rejudging(SYSTEM, cycle) is first
    done = worked(first)
    assert order_rejudging(SYSTEM, cycle).id != done.id


def test_a_line_is_refused_without_region_without_exam_and_twice(cycle):
    with pytest.raises(RegionMissing):
        publish_line(SYSTEM, line_of("", Level.ASSISTANT, "53"))
    with pytest.raises(YearUnknown):
        publish_line(
            SYSTEM,
            LineData(
                year=2024, level=Level.SENIOR, region=KULUN, line=Decimal(50), citation="通知"
            ),
        )
    with pytest.raises(LineDrawnAlready):
        publish_line(SYSTEM, line_of(KULUN, Level.ASSISTANT, "54"))


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.CLASS_TUTOR, Role.STATION_MANAGER])
def test_who_may_not_import_results_may_not_judge_anew(cycle, role):
    stranger, row_ = actor_of(make_person(role)), order_rejudging(SYSTEM, cycle)

    with pytest.raises(NotAllowed):
        publish_line(stranger, line_of(NAIMAN, Level.ASSISTANT, "53"))
    with pytest.raises(NotAllowed):
        order_rejudging(stranger, cycle)
    for deed in (go_on_rejudging, judge_portion):
        with pytest.raises(NotAllowed):
            deed(stranger, row_)


def test_the_page_shows_whom_a_line_changes_and_then_publishes_it(before_the_lines, chen, sign_in):
    cycle = before_the_lines
    candidate(cycle, "图雅", "初级", [53, 70], KULUN)
    candidate(cycle, "乌兰", "初级", [53, 70], NAIMAN)
    client = sign_in(chen)
    sent = {
        "year": "2025",
        "level": "assistant",
        "subject": "",
        "region": KULUN,
        "line": "53",
        "published_on": "2025-09-12",
        "citation": "2025年9月12日通知",
    }

    page = client.get("/exams/rejudgings/line", query_string=sent).text
    assert "Who would change" in page
    assert "图雅" in page
    assert "乌兰" not in page
    assert [r.verdict for r in all_current()].count(Verdict.NOT_PASSED) == 2

    page = client.post("/exams/rejudgings/line", data=sent, follow_redirects=True).text
    assert "0 persons judged" in page
    row_ = db.session.scalars(sa.select(Rejudging)).one()
    worked(row_)
    page = client.get(f"/exams/rejudgings/{row_.id}").text
    assert "Who changed" in page
    assert "Who earned a qualification by it" in page
    assert "库伦旗" in client.get("/exams/rejudgings").text
    refused = client.post("/exams/rejudgings/line", data=sent)
    assert refused.status_code == 409
    assert "The line of 库伦旗 stands at 53 already." in refused.text
    for missing, sentence in (
        ("citation", "Enter the number or title of the notice."),
        ("published_on", "Enter the day of the notice."),
    ):
        answer = client.post("/exams/rejudgings/line", data=sent | {missing: "", "region": NAIMAN})
        assert answer.status_code == 422
        assert sentence in answer.text


def test_a_line_can_be_tried_before_there_is_a_notice(before_the_lines, chen, sign_in):
    client = sign_in(chen)
    candidate(before_the_lines, "图雅", "初级", [53, 57], "通辽市库伦旗")
    tried = {"year": "2025", "level": "assistant", "subject": "", "line": "53", "region": KULUN}

    regional = client.get("/exams/rejudgings/line", query_string=tried).text
    whole = client.get("/exams/rejudgings/line", query_string=tried | {"region": ""}).text

    assert "图雅" in regional
    assert "The line was published" in regional  # and the notice is asked for there
    assert "图雅" in whole
    assert "the whole country" in whole
    assert "The line was published" not in whole
    assert [r.verdict for r in all_current()].count(Verdict.NOT_PASSED) == 2
    unknown = client.get("/exams/rejudgings/line", query_string=tried | {"year": "2024"}).text
    assert "No exam of 2024 is on record" in unknown


def test_another_line_than_the_one_that_stands_can_be_tried(before_the_lines):
    candidate(before_the_lines, "图雅", "初级", [53, 57], "通辽市库伦旗")
    (round_,) = publish_line(SYSTEM, line_of(KULUN, Level.ASSISTANT, "53"))
    db.session.commit()
    worked(round_)
    facts = {"year": 2025, "level": Level.ASSISTANT, "region": KULUN, "citation": ""}

    higher = foreseen(PassLine(**facts, subject=None, line=Decimal(59)))

    assert Verdict.NOT_PASSED in {turn.after for turn in higher.turns}


def test_a_whole_year_is_tried_before_it_is_judged(before_the_lines, chen, sign_in):
    client, cycle = sign_in(chen), db.session.scalars(sa.select(ExamCycle)).one()
    address = f"/exams/rejudgings/cycles/{cycle.id}"
    candidate(cycle, "图雅", "初级", [53, 57], "通辽市库伦旗")
    assert "Every verdict would stay as it is" in client.get(address).text
    draw_line(SYSTEM, line_of(KULUN, Level.ASSISTANT, "53"))
    db.session.commit()
    before = len(all_current())

    page = client.get(address).text
    seen = foreseen_anew(cycle)

    assert "图雅" in page
    assert "Nothing of this is written yet." in page
    assert len(all_current()) == before
    round_ = order_rejudging(SYSTEM, cycle)
    db.session.commit()
    worked(round_)
    done = outcome_of(db.session.get_one(Rejudging, round_.id), most=99)
    assert [(t.person.id, t.subject, t.after) for t in done.turns] == [
        (t.person.id, t.subject, t.after) for t in seen.turns
    ]
    assert {a.person.id for a in done.awards} == {a.person.id for a in seen.awards}
    assert "Every verdict would stay as it is" in client.get(address).text


def test_the_page_orders_a_whole_year_and_moves(cycle, chen, sign_in):
    client = sign_in(chen)

    page = client.post(f"/exams/rejudgings/cycles/{cycle.id}", follow_redirects=True).text
    assert "Being judged anew" in page
    row_ = db.session.scalars(sa.select(Rejudging)).one()
    assert "HX-Refresh" not in client.get(f"/exams/rejudgings/{row_.id}/progress").headers
    worked(row_)

    assert client.get(f"/exams/rejudgings/{row_.id}/progress").headers["HX-Refresh"] == "true"
    assert "Every verdict stays as it was." in client.get(f"/exams/rejudgings/{row_.id}").text
