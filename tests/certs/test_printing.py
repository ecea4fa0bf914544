"""Designs of any malice: nothing is fetched, nothing is run, and the next paper is drawn."""

import re
import socketserver
import subprocess
import threading
from base64 import b64encode
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from college.certs import printing
from college.certs.paper import Paper, shipped
from college.certs.refusals import NotPrinted
from college.core.helper import Ended, Helper, OutOfMemory, OutOfTime
from tests.certs.samples import FACTS, NAMES

BASE = (
    '<html lang="zh-CN"><head><title>试</title>{head}</head>'
    "<body><p>{{{{name}}}}</p>{body}</body></html>"
)
CSS = "@page { size: 100mm 100mm } img { width: 9mm; height: 9mm } "
# where it stands, markup, style; URL is the place it wants to reach
PAYLOADS = {
    "img": ("body", '<img src="URL">', ""),
    "@import": ("body", "", "@import 'URL';"),
    "link": ("head", '<link rel="stylesheet" href="URL">', ""),
    "background": ("body", "", "p { background: url(URL) }"),
    "font": ("body", "", "@font-face { font-family: x; src: url(URL) } p { font-family: x }"),
    "attachment link": ("body", '<a rel="attachment" href="URL">a</a>', ""),
    "rel=attachment": ("head", '<link rel="attachment" href="URL">', ""),
    "object": ("body", '<object data="URL"></object>', ""),
    "svg image": (
        "body",
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="URL"/></svg>',
        "",
    ),
    "redirect": ("body", '<img src="URL/redirect">', ""),
    "base": ("head", '<base href="URL/"><link rel="stylesheet" href="x.css">', ""),
}


HITS: list[object] = []


class Listener(socketserver.BaseRequestHandler):
    def handle(self):
        HITS.append(self.client_address)
        self.request.sendall(b"HTTP/1.0 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n")


@pytest.fixture
def listener():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Listener) as server:
        HITS.clear()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def paper_of(name: str, url: str) -> Paper:
    where, markup, style = PAYLOADS[name]
    parts = {"head": "", "body": "", where: markup.replace("URL", url)}
    return Paper(BASE.format(**parts), CSS + style.replace("URL", url), "malice")


@pytest.mark.parametrize("scheme", ["http", "file"])
@pytest.mark.parametrize("name", PAYLOADS)
def test_no_design_reaches_a_host_or_a_file(listener, tmp_path, name, scheme):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of this machine")
    host = f"http://127.0.0.1:{listener.server_address[1]}"
    try:
        pdf = printing.pull(paper_of(name, host if scheme == "http" else secret.as_uri()), FACTS)
    except NotPrinted:
        pdf = b""
    assert HITS == []
    assert b"secret of this machine" not in pdf
    assert not re.search(rb"/EmbeddedFile\b", pdf)


INJECTIONS = [
    "{{7*7}}", "{{name}}", "{{ config }}", "{% for i in range(9) %}", "${7*7}", "#{7*7}",
    "<%= 7*7 %>",
    "{{''.__class__.__mro__}}", "%(name)s", "{0.__class__}", "<b>x</b>", "&lt;", "]]>", "<script>",
    "\\27",
]  # fmt: skip


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_looks_like_a_template_is_printed_as_it_is(text):
    pdf = printing.pull(shipped("completion"), FACTS | {"name": "王", "course": text})
    read = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    assert re.sub(r"\s", "", text) in re.sub(r"\s", "", read.stdout.decode())


def bounded(**over) -> Helper:
    return Helper(printing.DOOR, replace(printing.BOUNDS, **over), knows=printing.KNOWN)


def vast() -> str:
    """A picture of 700 KB that unpacks to 680 MB."""
    out = BytesIO()
    Image.new("RGBA", (17000, 10000)).save(out, "png", compress_level=1)
    return f'<img src="data:image/png;base64,{b64encode(out.getvalue()).decode()}">'


@pytest.mark.parametrize(
    ("body", "bounds", "errors"),
    [
        # memory may run out within a library that breaks off by itself
        (vast, {"memory": 512 * 1024**2}, {OutOfMemory, Ended}),
        (lambda: "<span>一</span>" * 100_000, {"cpu_seconds": 2}, {OutOfTime}),
    ],
    ids=["memory", "time"],
)
def test_a_paper_beyond_bounds_fails_alone_and_the_next_is_drawn(body, bounds, errors):
    helper = bounded(**bounds)
    with pytest.raises(Ended) as fault:
        helper.ask("pull", Paper(BASE.format(head="", body=body()), CSS, "big"), FACTS)
    assert type(fault.value) in errors
    names = FACTS | {"name": NAMES["rare"]}
    assert helper.ask("pull", shipped("completion"), names).startswith(b"%PDF")
    helper.close()


def test_bounds_are_wide_enough_for_a_print_file_of_many():
    pdf = printing.pull(shipped("completion"), FACTS)
    assert printing.merged([pdf] * 300).startswith(b"%PDF")
