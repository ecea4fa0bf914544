"""Entering and moving candidacies: the only code that makes or changes a Candidacy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.errors import Conflict, RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.states import move
from college.core.text import say
from college.exams.candidacies.models import (
    JUMPS,
    MOVES,
    Candidacy,
    CandidacyStep,
    StepTaken,
)
from college.exams.candidacies.queries import MOST_AT_ONCE, papers_of
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import Subject
from college.people.persons.models import Person
from college.people.persons.queries import lock_persons
from college.people.qualifications.models import Level, Qualification


class CandidateAlready(Conflict):
    code, field = "candidate_already", "level"
    message = say("%(name)s is entered for this level and year already.")


class ExamBegun(RuleBroken):
    code, field = "exam_begun", "cycle_id"
    message = say("The exam of this year has begun. Choose a year to come.")


class LevelHeld(RuleBroken):
    code, field = "level_held", "level"
    message = say("%(name)s holds this level or a higher one already.")


class PapersUnfit(RuleBroken):
    code, field = "papers_unfit", "papers"
    message = say("Choose at least one paper, of this level alone.")


class StepUnfit(RuleBroken):
    code, field = "step_unfit", "step"
    message = say("%(name)s is at “%(now)s”: “%(step)s” does not follow. Nobody was moved.")


class ListMissing(RuleBroken):
    code, field = "list_missing", "evidence"
    message = say("%(name)s skips steps: name the official list that shows it. Nobody was moved.")


class StepToCome(RuleBroken):
    code, field = "step_to_come", "on"
    message = say("A step is noted once it is taken: not on a day to come.")


class NobodyChosen(RuleBroken):
    code = "nobody_chosen"
    message = say("Tick the people who are to be moved, at most 200 at once.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    cycle: ExamCycle
    level: Level
    papers: Sequence[Subject]
    region: str = ""


@operation
def enter(actor: Actor, person: Person, entry: Entry) -> Candidacy:
    """Note that somebody intends to sit: for oneself, or for the staff of one's unit.

    Whoever withdrew is entered again. Raises NotAllowed, ExamBegun, PapersUnfit, LevelHeld,
    CandidateAlready.
    """
    require(actor, Can.CANDIDACIES_ENTER, person)
    if not entry.cycle.begins_after(clock.today()):
        raise ExamBegun
    known = papers_of(entry.level, entry.cycle.year)
    if not entry.papers or (known and not set(entry.papers) <= set(known)):
        raise PapersUnfit
    lock_persons([person.id])
    _refuse_holders(person, entry.level)
    row = _entered(person, entry)
    row.papers, row.region = [paper.value for paper in entry.papers], entry.region.strip()
    db.session.flush()
    _note(actor, row, clock.today(), "")
    journal.record(actor, "enter", row, about=person.id, level=row.level, cycle=entry.cycle.year)
    return row


@operation
def withdraw(actor: Actor, candidacy: Candidacy) -> Candidacy:
    """Take somebody off the way, up to the admission ticket. Raises NotAllowed, WrongState."""
    require(actor, Can.CANDIDACIES_ENTER, candidacy)
    row = locked(Candidacy, candidacy.id)
    move(row, CandidacyStep.WITHDRAWN, MOVES)
    _note(actor, row, clock.today(), "")
    journal.record(actor, "withdraw_candidacy", row, about=row.person_id, level=row.level)
    return row


@operation
def move_on(
    actor: Actor,
    candidacies: Sequence[Candidacy],
    *,
    step: CandidacyStep,
    on: date,
    evidence: str = "",
) -> list[Candidacy]:
    """Move many to one step, or none of them; who stands there already stays as they are.

    Steps are skipped only on the word of an official list, which `evidence` names. Returns who
    was moved. Raises NotAllowed, NobodyChosen, StepToCome, StepUnfit, ListMissing.
    """
    require(actor, Can.CANDIDACIES_MOVE)
    if not candidacies or len(candidacies) > MOST_AT_ONCE:
        raise NobodyChosen
    if on > clock.today():
        raise StepToCome
    rows = [locked(Candidacy, one.id) for one in sorted(candidacies, key=lambda one: one.id)]
    moving = [row for row in rows if row.state is not step]
    for row in moving:
        _step(row, step, evidence.strip())
        _note(actor, row, on, evidence.strip())
    told = [(row, row.person_id, _told(row)) for row in moving]
    journal.record_all(actor, "move_on", told)
    return moving


def _step(row: Candidacy, step: CandidacyStep, evidence: str) -> None:
    facts = {"now": row.state, "step": step}
    if step not in MOVES.get(row.state, frozenset()):
        name = db.session.get_one(Person, row.person_id).full_name
        if step not in JUMPS.get(row.state, frozenset()):
            raise StepUnfit(name=name, **facts)
        if not evidence:
            raise ListMissing(name=name)
    move(row, step, {row.state: frozenset({step})})


def _note(actor: Actor, row: Candidacy, on: date, evidence: str) -> None:
    taken = {"step": row.state, "on": on, "evidence": evidence, "by_id": actor.person_id}
    db.session.add(StepTaken(candidacy_id=row.id, **taken))


def _told(row: Candidacy) -> dict[str, object]:
    return {"level": row.level, "step": row.state}


def _entered(person: Person, entry: Entry) -> Candidacy:
    """A new row, or the one that was withdrawn."""
    same = sa.select(Candidacy).where(
        Candidacy.person_id == person.id,
        Candidacy.cycle_id == entry.cycle.id,
        Candidacy.level == entry.level,
    )
    row = db.session.scalar(same.with_for_update())
    if row is None:
        row = Candidacy(
            person_id=person.id,
            cycle_id=entry.cycle.id,
            level=entry.level,
            state=CandidacyStep.INTENDS,
        )
        db.session.add(row)
    elif row.state is CandidacyStep.WITHDRAWN:
        move(row, CandidacyStep.INTENDS, MOVES)
    else:
        raise CandidateAlready(name=person.full_name)
    return row


def _refuse_holders(person: Person, level: Level) -> None:
    mine = (Qualification.person_id == person.id) & Qualification.known()
    held = db.session.scalars(sa.select(Qualification.level).where(mine))
    if any(each.rank >= level.rank for each in held):
        raise LevelHeld(name=person.full_name)
