"""The rules of hours: entered with their source, followed and ended, never overwritten."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.operation import Overtaken
from college.core.roles import SYSTEM, Role
from college.people.qualifications.models import Level
from college.register.continuing_education.data import ConversionData, RequiredData
from college.register.continuing_education.models import (
    Bound,
    ConversionRule,
    HourCategory,
    HoursRule,
    HourUnit,
)
from college.register.continuing_education.queries import conversions_on, kept, rules_on
from college.register.continuing_education.ruling import (
    CapOfAll,
    CitationMissing,
    EndsTooEarly,
    RuleKnown,
    adopt_hours_rules,
    end_conversion,
    end_requirement,
    enter_conversion,
    enter_requirement,
)
from college.register.registrations.queries import judged
from tests.conftest import actor_of
from tests.factories import make_person, make_unit, qualified
from tests.factories.registering import (
    conversion,
    make_entry,
    make_hours_rules,
    make_registration,
)

TODAY = clock.today()
SOURCE = "内人社发〔2026〕7号，2026年3月1日"
MARCH = date(2026, 3, 1)


def required(**over) -> RequiredData:
    facts = {"level": Level.ASSISTANT, "minutes": 80 * 60, "citation": SOURCE, "from_on": MARCH}
    return RequiredData(**facts | over)


def converting(**over) -> ConversionData:
    facts = {
        "category": HourCategory.TRAINING,
        "unit": HourUnit.PERIOD,
        "name": "培训（按学时）",
        "minutes_per_unit": 40,
        "citation": SOURCE,
        "from_on": MARCH,
    }
    return ConversionData(**facts | over)


def minutes(day: date, known_at=None) -> list[int]:
    return [rule.minutes for rule in rules_on(day, known_at)[Level.ASSISTANT]]


def test_a_new_rule_follows_the_one_that_stood():
    make_hours_rules()
    before = clock.now()
    enter_requirement(SYSTEM, required())
    db.session.commit()
    assert minutes(MARCH - timedelta(days=1)) == [72 * 60]
    assert minutes(MARCH) == [80 * 60]
    assert minutes(MARCH, known_at=before) == [72 * 60]


def test_nothing_is_overwritten():
    make_hours_rules()
    enter_requirement(SYSTEM, required())
    mine = (HoursRule.level == Level.ASSISTANT) & (HoursRule.from_on < MARCH)
    old, new = db.session.scalars(sa.select(HoursRule).where(mine).order_by(HoursRule.id))
    assert (old.to_on, old.superseded_at is None) == (None, False)
    assert (new.to_on, new.superseded_at) == (MARCH - timedelta(days=1), None)


def test_a_rule_entered_late_ends_before_what_follows_it():
    enter_requirement(SYSTEM, required())
    earlier = enter_requirement(SYSTEM, required(minutes=60, from_on=date(2020, 1, 1)))
    assert earlier.to_on == MARCH - timedelta(days=1)


def test_levels_categories_and_regions_stand_beside_each_other():
    make_hours_rules()
    cap = {"category": HourCategory.HOMEWORK, "bound": Bound.AT_MOST, "minutes": 600}
    for over in (cap, {"region": "通辽市"}, {"level": Level.SENIOR}):
        enter_requirement(SYSTEM, required(**over))
    assert sorted(minutes(MARCH)) == [600, 72 * 60, 80 * 60]


@pytest.mark.parametrize(
    ("over", "refused"),
    [
        ({"citation": " "}, CitationMissing),
        ({"to_on": MARCH - timedelta(days=1)}, EndsTooEarly),
        ({"bound": Bound.AT_MOST}, CapOfAll),
    ],
)
def test_a_requirement_that_cannot_be_is_refused(over, refused):
    with pytest.raises(refused):
        enter_requirement(SYSTEM, required(**over))


def test_one_rule_a_day():
    enter_requirement(SYSTEM, required())
    with pytest.raises(RuleKnown):
        enter_requirement(SYSTEM, required(minutes=1))
    enter_conversion(SYSTEM, converting())
    with pytest.raises(RuleKnown):
        enter_conversion(SYSTEM, converting(minutes_per_unit=1))


def test_a_rule_is_ended_once():
    row = enter_requirement(SYSTEM, required())
    with pytest.raises(EndsTooEarly):
        end_requirement(SYSTEM, row, to_on=MARCH - timedelta(days=1))
    end_requirement(SYSTEM, row, to_on=date(2026, 12, 31))
    assert minutes(date(2027, 1, 1)) == []
    with pytest.raises(Overtaken):
        end_requirement(SYSTEM, row, to_on=date(2026, 11, 30))


def test_an_entry_keeps_the_conversion_it_was_made_by():
    make_hours_rules()
    old = conversion(unit=HourUnit.PERIOD)
    entry = make_entry(make_person(), conversion=old)
    enter_conversion(SYSTEM, converting(name=old.name))
    db.session.refresh(old)
    assert (entry.minutes, entry.conversion_id) == (270, old.id)
    assert (old.minutes_per_unit, old.superseded_at is None) == (45, False)
    now = [rule for rule in conversions_on(TODAY) if rule.unit is HourUnit.PERIOD]
    assert [rule.minutes_per_unit for rule in now] == [40]


def test_an_ended_conversion_is_no_choice_any_more():
    row = enter_conversion(SYSTEM, converting())
    end_conversion(SYSTEM, row, to_on=TODAY - timedelta(days=1))
    assert list(conversions_on(TODAY)) == []
    assert db.session.scalar(sa.select(sa.func.count(ConversionRule.id))) == 2


def test_adopting_again_leaves_what_was_ended():
    make_hours_rules()
    for rule in rules_on(TODAY)[Level.ASSISTANT]:
        end_requirement(SYSTEM, rule, to_on=TODAY)
    assert adopt_hours_rules(SYSTEM) == []
    assert minutes(TODAY + timedelta(days=1)) == []


# ---- where a rule holds ----


@pytest.fixture
def two():
    """An assistant at a station below 通辽市, and one elsewhere, both registered."""
    make_hours_rules()
    city = make_unit(name="通辽市")
    people = {}
    for name, unit in (("here", make_unit(name="科尔沁区社工站", parent=city)), ("there", None)):
        person = make_person(unit=unit or make_unit())
        people[name] = qualified(person, approved_on=TODAY - timedelta(days=900))
        make_registration(person, TODAY - timedelta(days=800))
    return people


def need(held) -> int:
    (row,) = kept(judged([held], TODAY), TODAY)
    assert row.balance is not None
    return row.balance.need


def test_a_region_goes_before_the_country_and_only_there(two):
    enter_requirement(SYSTEM, required(region="通辽市", minutes=100 * 60))
    assert (need(two["here"]), need(two["there"])) == (100 * 60, 72 * 60)


def test_the_nearest_of_two_regions_holds(two):
    enter_requirement(SYSTEM, required(region="科尔沁区社工站", minutes=90 * 60))
    enter_requirement(SYSTEM, required(region="通辽市", minutes=100 * 60))
    assert need(two["here"]) == 90 * 60


def test_a_cap_of_the_region_adds_to_the_countrys_minimum(two):
    held = two["here"]
    cap = {"category": HourCategory.TRAINING, "bound": Bound.AT_MOST, "minutes": 60}
    enter_requirement(SYSTEM, required(region="通辽市", **cap))
    (row,) = kept(judged([held], TODAY), TODAY)
    assert row.balance is not None
    assert row.balance.need == 72 * 60
    assert [part.at_most for part in row.balance.by_category] == [60]


# ---- who may, and the pages ----


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.ADMIN, Role.SYSTEM}])
def test_only_the_office_rules(role):
    row, other = enter_requirement(SYSTEM, required()), enter_conversion(SYSTEM, converting())
    reader = actor_of(make_person(role, unit=make_unit()))
    for attempt in (
        lambda: enter_requirement(reader, required(region="x")),
        lambda: enter_conversion(reader, converting(region="x")),
        lambda: end_requirement(reader, row, to_on=TODAY),
        lambda: end_conversion(reader, other, to_on=TODAY),
    ):
        with pytest.raises(NotAllowed):
            attempt()


@pytest.mark.parametrize(("language", "said"), [("zh", "通辽市"), ("en", "replaced on")])
def test_the_office_enters_and_ends_a_requirement(sign_in, language, said):
    make_hours_rules()
    client = sign_in(make_person(Role.ADMIN), language=language)
    at = "/register/continuing-education/rules"
    asked = {
        "region": "通辽市", "level": "assistant", "category": "", "bound": "at_least",
        "hours": "80.5", "from_on": "2026-03-01", "citation": SOURCE,
    }  # fmt: skip
    assert client.get(f"{at}/requirements/new").status_code == 200
    assert client.post(f"{at}/requirements/new", data=asked).location == at
    row = db.session.scalars(sa.select(HoursRule).where(HoursRule.region == "通辽市")).one()
    assert (row.minutes, row.category, row.bound) == (4830, None, Bound.AT_LEAST)
    assert client.get(f"{at}/requirements/{row.id}/end").status_code == 200
    ended = client.post(f"{at}/requirements/{row.id}/end", data={"to_on": "2027-12-31"})
    assert ended.location == at
    assert said in client.get(at).text


def test_a_refusal_is_said_beside_its_field(sign_in):
    client = sign_in(make_person(Role.ADMIN), language="en")
    asked = {
        "level": "assistant", "category": "", "bound": "at_most", "hours": "1",
        "from_on": "2026-03-01", "citation": SOURCE,
    }  # fmt: skip
    page = client.post("/register/continuing-education/rules/requirements/new", data=asked)
    assert page.status_code == 422
    assert "Choose the category" in page.text


def test_the_office_enters_and_ends_a_conversion(sign_in):
    client = sign_in(make_person(Role.ADMIN))
    at = "/register/continuing-education/rules"
    asked = {
        "region": "通辽市", "category": "training", "name": "培训（按半天）", "unit": "piece",
        "minutes_per_unit": "240", "from_on": "2026-03-01", "citation": SOURCE, "is_once": "y",
    }  # fmt: skip
    assert client.post(f"{at}/conversions/new", data=asked).location == at
    row = db.session.scalars(sa.select(ConversionRule)).one()
    assert (row.is_once, row.to_on) == (True, None)
    assert client.get(f"{at}/conversions/{row.id}/end").status_code == 200
    ended = client.post(f"{at}/conversions/{row.id}/end", data={"to_on": "2026-12-31"})
    assert ended.location == at
    page = client.get(f"/register/continuing-education/of/{make_person().id}/enter").text
    assert "培训（按半天）" in page  # what was done before that day still counts by it
