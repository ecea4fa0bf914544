"""The encrypted file of a backup: what comes back, and everything that is refused."""

import os
import random
import tracemalloc
from io import BytesIO
from itertools import pairwise

import pytest

from college.core.archive import BLOCK_BYTES, HEADER_BYTES, TAG_BYTES, Refused, members, writing

KEY, OTHER_KEY = bytes(range(32)), bytes(32)
SEALED_BYTES = BLOCK_BYTES + TAG_BYTES


def packed(contents: dict[str, bytes]) -> bytes:
    file = BytesIO()
    with writing(file, KEY) as archive:
        for name, content in contents.items():
            archive.add(name, content)
    return file.getvalue()


def unpacked(archive: bytes, key: bytes = KEY) -> dict[str, bytes]:
    return {one.name: one.content.read() for one in members(BytesIO(archive), key)}


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


@pytest.fixture(scope="module")
def archive() -> bytes:
    """Four blocks."""
    return packed({"rows": noise(BLOCK_BYTES), "files/证书": noise(2 * BLOCK_BYTES), "end": b"{}"})


@pytest.mark.parametrize("size", [0, 1, BLOCK_BYTES - 1536, BLOCK_BYTES, 3 * BLOCK_BYTES + 5])
def test_members_come_back_in_order(size):
    contents = {"rows": noise(size), "学员/名册": b"x", "empty": b""}
    assert list(unpacked(packed(contents)).items()) == list(contents.items())


def test_an_archive_of_nothing_is_whole():
    assert unpacked(packed({})) == {}


def test_nothing_of_the_contents_is_readable(archive):
    assert b"rows" not in archive
    assert noise(BLOCK_BYTES)[:16] not in archive


def test_the_same_contents_never_look_the_same():
    assert packed({"a": b"b"})[len("college backup 1") :] != packed({"a": b"b"})[16:]


def test_one_flipped_bit_anywhere_is_refused_and_named(archive):
    chance = random.Random(2026)
    for offset in [
        0,
        20,
        HEADER_BYTES - 1,
        HEADER_BYTES,
        *chance.choices(range(len(archive)), k=200),
    ]:
        spoilt = bytearray(archive)
        spoilt[offset] ^= 1 << chance.randrange(8)
        block = max(0, (offset - HEADER_BYTES) // SEALED_BYTES + 1)
        with pytest.raises(Refused, match=rf"block {block}\b"):
            unpacked(bytes(spoilt))


def test_the_member_at_the_damage_is_named(archive):
    spoilt = bytearray(archive)
    spoilt[HEADER_BYTES + int(2.5 * SEALED_BYTES)] ^= 1
    with pytest.raises(Refused, match="block 3, in files/证书"):
        unpacked(bytes(spoilt))


@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_an_end_at_a_block_is_too_early(archive, blocks):
    with pytest.raises(Refused, match=f"ends too early: after block {blocks}"):
        unpacked(archive[: HEADER_BYTES + blocks * SEALED_BYTES])


def test_every_other_end_is_refused_too(archive):
    for end in [0, 5, HEADER_BYTES, HEADER_BYTES + 1, HEADER_BYTES + 99, len(archive) - 1]:
        with pytest.raises(Refused):
            unpacked(archive[:end])


def test_more_than_was_written_is_refused(archive):
    for more in (b"x", archive[-SEALED_BYTES:]):
        with pytest.raises(Refused):
            unpacked(archive + more)


def test_blocks_in_another_order_are_refused(archive):
    starts = range(HEADER_BYTES, len(archive), SEALED_BYTES)
    for first, second in pairwise(list(starts)[:3]):
        a, b = archive[first : first + SEALED_BYTES], archive[second : second + SEALED_BYTES]
        with pytest.raises(Refused, match="block"):
            unpacked(archive[:first] + b + a + archive[second + SEALED_BYTES :])


def test_a_block_of_another_archive_is_refused(archive):
    other = packed({"rows": noise(BLOCK_BYTES), "files/证书": noise(2 * BLOCK_BYTES), "end": b"{}"})
    at = HEADER_BYTES + SEALED_BYTES
    with pytest.raises(Refused, match="block 2"):
        unpacked(archive[:at] + other[at : at + SEALED_BYTES] + archive[at + SEALED_BYTES :])


def test_another_key_is_refused(archive):
    with pytest.raises(Refused, match="another key"):
        unpacked(archive, OTHER_KEY)


def test_sixty_four_megabytes_pass_through_eight(tmp_path):
    path, one = tmp_path / "archive", os.urandom(1024 * 1024)
    tracemalloc.start()
    with path.open("wb") as file, writing(file, KEY) as archive:
        for number in range(64):
            archive.add(f"files/{number}", one)
    with path.open("rb") as file:
        assert sum(len(member.content.read()) for member in members(file, KEY)) == 64 * 1024 * 1024
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 1024 * 1024
