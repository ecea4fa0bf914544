"""The photo of a person for certificates and tickets: 25 × 35 mm at 300 dpi, on a light ground.

What somebody sent is read in a helper, within bounds (`photo_reading.py`), and drawn anew.
"""

from typing import Protocol

from college.core import storage
from college.core.access import require
from college.core.errors import NotFound, RuleBroken
from college.core.helper import Bounds, Ended, Helper
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.persons.models import Person
from college.people.persons.operations import keep_photo

WIDTH, HEIGHT = 295, 413  # pixels
MAX_BYTES = 5 * 1024 * 1024
STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
BOUNDS = Bounds(memory=512 << 20, cpu_seconds=10, wall_seconds=15, tasks=50, idle_seconds=60)


class PhotoRefused(RuleBroken):
    code, field = "photo_refused", "photo"


class NoPhoto(PhotoRefused):
    code = "no_photo"
    message = say("This is no JPEG or PNG picture. Save the photo as JPEG and upload that.")


class PhotoTooLarge(PhotoRefused):
    code = "photo_too_large"
    message = say("A photo may have at most 5 MB. Save it smaller and upload that.")


class PhotoUnreadable(PhotoRefused):
    code = "photo_unreadable"
    message = say("We cannot read this picture. Open it, save it as a new JPEG, and upload that.")


class TooManyPixels(PhotoRefused):
    code = "too_many_pixels"
    message = say("This picture has more than 40 million pixels. Save it smaller and upload that.")


class PhotoTooSmall(PhotoRefused):
    code = "photo_too_small"
    message = say(
        "This photo has %(width)s × %(height)s pixels; 295 × 413 are needed for print. "
        "Ask the photographer for the original file."
    )


class WrongRatio(PhotoRefused):
    code = "wrong_ratio"
    message = say(
        "This photo has %(width)s × %(height)s pixels and is not 25 × 35 mm in shape. "
        "Cut it to %(cut_width)s × %(cut_height)s, the head in the middle."
    )


class GroundNotPlain(PhotoRefused):
    code = "ground_not_plain"
    message = say(
        "What is behind the head is not plain. Take the photo before a white or light wall, "
        "without shadows, or have a photo shop replace the ground."
    )


class GroundDark(PhotoRefused):
    code = "ground_dark"
    message = say("The ground is too dark for print. Take the photo before a white or light wall.")


reader = Helper(
    "college.people.persons.photo_reading:read",
    BOUNDS,
    knows=(GroundDark, GroundNotPlain, PhotoTooSmall, TooManyPixels, WrongRatio),
)


class Upload(Protocol):
    def read(self) -> bytes: ...


def take_in(actor: Actor, person: Person, *, photo: Upload) -> Person:
    """Check and keep what was uploaded: the bytes first, so that no row lacks its file.

    Raises NotAllowed, PhotoRefused.
    """
    require(actor, Can.PHOTOS_KEEP, person)
    content = checked(photo.read())
    return keep_photo(actor, person, sha256=storage.files().put(content))


def checked(content: bytes) -> bytes:
    """The photo as it is kept. Raises PhotoRefused, which says what is wrong and how to mend it."""
    if not content.startswith(STARTS):
        raise NoPhoto
    if len(content) > MAX_BYTES:
        raise PhotoTooLarge
    try:
        drawn: bytes = reader.ask(content)
    except Ended as error:
        raise PhotoUnreadable from error
    return drawn


def photo_of(person: Person) -> bytes:
    """The kept JPEG. Raises NotFound where there is none, FileLost."""
    if not person.photo_sha256:
        raise NotFound
    return storage.files().get(person.photo_sha256)
