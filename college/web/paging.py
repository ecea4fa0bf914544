"""Lists come in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from flask import request

from college.core.db import db

R = TypeVar("R")
PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    rows: Sequence[R]
    number: int
    total: int
    per_page: int = PER_PAGE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))


def paged(chosen: sa.Select[Any], *, per_page: int = PER_PAGE) -> Page[Any]:
    """Return the page of an ordered select of one entity that `?page=` asks for, or the nearest."""
    count = sa.select(sa.func.count()).select_from(chosen.order_by(None).subquery())
    total = db.session.scalars(count).one()
    last: Page[Any] = Page([], 1, total, per_page)
    number = min(max(request.args.get("page", 1, int), 1), last.pages)
    rows = db.session.scalars(chosen.limit(per_page).offset((number - 1) * per_page)).all()
    return Page(rows, number, total, per_page)
