"""The staff of the four places, their posts and what they hold already."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import chain, count, cycle, islice
from random import Random
from typing import TypeVar

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.demo import stations
from college.demo.cast import CAST, LECTURERS, ROLES_FROM, TOOK_OVER_ON, actor, named
from college.demo.courses import MORNING, at
from college.demo.names import han_names, invented, tongliao_names
from college.exams.cycles.data import CALENDAR
from college.people.employment.models import Capacity, Employment
from college.people.employment.operations import Hiring, hire_many, transfer
from college.people.persons.models import Person
from college.people.persons.operations import record_persons
from college.people.qualifications.earning import Earned
from college.people.qualifications.models import Level, Qualification
from college.people.qualifications.operations import check_qualification, record_qualifications
from college.people.roles.operations import grant_role
from college.stations.units.models import Unit

# in the order of recording
HOLDERS, COHORT_2025, COHORT_2026 = slice(0, 11), slice(11, 29), slice(29, 58)
TONGLIAO_COUNT = COHORT_2026.stop
JIYANG_COUNT, JIYANG_HOLDERS, AT_GENERAL_STATION = 26, 17, 5
QINGLONG_HELD_2023, QINGLONG_LATER, QINGLONG_WITHOUT, QINGLONG_WORKERS = 10, 3, 5, 2
VOLUNTEERS = 6
CHUNK, EXTRA_FROM = 200, 10_000
SHOWN = 9, 1  # month and day on which stations show the certificates of a year
T = TypeVar("T")
EVIDENCE = "演示数据：证书由所在单位核对"
APPROVED_ON = {dates.year: dates.exam[1] for dates in CALENDAR}  # as the state prints it

NOT_SEEN_YET = 2025  # of this exam and later ones nobody has checked the certificates

_A, _S = Level.ASSISTANT, Level.SOCIAL_WORKER
EARLIER = ((_A, 2021), (_S, 2022), (_A, 2023), (_S, 2023), (_S, 2024), (_A, 2022), (_S, 2021))
QINGLONG_BY_2023 = (
    (_A, 2019), (_A, 2020), (_S, 2021), (_A, 2021), (_S, 2022), (_A, 2022), (_A, 2022), (_S, 2023),
    (_A, 2023), (_A, 2023),
)  # fmt: skip
QINGLONG_AFTER = ((_A, 2024), (_S, 2024), (_A, 2025))


def hire_as_known(hirings: Iterable[Hiring]) -> None:
    """Give posts as the college learned of them: on their day, or when it took over."""
    for day, known in _as_known(hirings, lambda one: one.from_on).items():
        with clock.put_at(at(day, MORNING.begins)):
            hire_many(SYSTEM, known)


def is_there() -> bool:
    tongliao = stations.unit("通辽市")
    there = Employment.unit_id.in_(Unit.at_or_below(tongliao.id))
    counted = (
        db.session.scalar(sa.select(sa.func.count(Employment.id)).where(there, Employment.known()))
        or 0
    )
    return counted > len(CAST)


def build() -> None:
    numbers = count(len(CAST) + len(LECTURERS))
    _staff_tongliao(numbers)
    _staff_jiyang(numbers)
    _staff_qinglong(numbers)
    _honour_volunteers(numbers)
    _check()


def of_tongliao() -> Sequence[Person]:
    """Return the station workers of Tongliao in the order of recording, without the cast."""
    tongliao, apart = stations.unit("通辽市"), [part.name for part in CAST]
    at_work = (Employment.capacity == Capacity.STATION_WORKER) & Employment.unit_id.in_(
        Unit.at_or_below(tongliao.id)
    )
    chosen = sa.select(Person).where(
        Person.employments.any(at_work), Person.full_name.not_in(apart)
    )
    return db.session.scalars(chosen.order_by(Person.id).limit(TONGLIAO_COUNT)).all()


def add_extra(people: int) -> None:
    """Add many more to Tongliao's stations, for measuring: a third of them hold a level."""
    names = cycle(han_names(seed=23))
    known = db.session.scalar(sa.select(sa.func.count(Person.id))) or 0
    numbers = count(EXTRA_FROM + known)
    places = _home_places()
    for start in range(0, people, CHUNK):
        some = _recorded(islice(names, min(CHUNK, people - start)), numbers)
        posts = (cycle(places), Capacity.STATION_WORKER, cycle([date(2024, 3, 1)]))
        _hire(some, *posts)
        _record(some[::3], cycle(EARLIER))


def _staff_tongliao(numbers: Iterable[int]) -> None:
    people = _recorded(tongliao_names(TONGLIAO_COUNT), numbers)
    chance = Random(3)  # noqa: S311 - the same dates at every load
    since = [date(2022 + n % 4, chance.randint(1, 8), 1) for n in range(len(people))]
    places = _home_places()
    # one at every place first, then some places grow larger than others
    posts = chain(places, chance.choices(places, k=len(people)))
    _hire(people, posts, Capacity.STATION_WORKER, since)
    for person in people:
        grant_role(SYSTEM, person, role=Role.TRAINEE, from_on=ROLES_FROM)
    _record(people[HOLDERS], cycle(EARLIER))
    _record([named("萨如拉")], [(_S, 2022)])
    _move_one(people[HOLDERS][0])


def _move_one(person: Person) -> None:
    """Transfer somebody to the home station: earlier figures stay with the former one."""
    post = db.session.scalars(
        sa.select(Employment).where(Employment.person_id == person.id, Employment.known())
    ).one()
    on = date(2025, 9, 1)
    with clock.put_at(at(on, MORNING.begins)):
        transfer(SYSTEM, post, to=stations.unit(stations.HOME_STATION), on=on)


def _staff_jiyang(numbers: Iterable[int]) -> None:
    general, *seven = stations.names_below(stations.JIYANG_DISTRICT)
    places = chain([general] * AT_GENERAL_STATION, cycle(seven))
    people = _recorded(islice(han_names(seed=5), JIYANG_COUNT), numbers)
    since = [date(2021 + n % 4, 1 + n % 8, 15) for n in range(JIYANG_COUNT)]
    _hire(people, map(stations.unit, places), Capacity.STATION_WORKER, since)
    _record(people[:JIYANG_HOLDERS], cycle(EARLIER))


def _staff_qinglong(numbers: Iterable[int]) -> None:
    qinglong = cycle([stations.unit(stations.QINGLONG)])
    names = han_names(seed=6)
    others = QINGLONG_HELD_2023 + QINGLONG_LATER + QINGLONG_WITHOUT
    people = _recorded(islice(names, others), numbers)
    cadres, community = people[::2], people[1::2]
    _hire(cadres, qinglong, Capacity.CADRE, cycle([date(2018, 9, 1)]))
    _hire(community, qinglong, Capacity.COMMUNITY_WORKER, cycle([date(2019, 1, 1)]))
    _record(people, (*QINGLONG_BY_2023, *QINGLONG_AFTER))
    # professional social workers, whom the reported figure leaves out
    workers = _recorded(islice(names, QINGLONG_WORKERS), numbers)
    _hire(workers, qinglong, Capacity.STATION_WORKER, cycle([date(2021, 6, 1)]))
    _record(workers, [(_S, 2021), (_A, 2022)])


def _honour_volunteers(numbers: Iterable[int]) -> None:
    places = map(stations.unit, stations.stations_of(stations.JIADING_DISTRICT))
    people = _recorded(islice(han_names(seed=8), VOLUNTEERS), numbers)
    _hire(people, places, Capacity.VOLUNTEER, cycle([stations.SECOND_BATCH]))


def _home_places() -> list[Unit]:
    """The general stations and stations of Tongliao."""
    districts = stations.TONGLIAO.below
    return [stations.unit(name) for d in districts for name in stations.names_below(d)]


def _recorded(names: Iterable[str], numbers: Iterable[int]) -> list[Person]:
    new = [invented(name, number) for name, number in zip(names, numbers, strict=False)]
    return record_persons(SYSTEM, new)


def _hire(
    people: Sequence[Person],
    places: Iterable[Unit],
    capacity: Capacity,
    since: Iterable[date],
) -> None:
    """Give each a post, none before their station opened."""
    hirings = [
        Hiring(
            person=person,
            unit=place,
            capacity=capacity,
            from_on=max(from_on, place.opened_on or from_on),
        )
        for person, place, from_on in zip(people, places, since, strict=False)
    ]
    hire_as_known(hirings)


def _check() -> None:
    """The office has compared the older ones with the certificates; the newest wait."""
    older = Qualification.known() & (Qualification.exam_year < NOT_SEEN_YET)
    office = actor("chen")
    for held in db.session.scalars(sa.select(Qualification).where(older)).all():
        check_qualification(office, held)


def _record(people: Sequence[Person], held: Iterable[tuple[Level, int]]) -> None:
    earned = [
        Earned(
            person_id=person.id,
            level=level,
            approved_on=APPROVED_ON[year],
            exam_year=year,
            evidence=EVIDENCE,
        )
        for person, (level, year) in zip(people, held, strict=False)
    ]
    for day, known in _as_known(earned, lambda one: date(one.approved_on.year, *SHOWN)).items():
        with clock.put_at(at(day, MORNING.begins)):
            record_qualifications(SYSTEM, known)


def _as_known(rows: Iterable[T], learned_on: Callable[[T], date]) -> dict[date, list[T]]:
    """The rows by the day on which the college learned of them: none before it took over."""
    found: dict[date, list[T]] = {}
    for one in rows:
        found.setdefault(max(learned_on(one), TOOK_OVER_ON), []).append(one)
    return dict(sorted(found.items()))
