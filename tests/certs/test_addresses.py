"""Whatever an address is dressed as, no paper reaches it: not through the helper, not past it.

Beside `test_printing.py`, which tries every place in a design where an address can stand.
"""

import re
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from weasyprint import HTML

from college.certs import printing
from college.certs.paper import Paper, shipped
from college.certs.refusals import FactMissing, NotPrinted
from college.certs.rendering import Press
from tests.certs.samples import FACTS
from tests.certs.test_printing import INJECTIONS

LOOPBACK = {
    "plain": "http://127.0.0.1:PORT/x",
    "decimal": "http://2130706433:PORT/x",
    "hex": "http://0x7f000001:PORT/x",
    "octal": "http://0177.0.0.1:PORT/x",
    "short": "http://127.1:PORT/x",
    "another loopback": "http://127.0.0.53:PORT/x",
    "unspecified": "http://0.0.0.0:PORT/x",
    "IPv6-mapped": "http://[::ffff:127.0.0.1]:PORT/x",
    "a name": "http://localhost:PORT/x",
    "capitals": "HTTP://127.0.0.1:PORT/x",
    "redirect": "http://127.0.0.1:PORT/redirect",
}
ELSEWHERE = {
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "metadata in decimal": "http://2852039166/",
    "file": "file:///etc/hostname",
    "file without slashes": "file:/etc/hostname",
    "gopher": "gopher://127.0.0.1:PORT/_x",
    "ftp": "ftp://127.0.0.1:PORT/x",
    "with a user": "http://college.example.org@127.0.0.1:PORT/x",
    "no scheme": "//127.0.0.1:PORT/x",
    "backslashes": "http:\\\\127.0.0.1:PORT\\x",
    "a style in data": "data:text/css,@import 'http://127.0.0.1:PORT/x';",
    "a drawing in data": "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' "
    "height='9'><image href='http://127.0.0.1:PORT/x' width='9' height='9'/></svg>",
    "an asset above": "asset:../../../etc/hostname",
}
PLACES = {
    "img": ('<img src="URL">', ""),
    "@import": ("", '@import "URL";'),
    "background": ("", 'p { background: url("URL") }'),
    "svg": (
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="URL"/></svg>',
        "",
    ),
    "fact": ('<img src="{{photo}}">', ""),
}
PAGE = '<html lang="zh-CN"><head><title>试</title>{}</head><body><p>证书</p>{}</body></html>'
CSS = '@page { size: 100mm 100mm } body { font-family: "LXGW WenKai" } '
SECONDS = 30  # a connection that is tried waits longer


@pytest.fixture(scope="module")
def press() -> Press:
    return Press()


@pytest.fixture
def calls() -> Iterator[tuple[int, list[object]]]:
    """The port of a listener on every address of this machine, and who called there."""
    heard: list[object] = []

    class Listener(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            heard.append(self.client_address)
            self.request.sendall(b"HTTP/1.0 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n")

    with socketserver.ThreadingTCPServer(("0.0.0.0", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server.server_address[1], heard
        server.shutdown()
        thread.join()


def paper(place: str, url: str) -> Paper:
    markup, style = (part.replace("URL", url.replace('"', "&quot;")) for part in PLACES[place])
    return Paper(PAGE.format("", markup), CSS + style, "malice")


@pytest.mark.parametrize("form", [*LOOPBACK, *ELSEWHERE])
def test_no_address_is_called_in_any_dress(press, calls, form):
    port, heard = calls
    url = (LOOPBACK | ELSEWHERE)[form].replace("PORT", str(port))
    begun, facts = time.monotonic(), FACTS | {"photo": url}
    asked = [(press.pull, place) for place in PLACES]
    asked.append((printing.pull, "img"))  # as it is done: behind both locks
    for pull, place in asked:
        pdf = b""
        with suppress(NotPrinted):
            pdf = pull(paper(place, url), facts)
        assert not re.search(rb"/EmbeddedFile\b|root:x", pdf), place
    assert heard == []
    assert time.monotonic() - begun < SECONDS


@pytest.mark.parametrize("form", LOOPBACK)
def test_without_the_locks_the_listener_is_called(calls, form):
    """The negative control: each dress is one that the renderer by itself would follow."""
    port, heard = calls
    made = paper("img", LOOPBACK[form].replace("PORT", str(port)))
    HTML(string=made.html).write_pdf()
    assert heard != []


@pytest.mark.parametrize("fact", ["name", "course", "issuer"])
@pytest.mark.parametrize("text", INJECTIONS)
def test_what_looks_like_a_template_stays_text_in_every_fact(press, fact, text):
    pdf = b""
    with suppress(NotPrinted):  # too long for its place
        pdf = press.pull(shipped("completion"), FACTS | {fact: text})
    read = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True)
    words = re.sub(r"\s", "", read.stdout.decode())
    assert not pdf or re.sub(r"\s", "", text) in words
    assert "<class" not in words


@pytest.mark.parametrize("text", [one for one in INJECTIONS if "{{name}}" not in one])
def test_a_design_holds_no_template_language(press, text):
    """What is no placeholder is printed as it stands, or is markup that prints nothing."""
    pdf = press.pull(Paper(PAGE.format("", f"<p>{text}</p>"), CSS, "draft"), FACTS)
    read = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    words = re.sub(r"\s", "", read.stdout.decode())
    assert "49" not in words
    assert "class'" not in words
    if "<" not in text and "&" not in text:
        assert re.sub(r"\s", "", text) in words


def test_a_placeholder_that_is_no_fact_is_refused(press):
    with pytest.raises(FactMissing, match="config"):
        press.pull(Paper(PAGE.format("", "<p>{{config}}</p>"), CSS, "draft"), FACTS)
