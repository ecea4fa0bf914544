from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa

from college.core.db import db
from college.exams.pass_rules.models import Extension, PassLine, PassRule, Subject
from college.people.qualifications.models import Level


@dataclass(slots=True)
class LineSpan:
    """A line with one source over some years and levels."""

    first_year: int
    last_year: int
    levels_seen: set[Level]
    of: PassLine
    lines: list[PassLine]

    @property
    def levels(self) -> list[Level]:
        return sorted(self.levels_seen, key=lambda level: level.rank)

    @property
    def subject(self) -> Subject | None:
        return self.of.subject

    @property
    def region(self) -> str:
        return self.of.region

    @property
    def line(self) -> Decimal:
        return self.of.line

    @property
    def citation(self) -> str:
        return self.of.citation

    def takes(self, line: PassLine) -> bool:
        same = (line.region, line.subject, line.line, line.citation)
        mine = (self.region, self.subject, self.line, self.citation)
        return same == mine and self.first_year - 1 <= line.year


def all_rules() -> Sequence[PassRule]:
    """Every rule, earliest first."""
    chosen = sa.select(PassRule).order_by(PassRule.from_year, PassRule.level, PassRule.id)
    return db.session.scalars(chosen).all()


def rule_of(level: Level, year: int, rules: Sequence[PassRule]) -> PassRule | None:
    """The rule in force for a level in a year; the latest one where two would fit."""
    fitting = [
        rule
        for rule in rules
        if rule.level is level
        and rule.from_year <= year
        and (rule.to_year is None or year <= rule.to_year)
    ]
    return max(fitting, key=lambda rule: rule.from_year, default=None)


def extensions_of(
    years: Iterable[int], *, known_at: datetime | None = None, known_on: date | None = None
) -> Sequence[Extension]:
    """The notices that lengthen the windows of papers passed in some years; as `lines_of`."""
    chosen = sa.select(Extension).where(
        Extension.passed_year.in_(set(years)), Extension.known(known_at)
    )
    if known_on is not None:
        published = Extension.published_on.is_(None) | (Extension.published_on <= known_on)
        chosen = chosen.where(published)
    return db.session.scalars(chosen.order_by(Extension.id)).all()


def all_extensions() -> Sequence[Extension]:
    """Every notice that stands, of the latest passes first."""
    order = (Extension.passed_year.desc(), Extension.level, Extension.id)
    return db.session.scalars(sa.select(Extension).where(Extension.known()).order_by(*order)).all()


def lines_of(
    years: Iterable[int], *, known_at: datetime | None = None, known_on: date | None = None
) -> Sequence[PassLine]:
    """The lines of some years: national before regional, whole levels before single papers.

    Those believed now or at `known_at`; those of the country come with the rules and always stood.
    With `known_on` of them those published by that day; one whose day is not known always stood.
    """
    is_known = PassLine.known(known_at) | (PassLine.region == "")
    chosen = sa.select(PassLine).where(PassLine.year.in_(set(years)), is_known)
    if known_on is not None:
        published = PassLine.published_on.is_(None) | (PassLine.published_on <= known_on)
        chosen = chosen.where(published)
    order = (PassLine.year, PassLine.level, PassLine.region, PassLine.id)
    return db.session.scalars(chosen.order_by(*order)).all()


def line_spans() -> list[LineSpan]:
    """The lines that stand, one of consecutive years taken together; the latest first."""
    order = (PassLine.year.desc(), PassLine.region.desc(), PassLine.id)
    spans: list[LineSpan] = []
    for line in db.session.scalars(sa.select(PassLine).where(PassLine.known()).order_by(*order)):
        span = next((s for s in spans if s.takes(line)), None)
        if span is None:
            spans.append(LineSpan(line.year, line.year, {line.level}, line, [line]))
        else:
            span.lines.append(line)
            span.first_year = line.year
            span.levels_seen.add(line.level)
    return spans
