"""Registrations: when somebody may register, what became of it, and what is due."""

from datetime import date, timedelta

import pytest

from college.core import clock
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.operation import Overtaken
from college.core.roles import SYSTEM, Role
from college.core.states import WrongState
from college.people.qualifications.models import Level
from college.register.registrations import queries
from college.register.registrations.models import (
    REGISTRATION_MOVES,
    RegistrationKind,
    RegistrationState,
)
from college.register.registrations.operations import (
    EvidenceMissing,
    NoPeriod,
    NotHeld,
    PeriodBackwards,
    PeriodTaken,
    RuleMissing,
    StepAhead,
    StepOutOfOrder,
    TooEarly,
    TooLate,
    UnderWay,
    adopt_registration_rules,
    apply_for,
    correct_step,
    record_registration,
    take_step,
)
from college.register.registrations.periods import last_day, months_on
from college.register.registrations.verdicts import (
    Period,
)
from tests.conftest import actor_of
from tests.factories import make_person, make_unit, qualified
from tests.factories.registering import (
    make_application,
    make_registration,
    make_registration_rules,
    step,
    step_of,
)

S = RegistrationState
TODAY = clock.today()


def ago(count: int) -> date:
    return TODAY - timedelta(days=count)


# ---- keeping them ----


@pytest.fixture
def lilei():
    make_registration_rules()
    person = make_person(full_name="李雷")
    qualified(person, approved_on=ago(100))
    return person


def held(person, day=None, known_at=None):
    found = queries.holding_of(person.id, Level.ASSISTANT, day or TODAY, known_at)
    assert found is not None
    return found


def test_rules_are_adopted_once():
    assert len(adopt_registration_rules(SYSTEM)) == 1
    assert adopt_registration_rules(SYSTEM) == []


def test_an_application_goes_its_way_step_by_step(lilei):
    row = apply_for(SYSTEM, lilei, step(ago(40)), level=Level.ASSISTANT)
    for state, back in ((S.FIRST_PASSED, 30), (S.FINAL_PASSED, 20), (S.REGISTERED, 10)):
        take_step(SYSTEM, row, step(ago(back)), state=state)
    take_step(SYSTEM, row, step(ago(5), certificate_no="D-1"), state=S.ISSUED)

    assert row.state is S.ISSUED
    assert [s.state for s in held(lilei).courses[0].steps] == [
        S.APPLIED, S.FIRST_PASSED, S.FINAL_PASSED, S.REGISTERED, S.ISSUED,
    ]  # fmt: skip
    assert held(lilei).standing.period == Period(ago(10), last_day(ago(10), 36))


def test_it_stood_otherwise_as_of_an_earlier_day(lilei):
    row = make_application(lilei, ago(40))
    take_step(SYSTEM, row, step(ago(30)), state=S.FIRST_PASSED)

    assert held(lilei, ago(41)).state is S.NOT_APPLIED
    assert held(lilei, ago(35)).state is S.APPLIED
    assert held(lilei, ago(30)).state is S.FIRST_PASSED


@pytest.mark.parametrize("state", sorted(set(S) - REGISTRATION_MOVES[S.APPLIED]))
def test_no_step_is_left_out(lilei, state):
    row = make_application(lilei)
    with pytest.raises(WrongState):
        take_step(SYSTEM, row, step(), state=state)


def test_a_refused_application_is_handed_in_again(lilei):
    row = make_application(lilei, ago(9))
    take_step(SYSTEM, row, step(ago(8)), state=S.FIRST_REFUSED)
    take_step(SYSTEM, row, step(ago(7)), state=S.APPLIED)
    assert row.state is S.APPLIED


def test_a_level_that_is_not_held_is_not_registered(lilei):
    with pytest.raises(NotHeld):
        apply_for(SYSTEM, lilei, step(), level=Level.SENIOR)
    with pytest.raises(NotHeld):  # nor before it was approved
        apply_for(SYSTEM, lilei, step(ago(101)), level=Level.ASSISTANT)


def test_without_a_rule_nothing_is_recorded():
    person = make_person()
    qualified(person)
    with pytest.raises(RuleMissing):
        apply_for(SYSTEM, person, step(), level=Level.ASSISTANT)


def test_one_application_at_a_time(lilei):
    make_application(lilei)
    with pytest.raises(UnderWay):
        apply_for(SYSTEM, lilei, step(), level=Level.ASSISTANT)


def test_too_late_needs_a_ground():
    make_registration_rules()
    person = make_person()
    qualified(person, approved_on=ago(500))
    with pytest.raises(TooLate):
        apply_for(SYSTEM, person, step(), level=Level.ASSISTANT)
    row = apply_for(SYSTEM, person, step(), level=Level.ASSISTANT, ground="疫情期间顺延")
    assert row.ground == "疫情期间顺延"


def test_a_registered_level_is_renewed_in_its_window_only(lilei):
    make_registration(lilei, ago(50))
    with pytest.raises(TooEarly):
        apply_for(SYSTEM, lilei, step(), level=Level.ASSISTANT)


def test_a_renewal_follows_the_period_before_it():
    person = make_person()
    qualified(person, approved_on=ago(1400))
    make_registration(person, months_on(TODAY, -35))
    before = held(person).standing.period
    row = make_application(person)
    for state in (S.FIRST_PASSED, S.FINAL_PASSED, S.REGISTERED):
        take_step(SYSTEM, row, step(), state=state)

    assert row.kind is RegistrationKind.RENEWAL
    assert held(person).standing.period.from_on == before.to_on + timedelta(days=1)


@pytest.mark.parametrize(
    ("refused", "over"),
    [
        (StepAhead, {"on": TODAY + timedelta(days=1)}),
        (EvidenceMissing, {"evidence": " "}),
        (PeriodBackwards, {"from_on": TODAY, "to_on": ago(1)}),
    ],
)
def test_what_cannot_be_is_refused(lilei, refused, over):
    with pytest.raises(refused):
        record_registration(SYSTEM, lilei, step(**over), level=Level.ASSISTANT)


def test_steps_are_in_their_order(lilei):
    row = make_application(lilei, ago(10))
    with pytest.raises(StepOutOfOrder):
        take_step(SYSTEM, row, step(ago(11)), state=S.FIRST_PASSED)


def test_only_a_completed_registration_has_a_period(lilei):
    row = make_application(lilei, ago(10))
    with pytest.raises(NoPeriod):
        take_step(SYSTEM, row, step(from_on=TODAY), state=S.FIRST_PASSED)


def test_periods_do_not_overlap(lilei):
    make_registration(lilei, ago(50))
    with pytest.raises(PeriodTaken):
        record_registration(SYSTEM, lilei, step(ago(40)), level=Level.ASSISTANT)


def test_a_cancelled_registration_leaves_no_period(lilei):
    row = make_registration(lilei, ago(50))
    take_step(SYSTEM, row, step(), state=S.CANCELLED)
    assert held(lilei).standing.period is None
    assert held(lilei, ago(1)).standing.period is not None


def test_a_correction_leaves_what_was_believed(lilei):
    row = make_registration(lilei, ago(50))
    before = clock.now()
    correct_step(SYSTEM, step_of(row), step(ago(60), to_on=TODAY + timedelta(days=9)))
    db.session.commit()

    assert held(lilei).standing.period == Period(ago(60), TODAY + timedelta(days=9))
    assert held(lilei, known_at=before).standing.period.from_on == ago(50)


def test_a_step_is_corrected_once(lilei):
    old = step_of(make_registration(lilei, ago(50)))
    correct_step(SYSTEM, old, step(ago(51)))
    with pytest.raises(Overtaken):
        correct_step(SYSTEM, old, step(ago(52)))


def test_the_state_is_that_of_the_last_step(lilei):
    row = make_application(lilei, ago(9))
    take_step(SYSTEM, row, step(ago(8)), state=S.FIRST_PASSED)
    correct_step(SYSTEM, step_of(row), step(ago(7)))
    assert (row.state, step_of(row).state) == (S.FIRST_PASSED, S.FIRST_PASSED)


# ---- who may ----


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.ADMIN, Role.SYSTEM}])
def test_nobody_records_elsewhere(lilei, role):
    stranger = actor_of(make_person(role, unit=make_unit(), full_name="路人"))
    row = make_application(lilei)
    for attempt in (
        lambda: apply_for(stranger, lilei, step(), level=Level.ASSISTANT),
        lambda: record_registration(stranger, lilei, step(), level=Level.ASSISTANT),
        lambda: take_step(stranger, row, step(), state=S.FIRST_PASSED),
        lambda: correct_step(stranger, step_of(row), step()),
        lambda: adopt_registration_rules(stranger),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_a_station_records_its_own_staff():
    make_registration_rules()
    unit = make_unit()
    person = make_person(unit=unit)
    qualified(person, approved_on=ago(10))
    manager = actor_of(make_person(Role.STATION_MANAGER, unit=unit))
    row = apply_for(manager, person, step(), level=Level.ASSISTANT)
    assert step_of(row).by_id == manager.person_id
