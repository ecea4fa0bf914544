"""Asking for correction or deletion of one's own data, and answering: the only code that does."""

from datetime import timedelta

from college.core import clock, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.errors import Conflict, NotFound, RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.states import move
from college.core.text import say
from college.people.notices.models import NoticeKind
from college.people.notices.telling import Secret, tell, tell_address
from college.people.persons.models import Person
from college.reports.personal_data.deletion import Erased, end_all, erase, refuse_unready
from college.reports.personal_data.models import (
    REQUEST_MOVES,
    DataRequest,
    RequestKind,
    RequestState,
)
from college.reports.personal_data.queries import asked_already

LAST_LETTER = timedelta(days=7)  # so long is tried to send it


class AskedAlready(Conflict):
    code = "asked_already"
    message = say("You asked for this already. The answer comes here.")


class SayWhatIsWrong(RuleBroken):
    code, field = "say_what_is_wrong", "text"
    message = say("Say what is wrong, and how it should read.")


class AnswerMissing(RuleBroken):
    code, field = "answer_missing", "reason"
    message = say("Say why: the person reads it.")


class NotOnesOwn(RuleBroken):
    code = "not_ones_own"
    message = say("Somebody else must decide about your own data.")


@operation
def ask(actor: Actor, *, kind: RequestKind, text: str) -> DataRequest:
    """Ask for correction or deletion of one's own data. Raises AskedAlready, SayWhatIsWrong."""
    require(actor, Can.OWN_DATA_SEE)
    if actor.person_id is None:
        raise NotFound
    if kind is RequestKind.CORRECTION and not text.strip():
        raise SayWhatIsWrong
    if asked_already(actor.person_id, kind):
        raise AskedAlready
    row = DataRequest(person_id=actor.person_id, kind=kind, text=text.strip(), reason="")
    db.session.add(row)
    journal.record(actor, "ask", row, about=row.person_id, kind=kind)
    return row


@operation
def withdraw_request(actor: Actor, request: DataRequest) -> DataRequest:
    """Take back what was asked for. Raises WrongState once it was answered."""
    require(actor, Can.OWN_DATA_SEE, request)
    row = _decided(actor, request, RequestState.WITHDRAWN, "")
    journal.record(actor, "withdraw_request", row, about=row.person_id, kind=row.kind)
    return row


@operation
def refuse(actor: Actor, request: DataRequest, *, reason: str) -> DataRequest:
    """Say no. Raises NotAllowed, NotOnesOwn, AnswerMissing, WrongState."""
    require(actor, Can.DATA_DECIDE, request)
    row = _answered(actor, request, RequestState.REFUSED, reason)
    journal.record(actor, "refuse", row, about=row.person_id, reason=row.reason)
    return row


@operation
def grant_correction(actor: Actor, request: DataRequest, *, reason: str) -> DataRequest:
    """Say that the record was corrected, which is done on the person's page. Raises as `refuse`."""
    require(actor, Can.DATA_DECIDE, request)
    row = _answered(actor, request, RequestState.GRANTED, reason)
    journal.record(actor, "grant_correction", row, about=row.person_id, reason=row.reason)
    return row


@operation
def grant_deletion(actor: Actor, request: DataRequest, *, reason: str) -> Erased:
    """Delete as asked. Raises as `refuse` and `delete_person`."""
    require(actor, Can.DATA_DECIDE, request)
    if not reason.strip():
        raise AnswerMissing
    row = _decided(actor, request, RequestState.GRANTED, reason)
    journal.record(actor, "grant_deletion", row, about=row.person_id)
    return _deleted(actor, row.person_id, row.reason)


@operation
def delete_person(actor: Actor, person: Person, *, reason: str = "") -> Erased:
    """Make of a person a tombstone: what certificates and the law need stays, the rest goes.

    A last letter tells them, at the address known until now.
    Raises NotAllowed, NotOnesOwn, DeletedAlready, StillInClass, BeingIssued, LastOne.
    """
    require(actor, Can.DATA_DECIDE, person)
    return _deleted(actor, person.id, reason)


@operation
def delete_again(actor: Actor, person: Person) -> Erased:
    """Delete whom a restored backup brought back; it was decided then. Raises LastOne."""
    require(actor, Can.DATA_DECIDE, person)
    return _erased(actor, person.id)


@operation
def download_data(actor: Actor, person: Person) -> Person:
    """Put on record that a person took out all that is stored on them."""
    require(actor, Can.OWN_DATA_SEE)
    journal.record(actor, "download_data", person, about=person.id)
    return person


def _deleted(actor: Actor, person_id: int, reason: str) -> Erased:
    _refuse_own(actor, person_id)
    person = locked(Person, person_id)
    refuse_unready(person)
    address = "" if person.is_demo else person.email  # which the tombstone has no more
    erased = _erased(actor, person_id)
    _tell_last(address, reason.strip())
    return erased


def _tell_last(address: str, reason: str) -> None:
    """A letter to nobody on record: once it is sent, its words and its address are gone too."""
    words = Secret(reason, clock.now() + LAST_LETTER)
    tell_address(NoticeKind.DATA_DELETED, address, {"has_answer": bool(reason)}, secret=words)


def _erased(actor: Actor, person_id: int) -> Erased:
    person = locked(Person, person_id)
    end_all(actor, person)
    journal.record(actor, "delete_person", person, about=person.id)
    return Erased(person, erase(person))


def _refuse_own(actor: Actor, person_id: int) -> None:
    if person_id == actor.person_id:
        raise NotOnesOwn


def _answered(actor: Actor, request: DataRequest, state: RequestState, reason: str) -> DataRequest:
    """Answer somebody who is there to read it."""
    _refuse_own(actor, request.person_id)
    if not reason.strip():
        raise AnswerMissing
    row = _decided(actor, request, state, reason)
    answer = {"is_granted": state is RequestState.GRANTED, "reason": row.reason}
    tell(NoticeKind.REQUEST_ANSWERED, row.person_id, answer)
    return row


def _decided(actor: Actor, request: DataRequest, state: RequestState, reason: str) -> DataRequest:
    row = locked(DataRequest, request.id)
    move(row, state, REQUEST_MOVES)
    row.decided_at, row.decided_by_id, row.reason = clock.now(), actor.person_id, reason.strip()
    return row
