"""Files on both stores: a folder, and a server that speaks S3's protocol."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from itertools import count
from types import SimpleNamespace

import obstore
import pytest
import sqlalchemy as sa
import time_machine
from obstore.store import S3Store

from college.core import clock, storage, sweeping
from college.core.db import db
from college.core.folder import FolderStore
from college.core.s3 import ObjectStore, Place
from college.core.storage import FileLost, FilesAway
from college.exams.results.models import ResultImport
from tests.factories.exams import make_cycle
from tests.s3 import s3_server

DAY = timedelta(days=1)
prefixes = count()


@pytest.fixture(scope="module")
def s3_address():
    with s3_server("college") as address:
        yield address


@pytest.fixture(params=["folder", "s3"])
def place(request, tmp_path):
    """A store, and how to spoil one of its files."""
    if request.param == "folder":
        folder = FolderStore(tmp_path / "files")
        return SimpleNamespace(
            store=folder, spoil=lambda key, content: folder.path(key).write_bytes(content)
        )
    address, prefix = request.getfixturevalue("s3_address"), f"学院/{next(prefixes)}"
    own = Place(f"s3://college/{prefix}", endpoint=address, key_id="test", secret="test")
    bucket = S3Store(
        "college", prefix=prefix, config={"endpoint": address, "region": "us-east-1",
        "access_key_id": "test", "secret_access_key": "test"}, client_options={"allow_http": True},
    )  # fmt: skip
    return SimpleNamespace(
        store=ObjectStore(own), spoil=lambda key, content: obstore.put(bucket, key, content)
    )


@pytest.fixture
def in_use(place, tmp_path, monkeypatch):
    monkeypatch.setattr(storage, "_stores", [place.store])
    monkeypatch.setattr(storage, "_caches", [tmp_path / "cache"])
    return place.store


def test_bytes_come_back_by_their_hash(place):
    key = place.store.put("证书".encode())
    assert key == sha256("证书".encode()).hexdigest()
    assert place.store.get(key) == "证书".encode()
    assert place.store.has(key)


def test_the_same_bytes_are_one_file(place):
    assert place.store.put(b"once") == place.store.put(b"once")
    assert [one.key for one in place.store.stored()] == [sha256(b"once").hexdigest()]


def test_nothing_is_left_over_on_disk(tmp_path):
    store = FolderStore(tmp_path)
    store.put(b"once")
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [sha256(b"once").hexdigest()]


def test_sixteen_writers_of_the_same_bytes_make_one_whole_file(place):
    content = "同一份文件".encode() * 20_000
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(place.store.put, [content] * 16))
    assert [one.key for one in place.store.stored()] == list(keys)
    assert place.store.get(keys.pop()) == content


def test_a_flipped_bit_is_noticed(place):
    key = place.store.put(b"true")
    place.spoil(key, b"trve")
    with pytest.raises(FileLost):
        place.store.get(key)


def test_a_missing_file_is_lost_not_empty(place):
    with pytest.raises(FileLost):
        place.store.get("0" * 64)
    assert not place.store.has("0" * 64)


@pytest.mark.parametrize("key", ["../../etc/passwd", "A" * 64, "", "0" * 63])
def test_only_hashes_are_keys(place, key):
    with pytest.raises(ValueError, match="not a hash"):
        place.store.get(key)


def test_an_s3_that_is_away_is_said_within_seconds():
    nobody = Place("s3://college", endpoint="http://127.0.0.1:9", key_id="we", secret="x")
    store = ObjectStore(nobody)
    for ask in (lambda: store.put(b"x"), lambda: store.get("0" * 64), lambda: store.has("0" * 64)):
        with pytest.raises(FilesAway):
            ask()
    assert not store.is_up()


def test_the_secret_is_never_shown():
    assert "geheim" not in repr(Place("s3://college", secret="geheim"))


def test_strays_go_after_a_day_and_named_files_stay(in_use, app):
    named, stray = in_use.put("名册".encode()), in_use.put(b"stray")
    keep_a_row_naming(named)
    with time_machine.travel(clock.now() + 2 * DAY, tick=False):
        young = sweeping.sweep(grace=3 * DAY)
        tried = sweeping.sweep(grace=DAY, dry_run=True)
        assert in_use.has(stray)
        swept = sweeping.sweep(grace=DAY)
    assert young
    assert tried
    assert swept
    assert (young.strays, tried.strays, swept.strays) == ([], [stray], [stray])
    assert in_use.has(named)
    assert not in_use.has(stray)


def keep_a_row_naming(key: str) -> None:
    cycle = make_cycle()
    told = {"cycle_id": cycle.id, "published_on": cycle.scores_on}
    db.session.add(ResultImport(**told, filename="成绩.xlsx", file_sha256=key))
    db.session.commit()


def test_a_backup_keeps_the_sweep_away(in_use):
    with sweeping.held():
        assert sweeping.sweep(grace=DAY) is None


def test_what_a_killed_writer_left_goes_after_a_day(tmp_path):
    store = FolderStore(tmp_path)
    path = store.path(store.put(b"whole"))
    left = path.parent / f".new-{'1' * 64}-x"
    left.write_bytes(b"half")
    assert store.remove_unfinished(clock.now() - DAY) == 0
    os.utime(left, (0, 0))
    assert store.remove_unfinished(clock.now() - DAY) == 1
    assert not left.exists()
    assert path.exists()


# of bytes as they were sent, to be compared with: what is stored is encrypted and has another
AS_SENT = {
    "candidacy_step.evidence_sha256",
    "evidence_file.content_sha256",
    "official_list.content_sha256",
}


def test_no_column_names_files_without_saying_so(app):
    looks_so = re.compile(r"_(sha256|pdf|png|svg|file)$")
    columns = [c for t in db.metadata.tables.values() for c in t.columns]
    forgotten = [str(c) for c in columns if looks_so.search(c.name) and c not in known()]
    assert set(forgotten) == AS_SENT
    assert known()


def known() -> list[sa.Column[str]]:
    return sweeping.file_columns()


def test_the_reader_of_an_altered_file_gets_a_sentence_and_the_reference(raising):
    answer = raising(FileLost())
    assert answer.status_code == 500
    assert "missing or was altered" in answer.text
    assert answer.headers["X-Request-ID"] in answer.text


def test_while_the_files_are_away_the_reader_is_told_when_to_come_back(raising):
    answer = raising(FilesAway())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "cannot be reached" in answer.text


@pytest.fixture
def raising(app, sign_in, monkeypatch):
    def ask(error):
        def refuse(**_):
            raise error

        monkeypatch.setitem(app.view_functions, "verification.look_up", refuse)
        return sign_in(None).get("/verify")

    return ask
