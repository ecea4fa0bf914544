from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from college.core.db import db
from college.exams.pass_rules.models import PassLine, PassRule


def all_rules() -> Sequence[PassRule]:
    """Every rule, earliest first."""
    chosen = sa.select(PassRule).order_by(PassRule.from_year, PassRule.level, PassRule.id)
    return db.session.scalars(chosen).all()


def lines_of(years: Iterable[int]) -> Sequence[PassLine]:
    """The lines of some years: national before regional, whole levels before single papers."""
    chosen = sa.select(PassLine).where(PassLine.year.in_(set(years)))
    order = (PassLine.year, PassLine.level, PassLine.region, PassLine.id)
    return db.session.scalars(chosen.order_by(*order)).all()


def all_lines() -> Sequence[PassLine]:
    """Every line, latest year first, national before regional."""
    chosen = sa.select(PassLine)
    order = (PassLine.year.desc(), PassLine.region, PassLine.level, PassLine.id)
    return db.session.scalars(chosen.order_by(*order)).all()
