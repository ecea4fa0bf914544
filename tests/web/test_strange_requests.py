"""What no form of ours sends is answered in words, on both databases: never with a 500."""

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.operation import start_writing
from college.core.roles import Role
from college.factory import create_app
from tests.databases import IS_POSTGRES
from tests.factories import make_person

HUGE = [2**31, 2**63, 10**25, "9" * 5000]


@pytest.fixture
def chen():
    return make_person(Role.ADMIN)


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize(
    "path",
    ["/courses/runs/", "/people/units/", "/certs/certificates/", "/certs/batches/new?run="],
)
def test_a_number_that_no_row_can_have_is_not_found(sign_in, chen, path, number):
    assert sign_in(chen).get(f"{path}{number}").status_code == 404


@pytest.mark.parametrize("number", [0, -1, *HUGE, "x"])
def test_a_page_beyond_the_last_is_the_nearest_one(sign_in, chen, number):
    assert sign_in(chen).get(f"/courses?page={number}").status_code == 200


@pytest.mark.parametrize("path", ["/search?q=%00", "/courses?q=%00", "/certs/certificates?q=%00"])
def test_a_nul_in_a_search_finds_nothing(sign_in, chen, path):
    expected = 422 if IS_POSTGRES else 200  # PostgreSQL refuses it, SQLite finds nothing
    assert sign_in(chen).get(path).status_code == expected


def test_a_nul_in_a_sign_in_signs_nobody_in(sign_in):
    data = {"login": "li\0lei", "password": "x"}
    elsewhere = {"REMOTE_ADDR": "192.0.2.77"}  # other tests' tries come from one network
    answer = sign_in(None).post("/sign-in", data=data, environ_base=elsewhere)
    assert answer.status_code == 422


@pytest.mark.parametrize("asked", ["0001-01-01", "1899-12-31"])
def test_figures_of_a_year_before_there_were_any_are_those_of_today(sign_in, chen, asked):
    page = sign_in(chen).get(f"/reports/figures?as-of={asked}")
    assert page.status_code == 200
    assert f'value="{asked}"' not in page.text


def test_figures_of_a_day_to_come_are_those_of_today(sign_in, chen):
    page = sign_in(chen).get("/reports/figures?as-of=9999-12-31")
    assert page.status_code == 200
    assert 'value="9999-12-31"' not in page.text


@pytest.mark.parametrize("words", ["%25", "_", "%25_"])
def test_a_wildcard_alone_finds_nobody(sign_in, chen, words):
    person = make_person(Role.TRAINEE, full_name="乌日罕")
    assert person.full_name not in sign_in(chen).get(f"/search?q={words}").text


@pytest.mark.parametrize("target", ["/%0d%0aX: y", "/%09/evil.example", "/%00"])
def test_a_line_break_in_an_address_leads_home(sign_in, target):
    assert sign_in(None).get(f"/language/en?next={target}").location == "/"


def test_while_somebody_else_writes_too_long_the_answer_is_503(settings, tmp_path):
    app = create_app(settings.model_copy(update={"instance": tmp_path}))
    app.config["WTF_CSRF_ENABLED"] = False
    app.add_url_rule("/write", view_func=write_in_haste, methods=["POST"])
    with app.app_context():
        with db.engine.connect() as other:
            writing = other.execution_options(writing=True)  # takes SQLite's lock as it begins
            with writing.begin():
                if IS_POSTGRES:
                    writing.execute(sa.text("LOCK TABLE job"))
                answer = app.test_client().post("/write")
        db.engine.dispose()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"


def write_in_haste() -> str:
    if IS_POSTGRES:
        db.session.execute(sa.text("SET LOCAL lock_timeout = '20ms'"))
        db.session.execute(sa.text("LOCK TABLE job"))
    else:
        db.session.execute(sa.text("PRAGMA busy_timeout = 20"))
        start_writing()
    return "written"


def test_an_error_of_the_database_keeps_to_itself_what_was_typed():
    with pytest.raises(sa.exc.DBAPIError) as caught:
        db.session.execute(sa.text("SELECT :name FROM nowhere"), {"name": "李雷"})
    assert "李雷" not in str(caught.value)
