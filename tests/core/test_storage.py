from hashlib import sha256

import pytest

from college.core.storage import FileLost, FolderStore


@pytest.fixture
def store(tmp_path) -> FolderStore:
    return FolderStore(tmp_path)


def test_bytes_come_back_by_their_hash(store):
    key = store.put("证书".encode())
    assert key == sha256("证书".encode()).hexdigest()
    assert store.get(key) == "证书".encode()


def test_the_same_bytes_are_one_file_and_nothing_is_left_over(store, tmp_path):
    store.put(b"once")
    store.put(b"once")
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [sha256(b"once").hexdigest()]


def test_a_flipped_bit_is_noticed(store):
    key = store.put(b"true")
    store.path(key).write_bytes(b"trve")
    with pytest.raises(FileLost):
        store.get(key)


def test_a_missing_file_is_lost_not_empty(store):
    with pytest.raises(FileLost):
        store.get("0" * 64)


@pytest.mark.parametrize("key", ["../../etc/passwd", "A" * 64, "", "0" * 63])
def test_only_hashes_are_keys(store, key):
    with pytest.raises(ValueError, match="not a hash"):
        store.get(key)
