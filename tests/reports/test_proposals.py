"""What was kept long enough is proposed once, told of once, and deleted or kept on by decision."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from college.core import clock, jobs
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.journal import JournalEntry
from college.core.roles import SYSTEM, Role
from college.people.invitations.models import Invitation
from college.people.notices.models import Notice, NoticeKind
from college.people.notices.queries import in_words
from college.reports.proposals.models import Proposal
from college.reports.retention import operations, proposing, queries
from college.reports.retention.jobs import clear_next, propose_due
from college.reports.retention.queries import Periods
from college.web.forms import sentence
from college.web.language import speaking
from tests.conftest import actor_of
from tests.factories import (
    make_person,
    make_unit,
)
from tests.reports.old_rows import (
    DAYS,
    MADE,
    K,
    a_look,
    an_invitation,
    cleared,
    counted,
)


@pytest.fixture
def admin():
    return make_person(Role.ADMIN, full_name="陈老师")


@pytest.fixture
def periods(app):
    return Periods.of(app.config)


def proposals(**of):
    return db.session.scalars(sa.select(Proposal).filter_by(**of).order_by(Proposal.id)).all()


def told_of_due(person):
    mine = sa.select(Notice).where(Notice.kind == NoticeKind.DATA_DUE)
    rows = db.session.scalars(mine.where(Notice.person_id == person.id).order_by(Notice.id)).all()
    with speaking("en"):
        return [sentence(told.text) for told in in_words(rows)]


def test_a_proposal_says_what_whom_since_when_and_by_which_rule(admin, periods):
    del admin
    _, row_id = an_invitation(370)
    propose_due(periods)
    (row,) = proposals()
    invited = db.session.get_one(Invitation, row_id)
    assert (row.kind, row.row_id, row.person_id) == (K.INVITATIONS, row_id, invited.person_id)
    assert (row.days, row.kind.setting) == (365, "COLLEGE_KEEP_INVITATIONS_DAYS")
    assert invited.ended_at is not None
    assert row.due_at == invited.ended_at + timedelta(days=365)


def test_nothing_is_proposed_twice_and_each_round_is_told_of_once(admin, periods):
    other = make_person(Role.ADMIN)
    make_person(Role.STATION_MANAGER, unit=make_unit())
    a_look(800)
    for _ in range(3):
        propose_due(periods)
    assert len(proposals()) == 1
    one = "One entry was kept as long as the settings say."
    for decider in (admin, other):
        (text,) = told_of_due(decider)
        assert text.startswith(one)
    a_look(801), a_look(802)
    propose_due(periods)
    assert len(proposals()) == 3
    assert [text[:9] for text in told_of_due(admin)] == ["One entry", "2 entries"]
    told = sa.select(Notice.person_id).where(Notice.kind == NoticeKind.DATA_DUE).distinct()
    assert set(db.session.scalars(told)) == {admin.id, other.id}


def test_a_worker_that_dies_between_proposing_and_telling_tells_later(admin, periods, monkeypatch):
    a_look(800)
    with monkeypatch.context() as broken:
        broken.setattr(proposing, "tell_of_round", _dies)
        with pytest.raises(OSError, match="power"):
            propose_due(periods)
    db.session.rollback()
    assert (len(proposals()), told_of_due(admin)) == (1, [])
    propose_due(periods)
    assert (len(proposals()), len(told_of_due(admin))) == (1, 1)


def _dies(actor):
    del actor
    raise OSError("power cut")


def test_two_workers_at_once_propose_once(admin, periods):
    """Both have read what is due before either proposes it."""
    a_look(800)
    found = queries.not_proposed(K.LOOKS, periods.before(K.LOOKS), 10)
    with jobs.transaction():
        assert proposing.propose(SYSTEM, K.LOOKS, found, days=730) == 1
    with jobs.transaction():
        assert proposing.propose(SYSTEM, K.LOOKS, found, days=730) == 0
    propose_due(periods)
    assert len(told_of_due(admin)) == 1


def test_what_is_due_no_more_is_proposed_no_more(admin, periods):
    del admin
    model, row_id = a_look(800)
    a_look(800)
    propose_due(periods)
    db.session.execute(sa.delete(model).where(model.id == row_id))  # went by another way
    db.session.commit()
    propose_due(periods)
    assert row_id not in {row.row_id for row in proposals()}
    longer = Periods({**periods.days, K.LOOKS: 900})  # somebody changed the setting
    propose_due(longer)
    assert proposals() == []


def kept(admin, days=30, reason="有争议"):
    return proposing.keep(
        actor_of(admin),
        K.LOOKS,
        rows=[row.row_id for row in proposals()],
        until=clock.today() + timedelta(days=days),
        reason=reason,
    )


def test_what_is_kept_on_stays_until_its_day_and_is_then_proposed_anew(admin, periods):
    model, row_id = a_look(800)
    propose_due(periods)
    kept(admin)
    db.session.commit()
    with pytest.raises(operations.NothingDue):
        operations.order_clearing(actor_of(admin), K.LOOKS, before=periods.before(K.LOOKS))
    propose_due(periods)
    assert (len(told_of_due(admin)), counted(actor_of(admin), periods)) == (1, {})
    with clock.put_at(clock.now() + timedelta(days=30)):
        assert counted(actor_of(admin), periods) == {K.LOOKS: 1}
        (row,) = proposals()
        assert (row.reason, row.kept_until, row.decided_by_id) == ("", None, None)
        assert len(told_of_due(admin)) == 2
        cleared(actor_of(admin), K.LOOKS, periods)
    assert db.session.get(model, row_id) is None
    assert proposals() == []


def test_what_is_kept_on_is_left_by_a_clearing_of_the_rest(admin, periods):
    model, kept_id = a_look(800)
    propose_due(periods)
    kept(admin)
    _, other_id = a_look(800)
    made, _ = cleared(actor_of(admin), K.LOOKS, periods)
    assert made.done == 1
    assert set(db.session.scalars(sa.select(model.id))) & {kept_id, other_id} == {kept_id}


def test_what_is_proposed_after_an_order_is_not_deleted_by_it(admin, periods):
    model, old_id = a_look(800)
    propose_due(periods)
    made = operations.order_clearing(actor_of(admin), K.LOOKS, before=periods.before(K.LOOKS))
    db.session.commit()
    _, new_id = a_look(801)
    with clock.put_at(clock.now() + timedelta(minutes=1)):
        propose_due(periods)
        clear_next(made.id)
    assert set(db.session.scalars(sa.select(model.id))) & {old_id, new_id} == {new_id}


@pytest.mark.parametrize("days", [0, -1, 3660])
def test_keeping_on_needs_a_day_ahead_and_something_chosen(admin, periods, days):
    a_look(800)
    propose_due(periods)
    with pytest.raises(proposing.NotAhead):
        kept(admin, days=days)
    with pytest.raises(proposing.NothingChosen):
        proposing.keep(
            actor_of(admin),
            K.ROSTERS,
            rows=[1],
            until=clock.today() + timedelta(days=1),
            reason="有争议",
        )


def test_nothing_is_kept_on_while_it_is_being_deleted(admin, periods):
    a_look(800)
    propose_due(periods)
    operations.order_clearing(actor_of(admin), K.LOOKS, before=periods.before(K.LOOKS))
    with pytest.raises(proposing.BeingCleared):
        kept(admin)


def test_each_step_is_in_the_journal(admin, periods):
    a_look(800)
    propose_due(periods)
    kept(admin)
    db.session.commit()
    with clock.put_at(clock.now() + timedelta(days=31)):
        propose_due(periods)
        propose_due(Periods({**periods.days, K.LOOKS: 900}))
    chosen = sa.select(JournalEntry.deed).where(JournalEntry.noun.startswith("proposal"))
    assert list(db.session.scalars(chosen.order_by(JournalEntry.id))) == [
        "propose", "tell_of_round", "keep", "propose_again", "tell_of_round", "drop_proposals",
        "tell_of_round",
    ]  # fmt: skip


def test_nobody_but_an_administrator_decides(admin, periods):
    del admin
    a_look(800)
    propose_due(periods)
    manager = make_person(Role.STATION_MANAGER, unit=make_unit())
    with pytest.raises(NotAllowed):
        kept(manager)
    for deed in (proposing.tell_of_round, lambda a: proposing.propose_again(a, [1]),
                 lambda a: proposing.drop_proposals(a, K.LOOKS, [1]),
                 lambda a: proposing.propose(a, K.LOOKS, [], days=1)):  # fmt: skip
        with pytest.raises(NotAllowed):
            deed(actor_of(manager))


@pytest.mark.parametrize("kind", MADE, ids=str)
def test_the_page_of_a_kind_names_what_is_proposed_and_keeps_it_on(sign_in, admin, periods, kind):
    _, row_id = MADE[kind](DAYS[kind] + 2)
    propose_due(periods)
    client, address = sign_in(admin), f"/admin/retention/{kind.value}"
    page = client.get(address).text
    assert f'value="{row_id}"' in page
    assert kind.setting in page
    sent = {"rows": [row_id], "until": clock.today() + timedelta(days=9), "reason": "审计未完"}
    refused = client.post(f"{address}/keep", data=sent | {"reason": ""})
    assert refused.status_code == 422
    assert "Say why it is still needed." in refused.text
    assert " checked" in refused.text
    assert "Tick what you want" in client.post(f"{address}/keep", data=sent | {"rows": []}).text
    assert client.post(f"{address}/keep", data=sent).status_code == 302
    assert "Nothing is due" in client.get(address).text
    held = client.get(f"{address}?state=kept").text
    assert "审计未完" in held
    assert "陈老师" in held
    assert "1 is kept on for a reason." in client.get("/admin/retention").text


def test_a_page_of_proposals_asks_the_same_of_many_as_of_one(
    sign_in, admin, periods, count_queries
):
    client, address = sign_in(admin), "/admin/retention/looks"
    a_look(800)
    propose_due(periods)
    client.get(address)
    count_queries()
    client.get(address)
    one = count_queries()
    for _ in range(20):
        a_look(800)
    propose_due(periods)
    count_queries()
    client.get(address)
    assert count_queries() == one


def test_the_list_of_requests_says_how_much_waits(sign_in, admin, periods):
    client = sign_in(admin)
    assert "waits for your decision" not in client.get("/admin/personal-data").text
    a_look(800)
    propose_due(periods)
    assert "1 entry was kept long enough" in client.get("/admin/personal-data").text
