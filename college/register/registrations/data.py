"""The rule of registration as published, to be adopted with its source."""

from dataclasses import dataclass
from datetime import date

from college.core.text import say


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleData:
    from_on: date
    first_within_months: int
    period_months: int
    window_months: int
    decision_days: int
    citation: str


RULES = (
    RuleData(
        from_on=date(2009, 4, 8),
        first_within_months=12,
        period_months=36,
        window_months=3,
        decision_days=30,
        citation=say(
            "民发〔2009〕44号, 8 April 2009: first registration within one year, three years each, "
            "re-registration in the last three months, decision within 30 working days"
        ),
    ),
)
