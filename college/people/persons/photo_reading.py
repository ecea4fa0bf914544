"""Reads a photo that somebody sent, in the helper of `photos.py`: nobody else calls it.

Whatever is damaged here or eats memory ends a helper, not the college. What comes back is a picture
of one size, drawn anew: of the file that came in, nothing else is kept.
"""

import io

from PIL import Image, ImageChops, ImageOps, ImageStat

from college.people.persons.photos import (
    HEIGHT,
    WIDTH,
    GroundDark,
    GroundNotPlain,
    PhotoTooSmall,
    TooManyPixels,
    WrongRatio,
)

MOST_PIXELS = 40_000_000
Image.MAX_IMAGE_PIXELS = None  # ours is asked as soon as the head of the file is read
NARROWEST, LOWEST = 280, 392  # 5 % less will do
RATIO_TOLERANCE = 0.02
QUALITY, DPI = 92, 300
# what lies beside and above a head: strips of the picture, left, top, right, bottom
GROUND = (
    (0, 0, WIDTH // 13, HEIGHT * 2 // 5),
    (WIDTH - WIDTH // 13, 0, WIDTH, HEIGHT * 2 // 5),
    (0, 0, WIDTH, HEIGHT // 34),
)
NEAR, PLAIN, LIGHT = 36, 0.9, 160  # of 255: off the middle; the part that is near; brightness
REFUSALS = (GroundDark, GroundNotPlain, PhotoTooSmall, TooManyPixels, WrongRatio)


def read(content: bytes) -> bytes:
    """The photo as JPEG, 295 × 413 at 300 dpi. Raises what is wrong with size, ratio and ground."""
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
        if image.width * image.height > MOST_PIXELS:
            raise TooManyPixels
        upright = ImageOps.exif_transpose(image)
        _refuse_size(upright.width, upright.height)
        photo = _flat(upright).resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    _refuse_ground(photo)
    photo.info.clear()  # a comment of the file would go on into the new one
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=QUALITY, dpi=(DPI, DPI), optimize=True)
    return out.getvalue()


def _refuse_size(width: int, height: int) -> None:
    size = {"width": width, "height": height}
    if width < NARROWEST or height < LOWEST:
        raise PhotoTooSmall(**size)
    wanted = WIDTH / HEIGHT
    if abs(width / height - wanted) > wanted * RATIO_TOLERANCE:
        is_wide = width / height > wanted
        cut = (round(height * wanted), height) if is_wide else (width, round(width / wanted))
        raise WrongRatio(**size, cut_width=cut[0], cut_height=cut[1])


def _flat(image: Image.Image) -> Image.Image:
    """In plain colours; what is transparent becomes white."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    over = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", over.size, "white"), over).convert("RGB")


def _refuse_ground(photo: Image.Image) -> None:
    strips = [photo.crop(box) for box in GROUND]
    sides = Image.new("RGB", (2 * strips[0].width, strips[0].height))
    sides.paste(strips[0], (0, 0))
    sides.paste(strips[1], (strips[0].width, 0))
    red, green, blue = ImageStat.Stat(sides).median
    near = sum(_near(strip, (red, green, blue)) for strip in strips)
    if near < PLAIN * sum(strip.width * strip.height for strip in strips):
        raise GroundNotPlain
    if 0.299 * red + 0.587 * green + 0.114 * blue < LIGHT:
        raise GroundDark


def _near(strip: Image.Image, colour: tuple[int, int, int]) -> int:
    """How many pixels of a strip have about this colour."""
    away = ImageChops.difference(strip, Image.new("RGB", strip.size, colour)).split()
    farthest = ImageChops.lighter(ImageChops.lighter(away[0], away[1]), away[2])
    return sum(farthest.histogram()[: NEAR + 1])
