"""What the browser fetches: the vendored set, the one style sheet, and their addresses and hashes in templates."""

import gzip
import hashlib
import json
import re
import shutil
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from mimetypes import guess_type
from pathlib import Path

from flask import Flask, Response, request, send_from_directory, url_for
from werkzeug.utils import safe_join

A_YEAR = 31_536_000  # seconds
TEXT = {".css", ".js", ".json", ".svg", ".txt"}  # kept in memory, packed on the way out
LOOK = "look.css"  # Tabler and college.css as one file: see `joined`
DATA_IMAGE = re.compile(r'url\("data:[^"]*"\)')
OWN_IMAGE = re.compile(r"url\((img/[\w-]+\.svg)\)")
SOURCE_MAP = re.compile(r"\s*/\*# sourceMappingURL=.*?\*/")
DRAWING = re.compile(r"<path[^>]*?/>", re.DOTALL)


@dataclass(frozen=True)
class Package:
    """One npm package: what we take of it (path inside → name in our tree) and where its licence text lies."""

    name: str
    folder: str
    files: tuple[tuple[str, str], ...]
    licences: tuple[str, ...]


PACKAGES = (
    Package(
        "@tabler/core",
        "tabler",
        (("dist/css/tabler.min.css", "tabler.min.css"),),
        ("licences/tabler.txt",),
    ),
    Package("@tabler/icons", "tabler-icons", (), ("node_modules/@tabler/icons/LICENSE",)),
    Package(
        "htmx.org",
        "htmx",
        (("dist/htmx.min.js", "htmx.min.js"),),
        ("node_modules/htmx.org/LICENSE",),
    ),
    Package(
        "@alpinejs/csp",
        "alpine-csp",
        (("dist/cdn.min.js", "alpine.min.js"),),
        # its bundle holds Vue's reactivity
        ("licences/alpine.txt", "node_modules/@vue/reactivity/LICENSE"),
    ),
)


@dataclass(frozen=True)
class Vendored:
    """One line of vendor.json."""

    file: str
    package: str
    version: str
    licence: str
    sha384: str


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
    """The static folder as the browser sees it. A file is read again only when its time stamp moved."""

    def __init__(self, static: Path) -> None:
        self.static = static
        listed = json.loads((static / "vendor" / "vendor.json").read_text("utf-8"))
        self.vendored = {Path(line["file"]).name: str(line["file"]) for line in listed}
        self._kept: dict[str, tuple[tuple[int, ...], Body]] = {}

    def address(self, name: str) -> str:
        """The address of `name` ("js/grid.js", "htmx.min.js", "look.css"); it changes when the bytes do."""
        return url_for("static", filename=self.path(name), v=self.body(name).version)

    def integrity(self, name: str) -> str:
        """The `integrity` attribute of `name`."""
        return self.body(name).integrity

    def path(self, name: str) -> str:
        """Where `name` lies below static/; a vendored file is asked for by its bare name."""
        return self.vendored.get(name, name)

    def body(self, name: str) -> Body:
        """The bytes of `name`. Raises FileNotFoundError."""
        sources = [self.static / source for source in self._sources(name)]
        stamp = tuple(source.stat().st_mtime_ns for source in sources)
        kept = self._kept.get(name)
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


def install(app: Flask) -> None:
    """Give templates `asset(name)` and `integrity(name)`; serve static files packed and, with a hash, for a year."""
    static = Path(app.static_folder or "static")
    assets = Assets(static)

    def served(filename: str) -> Response:
        inside = safe_join("", filename)
        known = inside is not None and (filename == LOOK or (static / inside).is_file())
        if not known or Path(filename).suffix not in TEXT:
            return kept_for_long(send_from_directory(static, filename))
        return kept_for_long(text_response(assets.body(filename), filename))

    def favicon() -> Response:
        return served("img/favicon.svg")

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
    """An address with a hash never changes its bytes; any other (a module's import) is asked for anew, mostly 304."""
    has_hash = "v" in request.args
    response.cache_control.public = True
    response.cache_control.no_cache = None if has_hash else True
    response.cache_control.max_age = A_YEAR if has_hash else None
    response.cache_control.immutable = has_hash
    response.make_conditional(request)
    return response


def joined(static: Path, tabler: bytes, own: bytes) -> bytes:
    """Tabler and our sheet as one: a style computed between two files would ask for Tabler's `data:` images.

    Those images are taken out altogether (the policy is `default-src 'self'`); ours get their hash.
    """
    base = SOURCE_MAP.sub("", DATA_IMAGE.sub("none", tabler.decode()))
    ours = OWN_IMAGE.sub(
        lambda found: f"url({found[1]}?v={Body((static / found[1]).read_bytes()).version})",
        own.decode(),
    )
    return (base + "\n" + ours).encode()


def vendor(frontend: Path, static: Path) -> list[Vendored]:
    """Copy the listed set from `frontend`/node_modules (after `npm ci`) into `static`/vendor and write vendor.json."""
    target = static / "vendor"
    shutil.rmtree(target, ignore_errors=True)
    lines: list[Vendored] = []
    for package in PACKAGES:
        source = frontend / "node_modules" / package.name
        about = json.loads((source / "package.json").read_text("utf-8"))
        folder = target / f"{package.folder}-{about['version']}"
        folder.mkdir(parents=True)
        bodies = {name: (source / inside).read_bytes() for inside, name in package.files}
        if package.name == "@tabler/icons":
            bodies["icons.svg"] = sprite(
                source / "icons" / "outline", (frontend / "icons.txt").read_text().split()
            )
        for number, licence in enumerate(package.licences):
            bodies["LICENSE.txt" if number == 0 else f"LICENSE-{number + 1}.txt"] = (
                frontend / licence
            ).read_bytes()
        for name, body in bodies.items():
            (folder / name).write_bytes(body)
            path = (folder / name).relative_to(static).as_posix()
            lines.append(
                Vendored(path, package.name, about["version"], about["license"], sha384(body))
            )
    listed = json.dumps([asdict(line) for line in lines], indent=1)
    (target / "vendor.json").write_text(listed + "\n", "utf-8")
    return lines


def sprite(folder: Path, names: Iterable[str]) -> bytes:
    """One SVG with a symbol per icon; stroke and size come from the `.icon` class."""
    symbols = (
        f'<symbol id="{name}" viewBox="0 0 24 24">{drawing(folder / f"{name}.svg")}</symbol>'
        for name in names
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
    ).encode()


def drawing(icon: Path) -> str:
    paths = DRAWING.findall(icon.read_text("utf-8"))
    return "".join(re.sub(r"\s+", " ", path) for path in paths if 'stroke="none"' not in path)


def sha384(body: bytes) -> str:
    return b64encode(hashlib.sha384(body).digest()).decode()
