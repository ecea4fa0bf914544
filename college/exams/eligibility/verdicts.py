"""Whether a person may sit a level in a year, and if not, what is missing. It reads no database.

The one function is `verdict`: lists, pages and operations all ask it. It names the rules it used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from college.core.text import Remark, say
from college.exams.eligibility.models import EligibilityRule, PracticeRule
from college.exams.eligibility.practice import MONTHS, Stretch, days_of, full_months
from college.people.employment.models import Capacity
from college.people.qualifications.models import Level
from college.people.schooling.models import Schooling

LOOK_AHEAD = 12  # years in which somebody's time to sit is looked for


class Standing(StrEnum):
    HELD = "held"
    MAY_SIT = "may_sit"
    NOT_YET = "not_yet"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return {
            "held": say("Holds it"),
            "may_sit": say("May sit"),
            "not_yet": say("May not sit yet"),
            "unknown": say("Diploma not on record"),
        }[self]


@dataclass(frozen=True, slots=True)
class Known:
    """What is on record of a person; `held` is the day of approval of each level."""

    schooling: Sequence[Schooling] = ()
    posts: Sequence[tuple[Capacity, Stretch]] = ()
    stated: Sequence[Stretch] = ()
    held: Mapping[Level, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conditions:
    """The rules of all years, those of one province before the country's, and when they close."""

    rules: Sequence[EligibilityRule]
    counting: Sequence[PracticeRule]
    closes_on: Mapping[int, date]
    province: str

    def ways(self, level: Level, year: int) -> Sequence[EligibilityRule]:
        """The latest set of rules of the level that holds in the year."""
        valid = [r for r in self.rules if r.level is level and _holds(r, year)]
        latest = max((rule.from_year for rule in valid), default=0)
        return [rule for rule in valid if rule.from_year == latest]

    def counting_of(self, year: int) -> PracticeRule | None:
        here = ("", self.province)
        valid = [r for r in self.counting if r.province in here and _holds(r, year)]
        return max(valid, key=lambda rule: (rule.province, rule.from_year), default=None)

    def last_day(self, year: int) -> date:
        """By when a diploma is held; where the dates are not known yet, before the year begins."""
        return self.closes_on.get(year, date(year - 1, 12, 31))


@dataclass(frozen=True, slots=True)
class Condition:
    sentence: Remark
    is_met: bool


@dataclass(frozen=True, slots=True)
class Way:
    """One rule against one person: what of it is met, and the first year in which all of it is."""

    rule: EligibilityRule
    conditions: Sequence[Condition]
    earliest_year: int | None

    @property
    def is_open(self) -> bool:
        return all(condition.is_met for condition in self.conditions)

    @property
    def missing(self) -> int:
        return sum(not condition.is_met for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`ways` has the nearest one first; `counting` is how practice was counted."""

    level: Level
    year: int
    standing: Standing
    ways: Sequence[Way]
    counting: PracticeRule | None

    @property
    def nearest(self) -> Way | None:
        return self.ways[0] if self.ways else None

    @property
    def earliest_year(self) -> int | None:
        return self.nearest.earliest_year if self.nearest else None


def verdicts(known: Known, conditions: Conditions, year: int) -> Sequence[Verdict]:
    """One for each level, the lowest first."""
    return [verdict(known, conditions, level, year) for level in Level]


def verdict(known: Known, conditions: Conditions, level: Level, year: int) -> Verdict:
    """Whether the person may sit the level in the year, by every rule that holds then."""
    counting = conditions.counting_of(year)
    if counting is None:
        return Verdict(level, year, Standing.UNKNOWN, (), None)
    ways = sorted(
        (
            Way(
                rule,
                _checked(rule, known, conditions, year),
                _earliest(rule, known, conditions, year),
            )
            for rule in conditions.ways(level, year)
        ),
        key=lambda way: (
            way.missing > 0,
            way.earliest_year or year + LOOK_AHEAD + 1,
            way.missing,
            way.rule.practice_years,
        ),
    )
    return Verdict(level, year, _standing(known, level, ways), ways, counting)


def _standing(known: Known, level: Level, ways: Sequence[Way]) -> Standing:
    if any(held.rank >= level.rank for held in known.held):
        return Standing.HELD
    if not known.schooling:
        return Standing.UNKNOWN
    return Standing.MAY_SIT if ways and ways[0].is_open else Standing.NOT_YET


def _earliest(rule: EligibilityRule, known: Known, conditions: Conditions, year: int) -> int | None:
    """The first year from `year` on, if the posts without an end go on and the rule stays."""
    for later in range(year, year + LOOK_AHEAD + 1):
        if all(each.is_met for each in _checked(rule, known, conditions, later)):
            return later
    return None


def _checked(
    rule: EligibilityRule, known: Known, conditions: Conditions, year: int
) -> Sequence[Condition]:
    checked = [_education(rule, known, conditions.last_day(year), year)]
    if rule.after_level is not None:
        checked.append(_certificate(rule.after_level, known))
    counting = conditions.counting_of(year)
    if rule.practice_years and counting is not None:
        checked.append(_practice(rule, known, counting, counting.cut_off(year)))
    return checked


def _education(rule: EligibilityRule, known: Known, last_day: date, year: int) -> Condition:
    by = max(last_day, date(year, 12, 31)) if rule.takes_graduating else last_day
    is_met = any(
        row.education.rank >= rule.education.rank
        and (row.is_social_work or not rule.needs_social_work_major)
        and row.graduated_on <= by
        for row in known.schooling
    )
    facts = {"education": rule.education, "day": by}
    if rule.needs_social_work_major:
        text = say("Diploma in social work by %(day)s: %(education)s or higher")
    else:
        text = say("Diploma by %(day)s: %(education)s or higher")
    return Condition(Remark(text, facts), is_met)


def _certificate(level: Level, known: Known) -> Condition:
    return Condition(
        Remark(say("Certificate held: %(level)s"), {"level": level}), level in known.held
    )


def _practice(
    rule: EligibilityRule, known: Known, counting: PracticeRule, until: date
) -> Condition:
    after = date.min
    if rule.after_level is not None:
        after = known.held.get(rule.after_level, until)
    worked = [s for capacity, s in known.posts if capacity in counting.counted]
    days = days_of(
        [*worked, *known.stated], without=_study(known, counting), after=after, until=until
    )
    months = full_months(days, until)
    years, rest = divmod(months, MONTHS)
    counted = Remark(say("%(years)s years %(months)s months"), {"years": years, "months": rest})
    facts = {"needed": rule.practice_years, "day": until, "counted": counted}
    if rule.after_level is not None:
        text = say("Practice after that certificate, %(needed)s years by %(day)s: %(counted)s")
    else:
        text = say("Practice, %(needed)s years by %(day)s: %(counted)s")
    return Condition(Remark(text, facts), months >= rule.practice_years * MONTHS)


def _study(known: Known, counting: PracticeRule) -> Sequence[Stretch]:
    if counting.study_counts:
        return ()
    return [
        Stretch(row.studied_from_on, row.graduated_on)
        for row in known.schooling
        if row.studied_from_on is not None
    ]


def _holds(rule: EligibilityRule | PracticeRule, year: int) -> bool:
    return rule.from_year <= year and (rule.to_year is None or year <= rule.to_year)
