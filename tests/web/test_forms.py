"""What a form says when an entry does not fit: our words, in the reader's language."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask_babel import gettext, lazy_gettext
from werkzeug.datastructures import MultiDict
from wtforms import DateField, IntegerField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

import college
from college.web.forms import Form, Malformed, id_asked
from college.web.language import speaking

COLLEGE = Path(college.__file__).parent
LAZY = "lazy_gettext as _"


class Choice(Form):
    one = SelectField("one")


class Entry(Form):
    name = StringField("name", [InputRequired(), Length(max=3)])
    seats = IntegerField("seats", [NumberRange(min=1, max=9)])
    day = DateField("day")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "zh",
            ["最多 3 个字。", "请填 1 到 9 之间的数。", "请填一个日期，例如 2026-04-15。"],
        ),
        (
            "en",
            ["At most 3 characters.", "Number must be between 1 and 9.", "Not a valid date value."],
        ),
    ],
)
def test_each_refusal_is_said_in_our_voice(app, language, expected):
    with app.test_request_context(), speaking(language):
        form = Entry(MultiDict({"name": "四个字了", "seats": "10", "day": "明天"}))
        assert not form.validate()
        assert [str(errors[0]) for errors in form.errors.values()] == expected


@pytest.mark.parametrize("values", [["a", "list"], {"name": {"a": 1}}, {"name": "", "role": "x"}])
def test_only_a_flat_mapping_of_known_fields_is_read(app, values):
    with app.test_request_context(), pytest.raises(Malformed):
        Entry.read(values)


class Secret(Form):
    words, password = StringField("words"), PasswordField("password")


def test_no_text_turns_the_page_around_and_a_password_stays_as_typed(app):
    with app.test_request_context():
        form = Secret(MultiDict({"words": "a\u202eb\u2067", "password": "a\u202eb"}))
        assert form.data == {"words": "ab", "password": "a\u202eb"}


@pytest.mark.parametrize(
    ("asked", "row_id"),
    [
        ("7", 7), ("0", None), ("-7", None), ("", None), (None, None), ("²", None), ("7 ", None),
        ("2147483647", 2147483647), ("2147483648", None), ("9" * 5000, None),
    ],
)  # fmt: skip
def test_an_address_asks_for_a_row_by_its_number(asked, row_id):
    assert id_asked(asked) == row_id


# ---- what a page's scripts ask of a form, which a field of that name would answer instead ----

ASKED_BY_SCRIPTS = {
    *("addEventListener", "checkValidity", "closest", "contains", "dispatchEvent", "elements"),
    *("getAttribute", "hasAttribute", "matches", "querySelector", "querySelectorAll", "remove"),
    *("removeEventListener", "requestSubmit", "reset", "setAttribute", "submit"),
}


def test_no_field_hides_from_scripts_what_they_ask_of_its_form(app):
    hiding = {
        f"{form.__name__}.{name}"
        for form in _forms(Form)
        for name in ASKED_BY_SCRIPTS & set(dir(form)) - set(dir(Form))
    }

    assert hiding == set()
    assert len(list(_forms(Form))) > 100


def _forms(of: type[Form]) -> Iterator[type[Form]]:
    for each in of.__subclasses__():
        yield each
        yield from _forms(each)


# ---- a sentence that waits for its reader passes for markup: no text of people may be in it ----


def test_no_sentence_that_waits_holds_a_value():
    holding = {
        f"{path.relative_to(COLLEGE)}:{call.lineno}"
        for path in COLLEGE.rglob("*.py")
        if LAZY in (source := path.read_text(encoding="utf-8"))
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "_"
        if call.keywords
    }

    assert holding == set()


def test_a_label_of_a_choice_is_text(app):
    hostile = "<xss>"
    with app.test_request_context():
        form, waits = Choice(), Choice()
        form.one.choices = [("1", gettext("Passed: %(title)s", title=hostile))]
        waits.one.choices = [("1", lazy_gettext("Passed: %(title)s", title=hostile))]

        assert hostile not in form.one()
        assert hostile in waits.one()  # so the rule above
