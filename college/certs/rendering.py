"""Facts and a design in, the bytes of a PDF/A-3a + PDF/UA-1 file out. No network, clock, database.

Loads WeasyPrint: only the helper of `printing.py` imports this module.

    press = Press()                      # once per process: compiles drawings, keeps fonts warm
    pdf = press.pull(paper, facts)       # same paper and facts: same bytes
"""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from hashlib import sha256
from html import escape
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any
from unicodedata import category, east_asian_width

import pikepdf
import pypdfium2
import weasyprint.pdf
from weasyprint import CSS, HTML
from weasyprint.css import ColorProfile
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from college.certs.finishing import check_fit, finish
from college.certs.ink import Ink, qr
from college.certs.paper import PAPERS, Paper
from college.certs.refusals import DesignRefused, FactMissing, MissingGlyph, NotPrinted

ICC = Path(weasyprint.pdf.__file__).with_name("sRGB2014.icc")
ASSET = re.compile(r"asset:[a-z0-9][a-z0-9.-]*")
PICTURE = re.compile(r"data:image/(jpeg|png);base64,[A-Za-z0-9+/=]*")
PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
UNPRINTABLE = {"Cc", "Cf", "Co", "Cs"}  # controls, invisible marks, private use, surrogates
SPECIMEN = "seal-specimen.svg"
STYLES_KEPT = 64
NAME_FITS = (
    *((3, "three"), (6, "short"), (12, "medium")),
    *((19, "long"), (26, "longest"), (38, "extreme")),
)
ISSUER_FITS = ((14, "usual"), (20, "wide"))
TEXT_FITS = ((24, "easy"), (46, "full"), (80, "dense"))


class NotAnAsset(FatalURLFetchingError):
    """A BaseException, as WeasyPrint swallows any other; it never leaves this module."""


class AssetsOnly(URLFetcher):
    """Serve `asset:name` from one folder and pictures in `data:`; stop at all else."""

    def __init__(self, folder: Path) -> None:
        super().__init__(allowed_protocols={"data"}, allow_redirects=False, fail_on_errors=True)
        self.folder = folder

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if PICTURE.fullmatch(url):
            return super().fetch(url, headers)
        path = self.folder / url.removeprefix("asset:")
        if not ASSET.fullmatch(url) or not path.is_file():
            raise NotAnAsset(url[:80])
        return URLFetcherResponse(url, path.read_bytes())


class Press:
    """What can be prepared before the first certificate and kept for the next."""

    def __init__(self) -> None:
        folder = PAPERS / "assets"
        self.assets = AssetsOnly(folder)
        self.fonts = FontConfiguration()
        self.faces = self._style((folder / "faces.css").read_text(encoding="utf-8"), self.fonts)
        self.inks = {f"asset:{p.name}": Ink.from_svg(p.read_bytes()) for p in folder.glob("*.svg")}
        self.profile = ICC.read_bytes()
        self.styles: dict[str, CSS] = {}
        self.lock = Lock()

    def pull(self, paper: Paper, facts: Mapping[str, str]) -> bytes:
        """The PDF. Raises one of `refusals.NotPrinted`: such a certificate must not be issued."""
        known = completed(facts, self.inks)
        source = PLACEHOLDER.sub(lambda m: escape(_fact(known, m[1])), paper.html)
        try:
            with self.lock:
                return self._print(source, self._styles_of(paper), qr(_fact(known, "qr")))
        except FatalURLFetchingError as refused:
            raise DesignRefused(f"{paper.name}: {refused}") from None

    def _print(self, source: str, style: CSS, symbol: Ink) -> bytes:
        """One page. The colour profile comes from memory: WeasyPrint would leave its file open."""
        page = HTML(string=source, url_fetcher=self.assets, base_url="asset:")
        options = {"pdf_variant": "pdf/a-3a", "output_intent": "press"}
        profile = ColorProfile(
            BytesIO(self.profile), ICC.name, "relative-colorimetric", (["r"], ["g"], ["b"])
        )
        document = page.render(
            font_config=self.fonts,
            color_profiles={"press": profile},
            stylesheets=[self.faces, style],
            cache={**self.inks, "asset:qr": symbol},
            **options,
        )
        check_fit(document)
        pdf: bytes = document.write_pdf(finisher=finish, **options)
        return pdf

    def _styles_of(self, paper: Paper) -> CSS:
        key = sha256(paper.css.encode()).hexdigest()
        if key not in self.styles:
            if len(self.styles) >= STYLES_KEPT:
                self.styles.pop(next(iter(self.styles)))
            self.styles[key] = self._style(paper.css)
        return self.styles[key]

    def _style(self, css: str, fonts: FontConfiguration | None = None) -> CSS:
        """Without `fonts` an @font-face has no effect: a design cannot change another's faces."""
        return CSS(string=css, url_fetcher=self.assets, font_config=fonts, base_url="asset:")


REFUSALS = (NotPrinted,)  # what the helper hands on as it is


def answer(what: str, *arguments: Any) -> bytes:
    """The helper's door: pull(paper, facts), first_page_png(pdf, width) or merged(pdfs)."""
    deeds: dict[str, Callable[..., bytes]] = {
        "pull": press().pull,
        "first_page_png": first_page_png,
        "merged": merged,
    }
    return deeds[what](*arguments)


@cache
def press() -> Press:
    """One per process: it keeps drawings and typefaces warm."""
    logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)  # seven lines a paper
    return Press()


def completed(facts: Mapping[str, str], inks: Mapping[str, Ink]) -> dict[str, str]:
    """The facts with what follows from them: sizes by length, the seal's picture and its words.

    Raises MissingGlyph for characters that cannot be read back from paper, FactMissing for a
    seal without issuer or date, DesignRefused for a seal that is no asset.
    """
    odd = {c for text in facts.values() for c in text if category(c) in UNPRINTABLE}
    if odd:
        raise MissingGlyph(odd)
    seal = f"asset:{facts.get('seal', SPECIMEN)}"
    if seal not in inks:
        raise DesignRefused(seal)
    for name in ("issuer", "date"):
        if not facts.get(name, "").strip():
            raise FactMissing(name)
    photo = facts.get("photo", "")
    return {
        **facts,
        "name_fit": name_fit(_fact(facts, "name")),
        "text_fit": _first(TEXT_FITS, len(facts.get("course", "")), "tiny"),
        "issuer_fit": _first(ISSUER_FITS, len(facts["issuer"]), "widest"),
        "seal_url": seal,
        "seal_words": inks[seal].title,
        "photo": photo or "data:,",
        "photo_state": "shown" if photo else "none",
    }


def name_fit(name: str) -> str:
    """The classes that set a name's size: by its width in Han characters, and its script."""
    wide = sum(east_asian_width(c) in "WF" for c in name)
    if len(name) == wide == 2:
        return "two"
    fit = _first(NAME_FITS, wide + 0.55 * (len(name) - wide), "endless")
    return fit if wide else f"{fit} roman"


def first_page_png(pdf: bytes, width: int) -> bytes:
    """The picture of a paper for a preview, `width` pixels wide."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        picture = page.render(scale=width / page.get_width()).to_pil()
        out = BytesIO()
        picture.save(out, "png", optimize=True)
        return out.getvalue()


def merged(pdfs: Iterable[bytes]) -> bytes:
    """All pages in the order given, one file for the printer; untagged, so no PDF/A claim."""
    drawings: dict[bytes, pikepdf.Object] = {}
    with pikepdf.new() as whole:
        for pdf in pdfs:
            with pikepdf.open(BytesIO(pdf)) as one:
                whole.pages.extend(one.pages)
        for page in whole.pages:
            _share(page.obj, drawings)
        out = BytesIO()
        whole.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _share(page: pikepdf.Object, drawings: dict[bytes, pikepdf.Object]) -> None:
    """Drop what points at tags that are gone, and keep one copy of each sheet and seal."""
    for key in ("/StructParents", "/Tabs"):
        if key in page:
            del page[key]
    forms: pikepdf.Object = page["/Resources"].get("/XObject", pikepdf.Dictionary())
    for name in forms.keys():  # noqa: SIM118  # iterating a PDF dictionary is not iterating its keys
        forms[name] = drawings.setdefault(_fingerprint(forms[name]), forms[name])


def _fingerprint(form: pikepdf.Object) -> bytes:
    """Of a drawing with all it draws in turn: a sheet hides behind a form that only places it."""
    within = form.get("/Resources", pikepdf.Dictionary()).get("/XObject", pikepdf.Dictionary())
    print_of = sha256(repr(form.get("/BBox")).encode() + form.read_raw_bytes())
    for name, inner in sorted(within.items()):
        print_of.update(name.encode() + _fingerprint(inner))
    return print_of.digest()


def _fact(facts: Mapping[str, str], name: str) -> str:
    if name not in facts:
        raise FactMissing(name)
    return facts[name]


def _first(limits: Iterable[tuple[int, str]], size: float, beyond: str) -> str:
    return next((fit for limit, fit in limits if size <= limit), beyond)
