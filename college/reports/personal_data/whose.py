"""Which rows of a table are a person's: the where-clauses of the inventory."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from college.core.journal import SubjectKey
from college.people.persons.models import Person
from college.people.sign_ups.models import SignUp
from college.supervision.sessions.models import SupervisionAttendance, SupervisionSession

Mine = Callable[[int], sa.ColumnElement[bool]]


def of(column: Any) -> Mine:
    return lambda me: column == me


def through(column: Any, model: Any, owner: Any) -> Mine:
    """Rows that belong to another row of the person."""
    return lambda me: column.in_(sa.select(model.id).where(owner == me))


def signed_up(me: int) -> sa.ColumnElement[bool]:
    """Those taken in as the person, and those turned down that gave the same number."""
    same = sa.exists().where(
        Person.id == me,
        Person.id_type == SignUp.id_type,
        Person.id_number_key == SignUp.id_number_key,
    )
    return (SignUp.person_id == me) | same.correlate(SignUp)


def alone_in_sessions(me: int) -> sa.ColumnElement[bool]:
    """Those where nobody else was supervised who is still on record: it is about them alone."""
    att = SupervisionAttendance
    erased = sa.select(SubjectKey.person_id).where(SubjectKey.sealed == b"")
    is_other = (att.supervisee_id != me) & att.supervisee_id.not_in(erased)
    other = sa.select(att.supervision_session_id).where(is_other)
    own = sa.select(att.supervision_session_id).where(att.supervisee_id == me)
    return SupervisionSession.id.in_(own) & SupervisionSession.id.not_in(other)
