"""Bytes to keep: always as an attachment, with a name in any script."""

import re
from urllib.parse import quote

from flask import Response
from werkzeug.http import dump_options_header

TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "svg": "image/svg+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
    "ics": "text/calendar; charset=utf-8",
}


# An SVG can hold scripts. In a page's <img> none runs; whoever opens its address by itself gets a
# document of its own, so that one may load nothing, run nothing and act on nothing here. Its own
# styles are what it is drawn with.
STILL = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
# what no file system takes, and marks that turn a name around: "…fdp.exe" would read "…exe.pdf"
UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+')
LONGEST = 120  # characters of a file's name


def download(content: bytes, name: str) -> Response:
    """Answer `content` to be saved under `name`, whose ending says the type."""
    stem, _, ending = name.rpartition(".")
    response = Response(content, content_type=TYPES[ending])
    header = dump_options_header("attachment", {"filename": f"download.{ending}"})
    saved_as = f"{UNFIT.sub('_', stem)[:LONGEST].strip(' .') or 'download'}.{ending}"
    response.headers["Content-Disposition"] = (
        f"{header}; filename*=UTF-8''{quote(saved_as, safe='')}"
    )
    return response


def picture(content: bytes, ending: str) -> Response:
    """Answer an image of our own making, to be shown in a page."""
    response = Response(content, content_type=TYPES[ending])
    response.headers["Content-Security-Policy"] = STILL
    return response
