"""The way to the exam: who enters, who moves, which steps follow, what a list may skip."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.roles import SYSTEM, Role
from college.core.states import WrongState
from college.exams.candidacies.models import (
    JUMPS,
    MOVES,
    Candidacy,
    CandidacyStep,
    StepTaken,
)
from college.exams.candidacies.operations import (
    CandidateAlready,
    Entry,
    ExamBegun,
    LevelHeld,
    ListMissing,
    NobodyChosen,
    PapersUnfit,
    StepToCome,
    StepUnfit,
    enter,
    move_on,
    withdraw,
)
from college.exams.candidacies.queries import funnel, next_step, reached, whole
from college.exams.pass_rules.models import Subject
from college.people.qualifications.models import Level
from tests.conftest import actor_of
from tests.factories import make_person, make_unit, qualified
from tests.factories.exams import make_candidacy, make_cycle, make_rules

PAGE = "/exams/candidacies"
S = CandidacyStep
ALL_PAPERS = (Subject.COMPREHENSIVE, Subject.PRACTICE, Subject.LAW_AND_POLICY)


@pytest.fixture
def next_year():
    make_rules()
    return make_cycle(clock.today().year + 1)


@pytest.fixture
def station():
    return make_unit(name="霍林河站")


@pytest.fixture
def manager(station):
    return make_person(Role.STATION_MANAGER, unit=station, full_name="萨如拉")


@pytest.fixture
def lilei(station):
    return make_person(unit=station, full_name="李雷")


def entry(cycle, **over) -> Entry:
    return Entry(cycle=cycle, **{"level": Level.SOCIAL_WORKER, "papers": ALL_PAPERS, **over})


def steps_of(row) -> list[tuple[CandidacyStep, str]]:
    mine = sa.select(StepTaken).where(StepTaken.candidacy_id == row.id).order_by(StepTaken.id)
    return [(taken.step, taken.evidence) for taken in db.session.scalars(mine)]


# ---- entering and withdrawing


def test_a_trainee_enters_themselves_and_the_manager_their_staff(
    next_year, station, manager, lilei
):
    other = make_person(unit=station)

    mine = enter(actor_of(lilei), lilei, entry(next_year, region="库伦旗"))
    theirs = enter(actor_of(manager), other, entry(next_year, level=Level.ASSISTANT,
                                                   papers=ALL_PAPERS[:2]))  # fmt: skip

    assert (mine.state, mine.region, mine.entered) == (S.INTENDS, "库伦旗", list(ALL_PAPERS))
    assert theirs.entered == list(ALL_PAPERS[:2])
    assert steps_of(mine) == [(S.INTENDS, "")]


@pytest.mark.parametrize("role", [Role.STATION_MANAGER, Role.COORDINATOR, Role.TRAINEE])
def test_who_answers_for_another_unit_enters_and_withdraws_nobody(next_year, lilei, role):
    stranger = actor_of(make_person(role, unit=make_unit()))
    row = make_candidacy(lilei, next_year)

    with pytest.raises(NotAllowed):
        enter(stranger, lilei, entry(next_year, level=Level.ASSISTANT))
    with pytest.raises(NotAllowed):
        withdraw(stranger, row)


def test_nobody_but_the_office_moves_a_candidacy(next_year, manager, lilei):
    row = make_candidacy(lilei, next_year)

    for reader in (manager, lilei):
        with pytest.raises(NotAllowed):
            move_on(actor_of(reader), [row], step=S.REGISTERED, on=clock.today())


def test_who_withdrew_is_entered_again_with_other_papers(next_year, lilei):
    me = actor_of(lilei)
    row = withdraw(me, enter(me, lilei, entry(next_year)))

    again = enter(me, lilei, entry(next_year, papers=ALL_PAPERS[:1]))

    assert again is row
    assert again.entered == [Subject.COMPREHENSIVE]
    assert [step for step, _ in steps_of(row)] == [S.INTENDS, S.WITHDRAWN, S.INTENDS]


def test_what_cannot_be_is_refused(next_year, lilei):
    enter(SYSTEM, lilei, entry(next_year))
    with pytest.raises(CandidateAlready):
        enter(SYSTEM, lilei, entry(next_year))
    assistant = {"level": Level.ASSISTANT}
    with pytest.raises(PapersUnfit):
        enter(SYSTEM, lilei, entry(next_year, **assistant))  # law is no paper of that level
    with pytest.raises(PapersUnfit):
        enter(SYSTEM, lilei, entry(next_year, **assistant, papers=()))
    today = clock.today()
    begun = make_cycle(today.year, exam_from_on=today, exam_to_on=today)
    with pytest.raises(ExamBegun):
        enter(SYSTEM, lilei, entry(begun))
    holder = make_person()
    qualified(holder, Level.SOCIAL_WORKER)
    with pytest.raises(LevelHeld):
        enter(SYSTEM, holder, entry(next_year, **assistant, papers=ALL_PAPERS[:2]))


def test_after_the_ticket_nobody_withdraws(next_year, lilei):
    row = make_candidacy(lilei, next_year, state=S.TICKETED)

    with pytest.raises(WrongState):
        withdraw(SYSTEM, row)


# ---- moving on


def test_every_step_leads_on_or_is_an_end():
    ends = {S.CERTIFIED, S.ABSENT, S.CANCELLED}
    assert set(MOVES) == set(S) - ends
    assert all(target in set(MOVES) | ends for targets in MOVES.values() for target in targets)
    for step, targets in MOVES.items():
        backwards = {t for t in targets if t.rank < step.rank}
        assert backwards == ({S.INTENDS} if step is S.WITHDRAWN else set())


@pytest.mark.parametrize("now", S)
@pytest.mark.parametrize("step", S)
def test_a_step_is_taken_by_hand_or_by_a_list_or_not_at_all(next_year, now, step):
    row = make_candidacy(make_person(), next_year, state=now)

    def moved(evidence: str) -> bool:
        try:
            move_on(SYSTEM, [row], step=step, on=clock.today(), evidence=evidence)
        except (StepUnfit, ListMissing):
            return False
        return True

    if now is step:
        assert move_on(SYSTEM, [row], step=step, on=clock.today()) == []
        return
    by_hand = step in MOVES.get(now, frozenset())
    assert moved("") is by_hand
    if not by_hand:
        assert moved("2025年合格人员公示") is (step in JUMPS.get(now, frozenset()))


def test_a_list_leads_on_and_never_back_nor_after_the_end():
    for now, targets in JUMPS.items():
        assert all(target.rank > now.rank for target in targets)
        assert not {S.INTENDS, S.ELIGIBLE, S.CERTIFIED, S.WITHDRAWN} & targets
        assert S.CANCELLED in targets
        assert (S.ABSENT in targets) is (now.rank < S.SAT.rank)
    assert not {S.WITHDRAWN, S.ABSENT, S.CANCELLED, S.CERTIFIED} & set(JUMPS)


def test_many_move_at_once_or_none(next_year):
    ready = [make_candidacy(make_person(), next_year, state=S.REGISTERED) for _ in range(3)]
    far = make_candidacy(make_person(full_name="乌云"), next_year, state=S.CERTIFIED)

    with pytest.raises(StepUnfit) as refusal:
        move_on(SYSTEM, [*ready, far], step=S.PAID, on=clock.today())
    assert refusal.value.facts["name"] == "乌云"
    assert {row.state for row in ready} == {S.REGISTERED}

    assert len(move_on(SYSTEM, ready, step=S.PAID, on=clock.today())) == 3
    assert move_on(SYSTEM, ready, step=S.PAID, on=clock.today()) == []  # twice changes nothing
    assert [steps_of(row) for row in ready] == [[(S.PAID, "")]] * 3


def test_a_step_to_come_and_an_empty_choice_are_refused(next_year, lilei):
    row = make_candidacy(lilei, next_year)

    with pytest.raises(StepToCome):
        move_on(SYSTEM, [row], step=S.REGISTERED, on=clock.today() + timedelta(days=1))
    with pytest.raises(NobodyChosen):
        move_on(SYSTEM, [], step=S.REGISTERED, on=clock.today())


# ---- reading


def test_the_funnel_counts_who_came_at_least_so_far(next_year):
    for state in (S.INTENDS, S.REGISTERED, S.SAT, S.ABSENT, S.CANCELLED, S.WITHDRAWN):
        make_candidacy(make_person(), next_year, state=state)

    counts = funnel(actor_of(make_person(Role.ADMIN)), next_year)

    found = {step: reached(counts, step) for step in S if step.rank <= S.CERTIFIED.rank}
    assert found[S.INTENDS] == 5  # all but who withdrew
    assert found[S.REGISTERED] == 4
    assert found[S.TICKETED] == 3  # sat, absent, cancelled
    assert found[S.SAT] == 2
    assert found[S.SCORED] == 1
    assert found[S.CHECKED] == 0


def test_of_every_step_the_next_one_is_said(next_year, lilei):
    row = make_candidacy(lilei, next_year)
    for state in S:
        row.state = state
        assert next_step(whole(SYSTEM, row)).message
    db.session.rollback()


@pytest.mark.parametrize(
    ("opens", "closes", "words"),
    [
        (None, None, "Watch for the notice"),
        (3, 9, "Registration opens on"),
        (-3, 9, "Register on the state"),
        (-9, -3, "Registration closed on"),
    ],
)
def test_before_registration_its_dates_decide(lilei, opens, closes, words):
    def day(offset: int | None) -> date | None:
        return None if offset is None else clock.today() + timedelta(days=offset)

    cycle = make_cycle(
        clock.today().year + 1, registration_from_on=day(opens), registration_to_on=day(closes)
    )
    row = whole(SYSTEM, make_candidacy(lilei, cycle))

    assert next_step(row).message.startswith(words)


@pytest.mark.parametrize(
    ("state", "scores", "words"),
    [
        (S.REGISTERED, -3, "The exam is over"),
        (S.PAID, -3, "The exam is over"),
        (S.SAT, -3, "The scores came out on"),
        (S.SAT, 0, "The scores came out on"),
        (S.SAT, 3, "Wait for the scores; they are to come out on"),
        (S.SAT, None, "Wait for the scores, about"),
    ],
)
def test_after_the_exam_nobody_is_sent_to_a_day_that_is_past(lilei, state, scores, words):
    today = clock.today()
    over, out = today - timedelta(days=60), None if scores is None else today + timedelta(scores)
    cycle = make_cycle(today.year, exam_from_on=over, exam_to_on=over, scores_on=out)
    row = make_candidacy(lilei, cycle, state=state)
    assert next_step(whole(SYSTEM, row)).message.startswith(words)


# ---- pages


def test_a_trainee_says_so_on_a_page_and_reads_the_next_step(next_year, lilei, sign_in):
    client = sign_in(lilei)
    assert "You are entered for no exam yet" in client.get(PAGE).text
    assert client.get(f"{PAGE}/new/{lilei.id}").status_code == 200
    papers = [paper.value for paper in ALL_PAPERS]
    data = {"cycle_id": next_year.id, "level": "social_worker", "papers": papers, "region": ""}

    page = client.post(f"{PAGE}/new/{lilei.id}", data=data, follow_redirects=True)

    assert "Watch for the notice of the year" in page.text
    assert "Note a step" not in page.text
    assert "Intends to sit" in client.get(PAGE).text
    again = client.post(f"{PAGE}/new/{lilei.id}", data=data)
    assert again.status_code == 409
    assert "entered for this level and year already" in again.text
    row = db.session.scalars(sa.select(Candidacy)).one()
    client.post(f"{PAGE}/{row.id}/withdraw")
    assert row.state is S.WITHDRAWN


def test_the_office_moves_those_ticked(next_year, station, sign_in):
    client = sign_in(make_person(Role.ADMIN))
    rows = [make_candidacy(make_person(unit=station), next_year) for _ in range(2)]
    data = {"ids": [row.id for row in rows], "step": "registered", "on": clock.today()}

    page = client.post(f"{PAGE}/move?cycle={next_year.id}", data=data, follow_redirects=True)

    assert "2 people moved on" in page.text
    assert {row.state for row in rows} == {S.REGISTERED}
    jump = client.post(f"{PAGE}/move?cycle={next_year.id}", data=data | {"step": "listed"})
    assert jump.status_code == 422
    assert "name the official list that shows it" in jump.text
    nobody = client.post(f"{PAGE}/move?cycle={next_year.id}", data=data | {"ids": []})
    assert "Tick the people" in nobody.text
    assert client.post(f"{PAGE}/move", data=data | {"ids": [999_999]}).status_code == 404


def test_the_manager_sees_the_own_staff_and_moves_nobody(next_year, manager, lilei, sign_in):
    row = make_candidacy(lilei, next_year)
    far = make_candidacy(make_person(unit=make_unit(), full_name="韩梅梅"), next_year)
    client = sign_in(manager)

    page = client.get(f"{PAGE}?cycle={next_year.id}").text

    assert "李雷" in page
    assert "韩梅梅" not in page
    assert "Move those ticked" not in page
    assert client.post(f"{PAGE}/move", data={"ids": [row.id]}).status_code == 403
    assert client.get(f"{PAGE}/{far.id}").status_code == 404


def test_the_list_is_filtered_and_speaks_chinese(next_year, station, lilei, sign_in):
    make_candidacy(lilei, next_year, state=S.PAID)
    make_candidacy(make_person(unit=station, full_name="韩梅梅"), next_year)
    client = sign_in(make_person(Role.ADMIN), language="zh")

    page = client.get(f"{PAGE}?cycle={next_year.id}&step=paid&unit={station.id}").text

    assert "李雷" in page
    assert "韩梅梅" not in page
    assert "已缴费" in page
    assert client.get(f"{PAGE}?cycle=x&step=y&unit=z").status_code == 200


def test_without_an_exam_year_the_pages_say_so(lilei, sign_in):
    assert "no exam year yet" in sign_in(make_person(Role.ADMIN)).get(PAGE).text
    assert "next exam year is not on record" in sign_in(lilei).get(f"{PAGE}/new/{lilei.id}").text


def test_the_number_of_queries_does_not_grow_with_the_candidates(next_year, sign_in, count_queries):
    client, address = sign_in(make_person(Role.ADMIN)), f"{PAGE}?cycle={next_year.id}"
    make_candidacy(make_person(), next_year)
    client.get(address)
    count_queries()
    client.get(address)
    for_one = count_queries()
    for _ in range(9):
        make_candidacy(make_person(), next_year)
    client.get(address)
    count_queries()

    client.get(address)

    assert count_queries() == for_one
