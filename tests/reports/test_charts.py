"""Charts: drawn once by the worker, shown by the web, clean under the policy."""

import json
import os
import re
import subprocess
import sys

import pytest

from college.core import jobs, storage
from college.core.folder import FolderStore
from college.core.roles import Role
from college.reports.charts import drawings, specs
from tests.factories import make_person

SPEC = specs.funnel([("参加备考班", 40), ("合格", 12)], width=340, height=200)


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    store = FolderStore(tmp_path / "files")
    monkeypatch.setattr(storage, "_stores", [store])
    monkeypatch.setattr(storage, "_caches", [tmp_path / "cache"])


def test_a_chart_is_asked_for_then_drawn_then_there(monkeypatch):
    asked = []
    monkeypatch.setattr(jobs, "wake", lambda task, text: asked.append((task, text)))
    assert drawings.ask(SPEC) is None
    task, text = asked.pop()
    assert task == drawings.TASK
    drawings.draw(text)
    key = drawings.ask(SPEC)
    assert asked == []
    assert key == drawings.key_of(SPEC)


def test_the_drawing_holds_its_words_and_no_style_or_script():
    drawings.draw(json.dumps(SPEC))
    svg = (drawings.found(drawings.key_of(SPEC)) or b"").decode()
    assert "参加备考班" in svg
    assert "40" in svg
    assert not re.search(r"style=|<style|<script|href=\"http", svg)


def test_other_figures_are_another_drawing():
    other = specs.funnel([("参加备考班", 41), ("合格", 12)], width=340, height=200)
    assert drawings.key_of(other) != drawings.key_of(SPEC)


def test_the_department_fetches_a_drawing_and_a_trainee_does_not(sign_in):
    drawings.draw(json.dumps(SPEC))
    url = f"/reports/charts/{drawings.key_of(SPEC)}.svg"
    answer = sign_in(make_person(Role.OBSERVER)).get(url)
    assert (answer.status_code, answer.content_type) == (200, "image/svg+xml")
    assert sign_in(make_person()).get(url).status_code == 403


@pytest.mark.parametrize("key", ["0" * 64, "..", "%2e%2e%2fcollege.env", "x"])
def test_nothing_else_can_be_fetched_there(sign_in, key):
    client = sign_in(make_person(Role.OBSERVER))
    assert client.get(f"/reports/charts/{key}.svg").status_code == 404


def test_the_web_never_loads_what_only_the_worker_needs(tmp_path):
    code = (
        "import sys, app; c = app.app.test_client(); c.get('/sign-in'); c.get('/verify/x');"
        "heavy = {'weasyprint', 'vl_convert', 'pikepdf', 'pypdfium2'} & set(sys.modules);"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    own = os.environ | {"COLLEGE_INSTANCE": str(tmp_path)}
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, capture_output=True, text=True, check=False, env=own)
    assert found.returncode == 0, found.stderr
