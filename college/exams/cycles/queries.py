from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa

from college.core import clock
from college.core.access import visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.exams.cycles.data import INNER_MONGOLIA
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import Subject
from college.exams.pass_rules.queries import all_rules, rule_of
from college.people.qualifications.models import Level

LATEST_FIRST = (ExamCycle.year.desc(), ExamCycle.province, ExamCycle.id)


def cycles_seen(actor: Actor) -> Sequence[ExamCycle]:
    """The cycles that the reader may see, latest first."""
    chosen = sa.select(ExamCycle).where(visible(ExamCycle, actor, Can.CYCLES_PLAN))
    return db.session.scalars(chosen.order_by(*LATEST_FIRST)).all()


def cycles_held() -> Sequence[ExamCycle]:
    """The cycles whose exam is over, latest first: those that results can be imported for."""
    over = sa.select(ExamCycle).where(ExamCycle.exam_to_on < clock.today())
    return db.session.scalars(over.order_by(*LATEST_FIRST)).all()


def cycle_of(year: int, province: str) -> ExamCycle | None:
    same = (ExamCycle.year == year) & (ExamCycle.province == province)
    return db.session.scalar(sa.select(ExamCycle).where(same))


def cycles_of(years: Collection[int]) -> Mapping[tuple[int, str], ExamCycle]:
    """The cycles of some exam years, by year and province."""
    chosen = sa.select(ExamCycle).where(ExamCycle.year.in_(years))
    return {(cycle.year, cycle.province): cycle for cycle in db.session.scalars(chosen)}


def years_shared() -> frozenset[int]:
    """The years of more than one province."""
    years = sa.select(ExamCycle.year).group_by(ExamCycle.year)
    return frozenset(db.session.scalars(years.having(sa.func.count() > 1)))


def provinces() -> Sequence[str]:
    """Those with an exam on record, the college's own first."""
    known = db.session.scalars(sa.select(ExamCycle.province).distinct()).all()
    return sorted(known, key=lambda name: (name != INNER_MONGOLIA, name)) or [INNER_MONGOLIA]


def papers_in(year: int) -> list[tuple[Level, Subject]]:
    """The papers of each level in a year; none while no rule of passing is on record."""
    rules = all_rules()
    found = ((level, rule_of(level, year, rules)) for level in Level)
    return [(level, paper) for level, rule in found if rule is not None for paper in rule.papers]


def next_year() -> int:
    """The year of the next sitting: of the first known exam still to come, or the coming year."""
    today = clock.today()
    not_over = (ExamCycle.exam_to_on >= today) | ExamCycle.is_ahead(today)
    ahead = sa.select(sa.func.min(ExamCycle.year)).where(not_over)
    return db.session.scalar(ahead) or clock.today().year + 1


def year_to_enter() -> int:
    """The first year behind those on record, or the next sitting's where none is."""
    last = db.session.scalar(sa.select(sa.func.max(ExamCycle.year)))
    return last + 1 if last is not None else next_year()
