"""Entering the rules of hours: the only code that makes, follows or ends one.

Nothing is overwritten. A rule that a later one follows, or that somebody ends, stays as what was
believed; the row that is believed instead has its last day.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import TypeVar

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db, in_turn
from college.core.errors import Conflict, RuleBroken
from college.core.operation import Overtaken, operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.register.continuing_education.data import (
    CONVERSIONS,
    REQUIRED,
    ConversionData,
    RequiredData,
)
from college.register.continuing_education.models import Bound, ConversionRule, HoursRule
from college.register.continuing_education.queries import all_conversions, all_rules

R = TypeVar("R", HoursRule, ConversionRule)
D = TypeVar("D", RequiredData, ConversionData)
ONE_DAY = timedelta(days=1)
KEPT = {"id", "recorded_at", "superseded_at"}  # not of the rule but of its row


class RuleKnown(Conflict):
    code, field = "rule_known", "from_on"
    message = say("This rule is on record with this day. A new one begins on another day.")


class CitationMissing(RuleBroken):
    code, field = "citation_missing", "citation"
    message = say("Name the source: the document with its number and date.")


class EndsTooEarly(RuleBroken):
    code, field = "ends_too_early", "to_on"
    message = say("The rule is in force from %(from_on)s on: it cannot end before that.")


class CapOfAll(RuleBroken):
    code, field = "cap_of_all", "bound"
    message = say("What counts at most is said of one category. Choose the category.")


@operation
def adopt_hours_rules(actor: Actor) -> list[ConversionRule]:
    """Enter the published rules with their sources; what stands stays. Returns new conversions."""
    require(actor, Can.REGISTER_RULE)
    in_turn("hours rules")
    there = {(_key(rule), rule.from_on) for rule in all_rules()}
    for data in REQUIRED:
        if (_key(data), data.from_on) not in there:
            _require_hours(actor, data)
    known = {(_key(rule), rule.from_on) for rule in all_conversions()}
    new = [data for data in CONVERSIONS if (_key(data), data.from_on) not in known]
    return [_convert(actor, data) for data in new]


@operation
def enter_requirement(actor: Actor, data: RequiredData) -> HoursRule:
    """Enter how many minutes a period asks for, or what a category counts at most.

    It follows the rule of the same region, level, category and kind that stood until then.
    Raises NotAllowed, CitationMissing, RuleKnown, EndsTooEarly, CapOfAll.
    """
    require(actor, Can.REGISTER_RULE)
    if data.category is None and data.bound is Bound.AT_MOST:
        raise CapOfAll
    in_turn("hours rules")
    return _require_hours(actor, _followed(data, all_rules()))


@operation
def enter_conversion(actor: Actor, data: ConversionData) -> ConversionRule:
    """Enter how many minutes a unit is, in a region; it follows the one that stood until then.

    Raises NotAllowed, CitationMissing, RuleKnown, EndsTooEarly.
    """
    require(actor, Can.REGISTER_RULE)
    in_turn("hours rules")
    return _convert(actor, _followed(data, all_conversions()))


@operation
def end_requirement(actor: Actor, rule: HoursRule, *, to_on: date) -> HoursRule:
    """Say on which day a requirement is in force last. Raises EndsTooEarly, Overtaken."""
    require(actor, Can.REGISTER_RULE)
    row = _ended(rule, to_on)
    journal.record(actor, "end_requirement", row, to_on=to_on, cited=row.citation)
    return row


@operation
def end_conversion(actor: Actor, rule: ConversionRule, *, to_on: date) -> ConversionRule:
    """The same of a conversion; entries keep the row that they were made by."""
    require(actor, Can.REGISTER_RULE)
    row = _ended(rule, to_on)
    journal.record(actor, "end_conversion", row, to_on=to_on, cited=row.citation)
    return row


def _followed(data: D, rules: Sequence[R]) -> D:
    """End what stood until then the day before, and the new one before what begins later."""
    if not data.citation.strip():
        raise CitationMissing
    same = [rule for rule in rules if _key(rule) == _key(data) and rule.superseded_at is None]
    if any(rule.from_on == data.from_on for rule in same):
        raise RuleKnown
    later = min((rule.from_on for rule in same if rule.from_on > data.from_on), default=None)
    last = data.to_on
    if later is not None and (last is None or last >= later):
        last = later - ONE_DAY
    if last is not None and last < data.from_on:
        raise EndsTooEarly(from_on=data.from_on)
    for rule in same:
        if rule.from_on < data.from_on and (rule.to_on is None or rule.to_on >= data.from_on):
            _ended(rule, data.from_on - ONE_DAY)
    return replace(data, to_on=last)


def _ended(rule: R, to_on: date) -> R:
    if to_on < rule.from_on:
        raise EndsTooEarly(from_on=rule.from_on)
    model = type(rule)
    mine = (model.id == rule.id) & model.known()
    ended = sa.update(model).where(mine).values(superseded_at=clock.now())
    if db.session.scalar(ended.returning(model.id)) is None:
        raise Overtaken
    facts = {c.key: getattr(rule, c.key) for c in sa.inspect(model).column_attrs}
    row = model(**{k: v for k, v in facts.items() if k not in KEPT} | {"to_on": to_on})
    db.session.add(row)
    db.session.flush()
    return row


def _key(rule: HoursRule | RequiredData | ConversionRule | ConversionData) -> tuple[object, ...]:
    """What a rule is about: two of one key never hold on one day."""
    if isinstance(rule, HoursRule | RequiredData):
        return rule.region, rule.level, rule.category, rule.bound
    return rule.region, rule.category, rule.unit, rule.name


def _convert(actor: Actor, data: ConversionData) -> ConversionRule:
    row = ConversionRule(**asdict(data))
    db.session.add(row)
    journal.record(actor, "enter_conversion", row, minutes=row.minutes_per_unit, cited=row.citation)
    return row


def _require_hours(actor: Actor, data: RequiredData) -> HoursRule:
    row = HoursRule(**asdict(data))
    db.session.add(row)
    cited, minutes = row.citation, row.minutes
    journal.record(actor, "enter_requirement", row, level=row.level, minutes=minutes, cited=cited)
    return row
