"""Role × route × row: every route that names a row, every role it opens to, whose row it is.

`rows.txt` is what came of real requests, read by eye. A route that is not in it fails; so does
every answer that differs. After a change that is meant, `COLLEGE_WRITE_ROWS=1` writes it anew.
"""

import os
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from college.core.roles import Role
from tests.factories import grant
from tests.web.bodies import body
from tests.web.test_doors import LETTERS, ROLES, written
from tests.web.world import (
    UNSAFE,
    Rows,
    World,
    at,
    expired,
    named,
    own_cast,
    reader_of,
    routes,
)

TABLE = Path(__file__).with_name("rows.txt")
COLUMNS = ("own", "unit", "other", "moved", "expired", "both", "leak", "draft", "last", "first")
EXPLAINED = """\
# Whose row may be reached through which route: from real requests (test_rows.py), read by eye.
# T trainee, I instructor, B class tutor, S supervisor, C coordinator, M station manager,
# P approver, E evaluator, A administrator, O department: those for whom the door is open
# (doors.txt). The reader has the role at one unit. Columns, whose the row is:
#   own      the reader's: own enrolment, class taught, record kept, own person and unit
#   unit     a colleague's of the same unit
#   other    somebody's of another unit
#   moved    of people who worked at the reader's unit until yesterday, and at the other since
#   expired  own, but the reader's role ended yesterday
#   both     of the other unit, where the reader has the same role too
#   leak     of the other unit, where the reader has another role, which does not open this door
#   draft    own, but the class is not published
#   last     the address names own rows, except its last: another unit's
#   first    the address names an own row last, and before it another unit's
# A page for everybody, and a reach that ends at no unit: "own" and "other" say it all.
# yes: done or shown; rule: the rules of the field say no (409, 422); 403: shut; 404: not for them
"""


def word(status: int) -> str:
    return "yes" if status < 400 else "rule" if status in {409, 422} else str(status)


def cases(
    world: World, role: Role, rule: str, who: set[str], own: Rows, late: Rows
) -> dict[str, Rows]:
    """The rows of each column that make a difference for this address."""
    names = named(rule)
    found = {
        "own": own,
        "unit": world.near,
        "other": world.far,
        "moved": world.moved,
        "expired": late,
        "both": world.far,
        "leak": world.far,
    }
    if role in {Role.ADMIN, Role.OBSERVER} or "-" in who:
        found = {column: found[column] for column in ("own", "other", "expired")}
    if "run_id" in names:
        found["draft"] = own | {"run_id": own["draft_id"]}
    if len(names) > 1:
        found["last"] = own | {names[-1]: world.far[names[-1]]}
        found["first"] = world.far | {names[-1]: own[names[-1]]}
    return found


@pytest.fixture
def in_vain(undone):
    """Ask, and take back whatever the request changed."""

    def ask(client, method: str, rule: str, rows: Rows) -> str:
        data = body(rule, rows) if method in UNSAFE else None
        plain = {"Accept": "application/json"}  # a refusal in one line, not as a page
        with undone():
            answer = client.open(at(rule, rows), method=method, data=data, headers=plain)
        return word(answer.status_code)

    return ask


def test_every_role_reaches_the_rows_that_the_table_says(app, sign_in, in_vain):
    world, lines = World(), []
    mine: dict[Role, tuple[dict[str, FlaskClient], Rows, Rows]] = {}
    for role in ROLES:
        reader, late = reader_of(role, world.here), reader_of(role, world.here)
        both, leak = reader_of(role, world.here), reader_of(role, world.here)
        grant(both, role, world.there)
        grant(leak, Role.INSTRUCTOR if role is Role.SUPERVISOR else Role.SUPERVISOR, world.there)
        own = world.rows_of(own_cast(reader, role, world.here))
        gone = world.rows_of(own_cast(late, role, world.here))
        people = {"expired": expired(late), "both": both, "leak": leak}
        clients = {column: sign_in(people.get(column, reader)) for column in COLUMNS}
        mine[role] = clients, own, gone
    open_to = written()
    for method, rule in routes(app):
        if not named(rule):
            continue
        who = open_to[method, rule]
        for role in (role for role in ROLES if LETTERS[role] in who):
            clients, own, gone = mine[role]
            found = {
                column: in_vain(clients[column], method, rule, rows)
                for column, rows in cases(world, role, rule, who, own, gone).items()
            }
            cells = "".join(f"{found.get(column, '.'):8}" for column in COLUMNS)
            lines.append(f"{method:5}{rule:78}{LETTERS[role]}  {cells}".rstrip())
    head = f"#{'':82}   {''.join(f'{column:8}' for column in COLUMNS)}".rstrip()
    text = "\n".join([EXPLAINED + head, *lines, ""])
    if os.environ.get("COLLEGE_WRITE_ROWS"):
        TABLE.write_text(text, encoding="utf-8")
    assert text.splitlines() == TABLE.read_text(encoding="utf-8").splitlines()
