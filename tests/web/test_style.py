"""The shells and macros, shown by the living style page, and the error page without a database."""

import re
from typing import Any

import pytest
import wtforms
from flask import render_template, render_template_string
from wtforms.validators import InputRequired

from tests.factories import make_person

FORM = '{% import "shared/form.html" as forms %}{{ forms.field(form.title, hint="as printed") }}'


class Sample(wtforms.Form):
    title = wtforms.StringField("Title", [InputRequired("Give it a name.")])
    mark = wtforms.DecimalField("Mark")
    held_on = wtforms.DateField("Held on")
    agreed = wtforms.TextAreaField("What was agreed", description="One line each")
    level = wtforms.SelectField("Level", choices=["assistant", "social worker"])
    is_read = wtforms.BooleanField("I have read it", [InputRequired("Tick it first.")])
    sheet = wtforms.FileField("Sheet")
    kind = wtforms.RadioField("Kind", [InputRequired("Choose one.")], choices=["one", "group"])
    attendance = wtforms.RadioField("Attendance", choices=["present", "late", "absent"])


def refused() -> Sample:
    form = Sample()
    form.validate()
    form.form_errors.append("The class is full.")
    return form


def shown(app: Any, page: str = "shared/style.html", /, **context: Any) -> str:
    with app.test_request_context("/style"):
        return render_template(page, **context)


def macro(app: Any, source: str, /, **context: Any) -> str:
    with app.test_request_context("/"):
        return render_template_string(source, **context)


def test_the_style_page_needs_no_data(app):
    page = shown(app)
    assert "<h1>Style</h1>" in page
    assert len(page.encode()) < 100 * 1024


def test_no_macro_writes_inline_style_or_script(app):
    page = shown(app, sample=refused())
    assert " style=" not in page
    assert not re.search(r"\son\w+=", page)
    assert not re.search(r"<script(?![^>]* src=)", page)
    assert "data:" not in page.replace("-data:", "")


def test_every_script_and_sheet_carries_its_integrity(app):
    page = shown(app)
    loads = re.findall(r'<script[^>]*>|<link rel="stylesheet"[^>]*>', page)
    assert len(loads) == 6
    assert all('integrity="sha384-' in load for load in loads)


def test_signed_out_the_page_has_the_public_frame(app):
    page = shown(app)
    assert 'class="pub-top"' in page
    assert 'class="side"' not in page
    assert 'name="csrf-token"' not in page


def test_signed_in_the_page_knows_who_reads_it(sign_in):
    page = sign_in(make_person(full_name="斯琴高娃·乌云")).get("/search").text
    assert 'class="side"' in page
    assert 'class="tabbar"' in page
    assert "斯琴高娃·乌云" in page
    assert re.search(r'<meta name="csrf-token" content="[^"]+">', page)
    assert re.search(r'<form action="/sign-out" method="post"', page)
    assert page.count('aria-current="page"') <= 3


def test_every_label_points_to_a_control(app):
    page = shown(app, sample=refused())
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'<label[^>]* for="([^"]+)"', page)) <= set(ids)
    for described in re.findall(r'aria-describedby="([^"]+)"', page):
        assert set(described.split()) <= set(ids)


def test_every_form_that_posts_carries_the_token(app):
    for form in re.findall(r'<form[^>]*method="post".*?</form>', shown(app), re.DOTALL):
        assert re.search(r'<input type="hidden" name="csrf_token" value="[^"]+">', form)


def test_a_form_cannot_be_written_without_the_token(app):
    source = '{% import "shared/form.html" as forms %}{% call forms.form() %}x{% endcall %}'
    assert 'name="csrf_token"' in macro(app, source)


def test_a_form_that_asks_carries_no_token(app):
    source = (
        '{% import "shared/form.html" as forms %}{% call forms.form(method="get") %}x{% endcall %}'
    )
    assert "csrf_token" not in macro(app, source)


def test_a_field_names_its_hint(app):
    page = macro(app, FORM, form=Sample())
    assert 'aria-describedby="title-hint"' in page
    assert '<div class="form-hint" id="title-hint">as printed</div>' in page
    assert "aria-invalid" not in page


def test_a_refused_field_says_why_in_words_and_marks(app):
    page = macro(app, FORM, form=refused())
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="title-hint title-errors"' in page
    assert re.search(r'id="title-errors">.*Give it a name\.', page, re.DOTALL)
    assert "#alert-circle" in page


def test_what_is_wrong_with_the_whole_form_stands_first(app):
    source = '{% import "shared/form.html" as forms %}{{ forms.summary(form) }}'
    assert "The class is full." in macro(app, source, form=refused())
    assert macro(app, source, form=Sample()).strip() == ""


def test_what_a_person_typed_is_escaped(app):
    form = Sample(title='"><script>alert(1)</script>')
    assert "<script>alert" not in macro(app, FORM, form=form)


def test_a_number_is_kept_as_it_was_typed(app):
    source = '{% import "shared/form.html" as forms %}{{ forms.field(form.mark) }}'
    page = macro(app, source, form=Sample())
    assert 'type="text"' in page
    assert 'inputmode="decimal"' in page


def test_only_what_may_be_left_out_is_called_optional(app):
    source = (
        '{% import "shared/form.html" as f %}{{ f.field(form.title) }}|{{ f.field(form.agreed) }}'
    )
    needed, free = macro(app, source, form=Sample()).split("|")
    assert 'class="optional"' not in needed
    assert 'class="optional"' in free


@pytest.mark.parametrize(
    ("here", "last", "numbers"),
    [
        (1, 2, "1 2"),
        (4, 12, "1 2 3 4 5 6 … 12"),
        (12, 12, "1 … 10 11 12"),
        (7, 12, "1 … 5 6 7 8 9 … 12"),
    ],
)
def test_the_pager_leaves_out_the_far_pages(app, here, last, numbers):
    source = """{% from "shared/parts.html" import pager %}
        {{ pager({"number": here, "pages": last}, "search.find", q="苏和") }}"""
    page = macro(app, source, here=here, last=last)
    shown_numbers = re.findall(r"<li>(?:<a[^>]*>)?(\d+|…)", page)
    assert " ".join(shown_numbers) == numbers
    assert "q=" in page
    assert page.count('aria-current="page"') == 1
    assert ('rel="prev"' in page) == (here > 1)
    assert ('rel="next"' in page) == (here < last)


def test_one_page_needs_no_pager(app):
    source = """{% from "shared/parts.html" import pager %}
        {{ pager({"number": 1, "pages": 1}, "search.find") }}"""
    assert macro(app, source).strip() == ""


def test_work_that_is_done_asks_no_more(app):
    source = """{% from "shared/parts.html" import polled %}
        {% call polled("/x", going=going) %}y{% endcall %}"""
    assert 'hx-trigger="every 1s"' in macro(app, source, going=True)
    assert "hx-get" not in macro(app, source, going=False)


@pytest.mark.parametrize(("status", "has_reference"), [(404, False), (500, True), (503, True)])
def test_the_error_page_says_what_to_do(app, status, has_reference):
    page = shown(
        app,
        "errors/error.html",
        status=status,
        title="This page did not open",
        message="The fault is ours.",
        steps=["Wait a minute."],
        reference="7F3A-20C9" if has_reference else None,
        at="2026-04-15 14:32",
        back_url=None,
    )
    assert "<li><span>Wait a minute.</span></li>" in page
    assert ("7F3A-20C9" in page) == has_reference
    assert 'href="/"' in page


def test_the_error_page_asks_no_database(app, count_queries):
    count_queries()
    shown(app, "errors/error.html", status=404, title="t", message="m", steps=[], back_url="/x")
    assert count_queries() == 0
