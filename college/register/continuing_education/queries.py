"""Hours as of a day, as known on another: entries, and what the college's own classes show."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core import clock
from college.core.access import for_readers, visible
from college.core.db import db
from college.core.roles import OWN_ROWS, Actor, Can
from college.courses.catalogue.models import Course
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.runs.models import CourseRun, RunState
from college.people.employment.models import Employment
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from college.register.continuing_education.balances import (
    Balance,
    Forecast,
    Hours,
    balance,
    forecast,
)
from college.register.continuing_education.models import (
    Bound,
    ConversionRule,
    EntryState,
    HourCategory,
    HourEntry,
    HoursRule,
)
from college.register.registrations.queries import Held
from college.register.registrations.verdicts import verdict
from college.stations.units.models import Unit


@dataclass(frozen=True, slots=True)
class OwnClass:
    """A filed class of the college that somebody completed: the minutes they attended."""

    person_id: int
    run_id: int
    title: str
    title_en: str
    filing_no: str
    authority: str
    from_on: date
    done_on: date
    minutes: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """All that is on record of one person, the newest first."""

    entries: Sequence[HourEntry]
    classes: Sequence[OwnClass]

    @property
    def hours(self) -> list[Hours]:
        counted = [
            Hours(e.category, e.minutes, e.done_on, e.state is EntryState.CONFIRMED)
            for e in self.entries
            if e.state is not EntryState.REFUSED
        ]
        own = [Hours(HourCategory.TRAINING, c.minutes, c.done_on) for c in self.classes]
        return counted + own


@dataclass(frozen=True, slots=True)
class Kept:
    """One level of somebody with the balance of the period that runs; None without a period."""

    held: Held
    balance: Balance | None
    forecast: Forecast | None


NOTHING = Ledger((), ())


def rules_on(day: date, known_at: datetime | None = None) -> Mapping[Level, list[HoursRule]]:
    chosen = sa.select(HoursRule).where(HoursRule.covers(day, known_at)).order_by(HoursRule.id)
    found: dict[Level, list[HoursRule]] = {level: [] for level in Level}
    for rule in db.session.scalars(chosen):
        found[rule.level].append(rule)
    return found


def ruling(rules: Sequence[HoursRule], places: Collection[str]) -> list[HoursRule]:
    """Those that hold for somebody in these places, the nearest last: a region's before all."""
    order = {"": -1} | {place: n for n, place in enumerate(places)}
    chosen: dict[tuple[HourCategory | None, Bound], HoursRule] = {}
    for rule in sorted((r for r in rules if r.region in order), key=lambda r: order[r.region]):
        chosen[rule.category, rule.bound] = rule
    return sorted(chosen.values(), key=lambda rule: rule.id)


def places_of(person_ids: Collection[int], day: date) -> dict[int, list[str]]:
    """The names of the units where each has a post, with all above them, the top first."""
    chosen = (
        sa.select(Employment.person_id, Unit.path)
        .join(Unit, Unit.id == Employment.unit_id)
        .where(Employment.person_id.in_(person_ids), Employment.covers(day))
        .order_by(Unit.path)
    )
    paths = [(row.person_id, row.path) for row in db.session.execute(chosen)]
    ids = {int(part) for _, path in paths for part in path.split("/") if part}
    named = sa.select(Unit.id, Unit.name).where(Unit.id.in_(ids))
    names = {row.id: row.name for row in db.session.execute(named)}
    found: dict[int, list[str]] = {}
    for person_id, path in paths:
        mine = [names[int(part)] for part in path.split("/") if part]
        found.setdefault(person_id, []).extend(mine)
    return found


def all_rules() -> Sequence[HoursRule]:
    """Those that are believed and, below them, those that were."""
    order = (HoursRule.superseded_at.is_not(None), HoursRule.region, HoursRule.from_on)
    return db.session.scalars(sa.select(HoursRule).order_by(*order, HoursRule.id)).all()


def all_conversions() -> Sequence[ConversionRule]:
    is_past = ConversionRule.superseded_at.is_not(None)
    order = (is_past, ConversionRule.region, ConversionRule.from_on, ConversionRule.id)
    return db.session.scalars(sa.select(ConversionRule).order_by(*order)).all()


def conversions_on(day: date) -> Sequence[ConversionRule]:
    """What an entry may be converted by: the rules of that day, those for everywhere first."""
    chosen = sa.select(ConversionRule).where(ConversionRule.covers(day))
    return db.session.scalars(chosen.order_by(ConversionRule.region, ConversionRule.id)).all()


def ledgers(
    person_ids: Collection[int], as_of: date, *, known_at: datetime | None = None
) -> dict[int, Ledger]:
    """What each of these people has on record, in two statements."""
    if not person_ids:
        return {}
    entries: dict[int, list[HourEntry]] = {}
    for entry in _entries(person_ids, as_of, known_at):
        entries.setdefault(entry.person_id, []).append(entry)
    classes: dict[int, list[OwnClass]] = {}
    for one in _classes(person_ids, as_of, known_at):
        classes.setdefault(one.person_id, []).append(one)
    people = entries.keys() | classes.keys()
    return {i: Ledger(entries.get(i, ()), classes.get(i, ())) for i in people}


def ledger_of(person: Person, as_of: date, *, known_at: datetime | None = None) -> Ledger:
    return ledgers([person.id], as_of, known_at=known_at).get(person.id, NOTHING)


def kept(held: Sequence[Held], as_of: date, *, known_at: datetime | None = None) -> list[Kept]:
    """The balance of each level whose registration runs, or ran last."""
    rules = rules_on(as_of, known_at)
    people = {h.qualification.person_id for h in held}
    found = ledgers(people, as_of, known_at=known_at)
    is_regional = any(rule.region for of_level in rules.values() for rule in of_level)
    places = places_of(people, as_of) if is_regional else {}
    rows = []
    for one in held:
        period, mine = one.standing.period, one.qualification
        if period is None:
            rows.append(Kept(one, None, None))
            continue
        hours = found.get(mine.person_id, NOTHING).hours
        theirs = ruling(rules[mine.level], places.get(mine.person_id, ()))
        counted = balance(hours, theirs, period)
        rows.append(Kept(one, counted, forecast(counted, as_of)))
    return rows


def with_hours(
    held: Sequence[Held], as_of: date, *, known_at: datetime | None = None
) -> list[Held]:
    """The same levels, judged anew with the minutes that are still missing."""
    rows = kept(held, as_of, known_at=known_at)
    return [_rejudged(row, as_of) if row.balance else row.held for row in rows]


def _rejudged(row: Kept, day: date) -> Held:
    missing = row.balance.missing if row.balance else None
    stands = replace(row.held.standing, minutes_missing=missing)
    said = verdict(stands, row.held.verdict.rule, day)
    return replace(row.held, standing=stands, verdict=said)


def waiting(actor: Actor) -> sa.Select[HourEntry]:
    """What waits for this reader's yes or no, the oldest first: never what they entered."""
    return (
        sa.select(HourEntry)
        .where(*_mine(actor))
        .options(
            joinedload(HourEntry.person),
            joinedload(HourEntry.conversion),
            joinedload(HourEntry.entered_by),
        )
        .order_by(HourEntry.recorded_at, HourEntry.id)
    )


def _mine(actor: Actor) -> tuple[sa.ColumnElement[bool], ...]:
    own = actor.person_id if actor.person_id is not None else 0
    by_another = HourEntry.entered_by_id.is_(None) | (HourEntry.entered_by_id != own)
    is_waiting = HourEntry.known() & (HourEntry.state == EntryState.WAITING)
    seen = visible(HourEntry, actor, Can.CE_CONFIRM)
    return is_waiting, seen, by_another, HourEntry.person_id != own


def count_waiting(actor: Actor) -> int:
    return db.session.scalars(count_of_waiting(actor), {"me": actor.person_id}).one()


@for_readers
def count_of_waiting(actor: Actor) -> sa.Select[int]:
    return sa.select(sa.func.count(HourEntry.id)).where(*_mine(actor))


def sees_others(actor: Actor) -> bool:
    """Whether the list is of more than the reader's own hours."""
    return any(reach.scope not in OWN_ROWS for reach in actor.reach(Can.CE_SEE))


def _entries(
    person_ids: Collection[int], as_of: date, known_at: datetime | None
) -> Sequence[HourEntry]:
    mine = HourEntry.person_id.in_(person_ids) & (HourEntry.done_on <= as_of)
    chosen = (
        sa.select(HourEntry)
        .where(mine, HourEntry.known(known_at))
        .options(
            joinedload(HourEntry.conversion),
            joinedload(HourEntry.entered_by),
            joinedload(HourEntry.decided_by),
        )
        .order_by(HourEntry.done_on.desc(), HourEntry.id.desc())
    )
    rows = db.session.scalars(chosen).all()
    return rows if known_at is None else [row for row in rows if _as_known(row, known_at)]


def _as_known(row: HourEntry, known_at: datetime) -> bool:
    """Take back, for the reader alone, what was decided after that moment."""
    if row.decided_at is not None and row.decided_at > known_at:
        db.session.expunge(row)  # shown as it was, never written
        row.state, row.decided_at, row.decided_by, row.reason = EntryState.WAITING, None, None, ""
    return True


def _classes(person_ids: Collection[int], as_of: date, known_at: datetime | None) -> list[OwnClass]:
    """Only filed training counts, and only of who completed it: with the time attended."""
    done = (Enrolment.state == EnrolmentState.COMPLETED) & (Enrolment.minutes_attended > 0)
    filed = (Course.ce_filing_no != "") & (CourseRun.state == RunState.CLOSED)
    chosen = (
        sa.select(
            Enrolment.person_id,
            CourseRun.id,
            CourseRun.title,
            CourseRun.title_en,
            Course.ce_filing_no,
            Course.ce_authority,
            CourseRun.starts_on,
            CourseRun.ends_on,
            Enrolment.minutes_attended.label("minutes"),
        )
        .join(CourseRun, CourseRun.id == Enrolment.run_id)
        .join(Course, Course.id == CourseRun.course_id)
        .where(Enrolment.person_id.in_(person_ids), done, filed, CourseRun.ends_on <= as_of)
        .where(CourseRun.closed_at <= (known_at or clock.now()))
        .order_by(CourseRun.ends_on.desc(), CourseRun.id.desc())
    )
    return [OwnClass(*row[:-1], row.minutes) for row in db.session.execute(chosen)]
