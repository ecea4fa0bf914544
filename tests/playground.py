"""A small college to click through while developing: `python -m tests.playground`.

Makes every table and the cast in the instance folder that COLLEGE_INSTANCE names, then calls each
area of tests/playgrounds in alphabetical order.
"""

import importlib
import pkgutil
from datetime import date
from pathlib import Path

from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.factory import create_app
from college.people.accounts.operations import open_account
from college.people.accounts.passwords import hashed
from college.people.employment.models import Capacity
from college.people.employment.operations import Hiring, hire
from college.people.persons.models import Person
from college.people.persons.operations import NewPerson, record_person
from college.people.roles.operations import grant_role
from college.stations.units.models import UnitKind
from college.stations.units.operations import NewUnit, open_unit
from config import Settings
from tests import playgrounds
from tests.factories import make_id_number

CAST = {
    "lilei": ("李雷", Role.TRAINEE),
    "hanmeimei": ("韩梅梅", Role.INSTRUCTOR),
    "wangdudao": ("王督导", Role.SUPERVISOR),
    "zhanzhang": ("乌云", Role.STATION_MANAGER),
    "chen": ("陈老师", Role.ADMIN),
    "bumen": ("白主任", Role.OBSERVER),
    "sugeng": ("斯琴高娃·乌云", Role.TRAINEE),
}


def main() -> None:
    app = create_app(Settings.from_env())
    Path(app.config["INSTANCE"]).mkdir(parents=True, exist_ok=True)
    with app.app_context():
        db.create_all()
        cast = make_cast()
        for module in sorted(pkgutil.iter_modules(playgrounds.__path__), key=lambda m: m.name):
            play = importlib.import_module(f"tests.playgrounds.{module.name}")
            getattr(play, module.name)(cast)


def make_cast() -> dict[str, Person]:
    college = open_unit(SYSTEM, NewUnit(name="通辽社会工作学院", kind=UnitKind.COLLEGE))
    station = open_unit(
        SYSTEM,
        NewUnit(
            name="科尔沁区社工站", name_en="Horqin Station", kind=UnitKind.STATION, parent=college
        ),
    )
    password_hash = hashed("college-demo")
    cast = {}
    for login, (name, role) in CAST.items():
        person = record_person(SYSTEM, NewPerson(full_name=name, id_number=make_id_number()))
        open_account(SYSTEM, person, login=login, password_hash=password_hash)
        unit = station if role in {Role.TRAINEE, Role.STATION_MANAGER} else college
        scoped = unit if role is Role.STATION_MANAGER else None
        grant_role(SYSTEM, person, role=role, unit=scoped, from_on=date(2024, 1, 1))
        post = Hiring(
            person=person, unit=unit, capacity=Capacity.STATION_WORKER, from_on=date(2024, 1, 1)
        )
        hire(SYSTEM, post)
        cast[login] = person
    db.session.commit()
    return cast


if __name__ == "__main__":
    main()
