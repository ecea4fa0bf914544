"""CPU milliseconds and bytes of one certificate: the naive call against the press, in one run.

python bench/render.py [rounds] prints the least of three runs of `rounds` certificates, process
CPU time, so that what else the machine does counts little.
"""

import re
import sys
import time
from base64 import b64encode
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
begun = time.process_time()

# What the imports cost is part of the answer.
import segno
from weasyprint import HTML

from college.certs.finishing import finish
from college.certs.paper import PAPERS, shipped
from college.certs.rendering import PLACEHOLDER, Press, completed, merged
from college.certs.wording import SHIPPED
from tests.certs.samples import FACTS, NAMES

imported = time.process_time() - begun
ROUNDS = int(sys.argv[1]) if sys.argv[1:] else 20
KIND = "completion"


def main() -> None:
    start = time.process_time()
    press = Press()
    first = press.pull(shipped(KIND), FACTS)
    print(f"{'imports':<52}{imported * 1000:8.1f} ms")
    row("first certificate of a process, with Press()", since(start), len(first))
    for family in ("Noto Serif CJK SC", "LXGW WenKai"):
        work = naive(press, family)
        row(f"naive call, {family}", cpu(work, 3), len(work()))
    for design in SHIPPED:
        paper = shipped(design)
        row(
            f"press, {design}",
            cpu(lambda p=paper: press.pull(p, FACTS)),
            len(press.pull(paper, FACTS)),
        )
    batch(press)


def batch(press: Press) -> None:
    """Two hundred different people, and the one file for the printer."""
    names = list(NAMES.values())
    paper, pdfs, start = shipped(KIND), [], time.process_time()
    for i in range(200):
        facts = FACTS | {"name": names[i % len(names)], "number": f"TLSW-JY-2026-{i:06d}K"}
        pdfs.append(press.pull(paper, facts))
    row(
        "press, batch of 200 different papers, each", since(start) / 200, sum(map(len, pdfs)) // 200
    )
    start = time.process_time()
    whole = merged(pdfs)
    row("one print file of the 200, a page", since(start) / 200, len(whole) // 200)


def naive(press: Press, family: str) -> Callable[[], bytes]:
    """What one writes first: everything inline, fonts and drawings anew each time."""
    paper = shipped(KIND)
    css = paper.css.replace('"Paper Marks", "LXGW WenKai", ', f'"{family}", ')
    css = re.sub(
        r"asset:([a-z.-]+svg)", lambda m: uri((PAPERS / "assets" / m[1]).read_bytes()), css
    )
    seal = uri((PAPERS / "assets" / "seal-specimen.svg").read_bytes())
    html = paper.html.replace("</head>", f"<style>{css}</style></head>")
    known = completed(FACTS, press.inks) | {"seal_url": seal}
    html = PLACEHOLDER.sub(lambda m: known[m[1]], html)

    def work() -> bytes:
        code = BytesIO()
        segno.make(FACTS["qr"], error="m").save(code, kind="svg", border=0)
        page = HTML(string=html.replace("asset:qr", uri(code.getvalue())))
        pdf: bytes = page.write_pdf(pdf_variant="pdf/a-3a", finisher=finish)
        return pdf

    return work


def uri(svg: bytes) -> str:
    return f"data:image/svg+xml;base64,{b64encode(svg).decode()}"


def cpu(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Milliseconds a call, the least of three runs."""

    def once() -> float:
        start = time.process_time()
        for _ in range(rounds):
            work()
        return since(start) / rounds

    return min(once() for _ in range(3))


def since(start: float) -> float:
    return (time.process_time() - start) * 1000


def row(what: str, milliseconds: float, size: int) -> None:
    print(f"{what:<52}{milliseconds:8.1f} ms {size:>9} bytes")


if __name__ == "__main__":
    main()
