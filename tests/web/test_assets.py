import base64
import gzip
import hashlib
import json
import os
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from college.web.assets import Assets
from college.web.vendoring import PACKAGES, sprite, vendor
from config import ROOT

STATIC = ROOT / "static"
LISTED = json.loads((STATIC / "vendor/vendor.json").read_text("utf-8"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OWN = [p for p in sorted(STATIC.rglob("*")) if p.is_file() and "vendor" not in p.parts]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def asset(app: Flask, name: str) -> str:
    """`name`'s address, as a template of this app would write it."""
    return app.jinja_env.from_string("{{ asset(name) }}").render(name=name)


def static_copy(folder: Path, css: str = "") -> Path:
    """A static folder of one's own with a small Tabler and `css` as our sheet."""
    (folder / "vendor/tabler-0").mkdir(parents=True)
    (folder / "img").mkdir()
    (folder / "img/tick.svg").write_text("<svg/>")
    line = {"file": "vendor/tabler-0/tabler.min.css"}
    (folder / "vendor/vendor.json").write_text(json.dumps([line]))
    tabler = """.a{mask:url("data:image/svg+xml,%3csvg fill='x(1)'/%3e");b:c}
/*# sourceMappingURL=tabler.min.css.map */"""
    (folder / line["file"]).write_text(tabler)
    (folder / "college.css").write_text(css)
    return folder


def test_every_vendored_file_has_the_hash_that_is_listed():
    for line in LISTED:
        digest = hashlib.sha384((STATIC / line["file"]).read_bytes()).digest()
        assert base64.b64encode(digest).decode() == line["sha384"], line["file"]


def test_every_file_below_vendor_is_listed():
    files = {p.relative_to(STATIC).as_posix() for p in (STATIC / "vendor").rglob("*.*")}
    files = {name for name in files if (STATIC / name).is_file()}
    assert files == {line["file"] for line in LISTED} | {"vendor/vendor.json"}


def test_the_list_says_what_the_lock_file_says():
    locked = json.loads((ROOT / "frontend/package-lock.json").read_text("utf-8"))["packages"]
    for line in LISTED:
        assert locked[f"node_modules/{line['package']}"]["version"] == line["version"]


def test_the_lock_file_names_no_registry():
    locked = json.loads((ROOT / "frontend/package-lock.json").read_text("utf-8"))["packages"]
    assert not [name for name, package in locked.items() if "resolved" in package]


def test_every_package_comes_with_its_licence_text():
    for package in PACKAGES:
        texts = [
            (STATIC / line["file"]).read_text("utf-8")
            for line in LISTED
            if line["package"] == package.name and "LICENSE" in line["file"]
        ]
        assert len(texts) == len(package.licences) >= 1
        assert all("permission" in text.lower() for text in texts)


def test_vendoring_copies_files_and_licences_and_lists_them(tmp_path):
    frontend, static = tmp_path / "frontend", tmp_path / "static"
    for package in PACKAGES:
        source = frontend / "node_modules" / package.name
        for inside, _name in package.files:
            (source / inside).parent.mkdir(parents=True, exist_ok=True)
            (source / inside).write_text(f"of {package.name}")
        source.mkdir(parents=True, exist_ok=True)
        (source / "package.json").write_text('{"version": "1.2.3", "license": "MIT"}')
        for licence in package.licences:
            (frontend / licence).parent.mkdir(parents=True, exist_ok=True)
            (frontend / licence).write_text("Permission is granted")
    icons = frontend / "node_modules/@tabler/icons/icons/outline"
    icons.mkdir(parents=True)
    (icons / "check.svg").write_text('<svg><path stroke="none"/><path\n  d="M5 12"/></svg>')
    (frontend / "icons.txt").write_text("check\n")
    (static / "vendor/htmx-0.0.1").mkdir(parents=True)

    lines = vendor(frontend, static)

    files = [line.file for line in lines]
    assert "vendor/htmx-1.2.3/htmx.min.js" in files
    assert "vendor/alpine-csp-1.2.3/LICENSE-2.txt" in files
    assert not (static / "vendor/htmx-0.0.1").exists()
    assert [
        line["file"] for line in json.loads((static / "vendor/vendor.json").read_text())
    ] == files
    drawn = (static / "vendor/tabler-icons-1.2.3/icons.svg").read_text()
    assert drawn.count("<path") == 1
    assert '<symbol id="check" viewBox="0 0 24 24"><path d="M5 12"/></symbol>' in drawn


def test_an_icon_that_does_not_exist_stops_the_vendoring(tmp_path):
    with pytest.raises(FileNotFoundError):
        sprite(tmp_path, ["no-such-icon"])


def test_the_sprite_holds_the_icons_of_the_list():
    drawn = re.findall(r'<symbol id="([^"]+)"', Assets(STATIC).body("icons.svg").plain.decode())
    assert drawn == (ROOT / "frontend/icons.txt").read_text("utf-8").split()


def test_every_icon_that_a_template_names_is_in_the_sprite():
    known = set((ROOT / "frontend/icons.txt").read_text("utf-8").split())
    named = re.compile(
        r'\bicon(?:_of)?\("([\w-]+)"|\bstatus\("\w*", *"([\w-]+)"'
        r'|\bicon(?:_name)?="([\w-]+)"|\bnote\("\w*", *"([\w-]+)"'
    )
    used = {
        (path.name, name)
        for path in TEMPLATES
        for groups in named.findall(path.read_text("utf-8"))
        for name in groups
        if name
    }
    assert used
    assert {(page, name) for page, name in used if name not in known} == set()


def test_every_image_and_script_that_a_template_names_is_there():
    named = re.compile(r'(?:asset|script|module|integrity)\("([\w./-]+)"\)')
    assets = Assets(STATIC)
    names = {n for path in TEMPLATES for n in named.findall(path.read_text("utf-8"))}
    assert {"look.css", "js/grid.js", "img/favicon.svg"} <= names
    for name in names:
        assert assets.body(name).plain


def test_every_image_that_the_style_sheet_names_is_there():
    named = re.findall(r"url\(([^)]+)\)", (STATIC / "college.css").read_text("utf-8"))
    assert named
    assert [name for name in named if not (STATIC / name).is_file()] == []


def test_the_look_is_tabler_and_our_sheet_in_one():
    look = Assets(STATIC).body("look.css").plain.decode()
    assert look.startswith('@charset "UTF-8";/*!\n * Tabler v1.6.1')
    assert look.index("--qing: #0e5a5a") > look.index("--tblr-blue")
    last = (STATIC / "college.css").read_text("utf-8").strip().rsplit("\n", 1)[-1]
    assert look.rstrip().endswith(last)


def test_the_look_asks_for_nothing_that_the_policy_forbids():
    look = Assets(STATIC).body("look.css").plain.decode()
    addresses = re.findall(r"url\(([^)]*)\)", look)
    assert addresses
    assert all(re.fullmatch(r"img/[\w-]+\.svg\?v=[0-9a-f]{10}", one) for one in addresses)
    assert "@import" not in look
    assert "sourceMappingURL" not in look


def test_our_own_files_hold_no_inline_data_and_no_foreign_address():
    texts = [p for p in OWN if p.suffix in {".css", ".js", ".svg"}]
    assert texts
    for path in texts:
        text = path.read_text("utf-8").replace("http://www.w3.org/", "")
        assert not re.search(r"""[("']data:""", text), path.name
        assert "//" not in re.sub(r"(?m)(^|\s)//.*$", "", text), path.name
        assert "style=" not in text, path.name


def test_joining_takes_out_data_images_and_gives_ours_their_hash(tmp_path):
    assets = Assets(static_copy(tmp_path, ".b { mask: url(img/tick.svg); }"))
    hashed = hashlib.sha256(b"<svg/>").hexdigest()[:10]
    expected = f".a{{mask:none;b:c}}\n.b {{ mask: url(img/tick.svg?v={hashed}); }}"
    assert assets.body("look.css").plain.decode() == expected


def test_a_changed_sheet_gets_a_new_address(tmp_path):
    assets = Assets(static_copy(tmp_path, "a {}"))
    before = assets.body("look.css").version
    (tmp_path / "college.css").write_text("b {}")
    os.utime(tmp_path / "college.css", ns=(1, 1))
    assert assets.body("look.css").version != before


def test_production_reads_a_file_once(tmp_path):
    assets = Assets(static_copy(tmp_path, "a {}"), is_watching=False)
    before = assets.body("college.css").version
    (tmp_path / "college.css").write_text("b {}")
    os.utime(tmp_path / "college.css", ns=(1, 1))
    assert assets.body("college.css").version == before


def test_an_address_carries_the_hash_of_its_bytes(app: Flask):
    digest = hashlib.sha256((STATIC / "js/grid.js").read_bytes()).hexdigest()[:10]
    with app.test_request_context("/"):
        address = asset(app, "js/grid.js")
    assert address == f"/static/js/grid.js?v={digest}"


def test_an_address_keeps_the_prefix_of_the_site(app: Flask):
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/college"}):
        assert asset(app, "htmx.min.js").startswith("/college/static/vendor/htmx-")


def test_the_integrity_of_a_script_is_that_of_the_bytes_served(app: Flask, client: FlaskClient):
    with app.test_request_context("/"):
        address = asset(app, "htmx.min.js")
    integrity = app.jinja_env.from_string('{{ integrity("htmx.min.js") }}').render()
    digest = hashlib.sha384(client.get(address).data).digest()
    assert integrity == "sha384-" + base64.b64encode(digest).decode()


def test_an_address_with_a_hash_is_kept_for_a_year(client: FlaskClient):
    answer = client.get("/static/look.css?v=0123456789")
    assert answer.status_code == 200
    assert answer.mimetype == "text/css"
    cache = answer.headers["Cache-Control"]
    assert "max-age=31536000" in cache
    assert "immutable" in cache
    assert "private" not in cache


def test_an_address_without_a_hash_is_asked_for_anew(client: FlaskClient):
    first = client.get("/static/js/saving.js")
    again = client.get("/static/js/saving.js", headers={"If-None-Match": first.headers["ETag"]})
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert again.status_code == 304
    assert again.data == b""


def test_text_is_packed_for_those_who_take_it(client: FlaskClient):
    plain = client.get("/static/look.css")
    packed = client.get("/static/look.css", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < 100_000
    assert packed.headers["Vary"] == "Accept-Encoding"  # the same for whoever is signed in
    assert plain.headers["ETag"] != packed.headers["ETag"]


@pytest.mark.parametrize(
    "path",
    [
        "nosuch.css",
        "../config.py",
        "..%2fconfig.py",
        "img/..%2f..%2fconfig.py",
        "vendor",
        "img/nosuch.png",
        "",
    ],
)
def test_what_is_not_there_or_not_below_static_is_not_found(client: FlaskClient, path: str):
    assert client.get(f"/static/{path}").status_code == 404


def test_the_favicon_is_found_where_browsers_look_for_it(client: FlaskClient):
    answer = client.get("/favicon.ico")
    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"
