"""Adopting conditions: the only code that makes an EligibilityRule or a PracticeRule."""

from dataclasses import asdict

import sqlalchemy as sa

from college.core import journal
from college.core.access import require
from college.core.db import db
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.exams.eligibility.data import PRACTICE, RULES, PracticeData
from college.exams.eligibility.models import EligibilityRule, PracticeRule


@operation
def adopt_conditions(actor: Actor) -> list[EligibilityRule]:
    """Enter the known conditions with their citations; what stands already stays as it is.

    Returns the new rules. Raises NotAllowed.
    """
    require(actor, Can.CYCLES_PLAN)
    stand = db.session.scalars(sa.select(EligibilityRule))
    known = {(r.level, r.education, r.needs_social_work_major, r.from_year) for r in stand}
    new = [
        EligibilityRule(**asdict(data))
        for data in RULES
        if (data.level, data.education, data.needs_social_work_major, data.from_year) not in known
    ]
    db.session.add_all(new)
    db.session.flush()
    journal.record_all(
        actor, "adopt_condition", [(r, None, {"level": r.level, "cited": r.citation}) for r in new]
    )
    for data in PRACTICE:
        _adopt(actor, data)
    return new


@operation
def adopt_counting(actor: Actor, new: PracticeData) -> PracticeRule:
    """Enter how a province counts practice; one that stands already is returned as it is."""
    require(actor, Can.CYCLES_PLAN)
    return _adopt(actor, new)


def _adopt(actor: Actor, new: PracticeData) -> PracticeRule:
    same = (PracticeRule.province == new.province) & (PracticeRule.from_year == new.from_year)
    rule = db.session.scalar(sa.select(PracticeRule).where(same))
    if rule is None:
        capacities = [each.value for each in new.capacities]
        rule = PracticeRule(**asdict(new) | {"capacities": capacities})
        db.session.add(rule)
        db.session.flush()
        journal.record(actor, "adopt_counting", rule, cited=new.citation)
    return rule
