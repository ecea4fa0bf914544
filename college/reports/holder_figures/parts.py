"""Holders of a day by the best line they passed by and by their registration; and the seniors.

By line: who holds any qualification by the national line counts there, and who holds by a regional
line alone counts at that; so each person counts once, by the best line as of the day. The states of
the registration are those of `register/registrations/standing.py`, each person in one of three.
Both add up to the holders.

The seniors are apart: who passed the written exam holds a statement and counts at no level for it.
Their stages are those of `register/reviews/stages.py`; they overlap and are never added up.
"""

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from college.core.access import for_readers
from college.core.dated import Moment
from college.core.kept import Figure
from college.core.roles import Actor
from college.core.text import say
from college.exams.results.advice import counting_since
from college.people.employment.models import STAFF, Employment
from college.people.qualifications.models import PassBasis, Qualification
from college.register.registrations.standing import RegistrationStanding, stands
from college.register.reviews.stages import Stage, is_at
from college.reports.figures.queries import KNOWN_AT, within_reach
from college.reports.holder_figures.flows import Of, posts_on

DAY: sa.BindParameter[date] = sa.bindparam("day_0", type_=sa.Date)
SINCE: sa.BindParameter[date] = sa.bindparam("since", type_=sa.Date)


class Part(StrEnum):
    """A part of the holders whose persons can be listed."""

    NATIONAL = "national"
    REGIONAL = "regional"
    REGISTERED = "registered"
    LAPSED = "lapsed"
    NEVER = "never"
    EXAM_PASSED = "exam_passed"
    STATEMENT_VALID = "statement_valid"
    REVIEWING = "reviewing"
    STATEMENT_GONE = "statement_gone"
    TITLED = "titled"

    @property
    def label(self) -> str:
        for kind in (RegistrationStanding, Stage):
            if self.value in list(kind):
                return kind(self.value).label
        return {
            "national": say("By the national line"),
            "regional": say("By a regional line alone"),
        }[self]


LINES = (Part.NATIONAL, Part.REGIONAL)
REGISTRATIONS = tuple(Part(standing.value) for standing in RegistrationStanding)
SENIORS = tuple(Part(stage.value) for stage in Stage)


def parts(actor: Actor, day: date, of: Of) -> dict[Part, int]:
    """How many persons each part has."""
    figure, chosen = Figure("parts", 0, [day]), _counted(actor, *of.shape)
    row = of.count(actor, figure, chosen, len(Part), since=counting_since(day))
    return dict(zip(Part, row, strict=True))


def members(
    actor: Actor, part: Part, day: date, of: Of
) -> tuple[sa.Select[int], dict[str, object]]:
    """Select the ids of the persons of a part, and its parameters."""
    return _members(actor, part, *of.shape), _asked(actor, day, of)


def _asked(actor: Actor, day: date, of: Of) -> dict[str, object]:
    return of.asked(actor, [day]) | {"since": counting_since(day)}


@for_readers
def _counted(actor: Actor, has_unit: bool, is_past: bool) -> sa.Select[*tuple[Any, ...]]:
    staff = _staff(actor, has_unit, is_past).subquery()
    rules = (_is(part, staff.c.person_id, is_past) for part in Part)
    return sa.select(*(sa.func.count().filter(rule) for rule in rules)).select_from(staff)


@for_readers
def _members(actor: Actor, part: Part, has_unit: bool, is_past: bool) -> sa.Select[int]:
    staff = _staff(actor, has_unit, is_past).subquery()
    return sa.select(staff.c.person_id).where(_is(part, staff.c.person_id, is_past))


def _staff(actor: Actor, has_unit: bool, is_past: bool) -> sa.Select[int]:
    known_at = KNOWN_AT if is_past else None
    in_post = posts_on(DAY, known_at, has_unit) & Employment.capacity.in_(STAFF)
    return sa.select(Employment.person_id).where(in_post, within_reach(actor)).distinct()


def _is(part: Part, person: sa.ColumnElement[int], is_past: bool) -> sa.ColumnElement[bool]:
    known_at = KNOWN_AT if is_past else None
    if part in SENIORS:
        return is_at(person, Stage(part.value), DAY, SINCE, known_at)
    if part is Part.NATIONAL:
        return person.in_(_held(known_at, {PassBasis.NATIONAL}))
    holds = person.in_(_held(known_at, set(PassBasis)))
    if part is Part.REGIONAL:
        return holds & person.not_in(_held(known_at, {PassBasis.NATIONAL}))
    return holds & stands(person, RegistrationStanding(part.value), DAY, known_at)


def _held(known_at: Moment | None, lines: Collection[PassBasis]) -> sa.Select[int]:
    held = Qualification.known(known_at) & (Qualification.approved_on <= DAY)
    return sa.select(Qualification.person_id).where(held, Qualification.basis.in_(list(lines)))
