"""Set every shipped design with several names and lay them side by side, one PNG a design.

python tools/preview.py FOLDER [pixels wide, each]
"""

import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from college.certs.paper import shipped
from college.certs.rendering import Press, first_page_png
from college.certs.wording import SHIPPED
from tests.certs.samples import FACTS, LONG_COURSE, NAMES

SHOWN = ("two", "mongolian", "twenty_five", "latin")


def main() -> None:
    folder, width = Path(sys.argv[1]), int((sys.argv[2:] or ["800"])[0])
    folder.mkdir(parents=True, exist_ok=True)
    press = Press()
    for name in SHIPPED:
        facts = [FACTS | {"name": NAMES[which]} for which in SHOWN]
        facts[2]["course"] = LONG_COURSE
        pdfs = [press.pull(shipped(name), each) for each in facts]
        pages = [Image.open(BytesIO(first_page_png(pdf, width))) for pdf in pdfs]
        _side_by_side(pages).save(folder / f"{name}.png", optimize=True)


def _side_by_side(pages: Sequence[Image.Image]) -> Image.Image:
    width, height = pages[0].size
    columns = 2 if width > height else 4
    rows = -(-len(pages) // columns)
    sheet = Image.new("RGB", (columns * (width + 10) + 10, rows * (height + 10) + 10), "#8a8a8a")
    for i, page in enumerate(pages):
        sheet.paste(page, (10 + i % columns * (width + 10), 10 + i // columns * (height + 10)))
    return sheet


if __name__ == "__main__":
    main()
