"""Build the demo college, chapter by chapter: each is one transaction, and done only once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from college.core import jobs
from college.core.db import db
from college.demo import (
    candidacies,
    cast,
    certificates,
    consents,
    evidence,
    exam_classes,
    exam_years,
    exams,
    figures,
    notices,
    official_lists,
    plans,
    register,
    registrations,
    schooling,
    seniors,
    sign_ups,
    staff,
    stations,
    supervision,
    teaching,
    twins,
)
from college.exams.pass_rules.data import REGIONAL_LINES, LineData
from college.people.accounts.models import Account
from college.people.accounts.passwords import hashed
from college.people.persons.models import Person

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the demo. Interrupted, it leaves nothing behind; the next load begins with it."""

    title: str
    is_there: Callable[[], bool]
    build: Callable[[], None]


def load(tell: Tell, *, people: int = 0) -> bool:
    """Build what is not there yet, then add `people` more; say whether anything was built."""
    chapters = (
        Chapter("stations", stations.is_there, stations.build),
        Chapter("cast", cast.is_there, lambda: cast.build(hashed(cast.PASSWORD))),
        Chapter("people", staff.is_there, staff.build),
        Chapter("seniors", seniors.are_there, seniors.build),
        Chapter("community workers", exam_years.are_people_there, exam_years.build_people),
        Chapter("consents", consents.is_there, consents.build),
        Chapter("sign-ups", sign_ups.is_there, sign_ups.build),
        Chapter("figures", figures.is_there, figures.build),
        Chapter("classes", teaching.is_there, teaching.build),
        Chapter("exam classes", exam_classes.are_there, exam_classes.build),
        Chapter("cohorts", exams.is_there, exams.build),
        Chapter("earlier cohorts", exam_years.are_cohorts_there, exam_years.form_cohorts),
        Chapter("schooling", schooling.is_there, schooling.build),
        Chapter("candidacies", candidacies.is_there, candidacies.build),
        Chapter("admission tickets", official_lists.are_there, official_lists.build),
        _results_of(exam_years.YEARS[:-2]),
        Chapter("results", exams.are_results_there, exams.import_results),
        _results_of(exam_years.YEARS[-2:-1]),
        _late_lines(REGIONAL_LINES, exams.LINE_CAME_ON),
        _results_of(exam_years.YEARS[-1:]),
        _late_lines(exam_years.LINES_2026, exam_years.LINES_CAME_ON),
        Chapter("after the exam", candidacies.is_followed, candidacies.follow_results),
        Chapter("a result elsewhere", seniors.is_result_elsewhere_there, seniors.import_elsewhere),
        Chapter("reviews", seniors.are_reviewed, seniors.review),
        Chapter("next year", candidacies.is_next_year_there, candidacies.enter_next_year),
        Chapter("plans of cohorts", plans.are_there, plans.build),
        Chapter("supervision", supervision.is_there, supervision.build),
        Chapter("certificates", certificates.are_issued, certificates.issue),
        Chapter("a revocation", certificates.is_one_revoked, certificates.revoke_one),
        Chapter("e-certificates", evidence.is_there, evidence.build),
        Chapter("registrations", register.is_there, register.build),
        Chapter("hours", register.are_hours_there, register.enter_all_hours),
        Chapter("all registrations", registrations.are_there, registrations.build),
        Chapter("notices", notices.are_read, notices.read_old),
        Chapter("twins", twins.is_there, twins.build),
        Chapter(f"{people} more people", lambda: not people, lambda: staff.add_extra(people)),
    )
    built = [_write(chapter, tell) for chapter in chapters]
    return any(built)


def is_nobody_real() -> bool:
    """Whether the college knows nobody but demo people, or nobody at all."""
    return not db.session.scalar(sa.select(sa.exists().where(~Person.is_demo)))


def sign_ins() -> list[str]:
    """Who can sign in, one a line; none where the demo is not."""
    known = set(db.session.scalars(sa.select(Account.login)))
    parts = [part for part in cast.CAST if part.login in known]
    if not parts:
        return []
    heading = f"演示帐号，密码都是 · Demo sign-ins, password for all: {cast.PASSWORD}"
    return [heading, *(f"  {part.login:<10} {part.name} {part.duty}" for part in parts)]


def _results_of(years: Sequence[exam_years.Year]) -> Chapter:
    title = (
        f"results of {years[0].year}–{years[-1].year}" if years[1:] else f"all of {years[0].year}"
    )
    return Chapter(
        title,
        lambda: exam_years.are_results_there(years),
        lambda: exam_years.import_results(years),
    )


def _late_lines(lines: Sequence[LineData], on: date) -> Chapter:
    return Chapter(
        f"late lines of {lines[0].year}",
        lambda: exams.are_lines_there(lines),
        lambda: exams.publish_lines(lines, on),
    )


def _write(chapter: Chapter, tell: Tell) -> bool:
    if chapter.is_there():
        return False
    tell(f"  demo college: {chapter.title}")
    chapter.build()
    db.session.commit()
    jobs.wake_after_commit()
    return True
