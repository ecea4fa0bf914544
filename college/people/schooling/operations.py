"""Recording what people learned: the only code that makes or changes Schooling and EarlierPractice.

The manager of a unit may do so for its people; nobody does it for themselves.
"""

from dataclasses import asdict, dataclass
from datetime import date

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db
from college.core.errors import Conflict, RuleBroken
from college.core.operation import Overtaken, operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.persons.models import Person
from college.people.persons.queries import lock_persons
from college.people.schooling.models import EarlierPractice, Education, Schooling
from college.people.schooling.queries import practice_of, schooling_of


class StudyEndsFirst(RuleBroken):
    code, field = "study_ends_first", "studied_from_on"
    message = say("Study begins before the day of the diploma. Compare the two dates.")


class PracticeEndsFirst(RuleBroken):
    code, field = "practice_ends_first", "to_on"
    message = say("The last day comes before the first. Compare the two dates.")


class PracticeToCome(RuleBroken):
    code, field = "practice_to_come", "to_on"
    message = say("Earlier practice is over. Work that goes on is recorded as a post.")


class SchoolingKnown(Conflict):
    code, field = "schooling_known", "education"
    message = say("This diploma is on record already. Correct that entry instead.")


class PracticeKnown(Conflict):
    code, field = "practice_known", "from_on"
    message = say("Practice of these days is on record already. Withdraw that entry first.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Diploma:
    education: Education
    is_social_work: bool
    graduated_on: date
    studied_from_on: date | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Practised:
    employer: str
    from_on: date
    to_on: date
    evidence: str = ""


@operation
def record_schooling(actor: Actor, person: Person, diploma: Diploma) -> Schooling:
    """Record a diploma, or one that is expected.

    Raises NotAllowed, StudyEndsFirst, SchoolingKnown.
    """
    require(actor, Can.SCHOOLING_RECORD, person)
    lock_persons([person.id])
    row = _schooling(person.id, diploma)
    journal.record(actor, "record_schooling", row, about=person.id, **_told(row))
    return row


@operation
def correct_schooling(actor: Actor, held: Schooling, diploma: Diploma) -> Schooling:
    """Say what was true all along: the row before it stays as what was believed.

    Raises NotAllowed, StudyEndsFirst, SchoolingKnown, Overtaken.
    """
    require(actor, Can.SCHOOLING_RECORD, held)
    _supersede(Schooling, held)
    row = _schooling(held.person_id, diploma)
    journal.record(actor, "correct_schooling", row, about=row.person_id, **_told(row))
    return row


@operation
def withdraw_schooling(actor: Actor, held: Schooling) -> Schooling:
    """Say that a diploma never was: it counts nowhere any more. Raises NotAllowed, Overtaken."""
    require(actor, Can.SCHOOLING_RECORD, held)
    _supersede(Schooling, held)
    journal.record(actor, "withdraw_schooling", held, about=held.person_id, **_told(held))
    return held


@operation
def state_practice(actor: Actor, person: Person, practised: Practised) -> EarlierPractice:
    """Record social work done elsewhere.

    Raises NotAllowed, PracticeEndsFirst, PracticeToCome, PracticeKnown.
    """
    require(actor, Can.SCHOOLING_RECORD, person)
    if practised.to_on < practised.from_on:
        raise PracticeEndsFirst
    if practised.to_on > clock.today():
        raise PracticeToCome
    lock_persons([person.id])
    for other in practice_of([person.id]).get(person.id, ()):
        if other.from_on <= practised.to_on and practised.from_on <= (other.to_on or date.max):
            raise PracticeKnown
    row = EarlierPractice(person_id=person.id, **asdict(practised))
    db.session.add(row)
    db.session.flush()
    journal.record(actor, "state_practice", row, about=person.id, **_spanned(row))
    return row


@operation
def withdraw_practice(actor: Actor, held: EarlierPractice) -> EarlierPractice:
    """Say that practice never was as stated. Raises NotAllowed, Overtaken."""
    require(actor, Can.SCHOOLING_RECORD, held)
    _supersede(EarlierPractice, held)
    journal.record(actor, "withdraw_practice", held, about=held.person_id, **_spanned(held))
    return held


def _schooling(person_id: int, diploma: Diploma) -> Schooling:
    if diploma.studied_from_on is not None and diploma.studied_from_on > diploma.graduated_on:
        raise StudyEndsFirst
    same = (diploma.education, diploma.is_social_work, diploma.graduated_on)
    for row in schooling_of([person_id]).get(person_id, ()):
        if (row.education, row.is_social_work, row.graduated_on) == same:
            raise SchoolingKnown
    row = Schooling(person_id=person_id, **asdict(diploma))
    db.session.add(row)
    db.session.flush()
    return row


def _supersede(
    model: type[Schooling] | type[EarlierPractice], held: Schooling | EarlierPractice
) -> None:
    """Say of a row that it is no longer believed. Raises Overtaken where it no longer was."""
    lock_persons([held.person_id])
    mine = (model.id == held.id) & model.known()
    ended = sa.update(model).where(mine).values(superseded_at=clock.now())
    if db.session.scalar(ended.returning(model.id)) is None:
        raise Overtaken


def _told(row: Schooling) -> dict[str, object]:
    return {"education": row.education, "graduated_on": row.graduated_on}


def _spanned(row: EarlierPractice) -> dict[str, object]:
    return {"from_on": row.from_on, "to_on": row.to_on}
