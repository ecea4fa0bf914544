"""What is kept of the figures says what their queries say, whatever is changed and whenever."""

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count, product
from random import Random

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from college.core import clock
from college.core.db import Base, db
from college.core.imports import ImportState
from college.core.kept import (
    ALL,
    OF_PERSONS,
    PERSONS,
    Figure,
    KeptCount,
    KeptPortion,
    KeptTouch,
    look_again,
    open_portions,
    plainly,
    ranges,
)
from college.core.roles import SYSTEM
from college.exams.cycles.models import ExamCycle
from college.people.employment.models import Employment
from college.people.persons.models import Person
from college.people.qualifications.models import Level, Qualification
from college.register.registrations.models import Registration
from college.reports import keeping
from college.reports.exam_figures.rates import sittings
from college.reports.figures.queries import holdings_at, year_ends
from college.reports.holder_figures.flows import Of, flows
from college.reports.holder_figures.groups import (
    by_capacity,
    by_highest,
    by_level_held,
    certified_units,
)
from college.reports.holder_figures.parts import parts
from college.reports.holder_figures.targets import held_at
from college.stations.units.models import Unit
from college.stations.units.operations import move_unit
from tests.factories import hired, make_unit, qualified, saved
from tests.factories.exams import make_cohort, make_cycle, make_result, make_sheet
from tests.reports.unrest import PLACES, Deeds, kept

_numbers = count(1)


def open_now() -> list[int] | None:
    return open_portions(code_of("held"), clock.today())


def code_of(figure: str) -> str:
    """What is kept under, with the sum of its query."""
    chosen = sa.select(KeptCount.figure).where(KeptCount.figure.startswith(f"{figure}#"))
    return db.session.scalars(chosen.limit(1)).one()


def test_once_kept_no_portion_is_open_and_all_figures_are_the_same(nation):
    assert open_now() == []
    assert keeping.differences() == []
    assert holdings_at(SYSTEM, [clock.today()])[0][1].staff == sum(
        1 for n in range(PLACES) if n % 3
    )


def test_what_is_kept_is_what_is_read(nation):
    """The control of the others: kept counts that are wrong are seen, here and by the check."""
    row = db.session.scalars(
        sa.select(KeptCount).where(
            KeptCount.portion == ALL, KeptCount.figure == code_of("sittings")
        )
    ).one()
    before = sum(sitting.all.whole for sitting in sittings(SYSTEM, clock.today()))
    row.content = {key: [n + 1 for n in numbers] for key, numbers in row.content.items()}
    db.session.commit()
    assert sum(s.all.whole for s in sittings(SYSTEM, clock.today())) > before
    assert [each.figure for each in keeping.differences()] == ["sittings"]


def test_without_its_mark_a_change_would_be_missed(nation):
    """Why there are triggers: the same change with its mark taken away is not counted."""
    qualified(nation[1], Level.SENIOR)
    assert keeping.differences() == []
    db.session.execute(sa.delete(KeptTouch))
    db.session.commit()
    assert keeping.differences() != []


def test_a_changed_person_opens_one_portion_until_it_is_counted(nation):
    hired(nation[3], make_unit())
    assert open_now() == [nation[3].id // PERSONS]
    kept()
    assert open_now() == []
    assert keeping.differences() == []


# each changes one row of a table that figures read
CHANGES: dict[str, Callable[[Person], object]] = {
    "employment": lambda p: hired(p, make_unit()),
    "qualification": lambda p: qualified(p, Level.SENIOR),
    "result": lambda p: make_result(p, make_cycle(2023), level=Level.SENIOR),
    "cohort_member": lambda p: make_cohort(make_cycle(2022), members=[p]),
    "registration": lambda p: registered(p),
}


def registered(person: Person) -> None:
    facts = {"id": next(_numbers) + 10_000, "person_id": person.id, "level": "assistant"}
    facts |= {"kind": "first", "state": "not_applied", "rule_id": 1, "version": 1}
    facts |= {"registrar": "", "ground": ""}
    db.session.execute(
        sa.text(
            "INSERT INTO registration_rule (id, from_on, first_within_months, period_months,"
            " window_months, decision_days, citation, recorded_at)"
            " VALUES (1, '2020-01-01', 12, 36, 3, 20, '', '2020-01-01')"
        )
    )
    db.session.execute(sa.insert(Registration.__table__), facts)
    db.session.commit()


@pytest.mark.parametrize("table", CHANGES)
def test_every_row_that_comes_changes_or_goes_leaves_a_mark(nation, table):
    person = nation[7]
    CHANGES[table](person)
    assert open_now() == [person.id // PERSONS]
    kept()
    other = nation[20].id
    moved = f"UPDATE {table} SET person_id = {other} WHERE person_id = {person.id}"
    db.session.execute(sa.text(moved))
    db.session.commit()
    assert open_now() == sorted({person.id // PERSONS, other // PERSONS})
    kept()
    db.session.execute(sa.text(f"DELETE FROM {table} WHERE person_id = {other}"))
    db.session.commit()
    assert open_now() == [other // PERSONS]


def test_a_step_of_a_registration_leaves_a_mark(nation):
    registered(nation[4])
    kept()
    step = (
        'INSERT INTO registration_step (registration_id, position, state, "on", evidence,'
        " certificate_no, recorded_at)"
        " SELECT id, 1, 'applied', '2024-01-01', '', '', '2024-01-01' FROM registration"
    )
    for change in (
        step,
        "UPDATE registration_step SET evidence = '.'",
        "DELETE FROM registration_step",
    ):
        db.session.execute(sa.text(change))
        db.session.commit()
        assert open_now() == [nation[4].id // PERSONS]
        kept()


def test_another_date_of_an_exam_opens_everything(nation):
    cycle = db.session.scalars(sa.select(ExamCycle).limit(1)).one()
    cycle.scores_on = clock.today() + timedelta(days=30)
    db.session.commit()
    assert open_now() is None
    kept()
    assert keeping.differences() == []


def test_the_first_list_of_an_exam_opens_everything_where_no_day_is_announced(nation):
    """It moves the day of all results of the exam, of those on record before it too."""
    cycle = db.session.scalars(sa.select(ExamCycle).limit(1)).one()
    cycle.scores_on, in_a_week = None, clock.today() + timedelta(days=7)
    db.session.commit()
    kept()
    listed = make_sheet(cycle, in_a_week)
    assert open_now() is None
    kept()
    assert keeping.differences() == []
    later = make_sheet(cycle, in_a_week, state=ImportState.CHECKED)
    later.state = ImportState.IMPORTING
    db.session.commit()
    assert open_now() == []  # a second list of that day moves nothing
    with clock.put_at(clock.now() + timedelta(days=7)):
        assert keeping.differences() == []
        assert sum(s.all.whole for s in sittings(SYSTEM, listed.published_on)) == PLACES
    earlier = make_sheet(cycle, clock.today(), state=ImportState.CHECKED)
    assert open_now() == []  # nothing of it is on record
    earlier.state = ImportState.IMPORTING
    db.session.commit()
    assert open_now() is None
    kept()
    assert keeping.differences() == []


def test_a_post_that_ends_is_counted_anew_the_day_after(nation):
    last_day = clock.today() + timedelta(days=2)
    hired(nation[0], make_unit(), to_on=last_day)
    kept()
    before = holdings_at(SYSTEM, [clock.today()])[0][1].staff
    for days in range(1, 5):
        with clock.put_at(clock.now() + timedelta(days=days)):
            after = holdings_at(SYSTEM, [clock.today()])[0][1].staff
            assert after == before - (clock.today() > last_day)
            assert keeping.differences() == []


def test_earlier_knowledge_is_counted_by_the_query(nation):
    moment = clock.now()
    with clock.put_at(clock.now() + timedelta(days=1)):
        hired(nation[0], make_unit(), from_on=date(2021, 1, 1))
        db.session.execute(sa.update(Employment).values(recorded_at=Employment.recorded_at))
        db.session.commit()
        kept()
        found = holdings_at(SYSTEM, [clock.today()], known_at=moment)
        with plainly():
            assert found == holdings_at(SYSTEM, [clock.today()], known_at=moment)


def test_with_too_many_open_portions_everything_is_counted_at_once(nation):
    for person in nation[:10]:
        hired(person, make_unit())
    assert open_now() is None
    assert keeping.differences() == []


def test_what_another_query_counted_is_not_used_and_counted_anew(nation):
    """As after an upgrade whose figure counts otherwise."""
    plain = sa.select(sa.func.count()).where(Qualification.known())
    other = Figure("held", 0, [clock.today()]).code(plain)
    assert other != code_of("held")
    assert open_portions(other, clock.today()) is None
    db.session.execute(sa.update(KeptPortion).values(edition="-"))
    db.session.commit()
    assert keeping.portions_due() >= PLACES
    kept()
    assert keeping.portions_due() == 0


def test_a_figure_that_is_not_counted_everywhere_yet_opens_the_rest(nation):
    """As after an upgrade that brought it, or on New Year's Day."""
    one = nation[6].id // PERSONS
    mine = (KeptCount.portion == one) & (KeptCount.figure == code_of("held"))
    db.session.execute(sa.delete(KeptCount).where(mine))
    db.session.commit()
    assert open_now() == [one]
    assert open_portions("another", clock.today()) is None


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_kept_and_plain_say_the_same(nation, seed):
    """A walk of deeds as they come, some portions counted in between and some not."""
    chance, deeds = Random(seed), Deeds(Random(seed), nation)
    for _ in range(30):
        deeds.one()
        db.session.expire_all()
        if chance.random() < 0.3 and (due := keeping._due(clock.today())):
            keeping.keep([chance.choice(due)], clock.today())
        assert keeping.differences() == []
    assert deeds.done > 15


@pytest.mark.parametrize("seed", range(2))
def test_of_a_unit_its_own_peoples_rows_say_the_same(nation, seed):
    """Its query over those alone who were ever there, whatever happened and was moved since."""
    units = [db.session.get_one(Unit, unit_id) for unit_id in nation_units()]
    deeds, moment = Deeds(Random(seed), nation), clock.now()
    with clock.put_at(moment + timedelta(days=1)):
        top = make_unit()
        move_unit(SYSTEM, units[0], to=top, on=date(2023, 5, 1))
        for _ in range(30):
            deeds.one()
        look_again()
        for unit, day, known_at in product(
            (*units, top), (date(2022, 6, 30), clock.today()), (None, moment)
        ):
            of = Of(unit, known_at)
            found = of_a_unit(day, of)
            with plainly():
                assert found == of_a_unit(day, of)
    assert deeds.done > 10


def nation_units() -> list[int]:
    return sorted(set(db.session.scalars(sa.select(Employment.unit_id))))


def of_a_unit(day: date, of: Of) -> list[object]:
    return [
        flows(SYSTEM, year_ends(day), of),
        *(ask(SYSTEM, day, of) for ask in (by_highest, by_level_held, by_capacity)),
        *(ask(SYSTEM, day, of) for ask in (certified_units, parts, held_at)),
    ]


def test_of_a_unit_of_a_nation_the_people_of_others_are_not_read(nation, monkeypatch):
    asked, ask = [], Session.execute
    unit = db.session.get_one(Unit, nation_units()[0])
    look_again()

    def noted(self, statement, *args, **more):
        asked.append(str(statement))
        return ask(self, statement, *args, **more)

    monkeypatch.setattr(Session, "execute", noted)
    parts(SYSTEM, clock.today(), Of(unit))
    assert "ever_people" in asked[-1]
    with plainly():
        parts(SYSTEM, clock.today(), Of(unit))
    assert "ever_people" not in asked[-1]


def test_whatever_a_kept_figure_reads_leaves_marks(nation):
    """So that a figure that begins to read one more table is not kept beside its changes."""
    read = set[str]()

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        read.update(re.findall(r"(?:FROM|JOIN) (\w+)", statement))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    with plainly():
        for count_all in keeping.FIGURES.values():
            count_all(clock.today())
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
    marked = {*OF_PERSONS, "registration_step", "review_step", "exam_cycle", "exam_cohort"}
    marked |= {"result_import"}  # its first list of an exam; its day never changes
    # of which all are within reach
    assert read & set(Base.metadata.tables) - marked == {"unit"}


def test_neighbours_are_asked_for_together():
    assert ranges([7, 3, 4, 9]) == [(1500, 2499), (3500, 3999), (4500, 4999)]


def test_of_few_people_nothing_is_kept_and_marks_do_not_pile_up(app):
    unit = make_unit()
    person = saved(Person(id=77, full_name="李雷"))
    for _ in range(3):
        hired(person, unit, from_on=date(2020, 1, next(_numbers) % 27 + 1))
    assert keeping.keep_due() == 0
    of_it = sa.select(sa.func.count()).where(KeptTouch.portion == 0)
    assert db.session.scalar(of_it) == 1
    assert db.session.scalar(sa.select(sa.func.count(KeptCount.id))) == 0


def test_the_check_says_which_figure_differs(nation, app):
    runner = app.test_cli_runner()
    told = runner.invoke(args=["reports", "check"])
    assert told.exit_code == 0
    assert json.loads(told.stdout) == {"portions_waiting": 0, "differences": []}
    wrong = (KeptCount.portion == ALL) & (KeptCount.figure == code_of("held"))
    db.session.execute(sa.update(KeptCount).where(wrong).values(content={"[]": [99]}))
    db.session.commit()
    told = runner.invoke(args=["reports", "check"])
    assert told.exit_code == 1
    assert [each["figure"] for each in json.loads(told.stdout)["differences"]] == ["held"]


def test_a_command_counts_what_waits(nation, app):
    hired(nation[0], make_unit())
    told = app.test_cli_runner().invoke(args=["reports", "keep"])
    assert told.output == "1 portions counted.\n"
    assert open_now() == []
