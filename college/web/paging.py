"""Lists come in pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

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


def paged(
    chosen: sa.Select[Any], asked: Mapping[str, object] | None = None, *, per_page: int = PER_PAGE
) -> Page[Any]:
    """Return the page of an ordered select of one entity that `?page=` asks for, or the nearest.

    `asked` are the select's own parameters.
    """
    (count, part), given = _parts(chosen), dict(asked or {})
    total = db.session.scalars(count, given).one()
    number = _asked(Page([], 1, total, per_page))
    place = {"page_rows": per_page, "page_from": (number - 1) * per_page}
    return Page(db.session.scalars(part, given | place).all(), number, total, per_page)


def paged_rows(rows: Sequence[R], *, per_page: int = PER_PAGE) -> Page[R]:
    """The page of rows that are at hand already which `?page=` asks for, or the nearest."""
    number = _asked(Page([], 1, len(rows), per_page))
    here = rows[(number - 1) * per_page : number * per_page]
    return Page(here, number, len(rows), per_page)


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


def _parts(chosen: sa.Select[Any]) -> tuple[sa.Select[int], sa.Select[Any]]:
    """How many there are, and one page of them: made once for a select that is kept."""
    found = _made.get(chosen)
    if found is None:
        # without their columns, so that an index alone may answer
        bare = chosen.with_only_columns(sa.literal(1), maintain_column_froms=True).order_by(None)
        count = sa.select(sa.func.count()).select_from(bare.subquery())
        part = chosen.limit(_number("page_rows")).offset(_number("page_from"))
        found = _made[chosen] = count, part
    return found


_made: WeakKeyDictionary[sa.Select[Any], tuple[sa.Select[int], sa.Select[Any]]] = (
    WeakKeyDictionary()
)


def _number(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.Integer)
