"""Lists come in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from flask import request

from college.core.db import Base, db

R = TypeVar("R")
PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    rows: Sequence[R]
    number: int
    total: int
    per_page: int = PER_PAGE
    has_more: bool = False  # there are more than `total`, which the list does not go on to

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))


def paged(chosen: sa.Select[Any], *, per_page: int = PER_PAGE) -> Page[Any]:
    """Return the page of an ordered select of one entity that `?page=` asks for, or the nearest."""
    # without their columns, so that an index alone may answer
    bare = chosen.with_only_columns(sa.literal(1), maintain_column_froms=True).order_by(None)
    total = db.session.scalars(sa.select(sa.func.count()).select_from(bare.subquery())).one()
    number = _asked(Page([], 1, total, per_page))
    rows = db.session.scalars(chosen.limit(per_page).offset((number - 1) * per_page)).all()
    return Page(rows, number, total, per_page)


def paged_at_once(chosen: sa.Select[Any], *, most: int, per_page: int = PER_PAGE) -> Page[Any]:
    """As `paged`, of the first `most` rows, for what is looked through from one end to the other.

    Counting would look through all of it a second time.
    """
    model: type[Base] = chosen.column_descriptions[0]["entity"]
    numbers = chosen.with_only_columns(model.id, maintain_column_froms=True).limit(most + 1)
    ids = db.session.scalars(numbers).all()
    total = min(len(ids), most)
    number = _asked(Page([], 1, total, per_page))
    here = ids[:most][(number - 1) * per_page : number * per_page]
    by_id = {row.id: row for row in db.session.scalars(sa.select(model).where(model.id.in_(here)))}
    return Page([by_id[i] for i in here], number, total, per_page, has_more=len(ids) > most)


def _asked(last: Page[Any]) -> int:
    return min(max(request.args.get("page", 1, int), 1), last.pages)
