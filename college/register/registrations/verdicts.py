"""May somebody register, may they renew, is it too late: one function says it, and why.

It advises. The rule text knows no loss of the qualification where a registration lapsed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from college.core.text import Remark, say
from college.register.registrations.models import RegistrationRule, RegistrationState
from college.register.registrations.periods import DAY, last_day, months_on, window_opens


class Answer(StrEnum):
    NO_RULE = "no_rule"
    MAY_REGISTER = "may_register"
    MAY_RENEW = "may_renew"
    NOT_YET = "not_yet"
    UNDER_WAY = "under_way"
    TOO_LATE = "too_late"
    LAPSED = "lapsed"

    @property
    def label(self) -> str:
        return {
            "no_rule": say("No rule on record"),
            "may_register": say("May register"),
            "may_renew": say("May renew"),
            "not_yet": say("Registered"),
            "under_way": say("Under way"),
            "too_late": say("First registration missed"),
            "lapsed": say("Registration lapsed"),
        }[self]


@dataclass(frozen=True, slots=True)
class Period:
    from_on: date
    to_on: date


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides on one level of one person: `period` is the latest, `open_state` of what runs.

    `minutes_missing` of continuing education, None where nobody counted them.
    """

    approved_on: date
    period: Period | None = None
    open_state: RegistrationState | None = None
    minutes_missing: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`opens_on` and `closes_on` are the first and the last day on which the registrar accepts."""

    answer: Answer
    reasons: Sequence[Remark]
    missing: Sequence[Remark] = ()
    opens_on: date | None = None
    closes_on: date | None = None
    rule: RegistrationRule | None = None

    @property
    def may_apply(self) -> bool:
        return self.answer in {Answer.MAY_REGISTER, Answer.MAY_RENEW}

    @property
    def may_apply_with_ground(self) -> bool:
        """Whether the registrar might take it all the same: their decision, to be written down."""
        return self.answer in {Answer.TOO_LATE, Answer.LAPSED}

    def days_left(self, day: date) -> int | None:
        """Until the last day, 0 on that day, negative after it."""
        return (self.closes_on - day).days if self.closes_on else None


def verdict(standing: Standing, rule: RegistrationRule | None, day: date) -> Verdict:
    """Judge by the rule in force that day. Source of the rule: its own citation."""
    if rule is None:
        return Verdict(Answer.NO_RULE, [Remark(say("Adopt the rule of registration first."))])
    opens_on, closes_on = window(standing, rule)
    if standing.open_state is not None:
        text = say("An application is with the registrar: %(state)s.")
        said = Remark(text, {"state": standing.open_state})
        return Verdict(Answer.UNDER_WAY, [said], (), opens_on, closes_on, rule)
    answer, text = _answer(standing, opens_on, closes_on, day)
    facts = {"opens": opens_on, "closes": closes_on, "approved": standing.approved_on}
    missing = _missing(standing, answer)
    return Verdict(answer, [Remark(text, facts)], missing, opens_on, closes_on, rule)


def window(standing: Standing, rule: RegistrationRule) -> tuple[date, date]:
    """When the registrar accepts: the year after the approval, or the last months of a period."""
    if standing.period is None:
        first = standing.approved_on
        return first, months_on(first, rule.first_within_months)
    to_on = standing.period.to_on
    return window_opens(to_on, rule.window_months), to_on


def next_period(
    rule: RegistrationRule,
    on: date,
    before: Period | None = None,
    *,
    applied_on: date | None = None,
) -> Period:
    """The period that a registration completed on a day gives.

    Seamless where it was applied for before the one before had ended, however long the registrar
    took.
    """
    from_on = on
    if before is not None and applied_on is not None and applied_on <= before.to_on:
        from_on = before.to_on + DAY
    return Period(from_on, last_day(from_on, rule.period_months))


def _answer(standing: Standing, opens_on: date, closes_on: date, day: date) -> tuple[Answer, str]:
    if standing.period is None:
        if day > closes_on:
            text = say(
                "Approved on %(approved)s; first registrations were accepted until %(closes)s. The "
                "qualification stays. Ask the registrar whether they still accept it."
            )
            return Answer.TOO_LATE, text
        text = say("Approved on %(approved)s: the registrar accepts it until %(closes)s.")
        return Answer.MAY_REGISTER, text
    if day > closes_on:
        text = say(
            "The registration ended on %(closes)s and was not renewed. The qualification stays. "
            "Ask the registrar how to register again."
        )
        return Answer.LAPSED, text
    if day < opens_on:
        text = say("Registered until %(closes)s; re-registration is accepted from %(opens)s on.")
        return Answer.NOT_YET, text
    return Answer.MAY_RENEW, say("Re-registration is accepted from %(opens)s until %(closes)s.")


def _missing(standing: Standing, answer: Answer) -> list[Remark]:
    """The papers to bring along, and the hours that are still short."""
    if answer in {Answer.MAY_REGISTER, Answer.TOO_LATE}:
        return [Remark(say("Identity document, qualification certificate and application form"))]
    missing = []
    if standing.minutes_missing:
        text = say("Continuing education: %(hours)s hours are still missing")
        tenths = -(-standing.minutes_missing // 6)  # rounded up: nobody stops too early
        hours = f"{tenths / 10:.1f}".removesuffix(".0")
        missing.append(Remark(text, {"hours": hours}))
    if answer in {Answer.MAY_RENEW, Answer.LAPSED}:
        missing.append(
            Remark(say("Registration certificate and proof of the continuing education"))
        )
    return missing
