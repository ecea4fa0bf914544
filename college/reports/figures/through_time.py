"""Holdings of all staff through time: what each day changed, so that those of any day are a sum.

This is what is kept of a nation (core/kept.py): its staff and holders of whatever day are then read
without a look at anybody. What the numbers are is said in `queries.py`, whose plain query counts
the same of one day; `flask reports check` compares the two.

A post begins and a qualification is approved on a day; a post ends after its last day. So there are
two moments at which somebody's standing may change: the beginning of a day and its end. Each is
counted as how many are what after it, less how many were what before it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import accumulate
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from college.people.employment.models import STAFF, Employment
from college.people.qualifications.models import Level, Qualification

KEYS = 2  # of a row: the day, and 1 where it is its end


def changes(
    reach: sa.ColumnElement[bool], rank: sa.ColumnElement[int]
) -> sa.Select[*tuple[Any, ...]]:
    """A row for each moment at which anything changed: how many more are staff, and of each rank.

    `reach`: which posts count. `rank`: how high a qualification is, from 1, in the order of Level.
    """
    is_staff = Employment.capacity.in_(STAFF) & Employment.known()
    posts = sa.select(Employment.person_id, Employment.from_on, Employment.to_on)
    post = posts.where(is_staff, reach).cte("staff_post")
    holds = sa.select(Qualification.person_id, Qualification.approved_on, rank.label("rank"))
    held = holds.where(Qualification.known()).cte("held")
    begins, ends = sa.literal(0, sa.Integer), sa.literal(1, sa.Integer)
    at = sa.union(
        sa.select(post.c.person_id, post.c.from_on.label("day"), begins.label("is_end")),
        sa.select(post.c.person_id, post.c.to_on, ends).where(post.c.to_on.is_not(None)),
        sa.select(held.c.person_id, held.c.approved_on, begins),
    ).subquery()
    is_end = at.c.is_end == 1
    is_open = post.c.to_on.is_(None)
    there_after = (post.c.from_on <= at.c.day) & (
        is_open | (post.c.to_on > at.c.day) | (~is_end & (post.c.to_on == at.c.day))
    )
    there_before = (is_open | (post.c.to_on >= at.c.day)) & (
        (post.c.from_on < at.c.day) | (is_end & (post.c.from_on == at.c.day))
    )
    held_after = held.c.approved_on <= at.c.day
    held_before = (held.c.approved_on < at.c.day) | (is_end & (held.c.approved_on == at.c.day))
    status = (
        sa.select(
            at.c.day,
            at.c.is_end,
            sa.func.max(sa.case((there_after, 1), else_=0)).label("there_after"),
            sa.func.max(sa.case((there_before, 1), else_=0)).label("there_before"),
            sa.func.max(sa.case((held_after, held.c.rank), else_=0)).label("rank_after"),
            sa.func.max(sa.case((held_before, held.c.rank), else_=0)).label("rank_before"),
        )
        .select_from(at)
        .join(post, post.c.person_id == at.c.person_id)
        .outerjoin(held, held.c.person_id == at.c.person_id)
        .group_by(at.c.person_id, at.c.day, at.c.is_end)
        .subquery()
    )
    after, before = status.c.there_after == 1, status.c.there_before == 1
    each_rank = [
        _more(after & (status.c.rank_after == n), before & (status.c.rank_before == n))
        for n in range(1, len(Level) + 1)
    ]
    chosen = sa.select(status.c.day, status.c.is_end, _more(after, before), *each_rank)
    return chosen.group_by(status.c.day, status.c.is_end)


def _more(after: sa.ColumnElement[bool], before: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.count().filter(after) - sa.func.count().filter(before)


def numbers_on(rows: Iterable[Sequence[Any]], days: Sequence[date]) -> list[list[int]]:
    """For each of some days the sums of what had changed when it was under way.

    The `rows` are those of `changes`, their days as ISO text, as what is kept has them.
    """
    ordered = sorted(rows, key=itemgetter(0, 1))
    moments = [(row[0], row[1]) for row in ordered]
    columns = list(zip(*(row[KEYS:] for row in ordered), strict=True))
    sums = [[0, *accumulate(column)] for column in columns] or [[0]] * (1 + len(Level))
    places = [bisect_right(moments, (day.isoformat(), 0)) for day in days]
    return [[column[place] for column in sums] for place in places]
