"""Drawings as ready PDF operators: sheets, seals and QR symbols that cost nothing to draw again."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self
from xml.etree import ElementTree

import segno
from weasyprint.pdf.stream import Stream
from weasyprint.svg import SVG

INVERT = bytes([ord("1"), ord("0")]) + bytes(254)  # module to mask bit: a mask paints where it is 0
TITLE = "{http://www.w3.org/2000/svg}title"


@dataclass(frozen=True)
class Ink:
    """A drawing as deflated PDF operators. WeasyPrint takes it for an image.

    It relies on WeasyPrint 70's image interface (`get_intrinsic_size`, `draw`).
    """

    width: float
    height: float
    data: bytes
    title: str = ""

    @classmethod
    def from_svg(cls, source: bytes) -> Self:
        """Compile once. Only opaque paths: raises ValueError for what needs PDF resources."""
        tree = ElementTree.fromstring(source)  # noqa: S314  # our own asset folder, not input
        drawing = SVG(tree, "asset:", None, None)
        width, height = drawing.get_intrinsic_size(16)
        extras: dict[str, dict[str, object]] = {"ExtGState": {}, "XObject": {}}
        stream = Stream({}, (0, 0, width, height), extras, {}, None, {}, None)
        drawing.draw(stream, width, height, "asset:", None)
        parts = (p if isinstance(p, bytes) else str(p).encode() for p in stream.stream)
        text = re.sub(r"/[aA]1(\.0)? gs\s", "", b"\n".join(parts).decode())
        if "/" in text:
            raise ValueError("an ornament may use opaque fills and strokes only")
        lines = (_shorter(line, 5 if line.endswith(" cm") else 2) for line in text.splitlines())
        data = zlib.compress("\n".join(lines).encode(), 9)
        return cls(width, height, data, tree.findtext(TITLE, ""))

    @classmethod
    def from_modules(cls, rows: Sequence[bytearray]) -> Self:
        """A QR symbol as an inline 1-bit mask, one pixel a module: no seams, about 600 bytes."""
        size = len(rows)
        width = (size + 7) // 8
        shift = width * 8 - size
        bits = b"".join(
            (int(row.translate(INVERT), 2) << shift).to_bytes(width, "big") for row in rows
        )
        mask = f"BI /IM true /W {size} /H {size} /BPC 1 /L {len(bits)} ID "
        head = f"{size} 0 0 -{size} 0 {size} cm\n{mask}".encode()
        return cls(size, size, zlib.compress(head + bits + b"\nEI"))

    def get_intrinsic_size(self, _resolution: Any, _font_size: Any) -> tuple[float, float, float]:
        return self.width, self.height, self.width / self.height

    def draw(self, stream: Stream, width: float, height: float, style: Any) -> None:
        form = stream.add_group(0, 0, self.width, self.height)
        form.stream, form.compress = [self.data], False
        form.extra["Filter"] = "/FlateDecode"
        with stream.stacked():
            stream.set_color(style["color"])  # for a QR symbol, which sets no ink of its own
            stream.transform(a=width / self.width, d=height / self.height)
            stream.draw_x_object(form.id)


def qr(payload: str) -> Ink:
    """Level M. The mask is fixed: trying all eight costs five times as much and no reader cares."""
    return Ink.from_modules(segno.make_qr(payload, error="m", mask=3, boost_error=False).matrix)


def _shorter(operators: str, digits: int) -> str:
    def cut(number: re.Match[str]) -> str:
        return f"{float(number[0]):.{digits}f}".rstrip("0").rstrip(".")

    return re.sub(r"-?\d+\.\d+", cut, operators)
