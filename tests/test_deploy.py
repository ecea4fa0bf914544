"""What `deploy/` says and what the college does are one and the same."""

import re
import runpy
from configparser import RawConfigParser
from pathlib import Path

import pytest
from pydantic import ValidationError

from config import Settings

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
MEGABYTE = 1024 * 1024
SERVICES = sorted(DEPLOY.glob("college-*.service"))
PROXIES = ["nginx.conf", "Caddyfile"]
DRAWS = "college-worker.service"  # its helper gives the network up by a namespace of its own


def unit(path: Path) -> RawConfigParser:
    parser = RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text("utf-8"))
    return parser


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_every_service_is_shut_in(path):
    service = unit(path)["Service"]
    assert service["User"] == "college"
    for name in ("NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectHome"):
        assert service[name] == "yes", name
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert service["MemoryMax"]
    assert service["RestrictNamespaces"] == ("user net" if path.name == DRAWS else "yes")
    assert service["Environment"].startswith("COLLEGE_INSTANCE=/var/lib/college")


def test_the_worker_inside_may_do_what_the_worker_may():
    inside, alone = unit(DEPLOY / "worker-inside.conf")["Service"], unit(DEPLOY / DRAWS)["Service"]
    assert inside["Environment"] == "COLLEGE_WORKER_INSIDE=1"
    for name in ("RestrictNamespaces", "MemoryMax", "TimeoutStopSec"):
        assert inside[name] == alone[name], name
    assert inside["SystemCallFilter"] in alone["SystemCallFilter"].split()


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_every_service_starts_what_is_there(path):
    program, *arguments = unit(path)["Service"]["ExecStart"].split()
    assert program in {"/srv/college/.venv/bin/gunicorn", "/srv/college/.venv/bin/flask"}
    assert all((ROOT / each).exists() for each in arguments if each.startswith("deploy/"))


@pytest.mark.parametrize("name", PROXIES)
def test_the_proxy_lets_just_a_little_more_through_than_the_college(name):
    limit = re.search(r"(?:client_max_body_size|max_size) (\d+)(?:m;|MB)", text(name))
    assert limit is not None
    own = Settings.model_fields["max_upload_bytes"].default
    assert own < int(limit[1]) * 1_000_000 <= own + 2 * MEGABYTE


def test_nginx_overwrites_what_a_visitor_says_of_himself():
    conf = text("nginx.conf")
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in conf
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in conf
    assert "proxy_set_header X-Forwarded-Host $host;" in conf
    # one block that names a header of its own would lose all of these
    assert len(re.findall(r"^    proxy_set_header", conf, re.M)) == conf.count("proxy_set_header")


def test_gunicorn_itself_believes_no_header(monkeypatch, tmp_path):
    monkeypatch.setenv("COLLEGE_INSTANCE", str(tmp_path))
    monkeypatch.setenv("COLLEGE_THREADS", "9")
    conf = runpy.run_path(str(DEPLOY / "gunicorn.conf.py"))
    assert (conf["forwarded_allow_ips"], conf["secure_scheme_headers"]) == ("", {})
    assert (conf["workers"], conf["threads"]) == (1, 9)


def test_many_processes_do_not_count_tries_each_for_itself(tmp_path):
    with pytest.raises(ValidationError, match="COLLEGE_LIMITS_URL"):
        Settings(instance=tmp_path, processes=2)
    assert Settings(instance=tmp_path, processes=2, limits_url="redis://localhost").processes == 2


def test_the_guide_names_every_file_of_deploy():
    guide = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    unsaid = [path.name for path in DEPLOY.iterdir() if path.is_file() and path.stem not in guide]
    assert unsaid == []


def text(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")
