"""Putting on record what somebody signed on paper: an administrator's deed, told on their page."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db
from college.core.errors import Conflict, RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.consents.models import Consent, ConsentKind, ConsentText, ConsentWay
from college.people.consents.queries import given_by
from college.people.persons.models import Person


class NotSignedThen(RuleBroken):
    code, field = "not_signed_then", "signed_on"
    message = say(
        "This version can have been signed from %(first)s until today. Compare the date and the "
        "number of the version on the paper."
    )


class AgreedAlready(Conflict):
    code, field = "agreed_already", "text_id"
    message = say("It is on record already that the person agreed to this version.")


class TakenBackSince(RuleBroken):
    code, field = "taken_back_since", "signed_on"
    message = say("The person took this back on %(day)s. Only what was signed later counts again.")


@operation
def record_on_paper(
    actor: Actor,
    person: Person,
    *,
    text: ConsentText,
    signed_on: date,
    taken_by: str,
    scan_sha256: str = "",
) -> Consent:
    """Note that the person signed this version on paper on that day, and who took the paper.

    Raises NotAllowed, NotSignedThen, AgreedAlready, TakenBackSince.
    """
    require(actor, Can.CONSENTS_RECORD, person)
    if not text.from_on <= signed_on <= clock.today():
        raise NotSignedThen(first=text.from_on)
    said = given_by(person.id)
    if any(each.text_id == text.id and each.is_given for each in said):
        raise AgreedAlready
    _refuse_taken_back(said, text.kind, signed_on)
    made = Consent(
        person_id=person.id,
        text_id=text.id,
        way=ConsentWay.PAPER,
        given_at=clock.midnight(signed_on),
        signed_on=signed_on,
        taken_by=taken_by,
        scan_sha256=scan_sha256,
    )
    db.session.add(made)
    db.session.flush()
    facts = {"kind": text.kind, "edition": text.edition, "signed_on": signed_on}
    has = {"taken_by": taken_by, "has_scan": bool(scan_sha256)}
    journal.record(actor, "record_on_paper", made, about=person.id, **facts, **has)
    return made


def _refuse_taken_back(said: Sequence[Consent], kind: ConsentKind, signed_on: date) -> None:
    ends = [each.withdrawn_at for each in said if each.text.kind is kind and each.withdrawn_at]
    last = max((clock.local(end).date() for end in ends), default=None)
    if last is not None and signed_on < last:
        raise TakenBackSince(day=last)


def texts_signed() -> list[ConsentText]:
    """What can have been signed by now: every version that ever was in force, the newest first."""
    begun = sa.select(ConsentText).where(ConsentText.from_on <= clock.today())
    order = (ConsentText.kind, ConsentText.edition.desc())
    return list(db.session.scalars(begun.order_by(*order)))
