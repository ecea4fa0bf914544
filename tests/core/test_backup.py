"""Backup and restore, rule by rule: what is in it, what is refused, what it costs."""

import os
import random
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from college.core import backup as backups
from college.core import restore as restoring
from college.core import storage, sweeping
from college.core.archive import Refused
from college.core.backup import College
from college.core.backup_key import find_key, make_key
from college.core.db import db
from college.core.fingerprints import fingerprints
from college.core.folder import FolderStore
from college.core.s3 import ObjectStore, Place
from college.exams.cycles.models import ExamCycle
from college.exams.results.models import ResultImport
from tests.core.backing_up import KEY, TOOLS, own_database, silent
from tests.databases import IS_POSTGRES
from tests.s3 import s3_server

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


@pytest.fixture(scope="module")
def server(request) -> str:
    return request.getfixturevalue("database_url") if IS_POSTGRES else ""


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
        told = {"published_on": date(2025, 7, 25), "filename": "成绩.xlsx"}
        session.add_all(ResultImport(cycle_id=cycle.id, **told, file_sha256=key) for key in keys)
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
    for wrong in (
        replace(manifest, tables=manifest.tables | {"exam_cycle": 7}),
        replace(manifest, contents=manifest.contents | {"exam_cycle": "1"}),
    ):
        with pytest.raises(Refused, match="in exam_cycle: nothing was replaced"):
            restoring.restore(college, path, wrong, KEY, silent)
    with college.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT name FROM exam_cycle")) == "changed since"
    restoring.restore(college, path, manifest, KEY, silent)
    with college.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT name FROM exam_cycle")) == "x"


def test_a_backup_of_an_older_release_is_compared_by_its_numbers_of_rows(college, tmp_path):
    path, manifest = backups.create(college, tmp_path / "one.backup", KEY, silent)
    assert set(manifest.contents) == set(manifest.tables)
    restoring.restore(college, path, replace(manifest, contents={}), KEY, silent)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE exam_cycle SET name = 'y'",
        "UPDATE exam_cycle SET citation = citation || ' '",
        "UPDATE exam_cycle SET exam_to_on = '2025-05-26'",
        "DELETE FROM result_import WHERE id = (SELECT min(id) FROM result_import)",
    ],
)
def test_whatever_changes_in_a_row_shows_in_its_tables_fingerprint(college, change):
    def taken() -> dict[str, str]:
        with college.engine.connect() as connection:
            return fingerprints(connection, ["exam_cycle", "result_import"])

    before = taken()
    assert taken() == before
    with college.engine.begin() as connection:
        connection.execute(sa.text(change))
    assert len(before.items() - taken().items()) == 1


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
