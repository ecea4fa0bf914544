"""The restore drill: back up a college that is in use, lose it, and have it back."""

import os
import random
import shutil
import subprocess
import sys
import urllib.request
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from college.core import backup as backups
from college.core import dump
from college.core.archive import Refused
from college.core.backup_key import find_key
from college.core.folder import FolderStore
from tests.core.backing_up import KEY, TOOLS, TREE, own_database, silent
from tests.databases import IS_POSTGRES
from tests.gone.servers import free_port, wait_until

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


@pytest.fixture(scope="module")
def server(request) -> str:
    return request.getfixturevalue("database_url") if IS_POSTGRES else ""


def environment(instance: Path, url: str, **over: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("COLLEGE_")}
    return own | {
        "COLLEGE_INSTANCE": str(instance),
        "COLLEGE_DATABASE_URL": url,
        "COLLEGE_POSTGRES_TOOLS": TOOLS,
        **over,
    }


def flask(instance: Path, url: str, *words: str, typed: str = "", **over: str):
    env = environment(instance, url, **over)
    command = [sys.executable, "-m", "flask", "--app", "app", *words]
    return subprocess.run(
        command, cwd=TREE, env=env, input=typed, capture_output=True, text=True, timeout=240
    )


@pytest.fixture(scope="module")
def drill(server, tmp_path_factory):
    """A backup made while another process enrols people and issues certificates."""
    folder = tmp_path_factory.mktemp("busy")
    with own_database(server, folder) as url:
        assert flask(folder, url, "setup", "keys").returncode == 0
        command = [sys.executable, "-m", "tests.core.busy", str(folder), url]
        data_key = (folder / "college.env").read_text().split("COLLEGE_DATA_KEY=")[1].strip()
        env = os.environ | {"COLLEGE_DATA_KEY": data_key}
        with subprocess.Popen(command, cwd=TREE, env=env, stdout=subprocess.PIPE) as busy:
            assert busy.stdout is not None
            assert busy.stdout.readline()
            assert flask(folder, url, "journal", "seal").returncode == 0
            made = flask(folder, url, "backup", "create")
            assert made.returncode == 0, made.stderr
            assert busy.stdout.readline()  # it went on
            assert busy.poll() is None
            busy.terminate()
            busy.stdout.read()
        file = Path(made.stdout.splitlines()[0])
        key = find_key("", folder)
        manifest = backups.verify(file, key, silent)
        yield SimpleNamespace(
            folder=folder, url=url, file=file, key=key, manifest=manifest, said=made.stderr
        )


@pytest.fixture
def fresh(server, tmp_path) -> Iterator[SimpleNamespace]:
    folder = tmp_path / "fresh"
    folder.mkdir()
    with own_database(server, folder) as url:
        yield SimpleNamespace(folder=folder, url=url)


def bring_keys(drill, fresh) -> None:
    for name in ("college.env", "backup.key"):
        shutil.copy(drill.folder / name, fresh.folder / name)


def facts(url: str) -> dump.Facts:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return dump.facts_of(connection)


def test_a_college_in_use_comes_back_whole(drill, fresh):
    bring_keys(drill, fresh)
    done = flask(fresh.folder, fresh.url, "backup", "restore", str(drill.file))
    assert done.returncode == 0, done.stderr

    assert facts(fresh.url) == drill.manifest.facts
    assert drill.manifest.tables["enrolment"] >= 2
    kept = FolderStore(fresh.folder / "files")
    assert [one.key for one in kept.stored()] == sorted(drill.manifest.files)
    for key in drill.manifest.files:
        assert sha256(kept.get(key)).hexdigest() == key
    assert drill.manifest.journal["seal"]
    for name in ("seal.key", "seal.pub"):
        shutil.copy(drill.folder / name, fresh.folder)
    audit = flask(fresh.folder, fresh.url, "journal", "verify")
    assert audit.returncode == 0, audit.stdout
    assert list(fresh.folder.glob(".backup-*")) == []


def test_the_restored_college_verifies_every_certificate(drill, fresh):
    """Served again from the backup: each certificate, as a stranger asks for it."""
    bring_keys(drill, fresh)
    done = flask(fresh.folder, fresh.url, "backup", "restore", str(drill.file))
    assert done.returncode == 0, done.stderr
    engine = sa.create_engine(fresh.url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        chosen = "SELECT code, number FROM certificate WHERE issued_at IS NOT NULL"
        issued = connection.execute(sa.text(chosen)).all()
    # at most one was on its way when the backup was made
    assert len(issued) >= drill.manifest.tables["certificate"] - 1 > 0
    with open_to_all(fresh) as address:
        for code, number in issued:
            assert number in page(f"{address}/verify/{code}")


@contextmanager
def open_to_all(fresh) -> Iterator[str]:
    """The college served until the block ends."""
    address = f"http://127.0.0.1:{free_port()}"
    env = environment(fresh.folder, fresh.url, COLLEGE_LOOK_UPS_PER_MINUTE="1000")
    command = [sys.executable, "-m", "flask", "--app", "app", "serve"]
    with subprocess.Popen(command, cwd=TREE, env=env | {"PORT": address[-5:]}) as served:
        try:
            wait_until(lambda: is_up(address))
            yield address
        finally:
            served.terminate()


def is_up(address: str) -> bool:
    try:
        return "ok" in page(f"{address}/healthz")
    except OSError:
        return False


def page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=20) as answer:
        return str(answer.read().decode())


def test_every_file_that_a_row_names_is_in_the_backup(drill):
    assert drill.manifest.lost == []
    assert len(drill.manifest.files) >= drill.manifest.tables["certificate"] > 0


def test_who_backs_up_first_is_told_of_the_keys(drill):
    assert str(drill.folder / "backup.key") in drill.said
    assert "college.env" in drill.said
    assert (drill.folder / "backup.key").stat().st_mode & 0o777 == 0o600
    assert drill.file.stat().st_mode & 0o777 == 0o600


def test_no_key_and_no_row_is_readable_in_the_backup(drill):
    content = drill.file.read_bytes()
    for secret in (drill.key, urlsafe_b64encode(drill.key), b"COLLEGE_DATA_KEY", b"enrolment"):
        assert secret not in content


def test_a_flipped_bit_anywhere_in_a_real_backup_is_refused(drill, tmp_path):
    content, chance = drill.file.read_bytes(), random.Random(2026)
    spoilt = tmp_path / "spoilt.backup"
    for offset in chance.choices(range(len(content)), k=200):
        flipped = bytes([content[offset] ^ (1 << chance.randrange(8))])
        spoilt.write_bytes(content[:offset] + flipped + content[offset + 1 :])
        with pytest.raises(Refused, match=r"block \d"):
            backups.verify(spoilt, drill.key, silent)


def test_a_damaged_backup_changes_nothing(drill, fresh, tmp_path):
    bring_keys(drill, fresh)
    spoilt = tmp_path / "spoilt.backup"
    spoilt.write_bytes(drill.file.read_bytes()[:-1])
    done = flask(fresh.folder, fresh.url, "backup", "restore", str(spoilt))
    assert done.returncode == 1
    assert "altered or damaged: block" in done.stderr
    assert facts(fresh.url).tables == {}
    assert list(FolderStore(fresh.folder / "files").stored()) == []


@pytest.mark.parametrize("verb", ["verify", "restore"])
def test_without_the_key_nothing_opens_it(drill, fresh, verb):
    shutil.copy(drill.folder / "college.env", fresh.folder)
    done = flask(fresh.folder, fresh.url, "backup", verb, str(drill.file))
    assert done.returncode == 1
    assert "nobody can open a backup" in done.stderr
    assert facts(fresh.url).tables == {}


def test_another_key_does_not_open_it(drill, fresh):
    other = urlsafe_b64encode(KEY).decode()
    done = flask(
        fresh.folder, fresh.url, "backup", "verify", str(drill.file), COLLEGE_BACKUP_KEY=other
    )
    assert done.returncode == 1
    assert "made with another key" in done.stderr


def test_without_the_data_key_it_is_refused_unless_that_is_lost(drill, fresh):
    shutil.copy(drill.folder / "backup.key", fresh.folder)
    words = ("backup", "restore", str(drill.file))
    refused = flask(fresh.folder, fresh.url, *words)
    assert refused.returncode == 1
    assert "COLLEGE_DATA_KEY is not the one" in refused.stderr
    assert facts(fresh.url).tables == {}
    done = flask(fresh.folder, fresh.url, *words, "--without-data-key")
    assert done.returncode == 0, done.stderr
    assert facts(fresh.url) == drill.manifest.facts


def test_a_college_is_replaced_only_by_who_types_it(drill):
    words = ("backup", "restore", str(drill.file))
    before = facts(drill.url)
    refused = flask(drill.folder, drill.url, *words)
    assert refused.returncode == 1
    assert "There is a college here already" in refused.stderr
    unsure = flask(drill.folder, drill.url, *words, "--over", typed="yes\n")
    assert unsure.returncode == 1
    assert facts(drill.url) == before
    done = flask(drill.folder, drill.url, *words, "--over", typed="replace everything\n")
    assert done.returncode == 0, done.stderr
    assert facts(drill.url) == drill.manifest.facts != before
    assert list(drill.folder.glob("seals-before-*/journal.jsonl"))


def test_a_database_of_another_form_is_not_backed_up(fresh):
    done = flask(fresh.folder, fresh.url, "backup", "create")
    assert done.returncode == 1
    assert "not that of this release" in done.stderr
