"""A page and its style in, a tagged PDF out (PDF/UA-1). No network, clock, database.

Loads WeasyPrint: only the helper of `printing.py` imports this module.
"""

import logging
import re
from typing import Any

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

DRAWING = re.compile(r"data:image/svg\+xml;base64,[A-Za-z0-9+/=]*")


class DrawingsOnly(URLFetcher):
    """Serve the drawings that the page brings along; stop at all else."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"data"}, allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if not DRAWING.fullmatch(url):
            raise FatalURLFetchingError(url[:80])
        return super().fetch(url, headers)


def printed(page: str, style: str) -> bytes:
    logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)
    fonts, fetcher = FontConfiguration(), DrawingsOnly()
    sheet = CSS(string=style, font_config=fonts, url_fetcher=fetcher)
    document = HTML(string=page, url_fetcher=fetcher, base_url="about:blank")
    pdf: bytes = document.write_pdf(
        stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1", pdf_tags=True
    )
    return pdf
