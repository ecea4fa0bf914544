"""`flask assets vendor`: what of npm stands in static/vendor, with version, licence and hash."""

import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from college.web.assets import sha384

DRAWING = re.compile(r"<path[^>]*?/>", re.DOTALL)


@dataclass(frozen=True)
class Package:
    """An npm package: the files we take (path inside, name in our tree) and its licence texts."""

    name: str
    folder: str
    files: tuple[tuple[str, str], ...]
    licences: tuple[str, ...]
    has_icons: bool = False


PACKAGES = (
    Package(
        "@tabler/core",
        "tabler",
        (("dist/css/tabler.min.css", "tabler.min.css"),),
        ("licences/tabler.txt",),
    ),
    Package(
        "@tabler/icons",
        "tabler-icons",
        (),
        ("node_modules/@tabler/icons/LICENSE",),
        has_icons=True,
    ),
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


def vendor(frontend: Path, static: Path) -> list[Vendored]:
    """Copy PACKAGES from `frontend`/node_modules (after `npm ci`) into `static`/vendor.

    Writes vendor.json there and returns its lines.
    """
    target = static / "vendor"
    shutil.rmtree(target, ignore_errors=True)
    lines = [line for package in PACKAGES for line in copied(package, frontend, target)]
    listed = json.dumps([asdict(line) for line in lines], indent=1)
    (target / "vendor.json").write_text(listed + "\n", "utf-8")
    return lines


def copied(package: Package, frontend: Path, target: Path) -> list[Vendored]:
    source = frontend / "node_modules" / package.name
    about = json.loads((source / "package.json").read_text("utf-8"))
    folder = target / f"{package.folder}-{about['version']}"
    folder.mkdir(parents=True)
    lines = []
    for name, body in bodies(package, frontend, source).items():
        (folder / name).write_bytes(body)
        path = f"vendor/{folder.name}/{name}"
        lines.append(Vendored(path, package.name, about["version"], about["license"], sha384(body)))
    return lines


def bodies(package: Package, frontend: Path, source: Path) -> dict[str, bytes]:
    """What one package gives, by name: its files, the sprite of the icons we use, its licences."""
    found = {name: (source / inside).read_bytes() for inside, name in package.files}
    if package.has_icons:
        names = (frontend / "icons.txt").read_text("utf-8").split()
        found["icons.svg"] = sprite(source / "icons" / "outline", names)
    for number, licence in enumerate(package.licences, 1):
        found[f"LICENSE-{number}.txt"] = (frontend / licence).read_bytes()
    return found


def sprite(folder: Path, names: Iterable[str]) -> bytes:
    """One SVG with a symbol per icon; stroke and size come from the `.icon` class."""
    symbols = [
        f'<symbol id="{name}" viewBox="0 0 24 24">{drawing(folder / f"{name}.svg")}</symbol>'
        for name in names
    ]
    lines = ['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""]
    return "\n".join(lines).encode()


def drawing(icon: Path) -> str:
    """The strokes of an icon, without the invisible square it starts with."""
    paths = DRAWING.findall(icon.read_text("utf-8"))
    return "".join(re.sub(r"\s+", " ", path) for path in paths if 'stroke="none"' not in path)
