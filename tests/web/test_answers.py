"""What every answer carries: language, headers, a number to quote, help when it went wrong."""

from threading import Barrier

import pytest

from college.core.roles import Role
from college.web import health
from college.web.health import NEEDED
from tests.factories import make_person


def test_chinese_is_the_default(app):
    page = app.test_client().get("/sign-in").text
    assert '<html lang="zh-CN">' in page
    assert "登录" in page


def test_the_switch_is_remembered(app):
    client = app.test_client()
    answer = client.get("/language/en?next=/sign-in")
    assert answer.location == "/sign-in"
    assert '<html lang="en">' in client.get("/sign-in").text
    client.get("/language/zh")
    assert '<html lang="zh-CN">' in client.get("/sign-in").text


def test_an_unknown_language_is_not_found(app):
    assert app.test_client().get("/language/fr").status_code == 404


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_switch_leads_to_no_strangers_page(app, target):
    answer = app.test_client().get("/language/en", query_string={"next": target})
    assert answer.location == "/"


def test_the_policy_lets_only_our_own_files_run(app):
    headers = app.test_client().get("/sign-in").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "private, no-store"


def test_no_page_carries_inline_script_or_style(app):
    page = app.test_client().get("/sign-in").text
    assert " style=" not in page
    assert "<style" not in page
    assert "<script>" not in page


def test_cookies_are_out_of_scripts_reach(app):
    answer = app.test_client().get("/language/en")
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]


def test_every_answer_has_a_number(app):
    numbers = {app.test_client().get("/healthz").headers["X-Request-ID"] for _ in range(2)}
    assert len(numbers) == 2


def test_an_unknown_address_helps(app):
    page = app.test_client().get("/no-such-page")
    assert page.status_code == 404
    assert "没有找到" in page.text


def test_a_fault_of_ours_says_so_and_gives_the_number(app, monkeypatch):
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(app.view_functions, "health.alive", lambda: 1 / 0)
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.text
    assert "ZeroDivisionError" not in answer.text


def test_a_script_gets_words_not_a_page(sign_in):
    answer = sign_in(make_person()).get("/admin", headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 403
    assert answer.json["message"]


def test_a_huge_upload_is_refused_with_help(app):
    big = b"x" * (app.config["MAX_CONTENT_LENGTH"] + 1)
    answer = app.test_client().post("/sign-in", data={"login": big})
    assert answer.status_code == 413
    assert "10 MB" in answer.text


def test_alive_and_ready(app):
    assert app.test_client().get("/healthz").text == "ok\n"
    assert app.test_client().get("/readyz").status_code == 200


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", ["This page is for", "Administrator", "Station manager"]), ("zh", ["教务", "站长"])],
)
def test_a_page_of_other_roles_keeps_the_shell_and_names_whom_to_ask(app, sign_in, language, says):
    manager = make_person(Role.STATION_MANAGER, full_name="乌云")
    page = sign_in(manager, language=language).get("/certs/batches")
    assert page.status_code == 403
    for text in (*says, "乌云", app.config["PHONE"], app.config["OFFICE_HOURS"]):
        assert text in page.text
    assert 'class="side"' in page.text
    assert 'href="/me"' in page.text.split("<main")[1]


def test_what_is_not_found_keeps_the_shell_of_who_is_signed_in(sign_in):
    page = sign_in(make_person()).get("/courses/runs/999999")
    assert page.status_code == 404
    assert 'class="side"' in page.text
    assert 'class="side"' not in sign_in(None).get("/courses/runs/999999").text


def test_who_watches_waits_for_the_slowest_and_not_for_all_in_turn(app, monkeypatch):
    """Each waits until all are asked: one after the other, none would ever answer."""
    together = Barrier(len(NEEDED))
    asked = dict.fromkeys(NEEDED, lambda: together.wait(20) >= 0)
    monkeypatch.setattr(health, "NEEDED", asked | {"queue": lambda: together.wait(20) < 0})
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.text) == (503, "not ready: queue\n")
