"""Photos: what is taken, what is refused with a sentence, what is kept of it, who sees it."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageStat

from college.core import storage
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.roles import Role
from college.people.persons.operations import remove_photo
from college.people.persons.photos import (
    MAX_BYTES,
    GroundDark,
    GroundNotPlain,
    NoPhoto,
    PhotoTooLarge,
    PhotoTooSmall,
    PhotoUnreadable,
    TooManyPixels,
    WrongRatio,
    checked,
    take_in,
)
from tests.conftest import actor_of
from tests.factories import make_person, make_unit
from tests.factories.photos import LIGHT_BLUE, NAVY, as_file, before_a_shelf, photo

PATH = "/people/persons"


def png_chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)


def bomb(width: int, height: int) -> bytes:
    """A small file that says it is a huge picture."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(10_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", body)


@pytest.mark.parametrize(
    "content",
    [
        photo(),
        photo(kind="JPEG"),
        photo((280, 392)),
        photo((1500, 2100), kind="JPEG", quality=80),
        photo((300, 414)),
        photo(ground=LIGHT_BLUE),
    ],
    ids=["png", "jpeg", "a little small", "large", "a little wide", "light blue"],
)
def test_a_photo_is_kept_in_one_size(content):
    with Image.open(io.BytesIO(checked(content))) as kept:
        assert (kept.format, kept.size, kept.mode) == ("JPEG", (295, 413), "RGB")
        assert kept.info["dpi"] == (300, 300)


def test_of_the_file_that_came_in_nothing_else_is_kept():
    exif = Image.Exif()
    exif[0x010F] = "CANARY-CAMERA"
    exif[0x9286] = "CANARY-COMMENT"
    content = photo(kind="JPEG", exif=exif, comment="CANARY-JPEG") + b"CANARY-TAIL"
    assert b"CANARY" in content
    kept = checked(content)
    assert b"CANARY" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert dict(image.getexif()) == {}


def test_a_photo_taken_sideways_is_turned():
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it by a quarter to see it
    upright = Image.open(io.BytesIO(photo()))
    sideways = upright.transpose(Image.Transpose.ROTATE_90)
    with Image.open(io.BytesIO(checked(as_file(sideways, "JPEG", exif=exif)))) as kept:
        assert kept.size == (295, 413)
        hair = kept.convert("L").crop((140, 38, 155, 42))
        assert ImageStat.Stat(hair).median[0] < 80


def test_what_is_transparent_becomes_white():
    image = Image.open(io.BytesIO(photo())).convert("RGBA")
    image.putalpha(Image.eval(image.convert("L"), lambda value: 0 if value > 240 else 255))
    with Image.open(io.BytesIO(checked(as_file(image, "PNG")))) as kept:
        assert ImageStat.Stat(kept.convert("L").crop((0, 0, 4, 4))).median[0] > 240


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", NoPhoto),
        (b"GIF89a" + bytes(100), NoPhoto),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", NoPhoto),
        (b"\xff\xd8\xff" + bytes(MAX_BYTES), PhotoTooLarge),
        (b"\xff\xd8\xff" + bytes(1000), PhotoUnreadable),
        (photo()[:1500], PhotoUnreadable),
        (bomb(30_000, 30_000), TooManyPixels),
        (photo((200, 280)), PhotoTooSmall),
        (photo((413, 413)), WrongRatio),
        (photo((295, 600)), WrongRatio),
        (before_a_shelf(), GroundNotPlain),
        (photo(ground=NAVY), GroundDark),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_does_not_fit_is_refused_by_name(content, refusal):
    with pytest.raises(refusal):
        checked(content)


def test_the_refusal_says_how_to_cut():
    with pytest.raises(WrongRatio) as refused:
        checked(photo((1000, 1000)))
    assert refused.value.facts == {
        "width": 1000, "height": 1000, "cut_width": 714, "cut_height": 1000,
    }  # fmt: skip


@pytest.fixture
def here():
    return make_unit()


def sent(client, person, content: bytes = b""):
    data = {"photo": (io.BytesIO(content or photo()), "photo.png")}
    return client.post(f"{PATH}/{person.id}/photo", data=data)


def test_a_trainee_puts_their_own_photo_on_record(sign_in, here):
    trainee = make_person(unit=here, full_name="李雷")
    client = sign_in(trainee)
    assert client.get(f"{PATH}/{trainee.id}/photo.jpg").status_code == 404
    assert sent(client, trainee).status_code == 302
    page = client.get(f"{PATH}/{trainee.id}")
    assert "Photo of 李雷" in page.text
    assert "put a photo of 李雷 on record" in page.text
    answer = client.get(f"{PATH}/{trainee.id}/photo.jpg")
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.data == storage.files().get(trainee.photo_sha256)


def test_a_refused_photo_leaves_the_one_there_is(sign_in, here):
    trainee = make_person(unit=here)
    client = sign_in(trainee)
    sent(client, trainee)
    before = trainee.photo_sha256
    page = sent(client, trainee, photo((200, 280)))
    assert page.status_code == 422
    assert "This photo has 200 × 280 pixels" in page.text
    assert trainee.photo_sha256 == before


def test_a_photo_is_taken_off_the_record(sign_in, here):
    trainee = make_person(unit=here)
    client = sign_in(trainee)
    sent(client, trainee)
    assert client.post(f"{PATH}/{trainee.id}/photo/remove").status_code == 302
    assert trainee.photo_sha256 == ""
    assert client.post(f"{PATH}/{trainee.id}/photo/remove").status_code == 302  # twice is once


@pytest.mark.parametrize("role", [Role.STATION_MANAGER, Role.COORDINATOR, Role.TRAINEE])
def test_others_neither_see_nor_change_it(sign_in, here, role):
    person, stranger = make_person(unit=here), make_person(role, unit=make_unit())
    sent(sign_in(make_person(Role.ADMIN)), person)
    client = sign_in(stranger)
    assert client.get(f"{PATH}/{person.id}/photo.jpg").status_code == 404
    assert sent(client, person).status_code == 404
    with pytest.raises(NotAllowed):
        take_in(actor_of(stranger), person, photo=io.BytesIO(photo()))
    with pytest.raises(NotAllowed):
        remove_photo(actor_of(stranger), person)
    db.session.rollback()
    assert person.photo_sha256


def test_a_manager_puts_a_photo_of_her_people_on_record(sign_in, here):
    person = make_person(unit=here)
    client = sign_in(make_person(Role.STATION_MANAGER, unit=here))
    assert sent(client, person).status_code == 302
    assert client.get(f"{PATH}/{person.id}/photo.jpg").status_code == 200
