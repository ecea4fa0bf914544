"""Supervision recorded, confirmed, amended, locked."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from college.core import clock
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.journal import JournalEntry
from college.core.roles import SYSTEM, Role
from college.people.roles.models import RoleGrant
from college.supervision.sessions.models import Form, SessionState, SupervisionSession
from college.supervision.sessions.operations import amend_session, confirm, decline, log_session
from college.supervision.sessions.queries import attendances_of
from college.supervision.sessions.refusals import (
    EndsBeforeStart,
    ListedTwice,
    MinutesOutOfRange,
    NobodyThere,
    NotExactlyOne,
    NotOverYet,
    OwnSupervisee,
    RecordChanged,
    SessionLocked,
    SuperviseeIsBusy,
    SupervisorIsBusy,
    TooFew,
    TooLong,
    TooMany,
    UnknownSupervisee,
)
from college.supervision.sessions.rules import GROUP_SIZE_CAP, MAX_MINUTES
from tests.conftest import actor_of
from tests.factories import actor, grant, make_person
from tests.factories.supervision import LAST_YEAR, facts, make_session
from tests.supervision.shared import make_supervisor


def log(supervisor, *attendances, **over):
    return log_session(actor_of(supervisor), supervisor, **facts(*attendances, **over))


def deeds(row) -> list[str]:
    about = (JournalEntry.noun == row.__tablename__) & (JournalEntry.row_id == row.id)
    chosen = sa.select(JournalEntry.deed).where(about).order_by(JournalEntry.id)
    return list(db.session.scalars(chosen))


def test_logged_session_waits_and_keeps_each_persons_minutes():
    wang, lilei, sugeng = make_supervisor(), make_person(), make_person()

    logged = log(wang, (lilei, 60), (sugeng, 45), form=Form.GROUP)

    assert logged.state is SessionState.LOGGED
    assert [a.minutes for a in attendances_of(logged)] == [60, 45]
    assert all(a.confirmed_at is None for a in attendances_of(logged))
    assert deeds(logged) == ["log_session"]
    assert deeds(attendances_of(logged)[0]) == ["seat"]


def test_the_last_confirmation_locks_the_session():
    first, last = make_person(), make_person()
    logged = make_session(first, last)
    one_, other = attendances_of(logged)

    confirm(actor_of(first), one_)
    assert (logged.state, logged.locked_at) == (SessionState.LOGGED, None)
    confirm(actor_of(last), other)
    assert logged.state is SessionState.LOCKED
    assert logged.locked_at is not None
    assert deeds(logged) == ["log_session", "lock_session"]


def test_confirming_twice_is_calm_and_leaves_one_entry():
    lilei = make_person()
    logged = make_session(lilei)
    (attendance,) = attendances_of(logged)

    first = confirm(actor_of(lilei), attendance).confirmed_at
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        again = confirm(actor_of(lilei), attendance).confirmed_at
    assert again == first
    assert deeds(attendance) == ["seat", "confirm"]
    assert deeds(logged) == ["log_session", "lock_session"]


def test_nobody_confirms_for_somebody_else():
    lilei, other = make_person(), make_person()
    logged = make_session(lilei, other)
    theirs = attendances_of(logged)[1]

    for stranger in (actor_of(lilei), actor_of(make_supervisor()), SYSTEM):
        with pytest.raises(NotAllowed):
            confirm(stranger, theirs)
        with pytest.raises(NotAllowed):
            decline(stranger, theirs, note="不对")
    assert theirs.confirmed_at is None


def test_a_person_without_the_trainees_role_confirms_nothing():
    lilei = make_person()
    (attendance,) = attendances_of(make_session(lilei))
    with pytest.raises(NotAllowed):
        confirm(actor(lilei, Role.STATION_MANAGER), attendance)


def test_confirming_what_has_changed_in_the_meantime_is_refused():
    lilei, wang = make_person(), make_supervisor()
    logged = make_session(lilei, supervisor=wang)
    seen = logged.version
    amend_session(actor_of(wang), logged, **facts((lilei, 30), starts_at=logged.starts_at))

    (attendance,) = attendances_of(logged)
    with pytest.raises(RecordChanged):
        confirm(actor_of(lilei), attendance, version=seen)
    with pytest.raises(RecordChanged):
        decline(actor_of(lilei), attendance, note="不对", version=seen)
    confirm(actor_of(lilei), attendance, version=seen + 1)


@pytest.mark.parametrize(
    ("form", "count", "refusal"),
    [
        (Form.INDIVIDUAL, 0, NobodyThere),
        (Form.INDIVIDUAL, 2, NotExactlyOne),
        (Form.GROUP, 1, TooFew),
        (Form.PEER, 1, TooFew),
        (Form.GROUP, GROUP_SIZE_CAP + 1, TooMany),
        (Form.LIVE, 1, None),
        (Form.LIVE, 2, None),
        (Form.INDIVIDUAL, 1, None),
        (Form.GROUP, GROUP_SIZE_CAP, None),
    ],
)
def test_each_form_has_its_number_of_people(form, count, refusal):
    wang, people = make_supervisor(), [make_person() for _ in range(count)]
    there = [(person, 60) for person in people]
    if refusal is None:
        assert len(attendances_of(log(wang, *there, form=form))) == count
        return
    with pytest.raises(refusal):
        log(wang, *there, form=form)
    assert db.session.scalar(sa.select(sa.func.count(SupervisionSession.id))) == 0


@pytest.mark.parametrize("minutes", [0, -5, 61])
def test_minutes_stay_within_the_session(minutes):
    with pytest.raises(MinutesOutOfRange):
        log(make_supervisor(), (make_person(), minutes))


@pytest.mark.parametrize("minutes", [1, 60])
def test_one_minute_and_the_whole_session_are_fine(minutes):
    logged = log(make_supervisor(), (make_person(), minutes))
    assert [a.minutes for a in attendances_of(logged)] == [minutes]


@pytest.mark.parametrize(
    ("length", "refusal"),
    [
        (timedelta(0), EndsBeforeStart),
        (timedelta(minutes=-30), EndsBeforeStart),
        (timedelta(minutes=MAX_MINUTES + 1), TooLong),
    ],
)
def test_bad_times_are_refused(length, refusal):
    times = {"starts_at": LAST_YEAR, "ends_at": LAST_YEAR + length}
    with pytest.raises(refusal):
        log(make_supervisor(), (make_person(), 1), **times)


def test_a_session_that_is_not_over_is_refused():
    soon = clock.now() + timedelta(minutes=1)
    with pytest.raises(NotOverYet):
        log(
            make_supervisor(),
            (make_person(), 60),
            starts_at=soon - timedelta(minutes=60),
            ends_at=soon,
        )


def test_the_same_person_twice_is_refused():
    wang, lilei = make_supervisor(), make_person()
    with pytest.raises(ListedTwice):
        log(wang, (lilei, 60), (lilei, 30))


def test_nobody_supervises_themselves():
    wang = make_supervisor()
    grant(wang, Role.TRAINEE)
    with pytest.raises(OwnSupervisee):
        log(wang, (wang, 60))


def test_who_is_no_trainee_today_is_refused():
    wang, ended = make_supervisor(), make_person()
    db.session.execute(
        sa.update(RoleGrant)
        .where(RoleGrant.person_id == ended.id)
        .values(to_on=clock.today() - timedelta(days=1))
    )
    for person in (ended, make_person(Role.INSTRUCTOR), make_person(None)):
        with pytest.raises(UnknownSupervisee):
            log(wang, (person, 60))


def test_a_supervisor_is_in_one_place_at_a_time():
    wang = make_supervisor()
    kept = make_session(supervisor=wang)
    with pytest.raises(SupervisorIsBusy):
        log(wang, (make_person(), 60), starts_at=kept.starts_at + timedelta(minutes=59))
    log(wang, (make_person(), 60), starts_at=kept.ends_at)  # right after is fine


def test_a_supervisee_is_in_one_place_at_a_time_whoever_supervises():
    lilei = make_person()
    kept = make_session(lilei)
    with pytest.raises(SuperviseeIsBusy):
        log(make_supervisor(), (lilei, 30), starts_at=kept.starts_at - timedelta(minutes=59))


def test_who_supervises_is_not_supervised_at_the_same_time():
    wang, lilei = make_supervisor(), make_person()
    grant(wang, Role.TRAINEE)
    kept = make_session(wang, supervisor=make_supervisor())
    with pytest.raises(SupervisorIsBusy):
        log(wang, (lilei, 60), starts_at=kept.starts_at)


def test_supervision_is_logged_in_ones_own_name_only():
    wang, other = make_supervisor(), make_supervisor()
    given = facts((make_person(), 60))
    for stranger in (actor_of(other), actor_of(make_person()), actor_of(make_person(Role.ADMIN))):
        with pytest.raises(NotAllowed):
            log_session(stranger, wang, **given)
    with pytest.raises(NotAllowed):
        log_session(SYSTEM, wang, **given)


def test_amending_takes_back_confirmations_and_objections():
    wang, stays, goes, comes = make_supervisor(), make_person(), make_person(), make_person()
    logged = make_session(stays, goes, supervisor=wang)
    first, second = attendances_of(logged)
    confirm(actor_of(stays), first)
    decline(actor_of(goes), second, note="我没有参加")

    amend_session(
        actor_of(wang),
        logged,
        **facts((stays, 50), (comes, 60), starts_at=logged.starts_at, topics="个案-08"),
    )
    db.session.expire_all()

    now = attendances_of(logged)
    assert [(a.supervisee_id, a.minutes) for a in now] == [(stays.id, 50), (comes.id, 60)]
    assert all(a.confirmed_at is None and a.objection == "" for a in now)
    assert (logged.topics, logged.version, logged.state) == ("个案-08", 2, SessionState.LOGGED)
    assert deeds(logged) == ["log_session", "amend_session"]
    assert "clear_confirmation" in deeds(first)


def test_saving_the_same_again_changes_nothing():
    wang, lilei, other = make_supervisor(), make_person(), make_person()
    logged = make_session(lilei, other, supervisor=wang)
    confirm(actor_of(lilei), attendances_of(logged)[0])

    same = facts((lilei, 60), (other, 60), starts_at=logged.starts_at)
    amend_session(actor_of(wang), logged, **same)

    assert attendances_of(logged)[0].confirmed_at is not None
    assert (logged.version, deeds(logged)) == (1, ["log_session"])


def test_a_locked_session_is_neither_amended_nor_objected_to():
    wang, lilei = make_supervisor(), make_person()
    logged = make_session(lilei, supervisor=wang, is_locked=True)
    with pytest.raises(SessionLocked):
        amend_session(actor_of(wang), logged, **facts((lilei, 30), starts_at=logged.starts_at))
    with pytest.raises(SessionLocked):
        decline(actor_of(lilei), attendances_of(logged)[0], note="不对")
    assert [a.minutes for a in attendances_of(logged)] == [60]


def test_only_its_own_supervisor_amends_a_session():
    lilei = make_person()
    logged = make_session(lilei)
    for stranger in (make_supervisor(), lilei, make_person(Role.ADMIN)):
        with pytest.raises(NotAllowed):
            amend_session(
                actor_of(stranger), logged, **facts((lilei, 30), starts_at=logged.starts_at)
            )


def test_amending_does_not_collide_with_itself_and_keeps_a_trainee_who_left():
    wang, lilei = make_supervisor(), make_person()
    logged = make_session(lilei, supervisor=wang)
    db.session.execute(sa.delete(RoleGrant).where(RoleGrant.person_id == lilei.id))
    later = logged.starts_at + timedelta(minutes=10)
    amend_session(actor_of(wang), logged, **facts((lilei, 60), starts_at=later))
    assert logged.starts_at == later


def test_an_objection_is_kept_until_the_supervisee_confirms_after_all():
    lilei = make_person()
    logged = make_session(lilei, make_person())
    mine = attendances_of(logged)[0]
    confirm(actor_of(lilei), mine)

    decline(actor_of(lilei), mine, note="只有 40 分钟")
    assert (mine.confirmed_at, mine.objection) == (None, "只有 40 分钟")
    confirm(actor_of(lilei), mine)
    assert (mine.objected_at, mine.objection) == (None, "")
