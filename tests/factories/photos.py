"""Pictures as a photo shop takes them, and as it should not."""

import io
from typing import Any

from PIL import Image, ImageDraw

WHITE, LIGHT_BLUE, NAVY = (250, 250, 248), (190, 216, 238), (20, 40, 90)


def photo(
    size: tuple[int, int] = (295, 413),
    *,
    ground: tuple[int, int, int] = WHITE,
    kind: str = "PNG",
    **saving: Any,
) -> bytes:
    """A head and shoulders before a ground of one colour."""
    image = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(image)
    w, h = size
    draw.ellipse((w * 0.28, h * 0.12, w * 0.72, h * 0.6), fill=(224, 186, 160))
    draw.pieslice((w * 0.26, h * 0.08, w * 0.74, h * 0.5), 180, 360, fill=(30, 25, 25))
    draw.ellipse((w * 0.05, h * 0.62, w * 0.95, h * 1.4), fill=(40, 50, 80))
    return as_file(image, kind, **saving)


def before_a_shelf() -> bytes:
    image = Image.open(io.BytesIO(photo()))
    draw = ImageDraw.Draw(image)
    for top in range(0, 180, 30):
        draw.rectangle((0, top, 40, top + 14), fill=(120, 70, 30))
    return as_file(image, "PNG")


def as_file(image: Image.Image, kind: str, **saving: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **saving)
    return out.getvalue()
