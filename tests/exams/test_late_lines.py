"""A verdict on a list speaks of the lines of its day, and a regional line may come later."""

from collections.abc import Sequence
from datetime import date

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.operation import Overtaken
from college.core.roles import SYSTEM, Role
from college.exams.pass_rules.models import PassLine, Subject
from college.exams.pass_rules.operations import adopt_rules
from college.exams.pass_rules.queries import lines_of
from college.exams.rejudgings.models import Rejudging
from college.exams.rejudgings.operations import publish_line, take_back_line
from college.exams.rejudgings.queries import foreseen, outcome_of, unearned_by
from college.exams.rejudgings.refusals import LineOfTheCountry
from college.exams.results.files import refused_in
from college.exams.results.models import Verdict
from college.exams.results.operations import record_results
from college.exams.results.queries import RECORD, papers_of, passes_of
from college.people.notices.models import Notice, NoticeKind
from college.people.persons.models import Person
from college.people.qualifications.models import Level, Qualification
from tests.conftest import actor_of
from tests.exams.late_lines import KULUN, PAPERS, candidate, line_of, turned, worked
from tests.exams.sheets import all_current, imported
from tests.factories import make_id_number, make_person
from tests.factories.exams import make_candidate, make_import, row, xlsx
from tests.factories.exams import worked as sheet_worked


def passed_papers() -> set[Subject]:
    return {r.subject for r in all_current() if r.verdict is Verdict.PASSED}


def standing_qualifications() -> Sequence[Qualification]:
    return db.session.scalars(sa.select(Qualification).where(Qualification.known())).all()


def notices_of(person: Person) -> int:
    mine = (Notice.person_id == person.id) & (Notice.kind == NoticeKind.RESULTS_IN)
    return db.session.scalar(sa.select(sa.func.count(Notice.id)).where(mine)) or 0


def test_a_line_entered_wrongly_is_taken_back_and_stays_as_what_was_believed(before_the_lines):
    cycle = before_the_lines
    person = candidate(cycle, "图雅", "初级", [36, 70], KULUN)
    (round_,) = publish_line(SYSTEM, line_of(KULUN, Level.ASSISTANT, "35"))  # 53 was meant
    line = worked(round_).line
    assert line is not None
    assert [q.person_id for q in standing_qualifications()] == [person.id]
    believed_at = clock.now()

    (back,) = take_back_line(SYSTEM, line)
    done = worked(back)

    assert passed_papers() == {Subject.PRACTICE}
    assert [t[:3] for t in turned(outcome_of(done, most=9))] == [
        ("图雅", Subject.COMPREHENSIVE, "36")
    ]
    assert [q.person_id for q in unearned_by(done)] == [person.id]  # it stays until the office says
    assert passes_of(papers_of([person.id]))[person.id] == []
    then = papers_of([person.id], known_at=believed_at)
    assert len(passes_of(then, known_at=believed_at)[person.id]) == 1
    with pytest.raises(Overtaken):
        take_back_line(SYSTEM, line)

    (right,) = publish_line(SYSTEM, line_of(KULUN, Level.ASSISTANT, "53"))
    assert worked(right).results_changed == 0


def test_the_line_of_the_country_and_a_strangers_wish_are_refused(before_the_lines):
    (national,) = [x for x in lines_of([2025]) if x.level is Level.SENIOR]
    with pytest.raises(LineOfTheCountry):
        take_back_line(SYSTEM, national)
    publish_line(SYSTEM, line_of(KULUN, Level.ASSISTANT, "53"))
    (regional,) = [x for x in lines_of([2025]) if x.region]
    with pytest.raises(NotAllowed):
        take_back_line(actor_of(make_person(Role.CLASS_TUTOR)), regional)


def test_a_line_that_was_taken_back_is_not_adopted_again(before_the_lines):
    adopt_rules(SYSTEM)
    shipped = [x for x in lines_of([2025]) if x.region]
    for line in shipped:
        take_back_line(SYSTEM, line)
    adopt_rules(SYSTEM)

    assert len(shipped) == 2
    assert [x for x in lines_of([2025]) if x.region] == []


def test_the_page_takes_a_line_back(before_the_lines, chen, sign_in):
    candidate(before_the_lines, "图雅", "初级", [36, 70], KULUN)
    (round_,) = publish_line(SYSTEM, line_of(KULUN, Level.ASSISTANT, "35"))
    line = worked(round_).line
    assert line is not None
    client, address = sign_in(chen), f"/exams/rejudgings/lines/{line.id}/take-back"
    assert address in client.get("/exams/pass-rules").text

    page = client.post(address, follow_redirects=True).text
    assert "The line is taken back." in page
    assert address not in client.get("/exams/pass-rules").text
    back = db.session.scalars(sa.select(Rejudging).order_by(Rejudging.id.desc())).first()
    assert back is not None
    page = client.get(f"/exams/rejudgings/{worked(back).id}").text
    assert "1 qualification is no longer earned" in page
    assert "Taken back" in page
    assert client.post(address).status_code == 409


def test_who_was_published_as_failed_before_the_line_passes_by_it(before_the_lines):
    cycle = before_the_lines
    candidate(cycle, "图雅", "初级", [55, 70], KULUN, 合格标志="不合格")
    new = line_of(KULUN, Level.ASSISTANT, "53")
    facts = {k: getattr(new, k) for k in ("year", "level", "region", "line", "published_on")}

    seen = foreseen(PassLine(**facts))
    (round_,) = publish_line(SYSTEM, new)
    done = worked(round_)

    # the other paper reaches the nation's line: it was failed for another reason
    assert turned(seen) == turned(outcome_of(done, most=9))
    assert [(t.score, t.after) for t in seen.turns] == [("55", Verdict.PASSED)]


def test_a_list_after_the_line_fails_them_for_good(before_the_lines):
    cycle = before_the_lines
    number = make_id_number()
    person = make_candidate(name="图雅", id_number=number)
    facts = {"姓名": "图雅", "证件号码": number, "级别": "初级", "报考地": KULUN}
    failed = row(**facts, 科目="综合能力", 成绩=55, 合格标志="不合格")
    imported(xlsx(failed, row(**facts, 科目="实务", 成绩=70)), cycle)
    (round_,) = publish_line(SYSTEM, line_of(KULUN, Level.ASSISTANT, "53"))
    worked(round_)
    told = notices_of(person)

    same = imported(xlsx(failed), cycle)
    assert (same.rows_new, same.rows_unchanged) == (0, 1)
    assert passed_papers() == {Subject.COMPREHENSIVE, Subject.PRACTICE}

    checked = imported(xlsx(failed), cycle, on=date(2025, 10, 20))
    assert (checked.rows_new, checked.rows_corrected) == (1, 1)
    assert passed_papers() == {Subject.PRACTICE}
    assert notices_of(person) == told + 1

    again = imported(xlsx(failed), cycle, on=date(2025, 11, 3))
    assert (again.rows_new, again.rows_corrected) == (1, 1)  # said of a later day
    assert passed_papers() == {Subject.PRACTICE}
    assert notices_of(person) == told + 1  # and nothing new for them


def test_a_line_entered_after_its_check_is_judged_by_the_days(before_the_lines):
    cycle = before_the_lines
    candidate(cycle, "图雅", "初级", [55, 55], KULUN, 合格标志="不合格")
    number = make_id_number()
    make_candidate(name="娜仁", id_number=number)
    facts = {"姓名": "娜仁", "证件号码": number, "级别": "初级", "报考地": KULUN}
    failed = [row(**facts, 科目=s, 成绩=55, 合格标志="不合格") for s in PAPERS["初级"]]
    imported(xlsx(*failed), cycle)
    imported(xlsx(*failed), cycle, on=date(2025, 10, 20))

    (round_,) = publish_line(SYSTEM, line_of(KULUN, Level.ASSISTANT, "53"))
    done = worked(round_)

    assert [t[0] for t in turned(outcome_of(done, most=9))] == ["图雅", "图雅"]


def test_an_older_list_undoes_no_check_that_came_after_it(before_the_lines):
    cycle = before_the_lines
    number = make_id_number()
    make_candidate(name="图雅", id_number=number)
    facts = {"姓名": "图雅", "证件号码": number, "级别": "初级"}
    cancelled = [row(**facts, 科目=s, 成绩=75, 合格标志="不合格") for s in PAPERS["初级"]]
    imported(xlsx(*cancelled), cycle, on=date(2025, 10, 20))

    scores = xlsx(*(row(**facts, 科目=s, 成绩=75, 合格标志="合格") for s in PAPERS["初级"]))
    late = imported(scores, cycle, on=date(2025, 7, 25))

    assert (late.rows_new, late.rows_refused, late.qualifications_new) == (0, 2, 0)
    found = [(r.line, r.reason.code, r.reason.facts) for r in refused_in(late.check_sha256)]
    assert found == [(n, "newer_says_else", {"day": date(2025, 10, 20)}) for n in (2, 3)]
    assert passed_papers() == set()

    same = imported(xlsx(*cancelled), cycle, on=date(2025, 7, 25))
    assert (same.rows_new, same.rows_unchanged, same.rows_refused) == (0, 2, 0)
    restored = imported(scores, cycle, on=date(2025, 10, 20))
    assert (restored.rows_corrected, restored.qualifications_new) == (2, 1)


def test_a_newer_list_that_comes_between_check_and_import_stands(before_the_lines):
    cycle = before_the_lines
    number = make_id_number()
    make_candidate(name="图雅", id_number=number)
    facts = {"姓名": "图雅", "证件号码": number, "级别": "初级"}
    scores = xlsx(*(row(**facts, 科目=s, 成绩=75) for s in PAPERS["初级"]))
    waiting = make_import(scores, cycle, on=date(2025, 7, 25))
    cancelled = [row(**facts, 科目=s, 成绩=75, 合格标志="不合格") for s in PAPERS["初级"]]
    imported(xlsx(*cancelled), cycle, on=date(2025, 10, 20))

    late = record_results(SYSTEM, waiting)
    db.session.commit()
    late = sheet_worked(RECORD, late)

    assert (late.rows_new, late.rows_unchanged, late.qualifications_new) == (0, 2, 0)
    assert passed_papers() == set()
