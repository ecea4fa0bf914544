"""Hours of continuing education: entering, confirming, correcting, and what classes show."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.operation import Overtaken
from college.core.roles import SYSTEM, Role
from college.courses.enrolments.models import EnrolmentState
from college.courses.runs.models import RunState
from college.people.qualifications.models import Level
from college.register.continuing_education import queries
from college.register.continuing_education.data import ConversionData
from college.register.continuing_education.models import (
    EntryState,
    HourCategory,
    HourEntry,
    HourUnit,
)
from college.register.continuing_education.operations import (
    ConversionOfAnotherTime,
    CountedAlready,
    DaysBackwards,
    DecidedAlready,
    EvidenceMissing,
    MoreThanTheDays,
    NotDoneYet,
    NotFiled,
    NothingToCount,
    OnceOnly,
    OwnEntry,
    ReasonMissing,
    confirm_hours,
    correct_hours,
    enter_hours,
    refuse_hours,
    withdraw_hours,
)
from college.register.continuing_education.ruling import (
    CitationMissing,
    RuleKnown,
    adopt_hours_rules,
    enter_conversion,
)
from college.register.registrations.queries import judged, levels_of
from tests.conftest import actor_of
from tests.factories import actor, make_person, make_unit, qualified
from tests.factories.courses import make_course, make_enrolment, make_run, morning
from tests.factories.registering import (
    conversion,
    done,
    make_entry,
    make_hours_rules,
    make_registration,
)

TODAY = clock.today()
S = EntryState


def ago(count: int) -> date:
    return TODAY - timedelta(days=count)


@pytest.fixture
def lilei():
    make_hours_rules()
    person = make_person(full_name="李雷")
    qualified(person, approved_on=ago(400))
    make_registration(person, ago(300))
    return person


@pytest.fixture
def chen():
    return actor(make_person(Role.ADMIN, full_name="陈老师"), Role.ADMIN)


def balance(person, day=None, known_at=None):
    day = day or TODAY
    levels = levels_of(SYSTEM, person, day, known_at=known_at)
    (row,) = queries.kept(judged(levels, day, known_at=known_at), day, known_at=known_at)
    return row.balance


def make_filed_class(person, *, minutes=300, filing_no="备2026-9", days_ago=20, **over):
    course = make_course(ce_filing_no=filing_no, ce_authority="市委社会工作部")
    usual = {"state": RunState.CLOSED, "closed_at": clock.now(), "begins": morning(-days_ago)}
    run = make_run(course, lessons=1, **usual | over)
    state = EnrolmentState.COMPLETED
    make_enrolment(run, person, state=state, minutes_attended=minutes)
    return run


def test_rules_are_adopted_once_with_their_sources():
    assert len(adopt_hours_rules(SYSTEM)) == 7
    assert adopt_hours_rules(SYSTEM) == []
    needs = {r.level: r.minutes for r in queries.all_rules()}
    assert needs == {Level.ASSISTANT: 4320, Level.SOCIAL_WORKER: 5400, Level.SENIOR: 5400}
    assert all(rule.citation for rule in queries.all_rules())
    assert all(rule.citation for rule in queries.all_conversions())


def test_a_class_period_is_not_an_hour(lilei):
    in_hours = enter_hours(SYSTEM, lilei, done(quantity=Decimal(8)))
    rule = conversion(unit=HourUnit.PERIOD)
    in_periods = enter_hours(SYSTEM, lilei, done(quantity=Decimal("7.5"), conversion=rule))
    assert (in_hours.minutes, in_periods.minutes) == (480, 337)  # never rounded up


def test_hours_count_once_a_second_person_confirms_them(lilei, chen):
    entry = make_entry(lilei)
    assert (balance(lilei).counted, balance(lilei).waiting) == (0, 360)
    confirm_hours(chen, entry)
    assert (balance(lilei).counted, balance(lilei).waiting) == (360, 0)
    assert entry.decided_by_id == chen.person_id


def test_what_is_not_confirmed_counts_nowhere(lilei, chen):
    refuse_hours(chen, make_entry(lilei), reason="备案号查不到")
    assert (balance(lilei).counted, balance(lilei).waiting) == (0, 0)


def test_nobody_confirms_what_they_entered_or_did(lilei, chen):
    own = enter_hours(chen, lilei, done())
    with pytest.raises(OwnEntry):
        confirm_hours(chen, own)
    other = make_entry(lilei)
    with pytest.raises(OwnEntry):
        confirm_hours(actor(lilei, Role.ADMIN), other)


def test_an_entry_is_decided_once(lilei, chen):
    entry = make_entry(lilei)
    confirm_hours(chen, entry)
    with pytest.raises(DecidedAlready):
        refuse_hours(chen, entry, reason="太晚")


def test_a_refusal_has_its_reason(lilei, chen):
    with pytest.raises(ReasonMissing):
        refuse_hours(chen, make_entry(lilei), reason=" ")


def test_a_correction_is_a_new_row_that_waits_anew(lilei, chen):
    entry = make_entry(lilei)
    confirm_hours(chen, entry)
    db.session.commit()
    before = clock.now()
    new = correct_hours(SYSTEM, entry, done(quantity=Decimal(4)))
    db.session.commit()

    assert (new.state, new.first_id) == (S.WAITING, entry.id)
    assert (balance(lilei).counted, balance(lilei).waiting) == (0, 240)
    assert balance(lilei, known_at=before).counted == 360  # as it was reported
    with pytest.raises(Overtaken):
        correct_hours(SYSTEM, entry, done())
    with pytest.raises(Overtaken):
        confirm_hours(chen, entry)


def test_it_waited_as_known_before_it_was_confirmed(lilei, chen):
    entry = make_entry(lilei)
    entry_id, before = entry.id, clock.now()
    confirm_hours(chen, entry)
    db.session.commit()
    then = balance(lilei, known_at=before)
    assert (then.counted, then.waiting) == (0, 360)
    db.session.commit()
    assert (
        db.session.get_one(HourEntry, entry_id).state is S.CONFIRMED
    )  # looking back changed nothing


def test_a_withdrawn_entry_counts_nowhere(lilei, chen):
    entry = make_entry(lilei)
    confirm_hours(chen, entry)
    withdraw_hours(SYSTEM, entry)
    assert balance(lilei).counted == 0


@pytest.mark.parametrize(
    ("refused", "over"),
    [
        (DaysBackwards, {"from_on": TODAY, "done_on": ago(1)}),
        (NotDoneYet, {"done_on": TODAY + timedelta(days=1)}),
        (EvidenceMissing, {"evidence": " "}),
        (NothingToCount, {"quantity": Decimal(0)}),
        (NotFiled, {"filing_no": " "}),
        (MoreThanTheDays, {"quantity": Decimal(25)}),
        (ConversionOfAnotherTime, {"from_on": date(2009, 1, 1), "done_on": date(2009, 9, 6)}),
    ],
)
def test_what_cannot_count_is_refused(lilei, refused, over):
    with pytest.raises(refused):
        enter_hours(SYSTEM, lilei, done(**over))


def test_a_degree_counts_once_in_a_life(lilei):
    degree = conversion(HourCategory.DEGREE, HourUnit.PIECE)
    facts = {"conversion": degree, "quantity": Decimal(1), "filing_no": ""}
    assert enter_hours(SYSTEM, lilei, done(**facts)).minutes == 5400
    with pytest.raises(OnceOnly):
        enter_hours(SYSTEM, lilei, done(**facts))


# ---- the college's own classes ----


def test_own_filed_classes_count_by_themselves_with_the_time_attended(lilei):
    make_filed_class(lilei, minutes=280)
    assert balance(lilei).counted == 280
    assert balance(lilei, ago(30)).counted == 0


def test_classes_without_a_filing_count_nowhere(lilei):
    make_filed_class(lilei, filing_no="")
    assert balance(lilei).counted == 0


def test_who_did_not_complete_has_no_hours_of_it(lilei):
    run = make_filed_class(make_person())
    make_enrolment(run, lilei, state=EnrolmentState.NOT_COMPLETED, minutes_attended=100)
    assert balance(lilei).counted == 0


def test_a_class_that_counts_by_itself_is_not_entered_again(lilei):
    run = make_filed_class(lilei)
    with pytest.raises(CountedAlready):
        enter_hours(SYSTEM, lilei, done(run.ends_on, filing_no="备2026-9"))


def test_hours_outside_the_period_count_in_no_period(lilei, chen):
    early = make_entry(lilei, ago(301))
    confirm_hours(chen, early)
    assert balance(lilei).counted == 0


def test_a_class_was_not_known_before_it_was_closed(lilei):
    before = clock.now()
    make_filed_class(lilei, closed_at=clock.now())
    assert balance(lilei, known_at=before).counted == 0


# ---- conversions ----


def conversion_data(**over) -> ConversionData:
    usual = {
        "region": "通辽市",
        "category": HourCategory.TRAINING,
        "unit": HourUnit.PERIOD,
        "name": "培训（按学时）",
        "minutes_per_unit": 50,
        "citation": "通社工〔2026〕1号",
        "from_on": ago(10),
    }
    return ConversionData(**usual | over)


def test_a_region_has_its_own_conversion_from_a_day_on(lilei):
    rule = enter_conversion(SYSTEM, conversion_data())
    assert enter_hours(SYSTEM, lilei, done(conversion=rule)).minutes == 300
    with pytest.raises(ConversionOfAnotherTime):
        enter_hours(SYSTEM, lilei, done(ago(11), conversion=rule))


def test_a_conversion_has_a_source_and_stands_once():
    with pytest.raises(CitationMissing):
        enter_conversion(SYSTEM, conversion_data(citation=" "))
    enter_conversion(SYSTEM, conversion_data())
    with pytest.raises(RuleKnown):
        enter_conversion(SYSTEM, conversion_data())


# ---- who may ----


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.ADMIN, Role.SYSTEM}])
def test_nobody_keeps_hours_elsewhere(lilei, role):
    stranger = actor_of(make_person(role, unit=make_unit(), full_name="路人"))
    entry = make_entry(lilei)
    for attempt in (
        lambda: enter_hours(stranger, lilei, done()),
        lambda: correct_hours(stranger, entry, done()),
        lambda: withdraw_hours(stranger, entry),
        lambda: confirm_hours(stranger, entry),
        lambda: refuse_hours(stranger, entry, reason="不行"),
        lambda: adopt_hours_rules(stranger),
        lambda: enter_conversion(stranger, conversion_data()),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_a_person_enters_and_the_station_confirms(lilei):
    unit = make_unit()
    person = make_person(unit=unit)
    manager = actor_of(make_person(Role.STATION_MANAGER, unit=unit))
    me = actor_of(person)
    entry = enter_hours(me, person, done())
    with pytest.raises(NotAllowed):
        confirm_hours(me, entry)
    assert confirm_hours(manager, entry).state is S.CONFIRMED


def test_what_one_entered_does_not_wait_for_oneself(lilei, chen):
    enter_hours(chen, lilei, done())
    make_entry(lilei)
    assert queries.count_waiting(chen) == 1
    found = db.session.scalars(queries.waiting(chen).order_by(sa.text("1"))).all()
    assert [row.entered_by_id for row in found] == [None]
