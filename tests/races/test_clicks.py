"""A button pressed several times at once, over the pages: it counts once."""

from collections import Counter
from functools import partial
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask, Response

from college.core.answers import GivenAnswer
from college.core.db import db
from college.core.journal import JournalEntry
from college.core.roles import SYSTEM, Role
from college.courses.enrolments.models import Enrolment
from college.stations.units.models import Unit, UnitKind
from college.stations.units.operations import NewUnit, open_unit
from config import Settings
from tests.factories import make_person
from tests.factories.courses import make_run
from tests.races.together import apart, at_once, browser, college_of, ready_to_fork, sign_in_of

CLICKS = 6
SAME = ["the-key-of-one-form"] * CLICKS
OTHERS = [f"{SAME[0]}-{n}" for n in range(CLICKS)]

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


def test_a_form_sent_several_times_enrols_once_and_is_answered_alike(own):
    answers, rows = apart(lambda: enrolled(own, SAME))
    assert len(answers) == 1
    (status, location), times = answers.popitem()
    assert (status, times) == (302, CLICKS)
    assert location.startswith("/courses/runs/")
    assert rows == {"enrolments": 1, "entries": 1, "answers": 1}


def test_forms_of_several_pages_enrol_once_and_the_others_are_told(own):
    answers, rows = apart(lambda: enrolled(own, OTHERS))
    assert Counter(status for status, _ in answers.elements()) == {302: 1, 409: CLICKS - 1}
    assert rows == {"enrolments": 1, "entries": 1, "answers": 1}


def test_a_double_click_founds_one_unit(own):
    assert apart(lambda: founded(own, SAME)) == ({(302, "/founded"): CLICKS}, 1)


def test_without_a_common_key_every_click_counts(own):
    """The negative control: it is the key that held the others back."""
    assert apart(lambda: founded(own, OTHERS)) == ({(302, "/founded"): CLICKS}, CLICKS)


def enrolled(
    settings: Settings, keys: list[str]
) -> tuple[Counter[tuple[int, str]], dict[str, int]]:
    app = college_of(settings)
    with app.app_context():
        url = f"/courses/runs/{make_run().id}/enrolments/new"
        sign_in = sign_in_of(make_person(Role.TRAINEE))
        ready_to_fork()
    answers = Counter(at_once([partial(click, app, url, sign_in, key) for key in keys]))
    with app.app_context():
        deed = JournalEntry.deed == "enrol"
        counts = {
            "enrolments": sa.select(sa.func.count(Enrolment.id)),
            "entries": sa.select(sa.func.count(JournalEntry.id)).where(deed),
            "answers": sa.select(sa.func.count(GivenAnswer.id)),
        }
        return answers, {name: db.session.scalars(each).one() for name, each in counts.items()}


def founded(settings: Settings, keys: list[str]) -> tuple[Counter[tuple[int, str]], int]:
    """By a route of our own, as nothing but the key keeps a second unit from being founded."""
    app = college_of(settings)

    @app.post("/found")
    def found() -> Response:
        name = f"新站{uuid4().hex[:8]}"  # no two units at the top may bear one name
        open_unit(SYSTEM, NewUnit(name=name, kind=UnitKind.STATION))
        return Response(status=302, headers={"Location": "/founded"})

    with app.app_context():
        sign_in = sign_in_of(make_person(Role.ADMIN))
        ready_to_fork()
    answers = Counter(at_once([partial(click, app, "/found", sign_in, key) for key in keys]))
    with app.app_context():
        return answers, db.session.scalars(sa.select(sa.func.count(Unit.id))).one()


def click(app: Flask, url: str, sign_in: str, key: str) -> tuple[int, str]:
    answer = browser(app, sign_in).post(url, headers={"X-Once": key})
    return answer.status_code, answer.location or ""
