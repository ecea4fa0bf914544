"""Keeping registrations: the only code that makes or changes one, its steps and its rules."""

from dataclasses import asdict, dataclass
from datetime import date

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.errors import Conflict, RuleBroken
from college.core.operation import Overtaken, operation
from college.core.roles import Actor, Can
from college.core.states import move
from college.core.text import say
from college.people.persons.models import Person
from college.people.persons.queries import lock_persons
from college.people.qualifications.models import Level
from college.register.registrations.data import RULES
from college.register.registrations.models import (
    IN_FORCE,
    REGISTRATION_MOVES,
    Registration,
    RegistrationKind,
    RegistrationRule,
    RegistrationState,
    RegistrationStep,
)
from college.register.registrations.queries import Held, all_rules, holding_of
from college.register.registrations.verdicts import Answer, Period, next_period


class NotHeld(RuleBroken):
    code, field = "level_not_held", "level"
    message = say("This level is not on record as held by then. Record the qualification first.")


class RuleMissing(RuleBroken):
    code = "rule_missing"
    message = say("No rule of registration is on record for that day. Adopt the rules first.")


class TooEarly(RuleBroken):
    code, field = "too_early", "on"
    message = say("Registered until %(closes)s: the registrar accepts it from %(opens)s on.")


class TooLate(RuleBroken):
    code, field = "too_late", "ground"
    message = say(
        "The registrar accepted it until %(closes)s. If they take it all the same, write down on "
        "what ground."
    )


class UnderWay(Conflict):
    code = "under_way"
    message = say("An application for this level is with the registrar already.")


class StepAhead(RuleBroken):
    code, field = "step_ahead", "on"
    message = say("This day is still to come. Record the step once it has happened.")


class StepOutOfOrder(RuleBroken):
    code, field = "step_out_of_order", "on"
    message = say("The step before was on %(before)s and the one after on %(after)s.")


class EvidenceMissing(RuleBroken):
    code, field = "evidence_missing", "evidence"
    message = say("Write down by what you know it, such as: certificate seen by the station.")


class PeriodBackwards(RuleBroken):
    code, field = "period_backwards", "to_on"
    message = say("The period ends before it begins.")


class PeriodTaken(RuleBroken):
    code, field = "period_taken", "from_on"
    message = say("The level is registered from %(from_on)s to %(to_on)s already.")


class NoPeriod(RuleBroken):
    code, field = "no_period", "from_on"
    message = say("Only the step that completes a registration has a period.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is said of a step. The period is as printed; left out, it is that of the rule."""

    on: date
    evidence: str
    from_on: date | None = None
    to_on: date | None = None
    certificate_no: str = ""


@operation
def adopt_registration_rules(actor: Actor) -> list[RegistrationRule]:
    """Enter the published rules with their sources; what stands already stays. Returns the new."""
    require(actor, Can.REGISTER_RULE)
    known = {rule.from_on for rule in all_rules()}
    rules = [RegistrationRule(**asdict(data)) for data in RULES if data.from_on not in known]
    db.session.add_all(rules)
    facts: list[tuple[RegistrationRule, int | None, dict[str, object]]] = [
        (rule, None, {"cited": rule.citation}) for rule in rules
    ]
    journal.record_all(actor, "adopt_registration_rule", facts)
    return rules


@operation
def apply_for(
    actor: Actor, person: Person, step: Step, *, level: Level, registrar: str = "", ground: str = ""
) -> Registration:
    """Note that somebody applied with the registrar, for the first time or again.

    Raises NotAllowed, NotHeld, RuleMissing, TooEarly, TooLate (unless `ground`), UnderWay,
    StepAhead, EvidenceMissing.
    """
    require(actor, Can.REGISTRATIONS_RECORD, person)
    lock_persons([person.id])
    held = _holding(person.id, level, step.on)
    _refuse_window(held, ground)
    row = _opened(held, registrar, ground)
    return _taken(actor, row, RegistrationState.APPLIED, step)


@operation
def record_registration(
    actor: Actor, person: Person, step: Step, *, level: Level, registrar: str = ""
) -> Registration:
    """Take over a registration that is complete already, as its certificate has it.

    Raises NotAllowed, NotHeld, RuleMissing, PeriodTaken, PeriodBackwards, StepAhead,
    EvidenceMissing.
    """
    require(actor, Can.REGISTRATIONS_RECORD, person)
    lock_persons([person.id])
    held = _holding(person.id, level, step.on)
    row = _opened(held, registrar, "")
    return _taken(actor, row, RegistrationState.REGISTERED, step)


@operation
def take_step(
    actor: Actor, registration: Registration, step: Step, *, state: RegistrationState
) -> Registration:
    """Note what became of a registration. Raises NotAllowed, WrongState and as the above."""
    require(actor, Can.REGISTRATIONS_RECORD, registration)
    lock_persons([registration.person_id])
    return _taken(actor, locked(Registration, registration.id), state, step)


@operation
def correct_step(actor: Actor, old: RegistrationStep, step: Step) -> RegistrationStep:
    """Say what was true all along of a step; the row before it stays as what was believed.

    Raises NotAllowed, Overtaken, StepOutOfOrder, NoPeriod and as the above.
    """
    registration = db.session.get_one(Registration, old.registration_id)
    require(actor, Can.REGISTRATIONS_RECORD, registration)
    lock_persons([registration.person_id])
    _refuse_step(step)
    _refuse_order(registration, old.position, step.on)
    period = _period_of(registration, old.state, step)
    ended = sa.update(RegistrationStep).where(RegistrationStep.id == old.id)
    ended = ended.where(RegistrationStep.known()).values(superseded_at=clock.now())
    if db.session.scalar(ended.returning(RegistrationStep.id)) is None:
        raise Overtaken
    row = _step(actor, registration, old.position, old.state, step, period)
    facts = {"level": registration.level, "state": old.state, "on": step.on, "old_on": old.on}
    journal.record(actor, "correct_step", row, about=registration.person_id, **facts)
    return row


def _holding(person_id: int, level: Level, on: date) -> Held:
    held = holding_of(person_id, level, on)
    if held is None:
        raise NotHeld
    if held.verdict.rule is None:
        raise RuleMissing
    return held


def _refuse_window(held: Held, ground: str) -> None:
    said = held.verdict
    if said.answer is Answer.UNDER_WAY:
        raise UnderWay
    if said.answer is Answer.NOT_YET:
        raise TooEarly(opens=said.opens_on, closes=said.closes_on)
    if said.may_apply_with_ground and not ground.strip():
        raise TooLate(closes=said.closes_on)


def _opened(held: Held, registrar: str, ground: str) -> Registration:
    assert held.verdict.rule is not None
    kind = RegistrationKind.FIRST if held.standing.period is None else RegistrationKind.RENEWAL
    row = Registration(
        person_id=held.qualification.person_id,
        level=held.qualification.level,
        kind=kind,
        state=RegistrationState.NOT_APPLIED,
        registrar=registrar.strip(),
        ground=ground.strip(),
        rule_id=held.verdict.rule.id,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _taken(actor: Actor, row: Registration, state: RegistrationState, step: Step) -> Registration:
    _refuse_step(step)
    position = _last_position(row.id) + 1
    _refuse_order(row, position, step.on)
    move(row, state, REGISTRATION_MOVES)
    period = _period_of(row, state, step)
    _step(actor, row, position, state, step, period)
    facts: dict[str, object] = {"level": row.level, "state": state, "on": step.on}
    if period is not None:
        facts["to_on"] = period.to_on
    journal.record(actor, "take_step", row, about=row.person_id, **facts)
    return row


def _refuse_step(step: Step) -> None:
    if not step.evidence.strip():
        raise EvidenceMissing
    if step.on > clock.today():
        raise StepAhead


def _refuse_order(row: Registration, position: int, on: date) -> None:
    near = sa.select(RegistrationStep).where(
        RegistrationStep.registration_id == row.id, RegistrationStep.known()
    )
    steps = {step.position: step for step in db.session.scalars(near)}
    before, after = steps.get(position - 1), steps.get(position + 1)
    if (before and on < before.on) or (after and on > after.on):
        raise StepOutOfOrder(before=before.on if before else "–", after=after.on if after else "–")


def _period_of(row: Registration, state: RegistrationState, step: Step) -> Period | None:
    """The period as printed or by the rule. Raises PeriodBackwards, PeriodTaken, NoPeriod."""
    if state is not RegistrationState.REGISTERED:
        if step.from_on or step.to_on:
            raise NoPeriod
        return None
    held = holding_of(row.person_id, row.level, max(step.on, clock.today()))
    courses = [c for c in held.courses if c.registration.id != row.id] if held else []
    others = [course.period for course in courses if course.period is not None]
    earlier = [one for one in others if one.from_on <= step.on]
    before = max(earlier, key=lambda one: one.to_on, default=None)
    rule = db.session.get_one(RegistrationRule, row.rule_id)
    applied_on = _applied_on(row.id)
    from_on = step.from_on or next_period(rule, step.on, before, applied_on=applied_on).from_on
    period = Period(from_on, step.to_on or next_period(rule, from_on).to_on)
    if period.to_on < period.from_on:
        raise PeriodBackwards
    for one in others:
        if one.from_on <= period.to_on and period.from_on <= one.to_on:
            raise PeriodTaken(from_on=one.from_on, to_on=one.to_on)
    return period


def _step(
    actor: Actor,
    row: Registration,
    position: int,
    state: RegistrationState,
    step: Step,
    period: Period | None,
) -> RegistrationStep:
    made = RegistrationStep(
        registration_id=row.id,
        position=position,
        state=state,
        on=step.on,
        by_id=actor.person_id,
        evidence=step.evidence.strip(),
        from_on=period.from_on if period else None,
        to_on=period.to_on if period else None,
        certificate_no=step.certificate_no.strip() if state in IN_FORCE else "",
    )
    db.session.add(made)
    db.session.flush()
    return made


def _applied_on(registration_id: int) -> date | None:
    mine = (RegistrationStep.registration_id == registration_id) & RegistrationStep.known()
    applied = RegistrationStep.state == RegistrationState.APPLIED
    return db.session.scalar(sa.select(sa.func.min(RegistrationStep.on)).where(mine, applied))


def _last_position(registration_id: int) -> int:
    mine = RegistrationStep.registration_id == registration_id
    return db.session.scalar(sa.select(sa.func.max(RegistrationStep.position)).where(mine)) or 0
