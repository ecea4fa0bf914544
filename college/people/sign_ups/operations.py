"""Registering and deciding: the only code that makes or changes a SignUp."""

from dataclasses import dataclass

from college.core import clock, crypto, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.errors import Conflict, RuleBroken
from college.core.operation import operation
from college.core.roles import SYSTEM, Actor, Can, Role
from college.core.states import WrongState, move
from college.core.text import say
from college.people.accounts.opening import opened, proposed_login
from college.people.consents.giving import given
from college.people.consents.models import ConsentWay
from college.people.consents.queries import by_codes
from college.people.employment.models import Capacity
from college.people.employment.operations import Hiring, hire
from college.people.notices.models import NoticeKind
from college.people.notices.telling import tell, tell_address
from college.people.persons.identity import (
    IdType,
    clean_id_number,
    clean_phone,
    masked_id_number,
    masked_phone,
)
from college.people.persons.models import Person
from college.people.persons.names import clean_name
from college.people.persons.operations import NameMissing, NewPerson, record_person
from college.people.persons.queries import id_number_key, phone_key
from college.people.roles.giving import given as role_given
from college.people.roles.giving import holds
from college.people.roles.taking_over import refuse_takeover
from college.people.sign_ups.models import MOVES, SignUp, SignUpState
from college.people.sign_ups.queries import match, match_of
from college.stations.units.models import Unit

S = SignUpState


class NoWayToReachThem(RuleBroken):
    code, field = "no_way_to_reach_them", "phone"
    message = say("Enter a phone number or a mail address, so that the answer reaches you.")


class OnRecordMeanwhile(Conflict):
    code = "on_record_meanwhile"
    message = say("Somebody with this number is on record by now. Look at whom, then decide.")


class NobodyFound(RuleBroken):
    code = "nobody_found"
    message = say("Nobody with this number is on record.")


class ReasonMissing(RuleBroken):
    code, field = "reason_missing", "reason"
    message = say("Say why, so that the person knows what to do.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSignUp:
    """What somebody typed who came by themselves."""

    full_name: str
    id_number: str
    id_type: IdType
    unit: Unit
    phone: str = ""
    email: str = ""
    consent: str


@operation
def register(actor: Actor, new: NewSignUp, *, password_hash: str) -> SignUp:
    """Take a registration in. What it becomes is not for whoever sends it to know.

    Raises NameMissing, WrongIdNumber, WrongPhone, NoWayToReachThem.
    """
    require(actor, Can.SIGN_UPS_ASK)
    name, number = clean_name(new.full_name), clean_id_number(new.id_type, new.id_number)
    phone = clean_phone(new.phone) if new.phone.strip() else ""
    if not name:
        raise NameMissing
    if not phone and not new.email.strip():
        raise NoWayToReachThem
    id_key, by_phone = id_number_key(new.id_type, number), phone_key(phone) if phone else ""
    found = match(id_type=new.id_type, id_key=id_key, name=name, phone_key=by_phone)
    made = SignUp(
        state=S.CLAIM if found else S.NEWCOMER,
        full_name=name,
        id_type=new.id_type,
        id_number_sealed=crypto.seal(number),
        id_number_key=id_key,
        id_number_masked=masked_id_number(number),
        phone_sealed=crypto.seal(phone) if phone else None,
        phone_masked=masked_phone(phone) if phone else "",
        email=new.email.strip().lower(),
        unit_id=new.unit.id,
        decider_id=found.unit.id if found and found.unit else None,
        person_id=found.person.id if found else None,
        password_hash=password_hash,
        consent=new.consent,
    )
    db.session.add(made)
    journal.record(actor, "register", made, consent=new.consent)  # of nobody on record yet
    return made


@operation
def accept(actor: Actor, sign_up: SignUp, *, capacity: Capacity) -> SignUp:
    """Say yes: the person has an account from now on, with the password chosen at the start.

    Whoever is new is put on record, with a post as `capacity` at the unit they named. Raises
    NotAllowed, WrongState, HasAccount, MayMoreThanYou, OnRecordMeanwhile.
    """
    require(actor, Can.SIGN_UPS_DECIDE, sign_up)
    sign_up = locked(SignUp, sign_up.id)
    is_new = sign_up.state is S.NEWCOMER
    _refuse_answered(sign_up)
    unit = db.session.get_one(Unit, sign_up.unit_id)
    if is_new:
        person = _recorded(actor, sign_up, unit, capacity)
    else:
        assert sign_up.person_id is not None  # a CHECK
        person = db.session.get_one(Person, sign_up.person_id)
        refuse_takeover(actor, person)
        _complete(person, sign_up)
    login, chosen = proposed_login(person), sign_up.password_hash
    account = opened(actor, person, login=login, password_hash=chosen)
    if not holds(person, Role.TRAINEE):
        role_given(actor, person, role=Role.TRAINEE, unit=unit)
    sign_up.person_id = person.id
    texts = by_codes(sign_up.consent.split())  # they agreed when nobody was on record yet
    given(SYSTEM, person.id, texts, ConsentWay.REGISTRATION, sign_up.asked_at)
    _answer(sign_up, S.ACCEPTED)
    journal.record(actor, "accept_sign_up", sign_up, about=person.id, login=account.login)
    tell(NoticeKind.SIGN_UP_DECIDED, person.id, {"is_accepted": True, "login": account.login})
    return sign_up


@operation
def decline(actor: Actor, sign_up: SignUp, *, reason: str) -> SignUp:
    """Say no, and why. Raises NotAllowed, WrongState, ReasonMissing."""
    require(actor, Can.SIGN_UPS_DECIDE, sign_up)
    if not reason.strip():
        raise ReasonMissing
    sign_up = locked(SignUp, sign_up.id)
    _refuse_answered(sign_up)
    sign_up.reason = reason.strip()
    _answer(sign_up, S.DECLINED)
    journal.record(actor, "decline_sign_up", sign_up)  # the reason stands in the row
    # to the address that was typed: who is on record under this name may be somebody else
    tell_address(NoticeKind.SIGN_UP_DECIDED, sign_up.email, {"reason": sign_up.reason})
    return sign_up


@operation
def pass_on(actor: Actor, sign_up: SignUp) -> SignUp:
    """Leave a claim to the college: the station cannot say who it is."""
    require(actor, Can.SIGN_UPS_DECIDE, sign_up)
    sign_up = locked(SignUp, sign_up.id)
    if sign_up.decider_id is not None and sign_up.is_waiting:
        sign_up.decider_id = None
        journal.record(actor, "pass_on_sign_up", sign_up)
    return sign_up


@operation
def match_anew(actor: Actor, sign_up: SignUp) -> SignUp:
    """Make a newcomer the claim of somebody who was put on record since.

    Raises NotAllowed, WrongState, NobodyFound.
    """
    require(actor, Can.SIGN_UPS_DECIDE, sign_up)
    sign_up = locked(SignUp, sign_up.id)
    found = match_of(sign_up)
    if found is None:
        raise NobodyFound
    sign_up.person_id = found.person.id  # before the state: a CHECK asks for both
    move(sign_up, S.CLAIM, MOVES)
    journal.record(actor, "match_sign_up", sign_up, about=found.person.id)
    return sign_up


def _recorded(actor: Actor, sign_up: SignUp, unit: Unit, capacity: Capacity) -> Person:
    if match_of(sign_up) is not None:
        raise OnRecordMeanwhile
    assert sign_up.id_number_sealed is not None  # only a decided one has none
    new = NewPerson(
        full_name=sign_up.full_name,
        id_type=sign_up.id_type,
        id_number=crypto.unseal(sign_up.id_number_sealed),
        phone=_phone_of(sign_up),
        email=sign_up.email,
    )
    person = record_person(actor, new)
    hire(actor, Hiring(person=person, unit=unit, capacity=capacity, from_on=clock.today()))
    return person


def _complete(person: Person, sign_up: SignUp) -> None:
    """What the record lacks is taken from what was typed; what it holds stays."""
    phone = _phone_of(sign_up)
    if phone and not person.phone_sealed:
        person.phone_sealed, person.phone_key = crypto.seal(phone), phone_key(phone)
        person.phone_masked = sign_up.phone_masked
        person.search_text = person.searchable
    if sign_up.email and not person.email:
        person.email = sign_up.email


def _phone_of(sign_up: SignUp) -> str:
    return crypto.unseal(sign_up.phone_sealed) if sign_up.phone_sealed else ""


def _refuse_answered(sign_up: SignUp) -> None:
    if not sign_up.is_waiting:
        raise WrongState(source=sign_up.state, target="")


def _answer(sign_up: SignUp, outcome: SignUpState) -> None:
    """The numbers and the password stand with the person by now, or nowhere."""
    move(sign_up, outcome, MOVES)
    sign_up.decided_at = clock.now()
    sign_up.id_number_sealed = sign_up.phone_sealed = None
    sign_up.password_hash = ""
