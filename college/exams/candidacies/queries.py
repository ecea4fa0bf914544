from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from college.core import clock
from college.core.access import visible
from college.core.db import db
from college.core.deeds import BLANK
from college.core.errors import NotFound
from college.core.roles import Actor, Can
from college.core.text import Remark, say
from college.exams.candidacies.models import AdmissionTicket, Candidacy, CandidacyStep, StepTaken
from college.exams.cycles.models import ExamCycle
from college.exams.cycles.queries import LATEST_FIRST
from college.exams.pass_rules.models import PassRule, Subject
from college.exams.pass_rules.queries import all_rules
from college.people.employment.finding import working
from college.people.employment.models import Employment
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from college.stations.units.models import Unit

MOST_AT_ONCE = 200  # candidacies moved by one form


def cycles() -> Sequence[ExamCycle]:
    """Every exam year, the latest first."""
    return db.session.scalars(sa.select(ExamCycle).order_by(*LATEST_FIRST)).all()


def cycles_to_come() -> Sequence[ExamCycle]:
    """The years that one can still sit in, the next one first."""
    ahead = sa.select(ExamCycle).where(ExamCycle.is_ahead(clock.today()))
    return db.session.scalars(ahead.order_by(ExamCycle.year, ExamCycle.id)).all()


def seen_by(
    actor: Actor, cycle: ExamCycle, *, step: CandidacyStep | None = None, unit: Unit | None = None
) -> sa.Select[Candidacy]:
    """Select the candidacies of a year that the reader may see, in the order of names."""
    chosen = _of_cycle(actor, cycle, unit).join(Candidacy.person)
    if step is not None:
        chosen = chosen.where(Candidacy.state == step)
    by_name = chosen.options(contains_eager(Candidacy.person))
    return by_name.order_by(Person.sort_key, Person.id, Candidacy.level, Candidacy.id)


def funnel(actor: Actor, cycle: ExamCycle, unit: Unit | None = None) -> Mapping[CandidacyStep, int]:
    """How many of those whom the reader may see stand at each step now."""
    mine = _of_cycle(actor, cycle, unit).subquery()
    counted = sa.select(mine.c.state, sa.func.count()).group_by(mine.c.state)
    return Counter({CandidacyStep(state): n for state, n in db.session.execute(counted)})


# from where people leave the way: who is off it came at least so far
LEFT_AT = {
    CandidacyStep.ABSENT: CandidacyStep.TICKETED,
    CandidacyStep.CANCELLED: CandidacyStep.SCORED,
}


def reached(standing: Mapping[CandidacyStep, int], step: CandidacyStep) -> int:
    """How many came at least as far as a step of the way."""
    way = [s for s in CandidacyStep if step.rank <= s.rank <= CandidacyStep.CERTIFIED.rank]
    gone = sum(standing.get(off, 0) for off, last in LEFT_AT.items() if step.rank <= last.rank)
    return sum(standing.get(s, 0) for s in way) + gone


def of_person(actor: Actor, person: Person) -> Sequence[Candidacy]:
    mine = (Candidacy.person_id == person.id) & visible(Candidacy, actor, Can.CANDIDACIES_SEE)
    chosen = sa.select(Candidacy).join(Candidacy.cycle).where(mine)
    latest = chosen.options(contains_eager(Candidacy.cycle), joinedload(Candidacy.person))
    return db.session.scalars(latest.order_by(ExamCycle.year.desc(), Candidacy.id.desc())).all()


def whole(actor: Actor, candidacy: Candidacy) -> Candidacy:
    """The candidacy with its person and year, read once."""
    both = joinedload(Candidacy.person), joinedload(Candidacy.cycle)
    chosen = sa.select(Candidacy).where(Candidacy.id == candidacy.id).options(*both)
    return db.session.scalars(chosen.execution_options(populate_existing=True)).one()


def chosen_among(actor: Actor, ids: Sequence[int]) -> Sequence[Candidacy]:
    """These candidacies, if the reader may move each of them. Raises NotFound."""
    wanted = set(ids)
    mine = Candidacy.id.in_(wanted) & visible(Candidacy, actor, Can.CANDIDACIES_MOVE)
    chosen = sa.select(Candidacy).where(mine).options(joinedload(Candidacy.person))
    found = db.session.scalars(chosen.order_by(Candidacy.id)).all()
    if len(found) != len(wanted):
        raise NotFound
    return found


def steps_of(candidacy: Candidacy) -> Sequence[StepTaken]:
    """The way so far, the latest step first."""
    mine = sa.select(StepTaken).where(StepTaken.candidacy_id == candidacy.id)
    latest = mine.order_by(StepTaken.id.desc()).options(joinedload(StepTaken.by))
    return db.session.scalars(latest).all()


def candidacies_in(cycle: ExamCycle, person_ids: Collection[int]) -> Sequence[Candidacy]:
    """The candidacies of some persons in a year, as they stand under their lock."""
    mine = (Candidacy.cycle_id == cycle.id) & Candidacy.person_id.in_(person_ids)
    chosen = sa.select(Candidacy).where(mine).order_by(Candidacy.id)
    return db.session.scalars(chosen.execution_options(populate_existing=True)).all()


def tickets_of(candidacy_ids: Collection[int]) -> Mapping[int, Sequence[AdmissionTicket]]:
    """What the tickets of some candidacies say, by candidacy, in the order of papers."""
    mine = AdmissionTicket.candidacy_id.in_(candidacy_ids) & AdmissionTicket.known()
    chosen = sa.select(AdmissionTicket).where(mine).options(joinedload(AdmissionTicket.by))
    found: defaultdict[int, list[AdmissionTicket]] = defaultdict(list)
    for ticket in db.session.scalars(chosen.order_by(AdmissionTicket.id)):
        found[ticket.candidacy_id].append(ticket)
    return found


def papers_of(
    level: Level, year: int, known: Sequence[PassRule] | None = None
) -> Sequence[Subject]:
    """The papers that the level has in a year; none while no rule of passing is on record.

    `known` are all rules, for who asks of many years.
    """
    rules = [
        rule
        for rule in (all_rules() if known is None else known)
        if rule.level is level
        and rule.from_year <= year
        and (rule.to_year is None or year <= rule.to_year)
    ]
    return rules[-1].papers if rules else []


def next_step(candidacy: Candidacy) -> Remark:
    """The one thing to do now, in words."""
    cycle, state, today = candidacy.cycle, candidacy.state, clock.today()
    if state in {CandidacyStep.INTENDS, CandidacyStep.ELIGIBLE}:
        return _registering(cycle, today)
    if state in BEFORE_IT and cycle.exam_to_on and today > cycle.exam_to_on:
        return Remark(say("The exam is over. The academic office notes who sat."))
    if state is CandidacyStep.SAT and cycle.scores_on and today >= cycle.scores_on:
        out = say(
            "The scores came out on %(scores)s. Yours stands here once the academic office has "
            "it; until then look it up on the exam's site."
        )
        return Remark(out, {"scores": cycle.scores_on})
    facts = _dates(candidacy, today)
    return Remark(next((s for s in NEXT[state] if _fits(s, facts)), NEXT[state][-1]), facts)


def _dates(candidacy: Candidacy, today: date) -> dict[str, object]:
    cycle = candidacy.cycle
    checked = cycle.registration_check_to_on
    days = {
        "checked": checked if checked and today <= checked else None,
        "pay": cycle.payment_to_on,
        "tickets": cycle.tickets_from_on,
        "day": cycle.begins_on(candidacy.level, candidacy.entered),
        "scores": cycle.scores_on,
        "check": cycle.check_to_on,
    }
    return {name: day for name, day in days.items() if day is not None}


def _fits(sentence: str, facts: Mapping[str, object]) -> bool:
    return all(blank in facts for blank in BLANK.findall(sentence))


BEFORE_IT = frozenset({CandidacyStep.REGISTERED, CandidacyStep.PAID, CandidacyStep.TICKETED})
# of the sentences of a step the first whose days are announced is said
NEXT: Mapping[CandidacyStep, Sequence[str]] = {
    CandidacyStep.REGISTERED: (
        say(
            "Registrations are checked until %(checked)s. See on the registration site whether "
            "yours has passed, then pay the fee there by %(pay)s."
        ),
        say(
            "Registrations are checked until %(checked)s. See on the registration site whether "
            "yours has passed, then pay the fee there before it closes."
        ),
        say("Pay the fee on the registration site by %(pay)s."),
        say("Pay the fee on the registration site before it closes."),
    ),
    CandidacyStep.PAID: (
        say("Print the admission ticket from %(tickets)s on; the exam begins on %(day)s."),
        say("Print the admission ticket in the week before the exam of %(day)s."),
        say("Print the admission ticket once the notice says that it can be."),
    ),
    CandidacyStep.TICKETED: (
        say("Sit the exam from %(day)s on, with ticket and ID document."),
        say("Sit the exam on the day that the ticket says, with ticket and ID document."),
    ),
    CandidacyStep.SAT: (
        say("Wait for the scores; they are to come out on %(scores)s."),
        say("Wait for the scores, about two months after the exam."),
    ),
    CandidacyStep.SCORED: (
        say(
            "If you passed, hand in the papers for the check after the exam by %(check)s: who "
            "misses it loses the result."
        ),
        say("If you passed, watch for the check after the exam: who misses it loses the result."),
    ),
    CandidacyStep.CHECKED: (say("Wait for the public list of who passed."),),
    CandidacyStep.LISTED: (say("Download the e-certificate; the paper one follows months later."),),
    CandidacyStep.CERTIFIED: (
        say("All done. Have the certificate put on record here if it is not."),
    ),
    CandidacyStep.ABSENT: (say("Nothing more this year. The next exam is a new candidacy."),),
    CandidacyStep.CANCELLED: (say("The result does not count. The next exam is a new candidacy."),),
    CandidacyStep.WITHDRAWN: (say("Nothing more. Whoever changes their mind enters again."),),
}


def _registering(cycle: ExamCycle, today: date) -> Remark:
    opens, closes = cycle.registration_from_on, cycle.registration_to_on
    if opens is None or closes is None:
        return Remark(say("Watch for the notice of the year: it says when registration opens."))
    if today < opens:
        return Remark(say("Registration opens on %(day)s."), {"day": opens})
    if today <= closes:
        return Remark(say("Register on the state's site by %(day)s."), {"day": closes})
    closed = say("Registration closed on %(day)s. If you registered, tell the academic office.")
    return Remark(closed, {"day": closes})


def _of_cycle(actor: Actor, cycle: ExamCycle, unit: Unit | None) -> sa.Select[Candidacy]:
    mine = (Candidacy.cycle_id == cycle.id) & visible(Candidacy, actor, Can.CANDIDACIES_SEE)
    chosen = sa.select(Candidacy).where(mine)
    if unit is not None:
        there = Employment.unit_id.in_(Unit.at_or_below(unit.id))
        chosen = chosen.where(Candidacy.person_id.in_(working(actor, there)))
    return chosen
