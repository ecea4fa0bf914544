"""Adopting rules and lines: the only code that makes a PassRule or a PassLine."""

from dataclasses import asdict, dataclass
from datetime import date

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db
from college.core.errors import RuleBroken
from college.core.operation import Overtaken, operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.exams.pass_rules.data import LINES, RULES, LineData, RuleData
from college.exams.pass_rules.models import Extension, PassLine, PassRule, Subject
from college.exams.pass_rules.queries import all_rules, rule_of
from college.people.qualifications.models import Level


class WindowNotLonger(RuleBroken):
    code, field = "window_not_longer", "until_year"
    message = say(
        "Passes of %(passed)s count through %(until)s without a notice. Enter a later year."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewExtension:
    """What a notice says; `province` is "" where it holds in the whole country."""

    level: Level
    passed_year: int
    until_year: int
    citation: str
    province: str = ""
    published_on: date | None = None


@operation
def adopt_rules(actor: Actor, *, known_on: date | None = None) -> list[PassRule]:
    """Enter the known rules and lines with their citations; what stands already stays as it is.

    With `known_on` of the lines only those that were published by that day.

    Returns the new rules. Results that a new line would judge otherwise are judged anew by
    `rejudgings.operations`.
    """
    require(actor, Can.CYCLES_PLAN)
    known = {(rule.level, rule.from_year) for rule in db.session.scalars(sa.select(PassRule))}
    rules = [_rule(data) for data in RULES if (data.level, data.from_year) not in known]
    db.session.add_all(rules)
    journal.record_all(
        actor, "adopt_rule", [(r, None, {"level": r.level, "cited": r.citation}) for r in rules]
    )
    for data in LINES:  # one that was taken back is not entered again
        if known_on is None or data.published_on is None or data.published_on <= known_on:
            _draw(actor, data, unless=sa.true())
    return rules


@operation
def draw_line(actor: Actor, new: LineData, *, subject: Subject | None = None) -> PassLine:
    """Enter a published pass line; one that stands already is returned as it is."""
    require(actor, Can.CYCLES_PLAN)
    return _draw(actor, new, subject)


@operation
def withdraw_line(actor: Actor, line: PassLine) -> PassLine:
    """Say that a line was entered wrongly: nobody passes by it any more.

    Its results are judged anew by `rejudgings.operations`. Raises NotAllowed, Overtaken.
    """
    require(actor, Can.CYCLES_PLAN)
    _end(PassLine, line.id)
    journal.record(actor, "withdraw_line", line, line=line.line)
    return line


@operation
def extend_window(actor: Actor, new: NewExtension) -> Extension:
    """Enter a notice that lengthens a window; one that says the same is returned as it stands.

    What it lets people earn is awarded when their results are judged anew.
    Raises NotAllowed, WindowNotLonger.
    """
    require(actor, Can.CYCLES_PLAN)
    rule = rule_of(new.level, new.passed_year, all_rules())
    usual = new.passed_year + (rule.window_years if rule else 1) - 1
    if new.until_year <= usual:
        raise WindowNotLonger(passed=new.passed_year, until=usual)
    same = {name: getattr(new, name) for name in ("level", "passed_year", "until_year", "province")}
    stands = sa.select(Extension).filter_by(**same).where(Extension.known())
    row = db.session.scalar(stands)
    if row is None:
        row = Extension(**asdict(new))
        db.session.add(row)
        journal.record(actor, "extend_window", row, citation=new.citation)
    return row


@operation
def take_back_extension(actor: Actor, extension: Extension) -> Extension:
    """Say that a notice was entered wrongly: it lengthens nothing any more.

    Raises NotAllowed, Overtaken.
    """
    require(actor, Can.CYCLES_PLAN)
    _end(Extension, extension.id)
    journal.record(actor, "take_back_extension", extension)
    return extension


def _end(model: type[PassLine] | type[Extension], row_id: int) -> None:
    """From now on the row is not believed. Raises Overtaken where it was not already."""
    mine = (model.id == row_id) & model.known()
    ended = sa.update(model).where(mine).values(superseded_at=clock.now())
    if db.session.scalar(ended.returning(model.id)) is None:
        raise Overtaken


def _rule(data: RuleData) -> PassRule:
    facts = asdict(data) | {"subjects": [subject.value for subject in data.subjects]}
    return PassRule(**facts, to_year=None)


def _draw(
    actor: Actor,
    data: LineData,
    subject: Subject | None = None,
    *,
    unless: sa.ColumnElement[bool] | None = None,
) -> PassLine:
    """Enter a line unless one for the same stands, or is on record as `unless` says."""
    same = (
        (PassLine.year == data.year)
        & (PassLine.level == data.level)
        & (PassLine.region == data.region)
        & PassLine.subject.is_not_distinct_from(subject)  # a UNIQUE lets NULLs stand twice
    )
    is_there = PassLine.known() if unless is None else unless
    line = db.session.scalar(sa.select(PassLine).where(same, is_there))
    if line is None:
        line = PassLine(**asdict(data), subject=subject)
        db.session.add(line)
        journal.record(actor, "draw_line", line, line=data.line, citation=data.citation)
    return line
