"""Holders by the best line and by the state of their registration: against a count by hand."""

from datetime import date, timedelta
from random import Random

import pytest
import time_machine

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM, Actor, Grant, Role
from college.people.qualifications.models import Level, PassBasis
from college.register.registrations.models import RegistrationState
from college.register.registrations.operations import correct_step, take_step
from college.reports.figures.small_cells import FEWEST
from college.reports.holder_figures.flows import Of
from college.reports.holder_figures.overview import holder_figures
from college.reports.holder_figures.parts import LINES, REGISTRATIONS, Part, members, parts
from tests.factories import make_person, make_unit, qualified
from tests.factories.registering import make_registration, step, step_of

TODAY = clock.today()
ALL = Of()
OBSERVER = Actor(None, frozenset({Grant(Role.OBSERVER)}))


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def counted(day: date = TODAY, of: Of = ALL) -> dict[str, int]:
    return {part.value: n for part, n in parts(SYSTEM, day, of).items() if n}


def holder(approved: int = 2000, unit=None, **over):
    person = make_person(unit=unit or make_unit())
    qualified(person, approved_on=ago(approved), **over)
    return person


def test_who_passed_by_both_lines_counts_once_by_the_better_as_of_the_day():
    person = holder(400, basis=PassBasis.REGIONAL, region="库伦旗")
    qualified(person, approved_on=ago(30))
    assert counted() == {"national": 1, "never": 1}
    assert counted(ago(31)) == {"regional": 1, "never": 1}
    assert counted(ago(401)) == {}


def test_a_national_level_beside_a_regional_one_counts_nationally():
    person = holder(400)
    qualified(person, Level.SOCIAL_WORKER, ago(9), basis=PassBasis.REGIONAL, region="库伦旗")
    assert counted()["national"] == 1


def test_a_registration_runs_lapses_and_is_cancelled():
    running, lapsed, gone = holder(), holder(), holder()
    holder()
    make_registration(running, ago(100))
    make_registration(lapsed, ago(1500))
    cancelled = make_registration(gone, ago(50))
    take_step(SYSTEM, cancelled, step(ago(5)), state=RegistrationState.CANCELLED)
    db.session.commit()
    assert counted() == {"national": 4, "registered": 1, "lapsed": 1, "never": 2}
    assert counted(ago(6)) == {"national": 4, "registered": 2, "lapsed": 1, "never": 1}
    assert counted(ago(1400)) == {"national": 4, "registered": 1, "never": 3}


def test_the_last_day_of_a_period_is_still_registered():
    person = holder()
    made = make_registration(person, ago(100), from_on=ago(100), to_on=TODAY)
    assert counted()["registered"] == 1
    correct_step(SYSTEM, step_of(made), step(ago(100), from_on=ago(100), to_on=ago(1)))
    assert counted()["lapsed"] == 1


def test_last_weeks_figure_comes_out_as_it_was_known():
    person = holder()
    with time_machine.travel(clock.now() - timedelta(days=7)):
        made = make_registration(person, ago(200))
    last_week = Of(None, clock.now() - timedelta(days=3))
    correct_step(SYSTEM, step_of(made), step(ago(200), from_on=ago(200), to_on=ago(1)))
    assert counted()["lapsed"] == 1
    assert counted(TODAY, last_week) == {}  # nor was the holder on record then


def test_who_is_not_in_post_is_no_part():
    qualified(make_person(None), approved_on=ago(9))
    assert counted() == {}


def test_each_way_adds_up_to_the_holders_and_lists_its_persons():
    random = Random(11)
    for _ in range(40):
        person = holder(random.randrange(900, 2000), **random.choice(WAYS))
        if random.random() < 0.7:
            make_registration(person, ago(random.randrange(0, 1600) % 900))
    shown = holder_figures(SYSTEM, TODAY, ALL)
    found = parts(SYSTEM, TODAY, ALL)
    for way in (LINES, REGISTRATIONS):
        assert sum(found[part] for part in way) == shown.seen.flows[-1].after == 40
    for part in Part:
        chosen, asked = members(SYSTEM, part, TODAY, ALL)
        assert len(set(db.session.scalars(chosen, asked))) == found[part]


WAYS = [{}, {"basis": PassBasis.REGIONAL, "region": "库伦旗"}]


@pytest.mark.parametrize(("national", "regional"), [(7, 2), (3, 1), (20, 0), (9, 8)])
def test_the_department_learns_no_small_number(national, regional):
    unit = make_unit()
    for way, number in ((WAYS[0], national), (WAYS[1], regional)):
        for _ in range(number):
            holder(unit=unit, **way)
    shown = holder_figures(OBSERVER, TODAY, ALL).seen.parts.values()
    assert not [n for n in shown if isinstance(n, int) and 0 < n < FEWEST]


@pytest.mark.parametrize("part", list(Part))
def test_every_number_opens_its_list(sign_in, part):
    national = holder(400)
    national.full_name = "乌云"
    make_registration(national, ago(1))
    address = f"/reports/holders/persons?year={TODAY.year}&group={part}"
    page = sign_in(make_person(Role.ADMIN)).get(address)
    assert page.status_code == 200
    assert ("乌云" in page.text) is (part in {Part.NATIONAL, Part.REGISTERED})


@pytest.mark.parametrize(("language", "said"), [("zh", "从未登记"), ("en", "Never registered")])
def test_the_page_shows_both_ways(sign_in, language, said):
    holder(400)
    page = sign_in(make_person(Role.ADMIN), language=language).get("/reports/holders").text
    assert said in page
    assert "group=never" in page
