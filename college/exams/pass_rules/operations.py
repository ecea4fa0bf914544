"""Adopting rules and lines: the only code that makes a PassRule or a PassLine."""

from dataclasses import asdict

import sqlalchemy as sa

from college.core import journal
from college.core.access import require
from college.core.db import db
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.exams.pass_rules.data import LINES, RULES, LineData, RuleData
from college.exams.pass_rules.models import PassLine, PassRule, Subject


@operation
def adopt_rules(actor: Actor) -> list[PassRule]:
    """Enter the known rules and lines with their citations; what stands already stays as it is.

    Returns the new rules. Results that a new line would judge otherwise are judged anew by
    `results.operations.judge_anew`.
    """
    require(actor, Can.CYCLES_PLAN)
    known = {(rule.level, rule.from_year) for rule in db.session.scalars(sa.select(PassRule))}
    rules = [_rule(data) for data in RULES if (data.level, data.from_year) not in known]
    db.session.add_all(rules)
    journal.record_all(
        actor, "adopt_rule", [(r, None, {"level": r.level, "cited": r.citation}) for r in rules]
    )
    for data in LINES:
        _draw(actor, data)
    return rules


@operation
def draw_line(actor: Actor, new: LineData, *, subject: Subject | None = None) -> PassLine:
    """Enter a published pass line; one that stands already is returned as it is."""
    require(actor, Can.CYCLES_PLAN)
    return _draw(actor, new, subject)


def _rule(data: RuleData) -> PassRule:
    facts = asdict(data) | {"subjects": [subject.value for subject in data.subjects]}
    return PassRule(**facts, to_year=None)


def _draw(actor: Actor, data: LineData, subject: Subject | None = None) -> PassLine:
    same = (
        (PassLine.year == data.year)
        & (PassLine.level == data.level)
        & (PassLine.region == data.region)
        & PassLine.subject.is_not_distinct_from(subject)  # a UNIQUE lets NULLs stand twice
    )
    line = db.session.scalar(sa.select(PassLine).where(same))
    if line is None:
        line = PassLine(**asdict(data), subject=subject)
        db.session.add(line)
        journal.record(actor, "draw_line", line, line=data.line, citation=data.citation)
    return line
