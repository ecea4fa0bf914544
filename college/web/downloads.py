"""Bytes to keep: always as an attachment, with a name in any script."""

from urllib.parse import quote

from flask import Response
from werkzeug.http import dump_options_header

TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
}


def download(content: bytes, name: str) -> Response:
    """Answer `content` to be saved under `name`, whose ending says the type."""
    response = Response(content, content_type=TYPES[name.rsplit(".", 1)[-1]])
    ending = name.rsplit(".", 1)[-1]
    header = dump_options_header("attachment", {"filename": f"download.{ending}"})
    response.headers["Content-Disposition"] = f"{header}; filename*=UTF-8''{quote(name)}"
    return response


def picture(content: bytes, ending: str) -> Response:
    """Answer an image of our own making, to be shown in a page."""
    return Response(content, content_type=TYPES[ending])
