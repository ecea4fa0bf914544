"""What two records earn together: awarded by the merge, said before it, taken back by its undo."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.core.text import Remark
from college.exams.cycles.data import INNER_MONGOLIA
from college.exams.cycles.models import ExamCycle
from college.exams.cycles.queries import cycle_of
from college.exams.pass_rules.data import LineData
from college.exams.pass_rules.operations import draw_line
from college.exams.results.queries import papers_of, passes_of
from college.exams.results.recording import judge_persons
from college.people.notices.models import Notice, NoticeKind
from college.people.persons.models import Person
from college.people.qualifications.models import Level, Qualification
from college.people.qualifications.operations import check_qualification, withdraw_qualification
from college.reports.personal_data.merges import taken_over
from college.reports.twins import queries
from college.reports.twins.awarding import to_earn
from college.reports.twins.models import PersonMerge
from college.reports.twins.operations import CannotMerge, LaterDeeds, merge_persons, undo_merge
from tests.conftest import actor_of
from tests.exams.histories import KULUN
from tests.exams.oracle import PAPERS
from tests.exams.sheets import imported
from tests.exams.test_result_histories import HEADED, NAMED
from tests.factories import make_id_number, make_person
from tests.factories.exams import make_candidate, make_cycle, make_rules, row, xlsx
from tests.factories.registering import make_registration

YEARS = range(2022, 2026)
Sheet = list[tuple[Person, str, str, int]]  # who, level, paper, mark


@pytest.fixture
def chen():
    return make_person(Role.ADMIN, full_name="陈老师")


@pytest.fixture
def numbers():
    return {}


@pytest.fixture
def twins(app, numbers):
    make_rules()
    return candidate(numbers), candidate(numbers)


def candidate(numbers: dict[int, str]) -> Person:
    number = make_id_number()
    person = make_candidate(name="王芳", id_number=number)
    numbers[person.id] = number
    return person


def published(numbers: dict[int, str], year: int, sheet: Sheet, *, place: str = "") -> None:
    """The list of a year, imported as the office does it."""
    rows = [
        row(
            姓名=person.full_name,
            证件号码=numbers[person.id],
            级别=NAMED[level],
            考试年度=year,
            科目=HEADED[paper],
            成绩=mark,
            报考地=place,
        )
        for person, level, paper, mark in sheet
    ]
    cycle = cycle_in(year)
    done = imported(xlsx(*rows), cycle)
    assert done.rows_refused == 0


def cycle_in(year: int) -> ExamCycle:
    return cycle_of(year, INNER_MONGOLIA) or make_cycle(year)


def held(*people: Person) -> list[tuple[int, str, int | None, str]]:
    mine = Qualification.person_id.in_([person.id for person in people]) & Qualification.known()
    rows = db.session.scalars(sa.select(Qualification).where(mine))
    return sorted((q.person_id, q.level.value, q.exam_year, q.region) for q in rows)


def earned(person: Person) -> set[tuple[str, int]]:
    """Of each level that `exams passes` says a person earns, how far the best certificate holds."""
    best: dict[str, int] = {}
    for each in passes_of(papers_of([person.id]))[person.id]:
        if each.rule.earns_qualification:
            best[each.level.value] = max(each.basis.rank, best.get(each.level.value, 0))
    return set(best.items())


def on_record(person: Person) -> set[tuple[str, int]]:
    mine = (Qualification.person_id == person.id) & Qualification.known()
    best: dict[str, int] = {}
    for each in db.session.scalars(sa.select(Qualification).where(mine)):
        best[each.level.value] = max(each.basis.rank, best.get(each.level.value, 0))
    return set(best.items())


def merged(kept: Person, gone: Person) -> PersonMerge:
    made = merge_persons(SYSTEM, kept, gone)
    db.session.commit()
    return made


def undone(merge: PersonMerge) -> None:
    undo_merge(SYSTEM, merge)
    db.session.commit()


def apart(numbers, kept: Person, gone: Person) -> None:
    """Two halves of the social worker's level, of two years."""
    published(numbers, 2024, [(kept, "social_worker", "practice", 70)])
    others = [(gone, "social_worker", paper, 70) for paper in ("comprehensive", "law_and_policy")]
    published(numbers, 2025, others)
    assert held(kept, gone) == []


def refused(merge: PersonMerge) -> str:
    with pytest.raises(LaterDeeds) as refusal:
        undo_merge(SYSTEM, merge)
    (fact,) = refusal.value.facts.values()
    assert isinstance(fact, Remark)
    return fact.message


# ---- the register holds what the papers earn


def test_what_both_earn_together_is_awarded_and_taken_back(twins, numbers):
    kept, gone = twins
    apart(numbers, kept, gone)
    merge = merged(kept, gone)
    assert held(*twins) == [(kept.id, "social_worker", 2025, "")]
    row = db.session.scalars(sa.select(Qualification)).one()
    assert (row.approved_on, row.evidence) == (date(2025, 7, 25), cycle_in(2025).name)
    undone(merge)
    assert held(*twins) == []
    assert row.superseded_at is not None  # what was believed meanwhile stays on record


@pytest.mark.parametrize("seed", range(16))
def test_after_any_merge_the_register_holds_what_the_papers_earn(twins, numbers, seed):
    """One person's years of exams, each paper under one of two records or under both."""
    chance = Random(seed)
    for year in YEARS:
        sheet: Sheet = []
        for level in ("assistant", "social_worker", "senior"):
            for paper in PAPERS[level]:
                mark = chance.choice([54, 58, 62, 70])
                whose = chance.choice([twins[:1], twins[1:], twins[:1], twins[1:], twins, ()])
                sheet += [(person, level, paper, mark) for person in whose]
        published(numbers, year, sheet, place=chance.choice(["", KULUN]))
    draw_line(
        SYSTEM,
        LineData(
            year=2024,
            level=Level.SOCIAL_WORKER,
            line=Decimal(57),
            region=KULUN,
            published_on=date(2024, 9, 12),
            citation="通知",
        ),
    )
    judge_persons(SYSTEM, cycle_in(2024), [person.id for person in twins])
    db.session.commit()
    for person in twins:
        assert on_record(person) == earned(person)
    before = held(*twins)
    told = queries.compare(SYSTEM, twins[0].id, twins[1].id).earned
    try:
        merge = merged(*twins)
    except CannotMerge:  # both hold the same level, won in two years
        db.session.rollback()
        assert held(*twins) == before
        return
    assert on_record(twins[0]) == earned(twins[0])
    assert on_record(twins[1]) == set()
    new = {each[1:] for each in held(*twins)} - {each[1:] for each in before}
    assert {(each.level.value, each.exam_year, each.region) for each in told} == new
    undone(merge)
    assert held(*twins) == before


def test_what_is_held_already_is_not_awarded_again(twins, numbers):
    kept, gone = twins
    three = [(gone, "social_worker", paper, 70) for paper in PAPERS["social_worker"]]
    published(numbers, 2025, three)
    published(numbers, 2024, [(kept, "social_worker", "practice", 70)])
    merge = merged(kept, gone)
    assert held(*twins) == [(kept.id, "social_worker", 2025, "")]
    undone(merge)
    assert held(*twins) == [(gone.id, "social_worker", 2025, "")]


def test_what_was_withdrawn_of_either_comes_with_no_merge(twins, numbers):
    kept, gone = twins
    three = [(gone, "social_worker", paper, 70) for paper in PAPERS["social_worker"]]
    published(numbers, 2025, three)
    withdraw_qualification(SYSTEM, db.session.scalars(sa.select(Qualification)).one())
    assert to_earn(kept, gone) == []
    merged(kept, gone)
    assert held(*twins) == []


def test_what_an_undo_took_back_comes_with_the_next_merge(twins, numbers):
    apart(numbers, *twins)
    undone(merged(*twins))
    assert held(*twins) == []
    merged(*twins)
    assert len(held(*twins)) == 1


# ---- what builds on it


def test_a_checked_title_keeps_the_merge(chen, twins, numbers):
    apart(numbers, *twins)
    merge = merged(*twins)
    check_qualification(actor_of(chen), db.session.scalars(sa.select(Qualification)).one())
    assert refused(merge) == "qualifications"


def test_a_withdrawn_title_keeps_the_merge(twins, numbers):
    apart(numbers, *twins)
    merge = merged(*twins)
    withdraw_qualification(SYSTEM, db.session.scalars(sa.select(Qualification)).one())
    assert refused(merge) == "qualifications"


def test_a_registration_of_the_title_keeps_the_merge(twins, numbers):
    apart(numbers, *twins)
    merge = merged(*twins)
    make_registration(twins[0], date(2025, 9, 10), level=Level.SOCIAL_WORKER)
    assert refused(merge) == "registrations of titles"


def test_a_title_that_a_later_list_earned_with_these_papers_keeps_the_merge(twins, numbers):
    kept, gone = twins
    published(numbers, 2024, [(gone, "social_worker", "practice", 70)])
    merge = merged(kept, gone)
    others = [(kept, "social_worker", paper, 70) for paper in ("comprehensive", "law_and_policy")]
    published(numbers, 2025, others)
    before = held(*twins)
    assert before == [(kept.id, "social_worker", 2025, "")]
    assert refused(merge) == "qualifications"
    assert held(*twins) == before


def test_what_the_kept_person_has_earned_since_by_their_own_papers_stays(twins, numbers):
    kept, gone = twins
    apart(numbers, kept, gone)
    merge = merged(kept, gone)
    others = [(kept, "social_worker", paper, 70) for paper in PAPERS["social_worker"]]
    published(numbers, 2026, others)
    undone(merge)
    assert held(*twins) == [(kept.id, "social_worker", 2026, "")]


# ---- who is told


def test_who_is_awarded_is_told(twins, numbers):
    apart(numbers, *twins)
    results_in = Notice.kind == NoticeKind.RESULTS_IN
    count = sa.select(sa.func.count()).where(results_in, Notice.person_id == twins[0].id)
    assert db.session.scalar(count) == 1  # of 2024; the other record was told of 2025
    merge = merged(*twins)
    assert db.session.scalar(count) == 3
    undone(merge)
    assert db.session.scalar(count) == 2  # told is told


def test_the_page_says_before_what_the_merge_awards(chen, sign_in, twins, numbers):
    apart(numbers, *twins)
    page = f"/admin/people/twins/{twins[0].id}/{twins[1].id}"
    for language, words in (("en", "Together their papers earn"), ("zh", "两份档案的成绩合起来")):
        text = sign_in(chen, language=language).get(page).text
        assert words in text
    assert held(*twins) == []
    chosen = {"kept": twins[0].id, "id_number": twins[0].id}
    assert sign_in(chen).post(page, data=chosen).status_code == 302
    assert held(*twins) == [(twins[0].id, "social_worker", 2025, "")]


def test_the_page_says_nothing_of_it_otherwise(chen, sign_in, twins, numbers):
    page = f"/admin/people/twins/{twins[0].id}/{twins[1].id}"
    assert "Together their papers" not in sign_in(chen).get(page).text


def test_my_data_does_not_say_that_the_award_came_over(twins, numbers):
    apart(numbers, *twins)
    merged(*twins)
    (found,) = taken_over(twins[0].id)
    assert "qualifications" not in dict(found.what)
