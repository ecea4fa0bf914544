"""Role × route: every route of the college, every role, against a table written down by hand.

`doors.txt` has a line per route: method, address, who may pass its door. It stands apart from the
code's own `can=`, so that a slip there shows here; a route without a line fails the build.
"""

import re
from pathlib import Path

import pytest

from college.core.roles import Role
from tests.factories import make_person, make_unit

TABLE = Path(__file__).with_name("doors.txt")
ROLES = [role for role in Role if role not in {Role.ANYONE, Role.SYSTEM}]
LETTERS = {
    Role.TRAINEE: "T",
    Role.INSTRUCTOR: "I",
    Role.CLASS_TUTOR: "B",
    Role.SUPERVISOR: "S",
    Role.COORDINATOR: "C",
    Role.STATION_MANAGER: "M",
    Role.APPROVER: "P",
    Role.EVALUATOR: "E",
    Role.ADMIN: "A",
    Role.OBSERVER: "O",
}
ALL = set(LETTERS.values())
LEAD_THERE = {"/sign-in", "/sign-in/code", "/sign-in/passkey"}  # to begin again is no shut door


def written() -> dict[tuple[str, str], set[str]]:
    """(method, rule) → letters of the roles; "everybody" adds the stranger "-"."""
    doors = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        method, rule, who = line.split()
        doors[method, rule] = {"everybody": ALL | {"-"}, "signed-in": ALL}.get(who, set(who))
    return doors


def routes(app) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_route_has_its_line_and_every_line_its_route(app):
    assert routes(app) - set(written()) == set(), "routes that doors.txt does not name"
    assert set(written()) - routes(app) == set(), "lines of doors.txt without a route"


def address(rule: str) -> str:
    """A rule with values that name no row, so that only the door is asked."""
    rule = re.sub(r"<any\((\w+)[^>]*>", r"\1", rule)
    return re.sub(r"<(?:(\w+):)?\w+>", lambda m: "999999" if m[1] == "int" else "x", rule)


@pytest.mark.parametrize("role", [None, *ROLES], ids=str)
def test_the_door_opens_for_whom_the_table_says(app, sign_in, role):
    unit = make_unit()
    client = sign_in(make_person(role, unit=unit) if role else None)
    letter = LETTERS[role] if role else "-"
    wrong = []
    for (method, rule), who in sorted(written().items()):
        if rule in {"/sign-out"} and role:
            continue  # it would end the visit; test_sign_in has it
        answer = client.open(address(rule), method=method)
        is_led_to_sign_in = answer.status_code == 302 and "/sign-in" in (answer.location or "")
        is_shut = answer.status_code in {401, 403} or (rule not in LEAD_THERE and is_led_to_sign_in)
        if is_shut is (letter in who) or answer.status_code >= 500:
            wrong.append((method, rule, answer.status_code, "".join(sorted(who))))
    assert wrong == []
