from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core import clock
from college.core.access import fetch, for_readers, visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.people.accounts.models import Account
from college.people.accounts.queries import by_person
from college.people.employment.queries import units_of
from college.people.persons.identity import IdType
from college.people.persons.models import Person
from college.people.persons.queries import standing
from college.people.sign_ups.models import WAITING, SignUp, SignUpState
from college.stations.units.models import Unit


@dataclass(frozen=True, slots=True)
class Match:
    """Who on record a registration speaks of, and where they work today."""

    person: Person
    unit: Unit | None


@dataclass(frozen=True, slots=True)
class SignUpPage:
    """What whoever decides needs to see; `meanwhile`: whom a newcomer turned out to be."""

    sign_up: SignUp
    account: Account | None
    meanwhile: Match | None
    has_same_number: bool
    has_same_name: bool


def match(*, id_type: IdType, id_key: str, name: str, phone_key: str) -> Match | None:
    """The person on record with this ID number, or the only one of this name and phone.

    Known or not, it asks the same three statements: how long it takes tells nothing.
    """
    by_number = sa.select(Person).where(Person.id_type == id_type, Person.id_number_key == id_key)
    known = db.session.scalar(by_number)
    nobody_else = sa.or_(Person.id_number_key.is_(None), Person.id_number_key == id_key)
    called = (Person.full_name == name) & (Person.phone_key == phone_key) & (phone_key != "")
    chosen = sa.select(Person).where(called, nobody_else, Person.stands())
    twins = db.session.scalars(chosen.limit(2)).all()
    person = (standing(known) if known else None) or (twins[0] if len(twins) == 1 else None)
    units = units_of([person.id if person else 0], clock.today())
    return Match(person, units.get(person.id)) if person else None


def waiting(actor: Actor) -> sa.Select[SignUp]:
    """What the actor has to answer, the longest waiting first."""
    chosen = _mine(actor).where(SignUp.state.in_(WAITING))
    return chosen.order_by(SignUp.asked_at, SignUp.id)


def decided(actor: Actor) -> sa.Select[SignUp]:
    chosen = _mine(actor).where(SignUp.state.not_in(WAITING))
    return chosen.order_by(SignUp.decided_at.desc(), SignUp.id.desc())


@for_readers
def count_of_waiting(actor: Actor) -> sa.Select[int]:
    """How many there are to answer."""
    mine = visible(SignUp, actor, Can.SIGN_UPS_DECIDE)
    return sa.select(sa.func.count(SignUp.id)).where(mine, SignUp.state.in_(WAITING))


def page(actor: Actor, sign_up_id: int) -> SignUpPage:
    """Raises NotFound."""
    sign_up = fetch(SignUp, sign_up_id, actor, Can.SIGN_UPS_DECIDE)
    for name in ("unit", "decider", "person"):
        db.session.refresh(sign_up, [name])
    person = sign_up.person
    is_new = sign_up.state is SignUpState.NEWCOMER
    return SignUpPage(
        sign_up,
        account=by_person(person.id) if person else None,
        meanwhile=match_of(sign_up) if is_new else None,
        has_same_number=bool(person and person.id_number_key == sign_up.id_number_key),
        has_same_name=bool(person and person.full_name == sign_up.full_name),
    )


def match_of(sign_up: SignUp) -> Match | None:
    """Whom its number is of by now."""
    return match(
        id_type=sign_up.id_type,
        id_key=sign_up.id_number_key,
        name=sign_up.full_name,
        phone_key="",
    )


def places() -> Sequence[Unit]:
    """The open units, of which whoever registers names their own."""
    today = clock.today()
    is_open = Unit.closed_on.is_(None) | (Unit.closed_on > today)
    return db.session.scalars(sa.select(Unit).where(is_open).order_by(Unit.path)).all()


def _mine(actor: Actor) -> sa.Select[SignUp]:
    mine = visible(SignUp, actor, Can.SIGN_UPS_DECIDE)
    whole = (joinedload(SignUp.unit), joinedload(SignUp.person))
    return sa.select(SignUp).where(mine).options(*whole)
