"""A production that would be open to everybody does not start, and says why in one sentence."""

import os
import secrets
import subprocess
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

import click
import pytest

from college.cli import refuse_open_doors
from college.core.roles import Role
from college.people.accounts.queries import has_demo_sign_ins
from config import DEV_DATA_KEY, DEV_SECRET, Settings
from tests.conftest import account_of
from tests.factories import make_person

ROOT = Path(__file__).parent.parent
SECRET = secrets.token_urlsafe(48)
GOOD = {
    "COLLEGE_ENVIRONMENT": "production",
    "COLLEGE_SECRET_KEY": SECRET,
    "COLLEGE_DATA_KEY": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "COLLEGE_PUBLIC_URL": "https://college.example.org",
}
BAD = {
    "no secret at all": {"COLLEGE_SECRET_KEY": DEV_SECRET, "COLLEGE_DATA_KEY": DEV_DATA_KEY},
    "the cookie key of development": {"COLLEGE_SECRET_KEY": DEV_SECRET},
    "the data key of development": {"COLLEGE_DATA_KEY": DEV_DATA_KEY},
    "a cookie key to be guessed": {"COLLEGE_SECRET_KEY": "college-demo"},
    "debugging": {"FLASK_DEBUG": "1"},
    "one factor for those who issue": {"COLLEGE_REQUIRE_TOTP": "0"},
    "an open line": {"COLLEGE_PUBLIC_URL": "http://college.example.org"},
}


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Read the settings of a production that differs by so much from a good one."""

    def read(**over: str) -> Settings:
        for name, value in (GOOD | {"COLLEGE_INSTANCE": str(tmp_path)} | over).items():
            monkeypatch.setenv(name, value)
        return Settings.from_env()

    return read


def test_a_good_production_starts(start):
    assert start().is_production
    assert start(COLLEGE_PUBLIC_URL="http://127.0.0.1:8000").is_production  # behind a proxy, to try


def test_an_instance_that_is_set_but_empty_is_the_usual_one(start, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "college.env").write_text("COLLEGE_THREADS=0\n", "utf-8")  # must not be read
    assert start(COLLEGE_INSTANCE="").instance == ROOT / "instance"


@pytest.mark.parametrize("over", BAD.values(), ids=BAD)
def test_a_bad_one_does_not_and_says_which_setting_it_is(start, over):
    with pytest.raises(SystemExit) as refusal:
        start(**over)
    said = str(refusal.value)
    assert len(said.splitlines()) == 1
    assert any(name in said for name in over)
    assert not any(value in said for value in (SECRET, GOOD["COLLEGE_DATA_KEY"], "college-demo"))


def test_a_setting_that_cannot_be_is_named_without_its_value(start):
    with pytest.raises(SystemExit) as refusal:
        start(COLLEGE_PROXIES="hunter2", COLLEGE_THREADS="0")
    names = [line.split(":")[0] for line in str(refusal.value).splitlines()]
    assert names == ["COLLEGE_PROXIES", "COLLEGE_THREADS"]
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-m", "flask", "--app", "app", "serve"],
        [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"],
    ],
    ids=["flask", "gunicorn"],
)
def test_the_operator_reads_the_sentence_and_no_trace(command, tmp_path):
    environment = os.environ | GOOD | BAD["no secret at all"] | {"COLLEGE_INSTANCE": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode != 0
    assert "COLLEGE_SECRET_KEY and COLLEGE_DATA_KEY must be set in production" in done.stderr
    assert "Traceback" not in done.stderr


def test_beside_the_demos_public_password_no_real_college_is_served(app, monkeypatch):
    refuse_open_doors()  # in development it is what the demo is for
    monkeypatch.setitem(app.config, "IS_PRODUCTION", True)
    account_of(make_person(Role.TRAINEE))
    refuse_open_doors()
    account_of(make_person(Role.TRAINEE, is_demo=True))
    assert has_demo_sign_ins()
    with pytest.raises(click.ClickException, match="password is public"):
        refuse_open_doors()
    assert app.test_cli_runner().invoke(args=["serve"]).exit_code == 1
