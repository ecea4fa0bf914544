"""Plans of cohorts: the only code that makes or changes milestones and checks them off."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.errors import Conflict, RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.courses.runs.models import Assessment
from college.exams.cohorts.boards import plan_of
from college.exams.cohorts.dates import announced_for, compare, tests_of, what
from college.exams.cohorts.models import (
    CohortMember,
    CohortMilestone,
    ExamCohort,
    MilestoneKind,
    MilestoneTick,
)

Changes = list[tuple[CohortMilestone, int | None, dict[str, object]]]


class PlannedAlready(Conflict):
    code, field = "planned_already", "what"
    message = say("This is in the plan already, for %(on)s. Change its day there.")


class TitleNeeded(RuleBroken):
    code, field = "title_needed", "title"
    message = say("Give what you check off yourself a title.")


class ShareNeeded(RuleBroken):
    code, field = "share_needed", "percent"
    message = say("Enter the share of the lessons, from 1 to 100 percent.")


class AfterTheExam(RuleBroken):
    code, field = "after_the_exam", "due_on"
    message = say("The exam ends on %(on)s. Choose a day that is not after it.")


class NotOfTheClasses(RuleBroken):
    code, field = "not_of_the_classes", "what"
    message = say("This test belongs to no class of the cohort. Choose one that does.")


class MilestoneRemoved(Conflict):
    code = "milestone_removed"
    message = say("This milestone was taken out of the plan. Go back to the plan.")


class Measured(RuleBroken):
    code = "measured"
    message = say("This milestone is measured by what is on record. Nobody checks it off.")


class NobodyChosen(RuleBroken):
    code = "nobody_chosen"
    message = say("Choose at least one member who is in the cohort.")


class NotYetDone(RuleBroken):
    code, field = "not_yet_done", "on"
    message = say("This day lies ahead. Check off what is done already.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMilestone:
    kind: MilestoneKind
    due_on: date
    title: str = ""
    title_en: str = ""
    percent: int | None = None
    assessment: Assessment | None = None


@operation
def take_dates(actor: Actor, cohort: ExamCohort) -> list[CohortMilestone]:
    """Put into the plan what the dates propose, and move what was announced anew.

    What was taken out of the plan stays out. Returns what is new or moved. Raises NotAllowed.
    """
    require(actor, Can.COHORTS_PLAN, cohort)
    return put_in(actor, locked(ExamCohort, cohort.id))


@operation
def add_milestone(actor: Actor, cohort: ExamCohort, new: NewMilestone) -> CohortMilestone:
    """Put one milestone into a plan.

    Raises NotAllowed, TitleNeeded, ShareNeeded, NotOfTheClasses, AfterTheExam, PlannedAlready.
    """
    require(actor, Can.COHORTS_PLAN, cohort)
    cohort = locked(ExamCohort, cohort.id)
    title, percent = new.title.strip(), _share(new.kind, new.percent)
    if new.kind is MilestoneKind.OWN and not title:
        raise TitleNeeded
    if new.kind is MilestoneKind.ASSESSED and new.assessment not in tests_of(cohort):
        raise NotOfTheClasses
    _refuse_late(cohort, new.due_on)
    named = what(new.kind, title=title, percent=percent, assessment=new.assessment)
    _refuse_twice(cohort, named)
    milestone = CohortMilestone(
        cohort_id=cohort.id,
        kind=new.kind,
        what=named,
        title=title,
        title_en=new.title_en.strip(),
        due_on=new.due_on,
        follows_on=announced_for(cohort).get(named),
        percent=percent,
        assessment=new.assessment,
    )
    db.session.add(milestone)
    journal.record(actor, "plan_milestone", milestone, what=named, due_on=new.due_on)
    return milestone


@operation
def change_milestone(
    actor: Actor,
    milestone: CohortMilestone,
    *,
    due_on: date,
    title: str = "",
    title_en: str = "",
    percent: int | None = None,
) -> CohortMilestone:
    """Give a milestone another day, title or share; what it asks for else stays.

    Raises NotAllowed, MilestoneRemoved, TitleNeeded, ShareNeeded, AfterTheExam, PlannedAlready.
    """
    require(actor, Can.COHORTS_PLAN, milestone)
    cohort = _held(milestone)
    title, percent = title.strip(), _share(milestone.kind, percent)
    if milestone.kind is MilestoneKind.OWN and not title:
        raise TitleNeeded
    _refuse_late(cohort, due_on)
    named = what(milestone.kind, title=title, percent=percent, assessment=milestone.assessment)
    _refuse_twice(cohort, named, but=milestone)
    was = milestone.due_on
    milestone.what, milestone.title, milestone.title_en = named, title, title_en.strip()
    milestone.due_on, milestone.percent = due_on, percent
    milestone.follows_on = announced_for(cohort).get(named)
    journal.record(actor, "change_milestone", milestone, what=named, due_on=due_on, was=was)
    return milestone


@operation
def remove_milestone(actor: Actor, milestone: CohortMilestone) -> CohortMilestone:
    """Take a milestone out of the plan; who was checked off there stays on record.

    Raises NotAllowed, MilestoneRemoved.
    """
    require(actor, Can.COHORTS_PLAN, milestone)
    _held(milestone)
    milestone.removed_at = clock.now()
    journal.record(
        actor, "remove_milestone", milestone, what=milestone.what, due_on=milestone.due_on
    )
    return milestone


@operation
def check_off(
    actor: Actor, milestone: CohortMilestone, member_ids: Collection[int], *, on: date
) -> list[MilestoneTick]:
    """Note that members did what a milestone of the college's own asks for. Returns the new ones.

    Raises NotAllowed, MilestoneRemoved, Measured, NotYetDone, NobodyChosen.
    """
    require(actor, Can.COHORTS_PLAN, milestone)
    cohort = _held(milestone)
    if milestone.kind.is_measured:
        raise Measured
    if on > clock.today():
        raise NotYetDone
    members = _members(cohort, member_ids)
    if not members:
        raise NobodyChosen
    done = {tick.member_id for tick in _ticks(milestone)}
    ticks = [
        MilestoneTick(milestone_id=milestone.id, member_id=member.id, on=on, by_id=actor.person_id)
        for member in members
        if member.id not in done
    ]
    db.session.add_all(ticks)
    people = {member.id: member.person_id for member in members}
    changes: list[tuple[MilestoneTick, int | None, dict[str, object]]] = [
        (tick, people[tick.member_id], {"on": on, "what": milestone.what}) for tick in ticks
    ]
    journal.record_all(actor, "check_off", changes)
    return ticks


@operation
def take_back(actor: Actor, tick: MilestoneTick) -> MilestoneTick:
    """Say that a member has not done it after all. Taken back already, it stays as it is.

    Raises NotAllowed, MilestoneRemoved.
    """
    require(actor, Can.COHORTS_PLAN, tick)
    _held(db.session.get_one(CohortMilestone, tick.milestone_id))
    tick = locked(MilestoneTick, tick.id)
    if tick.taken_back_at is not None:
        return tick
    tick.taken_back_at = clock.now()
    member = db.session.get_one(CohortMember, tick.member_id)
    journal.record(actor, "take_back", tick, about=member.person_id, on=tick.on)
    return tick


def put_in(actor: Actor, cohort: ExamCohort) -> list[CohortMilestone]:
    """What the dates propose, into the plan; a part of operations that have asked who acts."""
    compared = compare(cohort, plan_of(cohort))
    new = [
        CohortMilestone(
            cohort_id=cohort.id,
            kind=one.kind,
            what=one.what,
            due_on=one.due_on,
            follows_on=one.due_on,
            percent=one.percent,
            assessment=one.assessment,
        )
        for one in compared.missing
    ]
    db.session.add_all(new)
    moved: list[CohortMilestone] = []
    for difference in compared.differing:
        milestone = difference.milestone
        milestone.due_on = difference.moved_to
        milestone.follows_on = difference.announced_on
        moved.append(milestone)
    journal.record_all(actor, "plan_milestone", _changes(new))
    journal.record_all(actor, "change_milestone", _changes(moved))
    return [*new, *moved]


def _changes(milestones: Sequence[CohortMilestone]) -> Changes:
    return [(one, None, {"what": one.what, "due_on": one.due_on}) for one in milestones]


def _held(milestone: CohortMilestone) -> ExamCohort:
    """The cohort, under its lock, of a milestone that is in its plan. Raises MilestoneRemoved."""
    cohort = locked(ExamCohort, milestone.cohort_id)
    if milestone.removed_at is not None:
        raise MilestoneRemoved
    return cohort


def _share(kind: MilestoneKind, percent: int | None) -> int | None:
    if kind is not MilestoneKind.ATTENDED:
        return None
    if percent is None or not 1 <= percent <= 100:
        raise ShareNeeded
    return percent


def _refuse_late(cohort: ExamCohort, due_on: date) -> None:
    last = cohort.cycle.exam_to_on
    if last is not None and due_on > last:
        raise AfterTheExam(on=last)


def _refuse_twice(cohort: ExamCohort, named: str, *, but: CohortMilestone | None = None) -> None:
    same = next((m for m in plan_of(cohort) if m.what == named and m is not but), None)
    if same is not None:
        raise PlannedAlready(on=same.due_on)


def _members(cohort: ExamCohort, member_ids: Collection[int]) -> Sequence[CohortMember]:
    chosen = sa.select(CohortMember).where(
        CohortMember.cohort_id == cohort.id,
        CohortMember.id.in_(member_ids),
        CohortMember.left_on.is_(None),
    )
    return db.session.scalars(chosen.order_by(CohortMember.id)).all()


def _ticks(milestone: CohortMilestone) -> Sequence[MilestoneTick]:
    chosen = sa.select(MilestoneTick).where(
        MilestoneTick.milestone_id == milestone.id, MilestoneTick.taken_back_at.is_(None)
    )
    return db.session.scalars(chosen).all()
