"""Ids in addresses: a number too large for a database is a page that does not exist."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

from college.core.access import MOST


class IdConverter(IntegerConverter):
    regex = r"\d{1,10}"

    def __init__(self, map: Map, **options: Any) -> None:
        super().__init__(map, **({"max": MOST} | options))


def install(app: Flask) -> None:
    """Before any blueprint: what `<int:…>` means is settled when a route is added."""
    app.url_map.converters["int"] = IdConverter
