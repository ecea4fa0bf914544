"""Hiring and leaving: the only code that makes or changes an Employment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from college.core import journal
from college.core.access import require
from college.core.db import db, locked
from college.core.errors import Conflict
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.employment.models import Capacity, Employment
from college.people.persons.models import Person
from college.people.persons.queries import lock_persons
from college.stations.units.models import Unit


class NotInPost(Conflict):
    code, field = "not_in_post", "on"
    message = say("This post is not held on the day before %(on)s. Load the page again.")


class HiredAlready(Conflict):
    code, field = "hired_already", "from_on"
    message = say("%(name)s holds this post already in that time.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hiring:
    person: Person
    unit: Unit
    capacity: Capacity
    from_on: date
    to_on: date | None = None


@operation
def hire(actor: Actor, hiring: Hiring) -> Employment:
    """Record that a person works at a unit from a day on. Raises NotAllowed, HiredAlready."""
    return _hire(actor, [hiring])[0]


@operation
def hire_many(actor: Actor, hirings: Sequence[Hiring]) -> list[Employment]:
    """Record many at once, or none. Raises as `hire` does."""
    return _hire(actor, hirings)


@operation
def transfer(actor: Actor, post: Employment, *, to: Unit, on: date) -> Employment:
    """End a post on the day before `on` and begin the same one elsewhere: history stays.

    What was to end on a later day ends on it there. Raises NotAllowed, NotInPost, HiredAlready.
    """
    require(actor, Can.EMPLOYMENT_RECORD, post)
    post, last = locked(Employment, post.id), on - timedelta(days=1)
    if post.from_on > last or (post.to_on is not None and post.to_on <= last):
        raise NotInPost(on=on)
    ends_on, post.to_on = post.to_on, last
    journal.record(actor, "leave", post, about=post.person_id, to_on=post.to_on)
    person = db.session.get_one(Person, post.person_id)
    hiring = Hiring(person=person, unit=to, capacity=post.capacity, from_on=on, to_on=ends_on)
    return _hire(actor, [hiring])[0]


def _hire(actor: Actor, hirings: Sequence[Hiring]) -> list[Employment]:
    require(actor, Can.EMPLOYMENT_RECORD)
    lock_persons([hiring.person.id for hiring in hirings])
    for hiring in hirings:
        _refuse_overlap(hiring)
    posts = [
        Employment(
            person_id=h.person.id,
            unit_id=h.unit.id,
            capacity=h.capacity,
            from_on=h.from_on,
            to_on=h.to_on,
        )
        for h in hirings
    ]
    db.session.add_all(posts)
    db.session.flush()
    changes = [(p, p.person_id, {"unit": p.unit_id, "from_on": p.from_on}) for p in posts]
    journal.record_all(actor, "hire", changes)
    return posts


def _refuse_overlap(hiring: Hiring) -> None:
    same = (
        (Employment.person_id == hiring.person.id)
        & (Employment.unit_id == hiring.unit.id)
        & (Employment.capacity == hiring.capacity)
        & (Employment.to_on.is_(None) | (Employment.to_on >= hiring.from_on))
    )
    if hiring.to_on is not None:
        same &= Employment.from_on <= hiring.to_on
    if db.session.scalar(sa.select(sa.exists().where(same))):
        raise HiredAlready(name=hiring.person.full_name)
