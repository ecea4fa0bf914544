"""What is handed to the printer: a design at one version. Light; the web may load it."""

from dataclasses import dataclass
from pathlib import Path

PAPERS = Path(__file__).parent / "designs" / "papers"


@dataclass(frozen=True)
class Paper:
    """A design at one version: its page with {{placeholders}}, and all its style."""

    html: str
    css: str
    name: str


def shipped(name: str) -> Paper:
    """A design of the package, as it is seeded into the database."""
    html = (PAPERS / f"{name}.html").read_text(encoding="utf-8")
    parts = (PAPERS / "paper.css", PAPERS / f"{name}.css")
    return Paper(html, "".join(part.read_text(encoding="utf-8") for part in parts), name)
