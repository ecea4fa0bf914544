"""How a member stands in the plan of a cohort: one function, for the list, the page and oneself."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from college.core.text import Remark, say
from college.courses.enrolments.models import EnrolmentState
from college.courses.grades.models import plain
from college.exams.candidacies.models import CandidacyStep
from college.exams.cohorts.models import CohortMilestone, MilestoneKind

K = MilestoneKind
NO_CLASS = say("in no class of the cohort yet")
# the step of a candidacy with which a milestone is met; whoever is further on has met it too
STEPS = {
    K.REGISTERED: CandidacyStep.REGISTERED,
    K.PAID: CandidacyStep.PAID,
    K.TICKETED: CandidacyStep.TICKETED,
    K.SAT: CandidacyStep.SAT,
}

TO_DO = {
    K.ENROLLED: say("Enrol in a class of the cohort by %(day)s."),
    K.ATTENDED: say("Be in every lesson from now on: your attendance is looked at on %(day)s."),
    K.ASSESSED: say("Pass the test by %(day)s. Your teacher can tell you how to repeat it."),
    K.COMPLETED: say("Complete your class by %(day)s: attendance and all its tests count."),
    K.REGISTERED: say("Register on the state's site by %(day)s, then note it here."),
    K.PAID: say("Pay the exam fee on the state's site by %(day)s."),
    K.TICKETED: say("Print your admission ticket by %(day)s."),
    K.SAT: say("The exam is on until %(day)s. Bring your ticket and your ID card."),
    K.OWN: say("Do this by %(day)s, and tell your tutor, who checks it off."),
}


class Stand(StrEnum):
    """Where a member stands at a milestone.

    `WAITING`: its day is past, but the member can do nothing about it yet. `MISSED`: the exam is
    over, nobody falls behind any more. `OFF`: a step of an exam that the member does not sit.
    """

    MET = "met"
    AHEAD = "ahead"
    WAITING = "waiting"
    OVERDUE = "overdue"
    MISSED = "missed"
    OFF = "off"

    @property
    def label(self) -> str:
        return {
            "met": say("met"),
            "ahead": say("still to do"),
            "waiting": say("waiting for others"),
            "overdue": say("overdue"),
            "missed": say("not reached"),
            "off": say("does not sit"),
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is on record of a member of a cohort. Minutes are those of the classes they are in.

    `minutes_held` counts the lessons that have begun and of which attendance is recorded at all, so
    that nobody falls behind by a register that was not kept. `marked`: the tests of which anybody
    has a mark.
    """

    joined_on: date
    states: Collection[EnrolmentState] = ()
    minutes_held: int = 0
    minutes_attended: int = 0
    step: CandidacyStep | None = None
    has_result: bool = False
    has_sat: bool = False
    marks: Mapping[int, Decimal] = field(default_factory=dict)
    marked: Collection[int] = ()
    ticked: Mapping[int, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """One milestone of one member. `days`: so many late, or, while it is ahead, so many left."""

    milestone: CohortMilestone
    stand: Stand
    days: int
    reason: Remark | None

    @property
    def is_overdue(self) -> bool:
        return self.stand is Stand.OVERDUE

    @property
    def to_do(self) -> Remark:
        """What the member does to meet it."""
        return Remark(TO_DO[self.milestone.kind], {"day": self.milestone.due_on})


@dataclass(frozen=True, slots=True)
class Standing:
    """A member's plan, in the order of its days."""

    checks: tuple[Check, ...]

    @property
    def met(self) -> int:
        return sum(check.stand is Stand.MET for check in self.checks)

    @property
    def overdue(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.is_overdue)

    @property
    def is_behind(self) -> bool:
        return any(check.is_overdue for check in self.checks)

    @property
    def days_behind(self) -> int:
        """Of the milestone that is overdue longest; 0 for who does not fall behind."""
        return max((check.days for check in self.checks if check.is_overdue), default=0)

    @property
    def next_check(self) -> Check | None:
        """What to do next: what is overdue, then what is due soonest.

        Who is in no class yet enrols first, whatever of the class is due before.
        """
        open_ones = [c for c in self.checks if c.stand in {Stand.OVERDUE, Stand.AHEAD}]
        first = min(open_ones, key=lambda c: (not c.is_overdue, c.milestone.due_on), default=None)
        if first is None or first.reason != Remark(NO_CLASS):
            return first
        return next((c for c in open_ones if c.milestone.kind is K.ENROLLED), first)


def verdict(
    plan: Sequence[CohortMilestone], facts: Facts, today: date, *, is_over: bool
) -> Standing:
    """Judge one member by a plan that is in the order of its days.

    A milestone is overdue from the day after its own; for who joined later, from the day after
    they joined. What the member cannot change (a class that is not closed, a test that nobody has
    a mark of, no lesson held) waits instead, and once the exam is over nothing is overdue.
    """
    return Standing(tuple(_check(milestone, facts, today, is_over) for milestone in plan))


def _check(milestone: CohortMilestone, facts: Facts, today: date, is_over: bool) -> Check:
    reason, is_theirs = _lacking(milestone, facts)
    late = (today - max(milestone.due_on, facts.joined_on)).days
    if reason is None:
        return Check(milestone, Stand.MET, 0, None)
    if milestone.kind in STEPS and facts.step is CandidacyStep.WITHDRAWN:
        return Check(milestone, Stand.OFF, 0, reason)
    if is_over:
        return Check(milestone, Stand.MISSED, 0, reason)
    if late <= 0:
        return Check(milestone, Stand.AHEAD, max((milestone.due_on - today).days, 0), reason)
    return Check(milestone, Stand.OVERDUE if is_theirs else Stand.WAITING, late, reason)


def _lacking(milestone: CohortMilestone, facts: Facts) -> tuple[Remark | None, bool]:
    """What is missing, None for nothing, and whether the member can do something about it."""
    if milestone.kind in STEPS:
        return _step_lacking(milestone.kind, facts), True
    if milestone.kind is K.ATTENDED:
        return _attendance_lacking(milestone, facts)
    if milestone.kind is K.ASSESSED:
        return _mark_lacking(milestone, facts)
    if milestone.kind is K.OWN:
        is_done = milestone.id in facts.ticked
        return None if is_done else Remark(say("not checked off yet")), True
    if not facts.states:
        return Remark(NO_CLASS), True
    if milestone.kind is K.ENROLLED or EnrolmentState.COMPLETED in facts.states:
        return None, True
    if EnrolmentState.ENROLLED in facts.states:
        return Remark(say("the class is not closed yet")), False
    return Remark(say("did not complete the class")), True


def _step_lacking(kind: MilestoneKind, facts: Facts) -> Remark | None:
    is_there = facts.has_sat if kind is K.SAT else facts.has_result  # a result needs a ticket
    step, wanted = facts.step, STEPS[kind]
    if is_there:
        return None
    if step is None:
        return Remark(say("not among the candidates yet"))
    is_off = step is CandidacyStep.WITHDRAWN or (kind is K.SAT and step is CandidacyStep.ABSENT)
    if step.rank >= wanted.rank and not is_off:
        return None
    return Remark(say("stands at: %(step)s"), {"step": step})


def _attendance_lacking(milestone: CohortMilestone, facts: Facts) -> tuple[Remark | None, bool]:
    held, attended, needed = facts.minutes_held, facts.minutes_attended, milestone.percent or 0
    if not facts.states:
        return Remark(NO_CLASS), True
    if not held:
        return Remark(say("no lesson is on record yet")), False
    if attended * 100 >= held * needed:
        return None, True
    there = attended * 100 // held
    short = say("attended %(there)s%% of the lessons so far, %(needed)s%% are asked for")
    return Remark(short, {"there": there, "needed": needed}), True


def _mark_lacking(milestone: CohortMilestone, facts: Facts) -> tuple[Remark | None, bool]:
    assessment = milestone.assessment
    assert assessment is not None  # by its CHECK
    mark = facts.marks.get(assessment.id)
    if mark is None:
        return Remark(say("no mark yet")), assessment.id in facts.marked
    if mark >= assessment.pass_mark:
        return None, True
    said = {"mark": plain(mark), "needed": plain(assessment.pass_mark)}
    return Remark(say("mark %(mark)s, pass mark %(needed)s"), said), True
