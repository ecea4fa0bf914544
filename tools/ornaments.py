"""Draw every ornament and the demo seal as SVG in millimetres, and cut the three small fonts.

python tools/ornaments.py [FOLDER] writes the sheets and the seal (svg), paper-song-{400,700}.ttf
and paper-marks.ttf; without a folder it draws over the assets of the package.
"""

import sys
from collections.abc import Iterable
from math import cos, pi, radians, sin
from pathlib import Path
from subprocess import run

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

PAPERS = Path(__file__).parents[1] / "college" / "certs" / "designs" / "papers"
ASSETS = Path(sys.argv[1]) if sys.argv[1:] else PAPERS / "assets"
PINE, SLATE, BLUE, SADDLE, CINNABAR = "#1f5148", "#3f4a56", "#24466b", "#74482a", "#a3201f"
GRASS, GOLD = "#3c6b3f", "#b08d4a"
Point = tuple[float, float]


# paths


def n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) >= 0.005 else "0"


def line(points: Iterable[Point], close: bool = False) -> str:
    return "M" + "L".join(f"{n(x)} {n(y)}" for x, y in points) + ("Z" if close else "")


def smooth(points: list[Point], close: bool = False) -> str:
    """A Catmull-Rom curve through the points, as cubic Béziers."""
    count = len(points)

    def at(i: int) -> Point:
        return points[i % count] if close else points[max(0, min(count - 1, i))]

    out = [f"M{n(points[0][0])} {n(points[0][1])}"]
    for i in range(count if close else count - 1):
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = at(i - 1), at(i), at(i + 1), at(i + 2)
        ends = (
            bx + (cx - ax) / 6,
            by + (cy - ay) / 6,
            cx - (dx - bx) / 6,
            cy - (dy - by) / 6,
            cx,
            cy,
        )
        out.append("C" + " ".join(map(n, ends)))
    return "".join(out) + ("Z" if close else "")


def rect(inset: float, w: float, h: float) -> str:
    return line(
        [(inset, inset), (w - inset, inset), (w - inset, h - inset), (inset, h - inset)], True
    )


def stroke(d: str, colour: str, width: float, extra: str = "") -> str:
    return f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width}" {extra}/>'


def fill(d: str, colour: str) -> str:
    return f'<path d="{d}" fill="{colour}"/>'


def spiral(
    cx: float, cy: float, outer: float, inner: float, start: float, turn: float
) -> list[Point]:
    """Archimedean, from angle start through turn (signed degrees), outer to inner radius."""
    steps = max(4, round(abs(turn) / 30))
    return [
        (cx + r * cos(a), cy + r * sin(a))
        for i in range(steps + 1)
        for r, a in [(outer + (inner - outer) * i / steps, radians(start + turn * i / steps))]
    ]


def moved(d: str, transform: str, body: str = "") -> str:
    return f'<g transform="{transform}">{d}{body}</g>'


def four_corners(w: float, h: float, body: str) -> str:
    """The same drawing, made for the top left corner, mirrored into all four."""
    return "".join(
        f'<g transform="matrix({sx} 0 0 {sy} {tx} {ty})">{body}</g>'
        for sx, tx in ((1, 0), (-1, w))
        for sy, ty in ((1, 0), (-1, h))
    )


def svg(name: str, w: float, h: float, body: str, title: str = "") -> None:
    label = f"<title>{title}</title>" if title else ""
    (ASSETS / name).write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{n(w)}mm" height="{n(h)}mm" '
        f'viewBox="0 0 {n(w)} {n(h)}">{label}{body}</svg>\n',
        encoding="utf-8",
    )


# motifs


def hooks(length: float, pitch: float, height: float) -> str:
    """A fret of facing hooks (after the hammer pattern of the steppe), along the x axis."""
    count = round(length / pitch / 2) * 2
    u = length / count
    out = []
    for i in range(count):
        left = i * u + u * 0.09
        xs = [0, 0, 0.82, 0.82, 0.3, 0.3, 0.56]
        ys = [1, 0, 0, 0.72, 0.72, 0.32, 0.32]
        xs = [x if i % 2 else 0.82 - x for x in xs]
        out.append(line((left + x * u, y * height) for x, y in zip(xs, ys, strict=True)))
    return "".join(out)


def band(  # noqa: PLR0913  # eight measures of one drawing, each named where it is called
    w: float,
    h: float,
    inset: float,
    pitch: float,
    height: float,
    corner: float,
    colour: str,
    width: float,
) -> str:
    """The fret run along all four sides, hooks hanging inwards, leaving the corners free."""
    across, down = w - 2 * (inset + corner), h - 2 * (inset + corner)
    pen = 'stroke-linejoin="miter" stroke-linecap="square"'
    a, b = (
        stroke(hooks(across, pitch, height), colour, width, pen),
        stroke(hooks(down, pitch, height), colour, width, pen),
    )
    i, c = inset, inset + corner
    return (
        moved(a, f"translate({n(c)} {n(i)})")
        + moved(a, f"matrix(1 0 0 -1 {n(c)} {n(h - i)})")
        + moved(b, f"matrix(0 1 1 0 {n(i)} {n(c)})")
        + moved(b, f"matrix(0 1 -1 0 {n(w - i)} {n(c)})")
    )


def cloud_corner(size: float) -> str:
    """Two scrolls that turn out of the corner and a bud on the diagonal, `size` across."""

    def pts(points: Iterable[Point]) -> list[Point]:
        return [(x * size, y * size) for x, y in points]

    def flip(points: Iterable[Point]) -> list[Point]:
        return [(y, x) for x, y in points]

    a = [(1.06, 0.06), (0.66, 0.06), *spiral(0.66, 0.30, 0.24, 0.06, -90, -480)]
    arc = [(0.66, 0.06), (0.30, 0.10), (0.10, 0.30), (0.06, 0.66)]
    return (
        smooth(pts(a))
        + smooth(pts(flip(a)))
        + smooth(pts(arc))
        + smooth(pts(spiral(0.62, 0.62, 0.20, 0.05, 225, 420)))
    )


def braid(length: float, period: float, height: float, strands: int) -> str:
    """Interlaced sine lines along the x axis, a phase apart, swelling and thinning together."""
    waves = round(length / period)
    step = length / waves / 4
    swells = max(1, round(length / 54))
    out = []
    for k in range(strands):
        pts = []
        for i in range(waves * 4 + 1):
            envelope = 0.68 + 0.32 * cos(2 * pi * swells * i / (waves * 4))
            pts.append(
                (i * step, height / 2 * envelope * sin(pi / 2 * i + 2 * pi * k / strands + pi / 4))
            )
        out.append(smooth(pts))
    return "".join(out)


def rosette(r: float, petals: int, curves: int, depth: float, inner: float = 0.35) -> str:
    """A guilloche rosette: waved rings whose phase slides from ring to ring."""
    out = []
    for c in range(curves):
        base = r * (inner + (1 - depth - inner) * c / max(1, curves - 1))
        shift = pi / petals * (c % 2)
        swing = r * depth
        pts = []
        for i in range(petals * 4):
            a = 2 * pi * i / (petals * 4)
            rho = base + swing * cos(petals * (a + shift))
            pts.append((rho * cos(a), rho * sin(a)))
        out.append(smooth(pts, True))
    return "".join(out)


def hills(w: float, base: float, rows: int) -> list[str]:
    """Rolling grassland: long waves, each line lower and of another length."""
    out = []
    for k in range(rows):
        t = k / (rows - 1)
        y = base + 20 * t**1.2
        pts = [
            (
                x,
                y
                - (1 - t)
                * (6 * sin(x / w * 2 * pi * 0.92 + 0.5) + 2.6 * sin(x / w * 2 * pi * 2.1 + 1.4 + t))
                - 2.2 * sin(x / w * 2 * pi * 1.4 + 4 * t),
            )
            for x in [i * w / 12 for i in range(13)]
        ]
        out.append(smooth(pts))
    return out


def star(cx: float, cy: float, r: float) -> str:
    inner = r * sin(radians(18)) / sin(radians(54))
    return line(
        [
            (
                cx + (r if i % 2 == 0 else inner) * cos(radians(-90 + 36 * i)),
                cy + (r if i % 2 == 0 else inner) * sin(radians(-90 + 36 * i)),
            )
            for i in range(10)
        ],
        True,
    )


# sheets


def completion() -> None:
    w, h = 297, 210
    body = [
        moved(stroke(rosette(60, 24, 7, 0.075), "#f4edde", 0.22), "translate(148.5 105)"),
        stroke(rect(9, w, h), GOLD, 0.3),
        stroke(rect(10.1, w, h), PINE, 1.1),
        band(w, h, 12.6, 6.2, 3.5, 12.4, PINE, 0.5),
        stroke(rect(18.1, w, h), GOLD, 0.5),
        stroke(rect(19.2, w, h), GOLD, 0.18),
        four_corners(
            w,
            h,
            moved(
                fill(line([(-0.6, -0.6), (12.6, -0.6), (12.6, 12.6), (-0.6, 12.6)], True), "#fff")
                + stroke(line([(12.4, -1.3), (12.4, 12.4), (-1.3, 12.4)]), GOLD, 0.5)
                + stroke(cloud_corner(10.6), CINNABAR, 0.55, 'stroke-linecap="round"'),
                "translate(12 12)",
            ),
        ),
        stroke(line([(98, 82.5), (199, 82.5)]), GOLD, 0.25),
    ]
    svg("sheet-completion.svg", w, h, "".join(body))


def attendance() -> None:
    w, h = 210, 297
    strip = stroke(braid(150, 6, 5.6, 5), SLATE, 0.2)
    body = [moved(strip, "translate(30 31)"), moved(strip, "translate(30 268)")]
    ys = (26.4, 35.6, 263.4, 272.6)
    body += [stroke(line([(30, y), (180, y)]), SLATE, 0.3) for y in ys]
    svg("sheet-attendance.svg", w, h, "".join(body))


def hours() -> None:
    w, h = 210, 297
    body = [
        stroke(rect(12, w, h), BLUE, 0.25),
        stroke(rect(13.2, w, h), BLUE, 0.6),
        four_corners(
            w,
            h,
            moved(
                fill(line([(-0.8, -0.8), (12.5, -0.8), (12.5, 12.5), (-0.8, 12.5)], True), "#fff")
                + stroke(cloud_corner(12), BLUE, 0.6, 'stroke-linecap="round"'),
                "translate(12.48 12.48)",
            ),
        ),
        stroke(line([(60, 88.6), (150, 88.6)]), BLUE, 0.2),
    ]
    svg("sheet-hours.svg", w, h, "".join(body))


def supervision() -> None:
    w, h = 210, 297
    rail = stroke(
        hooks(257, 7.1, 4.2), SADDLE, 0.55, 'stroke-linejoin="miter" stroke-linecap="square"'
    )
    body = [
        moved(rail, "matrix(0 1 1 0 16 20)"),
        stroke(line([(13.6, 20), (13.6, 277)]), SADDLE, 1),
        stroke(line([(22.4, 20), (22.4, 277)]), SADDLE, 0.25),
    ]
    svg("sheet-supervision.svg", w, h, "".join(body))


def appointment() -> None:
    w, h = 297, 210
    rows = []
    for j in range(16):
        for i in range(7):
            x, y = 15 + i * 12 + (6 if j % 2 else 0), 20 + j * 12
            rows.append(smooth(spiral(x, y, 4.4, 0.8, 150, 480)))
    body = [
        f'<defs><clipPath id="p"><rect x="12" y="12" width="66" height="186"/></clipPath></defs>'
        f'<rect x="12" y="12" width="66" height="186" fill="{CINNABAR}"/>'
        f'<g clip-path="url(#p)">{stroke("".join(rows), "#b5423c", 0.35)}</g>',
        stroke(rect(12, w, h), CINNABAR, 0.6),
        stroke(
            line([(14.4, 14.4), (75.6, 14.4), (75.6, 195.6), (14.4, 195.6)], True), "#d9bd82", 0.35
        ),
        stroke(
            line([(80.4, 14.4), (282.6, 14.4), (282.6, 195.6), (80.4, 195.6)], True), GOLD, 0.25
        ),
        stroke(line([(132, 78), (233, 78)]), GOLD, 0.25),
    ]
    svg("sheet-appointment.svg", w, h, "".join(body))


def honour() -> None:
    w, h = 297, 210
    ring = rect(10, w, h) + line([(20, 20), (20, h - 20), (w - 20, h - 20), (w - 20, 20)], True)
    body = [
        moved(stroke(rosette(60, 30, 7, 0.07), "#f5eddb", 0.22), "translate(148.5 105)"),
        fill(ring, CINNABAR),
        band(w, h, 12.9, 6.9, 4.2, 9.6, "#dcb96f", 0.5),
        stroke(rect(11.2, w, h), "#dcb96f", 0.3),
        stroke(rect(18.8, w, h), "#dcb96f", 0.3),
        stroke(rect(21.4, w, h), GOLD, 0.45),
        four_corners(
            w, h, moved(stroke(rosette(3.6, 8, 3, 0.16), "#e6c985", 0.3), "translate(15 15)")
        ),
    ]
    svg("sheet-honour.svg", w, h, "".join(body))


def thanks() -> None:
    w, h = 210, 297
    lines = hills(w, 267, 9)
    shades = [
        "#d6e2d2",
        "#b6cab3",
        "#a4bda2",
        "#91b091",
        "#6b946c",
        "#5a875d",
        "#4d7c4f",
        "#447444",
        GRASS,
    ]
    body = [
        moved(stroke(rosette(10.5, 16, 5, 0.1), GOLD, 0.22), "translate(105 33)"),
        stroke(line([(84, 33), (46, 33)]) + line([(126, 33), (164, 33)]), GOLD, 0.25),
    ]
    body += [stroke(d, c, 0.3) for d, c in zip(lines, shades, strict=True)]
    svg("sheet-thanks.svg", w, h, "".join(body))


def bilingual() -> None:
    w, h = 297, 210
    a = stroke(braid(w - 2 * 20, 7.8, 5.2, 3), BLUE, 0.2)
    b = stroke(braid(h - 2 * 20, 7.7, 5.2, 3), BLUE, 0.2)
    body = [
        stroke(rect(9, w, h), BLUE, 0.9),
        stroke(rect(10.4, w, h), GOLD, 0.25),
        stroke(rect(17.8, w, h), GOLD, 0.4),
        moved(a, "translate(20 14.1)"),
        moved(a, f"translate(20 {h - 14.1})"),
        moved(b, "matrix(0 1 1 0 14.1 20)"),
        moved(b, f"matrix(0 1 1 0 {w - 14.1} 20)"),
        four_corners(
            w, h, moved(stroke(rosette(3.5, 10, 4, 0.12), GOLD, 0.25), "translate(14.1 14.1)")
        ),
        stroke(line([(148.5, 72), (148.5, 131)]), GOLD, 0.25),
    ]
    svg("sheet-bilingual.svg", w, h, "".join(body))


# the seal and the small fonts


def glyphs(path: str, face: int, text: str) -> dict[str, tuple[str, float]]:
    """SVG outline (y down, em = 1000) and advance of each character."""
    font = TTFont(path, fontNumber=face)
    table, names = font.getGlyphSet(), font.getBestCmap()
    out = {}
    for char in text:
        pen = SVGPathPen(table, ntos=lambda v: str(round(v)))
        table[names[ord(char)]].draw(TransformPen(pen, (1, 0, 0, -1, 0, 880)))
        out[char] = pen.getCommands(), table[names[ord(char)]].width
    return out


def seal(noto: str) -> None:
    """Round, 40 mm, a star in the middle; says twice that it is a specimen."""
    arc, foot, size, r = "样章仅供演示不具效力", "样章", 40.0, 14.6
    shape, red = glyphs(noto, 2, arc + foot), "#c8201c"
    body = [
        f'<circle cx="20" cy="20" r="19.3" fill="none" stroke="{red}" stroke-width="1.2"/>',
        fill(star(20, 19.2, 5.4), red),
    ]
    scale, spread, centred = 4.5 / 1000, 236, "translate(-500 -440)"
    for i, char in enumerate(arc):
        turn = -spread / 2 + spread * i / (len(arc) - 1)
        place = f"translate(20 20) rotate({n(turn)}) translate(0 {n(-r)})"
        narrow = f"scale({scale * 0.86} {scale * 1.12})"
        body.append(moved(fill(shape[char][0], red), f"{place} {narrow} {centred}"))
    for i, char in enumerate(foot):
        place = f"translate({n(20 + (i - 0.5) * 5)} 32.4) scale(.0042)"
        body.append(moved(fill(shape[char][0], red), f"{place} {centred}"))
    svg("seal-specimen.svg", size, size, "".join(body), "样章，仅供演示，不具效力")


def marks_font(kai: str) -> None:
    """Chinese quotation marks of the kai face on half an em; its own, 0.35 em, stick to text."""
    font = TTFont(kai)
    cut = Subsetter(
        Options(notdef_outline=True, layout_features=[], hinting=False, name_IDs=[1, 2])
    )
    cut.populate(unicodes=[0x2018, 0x2019, 0x201C, 0x201D])
    cut.subset(font)
    for code, glyph in font.getBestCmap().items():
        shape = font["glyf"][glyph]
        wanted = 500 - 40 - (shape.xMax - shape.xMin) if code in (0x2018, 0x201C) else 40
        shape.coordinates.translate((wanted - shape.xMin, 0))
        shape.recalcBounds(font["glyf"])
        font["hmtx"][glyph] = (500, wanted)
    for record in font["name"].names:
        record.string = "Paper Marks" if record.nameID == 1 else "Regular"
    font["head"].modified, font.recalcTimestamp = 3_800_000_000, False
    font.save(ASSETS / "paper-marks.ttf")


def heading_font(noto: str, face: int, text: str, weight: int) -> None:
    """A few glyphs of a CFF song face as a small TrueType font of a name of its own.

    A subset of a CFF face costs 110 KB a PDF. Quotation marks come from the Korean face of the
    collection: there they have the width Latin text wants.
    """
    font = TTFont(noto, fontNumber=face)
    cmap, source = font.getBestCmap(), font.getGlyphSet()
    latin = TTFont(noto, fontNumber=1)
    cmap.update({code: latin.getBestCmap()[code] for code in map(ord, "‘’“”…·")})
    chars = sorted({c for c in text if ord(c) in cmap})
    order = [".notdef"] + [f"u{ord(c):04X}" for c in chars]
    glyf, metrics = {}, {}
    for new, old in zip(order, [".notdef"] + [cmap[ord(c)] for c in chars], strict=True):
        pen = TTGlyphPen(None)
        source[old].draw(Cu2QuPen(pen, 0.6, reverse_direction=True))
        glyf[new] = pen.glyph()
        metrics[new] = (round(source[old].width), 0)
    build = FontBuilder(1000, isTTF=True)
    build.setupGlyphOrder(order)
    build.setupCharacterMap({ord(c): f"u{ord(c):04X}" for c in chars})
    build.setupGlyf(glyf)
    build.setupHorizontalMetrics(
        {k: (v[0], glyf[k].xMin if hasattr(glyf[k], "xMin") else 0) for k, v in metrics.items()}
    )
    build.setupHorizontalHeader(ascent=880, descent=-120)
    build.setupNameTable(
        {
            "familyName": "Paper Song",
            "styleName": "Bold" if weight == 700 else "Regular",
            "licenseDescription": "SIL Open Font License 1.1; outlines from Noto Serif CJK SC",
        }
    )
    build.setupOS2(
        sTypoAscender=880,
        sTypoDescender=-120,
        usWinAscent=880,
        usWinDescent=120,
        usWeightClass=weight,
    )
    build.setupPost()
    build.font["head"].created = build.font["head"].modified = 3_800_000_000
    build.font.recalcTimestamp = False
    build.save(ASSETS / f"paper-song-{weight}.ttf")


def installed(pattern: str) -> str:
    """The file of an installed face (apt: fonts-noto-cjk, fonts-lxgw-wenkai)."""
    command = ["fc-match", "-f", "%{file}", pattern]
    return run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603  # ours


LATIN = "".join(map(chr, range(0x20, 0x7F))) + "".join(map(chr, range(0xA1, 0x180))) + "–—‘’“”·…"
HEADINGS = (
    "培训结业证书培训证明继续教育学时证明社会工作督导时数证明聘书荣誉证书感谢状志愿服务记录证明"
    "通辽社会工作学院职业学院市委社会工作部仅说明参训情况样章课程起止日期小时学时类别合计次数个别团体同辈身份"
    "内容项目时间累计编号负责人经办人联系电话备注登记周期备案督导者督导对象姓名"
)

if __name__ == "__main__":
    ASSETS.mkdir(exist_ok=True)
    bold, regular, kai = (
        installed("Noto Serif CJK SC:bold"),
        installed("Noto Serif CJK SC"),
        installed("LXGW WenKai"),
    )
    for sheet in (
        completion,
        attendance,
        hours,
        supervision,
        appointment,
        honour,
        thanks,
        bilingual,
    ):
        sheet()
    seal(bold)
    heading_font(bold, 2, HEADINGS + LATIN, 700)
    heading_font(regular, 2, LATIN, 400)
    marks_font(kai)
