"""Keeping counts: which figures are kept, and how the worker counts anew what was changed."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from zlib import crc32

import sqlalchemy as sa

from college.core import clock, jobs
from college.core.db import Base, db, in_turn
from college.core.kept import (
    ALL,
    FEWEST,
    PERSONS,
    Counts,
    KeptCount,
    KeptPortion,
    KeptTouch,
    Portion,
    add,
    counting,
    look_again,
    plainly,
)
from college.core.roles import SYSTEM
from college.exams.cycles.models import ExamCycle
from college.exams.results.advice import STATEMENT_YEARS
from college.exams.results.out import SCORES_ON
from college.people.employment.models import Employment
from college.people.qualifications.models import Qualification
from college.register.holders.listing import counted, unfiltered
from college.register.registrations.models import Registration, RegistrationStep
from college.register.reviews.models import Review, ReviewStep
from college.register.reviews.queries import Wanted as ReviewsWanted
from college.register.reviews.queries import counted as stage_counts
from college.register.reviews.queries import issue_days
from college.reports.exam_figures.forecast import held
from college.reports.exam_figures.outcome import first_held, registered
from college.reports.exam_figures.rates import sittings
from college.reports.figures.queries import holdings_of_any, holdings_of_days, year_ends
from college.reports.holder_figures.flows import Of, flows
from college.reports.holder_figures.groups import (
    by_capacity,
    by_highest,
    by_level_held,
    certified_units,
)
from college.reports.holder_figures.parts import parts
from college.reports.holder_figures.targets import held_at

SECONDS = 5  # between two looks of the worker
AT_MOST = 3  # seconds of counting in one look: others wait for the database too
AT_ONCE = 10  # portions in one transaction: less than half a second
NOBODYS = -2  # a portion of no person
FOR_EVER, ONE_DAY = date.max, timedelta(days=1)
ALL_OF_THEM = Of()
FIGURES: Mapping[str, Callable[[date], object]] = {
    "holdings of five years": lambda day: holdings_of_days(SYSTEM, year_ends(day)[1:]),
    "holdings of six years": lambda day: holdings_of_days(SYSTEM, year_ends(day)),
    "holdings of the exam years": lambda day: holdings_of_days(
        SYSTEM, year_ends(day, _exam_years(day))
    ),
    "holdings": lambda day: holdings_of_days(SYSTEM, [day]),
    "holdings of any day": lambda day: holdings_of_any(SYSTEM, year_ends(day)),
    "flows": lambda day: flows(SYSTEM, year_ends(day), ALL_OF_THEM),
    "highest levels": lambda day: by_highest(SYSTEM, day, ALL_OF_THEM),
    "levels": lambda day: by_level_held(SYSTEM, day, ALL_OF_THEM),
    "capacities": lambda day: by_capacity(SYSTEM, day, ALL_OF_THEM),
    "certified units": lambda day: certified_units(SYSTEM, day, ALL_OF_THEM),
    "parts": lambda day: parts(SYSTEM, day, ALL_OF_THEM),
    "held at units": lambda day: held_at(SYSTEM, day, ALL_OF_THEM),
    "sittings": lambda day: sittings(SYSTEM, day),
    "registered": registered,
    "first held": first_held,
    "held": held,
    "stages": lambda day: stage_counts(SYSTEM, ReviewsWanted(day)),
    "register": lambda day: [counted(SYSTEM, each) for each in unfiltered(day)],
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of which the kept counts say something else than its query."""

    figure: str
    kept: object
    plain: object

    @property
    def told(self) -> dict[str, str]:
        return {"figure": self.figure, "kept": str(self.kept), "plain": str(self.plain)}


def keep_due() -> int:
    """Count portions anew for as long as a look may take; returns how many. Of few people none."""
    end, done = time.monotonic() + AT_MOST, 0
    if not _is_large():
        _forget_touches()
        return 0
    while time.monotonic() < end and (due := _due(clock.today())):
        for start in range(0, len(due), AT_ONCE):
            keep(due[start : start + AT_ONCE], clock.today())
            done += len(due[start : start + AT_ONCE])
            if time.monotonic() >= end:
                break
    return done


def keep(numbers: Sequence[int], day: date) -> None:
    """Count portions as of a day. What is changed meanwhile leaves a mark, and is counted next.

    The marks go first: a change that commits after that is counted, or leaves one.
    """
    with jobs.transaction():
        in_turn("kept")
        db.session.execute(sa.delete(KeptTouch).where(KeptTouch.portion.in_(numbers)))
        portions = [Portion(number) for number in numbers]
        for portion in portions:
            with counting(portion):
                for count in FIGURES.values():
                    count(day)
        _write(portions)
        db.session.execute(sa.delete(KeptPortion).where(KeptPortion.portion.in_(numbers)))
        facts = {"edition": _edition(day), "from_on": day}
        db.session.add_all(
            KeptPortion(portion=n, **facts, until_on=_until(n, day)) for n in numbers
        )
    look_again()


def differences(day: date | None = None) -> list[Difference]:
    """Every figure by what is kept and by its plain query: those that say two things."""
    found: list[Difference] = []
    for name, count in FIGURES.items():
        kept = count(day or clock.today())
        with plainly():
            plain = count(day or clock.today())
        if kept != plain:
            found.append(Difference(name, kept, plain))
    return found


def portions_due() -> int:
    """How many portions wait to be counted anew."""
    return len(_due(clock.today()))


def _exam_years(day: date) -> int:
    """How far the table of the exams goes back; beside each of its years stand the staff's."""
    first = db.session.scalar(sa.select(sa.func.min(ExamCycle.year)))
    return max(day.year - first, 0) if first else 0


def _is_large() -> bool:
    last = db.session.scalar(sa.select(sa.func.max(Base.metadata.tables["person"].c.id))) or 0
    return bool(last >= FEWEST * PERSONS)


def _due(day: date) -> list[int]:
    holds = (KeptPortion.from_on <= day) & (KeptPortion.until_on >= day)
    holds &= KeptPortion.edition == _edition(day)
    stale = sa.select(KeptPortion.portion).where(~holds)
    return sorted(db.session.scalars(stale.union(sa.select(KeptTouch.portion))))


@lru_cache(maxsize=2)
def _edition(day: date) -> str:
    """Which figures are counted, by which queries: of nobody, to learn what they are called."""
    portion = Portion(NOBODYS)
    with counting(portion):
        for count in FIGURES.values():
            count(day)
    return f"{crc32(' '.join(sorted(portion.counts)).encode()):08x}"


def _forget_touches() -> None:
    """Of few people nothing is kept: one mark for each portion says that it was never counted."""
    last = sa.select(sa.func.max(KeptTouch.id)).group_by(KeptTouch.portion)
    more = sa.select(KeptTouch.id).where(KeptTouch.id.not_in(last)).limit(1)
    if db.session.scalar(more) is not None:
        with jobs.transaction():
            db.session.execute(sa.delete(KeptTouch).where(KeptTouch.id.not_in(last)))


def _write(portions: Sequence[Portion]) -> None:
    """In the place of what was kept of the portions; the sums move by the difference."""
    wanted = KeptCount.portion.in_([ALL, *(each.number for each in portions)])
    kept = {
        (r.portion, r.figure): r for r in db.session.scalars(sa.select(KeptCount).where(wanted))
    }
    sums = {figure: row.content for (number, figure), row in kept.items() if number == ALL}
    for portion in portions:
        of_it = {figure for number, figure in kept if number == portion.number}
        for figure in of_it | portion.counts.keys():
            row, counts = kept.get((portion.number, figure)), portion.counts.get(figure, {})
            total = dict(sums.get(figure, {}))
            add(total, row.content if row else {}, -1)
            add(total, counts, 1)
            sums[figure] = {key: numbers for key, numbers in total.items() if any(numbers)}
            _put(row, portion.number, figure, counts)
            if figure not in portion.counts and row is not None:
                db.session.delete(row)
    for figure, total in sums.items():
        _put(kept.get((ALL, figure)), ALL, figure, total)


def _put(row: KeptCount | None, number: int, figure: str, content: Counts) -> None:
    if row is None:
        db.session.add(KeptCount(portion=number, figure=figure, content=content))
    elif row.content != content:
        row.content = content


def _days_of_statements() -> Iterator[date]:
    """When those of each exam are issued, and around when they run out: leap years move the day."""
    for issued_on in {day for days in issue_days().values() for day in days}:
        yield issued_on
        for days in range(-1, 4):
            yield issued_on + timedelta(days=365 * STATEMENT_YEARS + days)


def _until(number: int, day: date) -> date:
    """The last day for which the same is true if nothing is changed: before the next that is known.

    Somebody may be going to leave, a certificate may bear a day to come.
    """
    first, last = number * PERSONS, (number + 1) * PERSONS - 1
    post, held_, step = Employment, Qualification, RegistrationStep
    mine = Registration.person_id.between(first, last)
    reviewed = Review.person_id.between(first, last)
    nexts = [
        sa.select(sa.func.min(post.to_on)).where(
            post.person_id.between(first, last), post.to_on >= day
        ),
        *(
            sa.select(sa.func.min(column)).where(whose.between(first, last), column > day)
            for whose, column in (
                (post.person_id, post.from_on),
                (held_.person_id, held_.approved_on),
            )
        ),
        *(
            sa.select(sa.func.min(column)).join(step.registration).where(mine, column >= day)
            for column in (step.from_on, step.to_on, step.on)
        ),
        *(
            sa.select(sa.func.min(column)).join(ReviewStep.review).where(reviewed, column >= day)
            for column in (ReviewStep.on, ReviewStep.to_on)
        ),
        sa.select(sa.func.min(Review.until_on)).where(
            reviewed, Review.ground != "", Review.until_on >= day
        ),
    ]
    out = (SCORES_ON, ExamCycle.approved_on)
    nexts += [sa.select(sa.func.min(column)).where(column > day) for column in out]
    days = [found for chosen in nexts if (found := db.session.scalar(chosen)) is not None]
    days += [each for each in _days_of_statements() if each >= day]
    return max(day, min((each - ONE_DAY for each in days), default=FOR_EVER))
