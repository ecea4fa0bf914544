"""Doing what was decided of some rows, by the operations that a form would use, many at once."""

from collections.abc import Sequence

import sqlalchemy as sa

from college.core.db import db
from college.core.roles import Actor
from college.people.employment.operations import (
    Hiring,
    Transfer,
    correct_post,
    hire_many,
    leave_many,
    transfer_many,
)
from college.people.persons.models import Person
from college.people.persons.operations import Amendment, NewPerson, amend_person, record_persons
from college.people.roster.deciding import Decision, Deed, Key
from college.stations.units.models import Unit


def carry_out(actor: Actor, decisions: Sequence[Decision]) -> None:
    """Record who is new, then what changes of posts and of the ways to reach people.

    In one transaction: all of it happens, or nothing.
    """
    newcomers = _newcomers(actor, decisions)
    for decision in decisions:
        if decision.person is None:
            decision.person = newcomers[decision.placed.key]
    units = _units_of(decisions)
    _transfer(actor, decisions, units)
    _leave(actor, decisions)
    for decision in decisions:
        if decision.deed is Deed.CORRECT:
            _correct(actor, decision, units)
    _hire(actor, decisions, units)
    for decision in decisions:
        if decision.phone or decision.email:
            _amend(actor, decision)


def _units_of(decisions: Sequence[Decision]) -> dict[int, Unit]:
    mine = Unit.id.in_({decision.placed.unit_id for decision in decisions})
    return {unit.id: unit for unit in db.session.scalars(sa.select(Unit).where(mine))}


def _newcomers(actor: Actor, decisions: Sequence[Decision]) -> dict[Key, Person]:
    """Each new person once, also one whom the sheet names at two units."""
    new: dict[Key, NewPerson] = {}
    for decision in decisions:
        row = decision.placed.row
        if decision.person is None:
            known = new.get(decision.placed.key)
            new[decision.placed.key] = NewPerson(
                full_name=row.name,
                id_type=row.id_type,
                id_number=row.id_number,
                phone=row.phone or (known.phone if known else ""),
                email=row.email or (known.email if known else ""),
            )
    people = record_persons(actor, list(new.values())) if new else []
    return dict(zip(new, people, strict=True))


def _transfer(actor: Actor, decisions: Sequence[Decision], units: dict[int, Unit]) -> None:
    moves = [
        Transfer(d.post, units[d.placed.unit_id], d.from_on)
        for d in decisions
        if d.deed is Deed.TRANSFER and d.post is not None and d.from_on is not None
    ]
    if moves:
        transfer_many(actor, moves)


def _leave(actor: Actor, decisions: Sequence[Decision]) -> None:
    ends = [
        (d.post, d.to_on)
        for d in decisions
        if d.deed is Deed.LEAVE and d.post is not None and d.to_on is not None
    ]
    if ends:
        leave_many(actor, ends)


def _correct(actor: Actor, decision: Decision, units: dict[int, Unit]) -> None:
    post, from_on = decision.post, decision.from_on
    assert post is not None
    assert from_on is not None
    unit = units[decision.placed.unit_id]
    correct_post(
        actor, post, unit=unit, capacity=post.capacity, from_on=from_on, to_on=decision.to_on
    )


def _hire(actor: Actor, decisions: Sequence[Decision], units: dict[int, Unit]) -> None:
    hirings = [
        Hiring(
            person=d.person,
            unit=units[d.placed.unit_id],
            capacity=d.placed.row.capacity,
            from_on=d.from_on or d.placed.since_on,
            to_on=d.to_on,
        )
        for d in decisions
        if d.deed is Deed.HIRE and d.person is not None
    ]
    if hirings:
        hire_many(actor, hirings)


def _amend(actor: Actor, decision: Decision) -> None:
    """How the person is reached now; what the row does not say stays."""
    person = decision.person
    assert person is not None
    amendment = Amendment(
        full_name=person.full_name,
        phone=decision.phone,
        email=decision.email or person.email,
        born_on=person.born_on,
    )
    amend_person(actor, person, amendment)
