"""The last look at a laid-out paper, and the last touch on its PDF."""

import zlib
from collections.abc import Iterator
from typing import Any

import pydyf
from weasyprint import Document
from weasyprint.formatting_structure import boxes

from college.certs.refusals import MissingGlyph, TextTooLong

FACES = {"Paper Song", "Paper Marks", "LXGW WenKai", "Noto Serif CJK SC"}
# The classes of the blocks that text must not reach.
FOOT = {"seal", "sign", "qr", "caption", "number", "verify"}
BLOCKS = (boxes.BlockBox, boxes.BlockReplacedBox, boxes.TableCellBox)
HAIR = 2  # CSS pixels, half a millimetre: rounding is not a collision
UA_XMP = b"""<rdf:Description
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" pdfuaid:part="1"/>
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of PDF/UA</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""


def check_fit(document: Document) -> None:
    """Raise TextTooLong unless the paper is one page and its text keeps clear of the foot."""
    if len(document.pages) != 1:
        raise TextTooLong(f"{len(document.pages)} pages")
    found = list(_blocks(document.pages[0]._page_box))
    foot = [block for name, block in found if name in FOOT]
    for name, block in found:
        if _spills(block) or (name not in FOOT and any(_overlap(block, other) for other in foot)):
            raise TextTooLong(name or block.element_tag)


def finish(document: Document, pdf: pydyf.PDF) -> None:
    """Refuse missing glyphs, claim PDF/UA-1 beside PDF/A-3a, deflate each stream once."""
    missing = {chr(code) for font in document.fonts.values() for code in font.missing}
    for font in document.fonts.values():
        if font.family not in FACES:  # it happens to be installed here, and nowhere else
            missing.update(*font.to_unicode.values())
    if missing:
        raise MissingGlyph(missing)
    for item in pdf.objects:
        if isinstance(item, pydyf.Stream):
            if item.extra.get("Type") == "/Metadata":
                item.stream = [item.stream[0].replace(b"</rdf:RDF>", UA_XMP + b"</rdf:RDF>")]
            if item.compress:  # pydyf would do it twice: once to hash, once to write
                parts = (p if isinstance(p, bytes) else pydyf._to_bytes(p) for p in item.stream)
                item.stream, item.compress = [zlib.compress(b"\n".join(parts), 6)], False
                item.extra["Filter"] = "/FlateDecode"


def _blocks(parent: Any) -> Iterator[tuple[str, Any]]:
    """Every block of text and picture with its first class; of the foot the outer ones only."""
    for child in getattr(parent, "children", ()):
        box = getattr(child, "_box", child)  # an absolutely placed box stands behind a placeholder
        name = "" if box.element is None else (box.element.get("class") or "").split(" ")[0]
        if isinstance(box, BLOCKS) and box.element_tag not in {"html", "body", "section"}:
            yield name, box
        if name not in FOOT:
            yield from _blocks(box)


def _spills(block: Any) -> bool:
    """True if a line is wider than its block: an unbreakable run of characters."""
    lines = (child for child in getattr(block, "children", ()) if isinstance(child, boxes.LineBox))
    return any(line.width > block.width + HAIR for line in lines)


def _overlap(one: Any, other: Any) -> bool:
    (left, top, right, bottom), (west, north, east, south) = _edges(one), _edges(other)
    return min(right, east) - max(left, west) > HAIR and min(bottom, south) - max(top, north) > HAIR


def _edges(box: Any) -> tuple[float, float, float, float]:
    x, y = box.border_box_x(), box.border_box_y()
    return x, y, x + box.border_width(), y + box.border_height()
