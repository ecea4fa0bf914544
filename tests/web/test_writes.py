"""What a stranger sends to every write route in somebody's name: none is left out by its author.

The routes come from the map of routes, what their forms send from `bodies.py`.
"""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from college.core.db import Base, db
from college.core.roles import Role
from tests.web.bodies import body
from tests.web.test_doors import LETTERS, ROLES, written
from tests.web.world import UNSAFE, Rows, World, at, own_cast, reader_of, routes

NUMBER, WORD, DAY = 999_983, "canary-999983", "1999-09-09"
ELSEWHERE = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]
UNTOLD = {"security_event", "sign_in"}  # written whatever becomes of the request
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def writes(app, sign_in):
    """(rule, client, rows) of every write route, sent by one for whom its door is open."""
    world, open_to = World(), written()
    found: dict[Role, tuple[FlaskClient, Rows]] = {}
    for role in ROLES:
        reader = reader_of(role, world.here)
        found[role] = sign_in(reader), world.rows_of(own_cast(reader, role, world.here))

    def all_of_them() -> Iterator[tuple[str, FlaskClient, Rows]]:
        for method, rule in routes(app):
            if method in UNSAFE:
                letters = open_to[method, rule]
                role = next((r for r in ROLES if LETTERS[r] in letters), Role.ADMIN)
                yield rule, *found[role]

    return list(all_of_them())


def told() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that a form may change."""
    return {
        table.name: [
            tuple(row) for row in db.session.execute(sa.select(table).order_by(*table.primary_key))
        ]
        for table in Base.metadata.sorted_tables
        if table.name not in UNTOLD
    }


def test_without_the_forms_token_nothing_is_changed(app, writes, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    before = told()
    for rule, client, rows in writes:
        answer = client.post(at(rule, rows), data=body(rule, rows))
        assert (rule, answer.status_code) == (rule, 400)
        assert told() == before, rule


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
def test_from_another_site_nothing_is_changed(writes, headers):
    before = told()
    for rule, client, rows in writes:
        answer = client.post(at(rule, rows), data=body(rule, rows), headers=headers)
        assert (rule, answer.status_code) == (rule, 403)
    assert told() == before


def test_sent_from_here_it_is_done(writes, undone):
    """The negative control: it is the token and the origin that held the others back.

    Some of them meet a rule of the field instead, such as marks of a class that is closed.
    """
    before, done = told(), 0
    for rule, client, rows in writes:
        with undone():
            answer = client.post(at(rule, rows), data=body(rule, rows), headers=OURS)
            assert answer.status_code not in {400, 403}, rule
            done += told() != before
    assert done > len(writes) / 2


def test_a_form_takes_no_field_that_it_does_not_name(writes, undone):
    """Every column of every table is sent along; a form takes those that its page shows."""
    taken = set()
    for rule, client, rows in writes:
        data = dict.fromkeys(TEXTS, WORD) | dict.fromkeys(NUMBERS, NUMBER)
        data |= dict.fromkeys(DAYS, DAY) | body(rule, rows)
        with undone():
            answer = client.post(at(rule, rows), data=data)
            assert answer.status_code < 500, rule
            for name, held in told().items():
                columns = Base.metadata.tables[name].columns.keys()
                taken |= {
                    (rule, f"{name}.{column}")
                    for row in held
                    for column, value in zip(columns, row, strict=True)
                    if value in (NUMBER, WORD) or str(value).startswith(DAY)
                }
    assert taken == NAMED


def columns_of(kind: type) -> set[str]:
    return {
        column.name
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, kind)
    }


NUMBERS, TEXTS = columns_of(sa.Integer), columns_of(sa.String)
DAYS = columns_of(sa.Date)
NOTICES = [  # of a year
    "registration_from_on",
    "registration_to_on",
    "registration_check_from_on",
    "registration_check_to_on",
    "payment_to_on",
    "tickets_from_on",
    "tickets_to_on",
    "exam_from_on",
    "exam_to_on",
    "scores_on",
    "check_from_on",
    "check_to_on",
    "approved_on",
    "syllabus_edition",
]
NAMED = {  # what a page does ask for, read by eye
    ("/exams/candidacies/move", "candidacy_step.evidence"),
    ("/exams/candidacies/new/<int:person_id>", "candidacy.region"),
    ("/exams/candidacies/<int:candidacy_id>/ticket", "admission_ticket.place"),
    ("/exams/candidacies/<int:candidacy_id>/ticket", "admission_ticket.room"),
    ("/exams/candidacies/<int:candidacy_id>/ticket", "admission_ticket.seat"),
    ("/exams/official-lists/new", "official_list.source"),
    *(("/exams/cycles/new", f"exam_cycle.{name}") for name in NOTICES),
    *(("/exams/cycles/<int:cycle_id>", f"exam_cycle.{name}") for name in NOTICES),
    ("/people/schooling/<int:schooling_id>/correct", "schooling.evidence"),
    ("/people/schooling/<int:schooling_id>/correct", "schooling.studied_from_on"),
    ("/people/schooling/new/<int:person_id>", "schooling.evidence"),
    ("/people/schooling/new/<int:person_id>", "schooling.studied_from_on"),
    ("/people/schooling/practice/<int:person_id>", "earlier_practice.evidence"),
    ("/admin/people/import/new", "roster_import.since_on"),
    ("/exams/cohorts/new", "exam_cohort.name_en"),
    ("/exams/cohorts/<int:cohort_id>/plan", "cohort_milestone.title_en"),
    ("/exams/cohorts/milestones/<int:milestone_id>/change", "cohort_milestone.title_en"),
    ("/exams/pass-rules/extensions/new", "pass_extension.province"),
    ("/exams/pass-rules/extensions/new", "pass_extension.published_on"),
    ("/people/units/<int:unit_id>/amend", "unit.address"),
    ("/people/units/<int:unit_id>/amend", "unit.admin_by"),
    ("/people/units/<int:unit_id>/amend", "unit.contact"),
    ("/people/units/<int:unit_id>/amend", "unit.host_site"),
    ("/people/units/<int:unit_id>/amend", "unit.phone"),
    ("/people/units/new", "unit.address"),
    ("/people/units/new", "unit.admin_by"),
    ("/people/units/new", "unit.contact"),
    ("/people/units/new", "unit.host_site"),
    ("/people/units/new", "unit.phone"),
    ("/people/units/<int:unit_id>/change", "unit.name_en"),
    ("/people/units/<int:unit_id>/change", "unit_phase.name_en"),
    ("/people/units/new", "unit.name_en"),
    ("/people/units/new", "unit_phase.name_en"),
    ("/register/targets/new", "target.source"),
    ("/stations/indicators/<int:value_id>/correct", "indicator_value.as_printed"),
    ("/stations/indicators/<int:value_id>/correct", "indicator_value.label_en"),
    ("/stations/indicators/<int:value_id>/correct", "indicator_value.note"),
    ("/stations/indicators/new/<int:unit_id>", "indicator_value.as_printed"),
    ("/stations/indicators/new/<int:unit_id>", "indicator_value.label_en"),
    ("/stations/indicators/new/<int:unit_id>", "indicator_value.note"),
    ("/supervision/sessions/<int:session_id>/edit", "supervision_session.agreed_actions"),
    ("/supervision/sessions/<int:session_id>/edit", "supervision_session.place"),
    ("/supervision/sessions/new", "supervision_session.agreed_actions"),
    ("/supervision/sessions/new", "supervision_session.place"),
    ("/register/continuing-education/of/<int:person_id>/enter", "hour_entry.authority"),
    ("/register/continuing-education/of/<int:person_id>/enter", "hour_entry.provider"),
    ("/register/continuing-education/<int:entry_id>/correct", "hour_entry.authority"),
    ("/register/continuing-education/<int:entry_id>/correct", "hour_entry.provider"),
    ("/register/registrations/of/<int:person_id>/record", "registration.registrar"),
    ("/register/registrations/of/<int:person_id>/record", "registration_step.certificate_no"),
    ("/register/registrations/of/<int:person_id>/record", "registration_step.from_on"),
    ("/register/registrations/of/<int:person_id>/record", "registration_step.to_on"),
}
