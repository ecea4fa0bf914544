"""Closing and merging units, with the posts that people hold there."""

from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core.access import require
from college.core.db import db, in_turn, locked
from college.core.errors import RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.employment.models import Employment
from college.people.employment.operations import (
    Facts,
    Transfer,
    correct_post,
    leave_many,
    transfer_many,
    withdraw_post,
)
from college.stations.units.models import Unit
from college.stations.units.operations import correct_opening, end_unit, move_unit
from college.stations.units.queries import open_below

ONE_DAY = timedelta(days=1)


class PostsThere(RuleBroken):
    code, field = "posts_there", "on"
    message = say(
        "Posts there last until that day or longer (%(n)s: %(names)s). End or transfer them "
        "first, or merge the unit into another."
    )


class PostsBefore(RuleBroken):
    code, field = "posts_before", "opened_on"
    message = say(
        "Posts there begin before that day (%(n)s: %(names)s). Correct them first, or compare the "
        "day."
    )


class IntoItself(RuleBroken):
    code, field = "into_itself", "into_id"
    message = say("Choose another unit, one that is open on that day and not below this one.")


@operation
def close_unit(actor: Actor, unit: Unit, *, on: date) -> Unit:
    """Close a unit at which nobody works any more; `on` is the first day on which it is shut.

    Raises NotAllowed, PostsThere, UnitsBelow, ClosedAlready.
    """
    require(actor, Can.UNITS_RECORD, unit)
    in_turn("units")
    locked(Unit, unit.id)  # who is being hired there waits, and then finds it closed
    if posts := _posts_from(unit, on):
        raise PostsThere(n=len(posts), names=_first_names(posts))
    return end_unit(actor, unit, on=on)


@operation
def correct_unit_opening(actor: Actor, unit: Unit, *, opened_on: date | None) -> Unit:
    """Say since when a unit has really been there.

    Raises NotAllowed, PostsBefore, OpensAfterClosing.
    """
    require(actor, Can.UNITS_RECORD, unit)
    in_turn("units")
    locked(Unit, unit.id)
    if opened_on is not None and (posts := _posts_before(unit, opened_on)):
        raise PostsBefore(n=len(posts), names=_first_names(posts))
    return correct_opening(actor, unit, opened_on=opened_on)


@operation
def merge_units(actor: Actor, unit: Unit, *, into: Unit, on: date) -> Unit:
    """Let a unit go on as part of another from a day on: its posts and the units below go along.

    Who holds the same post at both keeps the one there. What was before that day stays with the
    unit that was. Raises NotAllowed, IntoItself, ClosedAlready, NotYet.
    """
    require(actor, Can.UNITS_RECORD, unit)
    in_turn("units")
    for row_id in sorted({unit.id, into.id}):
        locked(Unit, row_id)
    is_shut = into.closed_on is not None and into.closed_on <= on
    is_early = into.opened_on is not None and into.opened_on > on
    if into.path.startswith(unit.path) or is_shut or is_early:
        raise IntoItself
    _bring_posts(actor, _posts_from(unit, on), into, on)
    for each in open_below(unit, on):
        move_unit(actor, each, to=into, on=on)
    return end_unit(actor, unit, on=on, into=into)


def _bring_posts(actor: Actor, posts: Sequence[Employment], into: Unit, on: date) -> None:
    """Posts that have begun are transferred; one that begins later begins there."""
    twice = [post for post in posts if _is_held(post, into, on)]
    ends = [(post, on - ONE_DAY) for post in twice if post.from_on < on]
    leave_many(actor, ends)
    for post in twice:
        if post.from_on >= on:
            withdraw_post(actor, post)
    others = [post for post in posts if post not in twice]
    transfer_many(actor, [Transfer(post, into, on) for post in others if post.from_on < on])
    for post in others:
        if post.from_on >= on:
            correct_post(
                actor,
                post,
                unit=into,
                capacity=post.capacity,
                from_on=post.from_on,
                to_on=post.to_on,
            )


def _is_held(post: Employment, into: Unit, on: date) -> bool:
    """Whether the person holds the same post at the other unit in that time."""
    mine = (Employment.person_id == post.person_id) & (Employment.unit_id == into.id)
    same = mine & (Employment.capacity == post.capacity) & Employment.known()
    there = [Facts.of(each) for each in db.session.scalars(sa.select(Employment).where(same))]
    moved = Facts(
        person_id=post.person_id,
        unit_id=into.id,
        capacity=post.capacity,
        from_on=max(post.from_on, on),
        to_on=post.to_on,
    )
    return any(moved.overlaps(each) for each in there)


def _posts_from(unit: Unit, on: date) -> Sequence[Employment]:
    """The posts at the unit itself that last until a day or longer, or begin after it."""
    return _posts(unit, Employment.to_on.is_(None) | (Employment.to_on >= on))


def _posts_before(unit: Unit, day: date) -> Sequence[Employment]:
    return _posts(unit, Employment.from_on < day)


def _first_names(posts: Sequence[Employment]) -> str:
    return "、".join(list(dict.fromkeys(post.person.full_name for post in posts))[:3])


def _posts(unit: Unit, when: sa.ColumnElement[bool]) -> Sequence[Employment]:
    mine = (Employment.unit_id == unit.id) & Employment.known() & when
    chosen = sa.select(Employment).where(mine).options(joinedload(Employment.person))
    return db.session.scalars(chosen.order_by(Employment.from_on, Employment.id)).all()
