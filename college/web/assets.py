"""What the browser fetches: the vendored set and the one style sheet, with addresses and hashes."""

import gzip
import hashlib
import json
import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cached_property
from mimetypes import guess_type
from pathlib import Path

from flask import Flask, Response, request, send_from_directory
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from werkzeug.security import safe_join

A_YEAR = 31_536_000  # seconds
TEXT = {".css", ".js", ".json", ".svg", ".txt"}  # kept in memory, packed on the way out
LOOK = "look.css"  # Tabler and college.css as one file: see `joined`
DATA_IMAGE = re.compile(r'url\("data:[^"]*"\)')
OWN_IMAGE = re.compile(r"url\((img/[\w-]+\.svg)\)")
SOURCE_MAP = re.compile(r"\s*/\*# sourceMappingURL=.*?\*/")


@dataclass(frozen=True)
class Body:
    """The bytes of one asset and what follows from them."""

    plain: bytes

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(self.plain, mtime=0)

    @cached_property
    def version(self) -> str:
        return hashlib.sha256(self.plain).hexdigest()[:10]

    @cached_property
    def integrity(self) -> str:
        return "sha384-" + sha384(self.plain)


class Assets:
    """The static folder as the browser sees it.

    `is_watching`: a file is read again when its time stamp moved, for those who write style sheets.
    """

    def __init__(self, static: Path, *, root: str = "/static", is_watching: bool = True) -> None:
        self.static, self.root, self.is_watching = static, root, is_watching
        listed = json.loads((static / "vendor/vendor.json").read_text("utf-8"))
        self.vendored = {Path(line["file"]).name: str(line["file"]) for line in listed}
        self._kept: dict[str, tuple[tuple[int, ...], Body]] = {}

    def address(self, name: str) -> str:
        """The address of `name`, such as "js/grid.js" or "look.css"; new bytes, new address."""
        # a page asks for its icons a hundred times, and url_for would take longer than the page
        return f"{request.script_root}{self.root}/{self.path(name)}?v={self.body(name).version}"

    def integrity(self, name: str) -> str:
        """The `integrity` attribute of `name`."""
        return self.body(name).integrity

    def path(self, name: str) -> str:
        """Where `name` lies below static/; a vendored file is asked for by its bare name."""
        return self.vendored.get(name, name)

    def body(self, name: str) -> Body:
        """The bytes of `name`. Raises FileNotFoundError."""
        kept = self._kept.get(name)
        if kept is not None and not self.is_watching:
            return kept[1]
        sources = [self.static / source for source in self._sources(name)]
        stamp = tuple(source.stat().st_mtime_ns for source in sources)
        if kept is None or kept[0] != stamp:
            texts = [source.read_bytes() for source in sources]
            kept = (stamp, Body(joined(self.static, *texts[:2]) if name == LOOK else texts[0]))
            self._kept[name] = kept
        return kept[1]

    def _sources(self, name: str) -> list[str]:
        if name != LOOK:
            return [self.path(name)]
        images = sorted(f"img/{image.name}" for image in (self.static / "img").glob("*.svg"))
        return [self.path("tabler.min.css"), "college.css", *images]


class PagesOnly(SecureCookieSessionInterface):
    """A file of the look is everybody's: a cache in between may keep it whoever asked for it."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if request.endpoint != "static":
            super().save_session(app, session, response)


def install(app: Flask) -> None:
    """Give templates `asset(name)` and `integrity(name)`; serve static files packed, for a year."""
    static = Path(app.static_folder or "static")
    is_watching = not app.config.get("IS_PRODUCTION", False)
    assets = Assets(static, root=app.static_url_path or "/static", is_watching=is_watching)

    def served(filename: str) -> Response:
        inside = safe_join("", filename)
        known = inside is not None and (filename == LOOK or (static / inside).is_file())
        if not known or Path(filename).suffix not in TEXT:
            return kept_for_long(send_from_directory(static, filename))
        return kept_for_long(text_response(assets.body(filename), filename))

    def favicon() -> Response:
        return served("img/favicon.svg")

    app.session_interface = PagesOnly()
    app.view_functions["static"] = served
    app.add_url_rule("/favicon.ico", "favicon", favicon)  # asked for on pages that are not HTML
    app.jinja_env.globals.update(asset=assets.address, integrity=assets.integrity)


def text_response(body: Body, filename: str) -> Response:
    is_packed = request.accept_encodings.quality("gzip") > 0
    response = Response(body.packed if is_packed else body.plain, mimetype=guess_type(filename)[0])
    if is_packed:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(body.version + ("-gz" if is_packed else ""))
    return response


def kept_for_long(response: Response) -> Response:
    """An address with a hash keeps its bytes; any other, a module's import, is asked for anew."""
    has_hash = "v" in request.args
    response.cache_control.public = True
    response.cache_control.no_cache = None if has_hash else True
    response.cache_control.max_age = A_YEAR if has_hash else None
    response.cache_control.immutable = has_hash
    response.make_conditional(request)
    return response


def joined(static: Path, tabler: bytes, own: bytes) -> bytes:
    """Tabler and our sheet as one, so that no style is computed between the two.

    Tabler's `data:` images, which the policy `default-src 'self'` forbids, are taken out; images
    of ours get their hash.
    """
    base = SOURCE_MAP.sub("", DATA_IMAGE.sub("none", tabler.decode()))
    ours = OWN_IMAGE.sub(
        lambda found: f"url({found[1]}?v={Body((static / found[1]).read_bytes()).version})",
        own.decode(),
    )
    return (base + "\n" + ours).encode()


def sha384(body: bytes) -> str:
    return b64encode(hashlib.sha384(body).digest()).decode()
