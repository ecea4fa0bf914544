"""A batch is opened for a closed class, approved, and issued; the worker does the drawing."""

from collections.abc import Mapping
from datetime import date, timedelta

import sqlalchemy as sa

from college.certs.batches.entitlement import entitled
from college.certs.batches.models import (
    BATCH_MOVES,
    ENTRY_MOVES,
    BatchEntry,
    BatchState,
    EntryState,
    IssueBatch,
)
from college.certs.batches.queries import ISSUE, PREVIEW, PRINT, standing, undrawn, unissued
from college.certs.designs.models import CertificateKind
from college.certs.designs.queries import usual
from college.certs.wording import Severity, lint
from college.core import clock, jobs, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.errors import Conflict, RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.states import move
from college.core.text import say
from college.courses.runs.models import CourseRun

AHEAD = timedelta(days=31)  # certificates are drawn before the day they are handed out


class KindNotOffered(RuleBroken):
    code = "kind_not_offered"
    message = say("Classes give completion certificates only, so far.")


class NobodyToIssue(RuleBroken):
    code = "nobody_to_issue"
    message = say(
        "Everybody who is entitled holds the certificate already. There is nothing to do."
    )


class IssueUnderWay(Conflict):
    code = "issue_under_way"
    message = say("The certificates of this class are being issued just now. Watch how far it is.")


class DateOutside(RuleBroken):
    code, field = "date_outside", "issue_on"
    message = say("The date on the paper must lie between %(first)s and %(last)s.")


class TitleForbidden(RuleBroken):
    code = "title_forbidden"
    message = say(
        "The class title says “%(words)s”, which no training certificate may carry "
        "(rule 〔2022〕25). Change the title of the class first."
    )


class BatchNotIssued(RuleBroken):
    code = "batch_not_issued"
    message = say("This batch is not issued yet; its print file comes with the last paper.")


class SampleMissing(RuleBroken):
    code = "sample_missing"
    message = say("There is no sample yet. Wait until it is drawn, look at it, then approve.")


@operation
def open_batch(
    actor: Actor,
    run: CourseRun,
    *,
    issue_on: date,
    kind: CertificateKind = CertificateKind.COMPLETION,
) -> IssueBatch:
    """List everybody entitled and have a sample drawn; an unissued batch of the class is made anew.

    Raises NotAllowed, RunStillOpen, DateOutside, TitleForbidden, NobodyToIssue, IssueUnderWay,
    DesignMissing, KindNotOffered.
    """
    require(actor, Can.CERTS_ISSUE)
    if kind is not CertificateKind.COMPLETION:
        raise KindNotOffered
    run = locked(CourseRun, run.id)
    roster = entitled(run, kind)
    _check_date(run, issue_on)
    _check_title(run)
    if not roster.entitled:
        raise NobodyToIssue
    begun = unissued(run, kind)
    new = IssueBatch(run_id=run.id, kind=kind, state=BatchState.PREVIEW)
    batch = (
        locked(IssueBatch, begun.id) if begun else new
    )  # it may be ordered to be issued just now
    _begin_anew(actor, batch, issue_on)
    db.session.add_all(
        BatchEntry(batch_id=batch.id, enrolment_id=place.enrolment.id, position=position)
        for position, place in enumerate(roster.entitled, start=1)
    )
    journal.record(actor, "open_batch", batch, issue_on=issue_on, entries=len(roster.entitled))
    jobs.ask(PREVIEW, batch.id, total=1)
    return batch


@operation
def approve_batch(actor: Actor, batch: IssueBatch) -> IssueBatch:
    """Approve list, wording and date. In this release whoever opened the batch may approve it too.

    Raises NotAllowed, SampleMissing, NobodyToIssue, WrongState.
    """
    require(actor, Can.CERTS_ISSUE, batch)
    batch = locked(IssueBatch, batch.id)
    if not standing(batch).printable:
        raise NobodyToIssue
    if not batch.preview_pdf:
        raise SampleMissing
    move(batch, BatchState.APPROVED, BATCH_MOVES)
    batch.approved_by_id, batch.approved_at = actor.person_id, clock.now()
    journal.record(actor, "approve_batch", batch, sample=batch.preview_pdf)
    return batch


@operation
def issue_batch(actor: Actor, batch: IssueBatch) -> IssueBatch:
    """Have the worker issue an approved batch, or go on with one that stopped half-way.

    Asked twice it is issued once. Raises NotAllowed, WrongState.
    """
    require(actor, Can.CERTS_ISSUE, batch)
    batch = locked(IssueBatch, batch.id)
    now = standing(batch)
    if batch.state is BatchState.ISSUED or (batch.state is BatchState.ISSUING and now.is_going):
        return batch
    if batch.state is not BatchState.ISSUING:
        move(batch, BatchState.ISSUING, BATCH_MOVES)
        _release_stopped(batch)
    batch.issued_by_id = actor.person_id
    journal.record(actor, "issue_batch", batch, entries=now.total)
    jobs.ask(ISSUE, batch.id, total=now.total + 1)  # the print file comes last
    return batch


@operation
def draw_again(actor: Actor, batch: IssueBatch) -> IssueBatch:
    """Have the papers drawn that were set aside with their numbers, and the print file anew.

    Raises NotAllowed, IssueUnderWay, BatchNotIssued.
    """
    require(actor, Can.CERTS_ISSUE, batch)
    batch = locked(IssueBatch, batch.id)
    waiting = undrawn(batch)
    if batch.state is not BatchState.ISSUED or not waiting:
        raise BatchNotIssued
    if unissued(batch.run, batch.kind):
        raise IssueUnderWay
    move(batch, BatchState.ISSUING, BATCH_MOVES)
    for entry in waiting:
        move(entry, EntryState.NUMBERED, ENTRY_MOVES)
        entry.problem = {}
    batch.issued_by_id = actor.person_id
    journal.record(actor, "draw_again", batch, entries=len(waiting))
    jobs.ask(ISSUE, batch.id, total=standing(batch).total + 1)
    return batch


@operation
def keep_sample(
    actor: Actor, batch: IssueBatch, *, pdf: str, png: str, troubles: Mapping[int, dict[str, str]]
) -> IssueBatch:
    """Keep the hashes of the sample and stop the entries (by id) that cannot be printed."""
    require(actor, Can.CERTS_ISSUE, batch)
    batch.preview_pdf, batch.preview_png = pdf, png
    for entry_id in sorted(troubles):
        stop_entry(actor, db.session.get_one(BatchEntry, entry_id), trouble=troubles[entry_id])
    journal.record(actor, "keep_sample", batch, sha256=pdf, stopped=len(troubles))
    return batch


@operation
def stop_entry(actor: Actor, entry: BatchEntry, *, trouble: dict[str, str]) -> BatchEntry:
    """Set one person aside with the reason; the others go on. Who has a number keeps it."""
    require(actor, Can.CERTS_ISSUE)
    move(entry, EntryState.STOPPED, ENTRY_MOVES)
    entry.problem = trouble
    journal.record(actor, "stop_entry", entry, trouble=trouble)
    return entry


@operation
def finish_batch(actor: Actor, batch: IssueBatch, *, print_pdf: str) -> IssueBatch:
    """Close an issued batch with its print file ("" when nobody could be issued)."""
    require(actor, Can.CERTS_ISSUE, batch)
    batch = locked(IssueBatch, batch.id)
    if batch.state is BatchState.ISSUED:
        return batch
    move(batch, BatchState.ISSUED, BATCH_MOVES)
    batch.print_pdf, batch.printed_at = print_pdf, clock.now()
    journal.record(actor, "finish_batch", batch, sha256=print_pdf)
    return batch


@operation
def renew_print_file(actor: Actor, batch: IssueBatch) -> IssueBatch:
    """Have the worker put the print file together anew, from the papers in force.

    Raises NotAllowed, BatchNotIssued.
    """
    require(actor, Can.CERTS_ISSUE, batch)
    batch = locked(IssueBatch, batch.id)
    if batch.state is not BatchState.ISSUED:
        raise BatchNotIssued
    journal.record(actor, "renew_print_file", batch)
    jobs.ask(PRINT, batch.id, total=1)
    return batch


@operation
def keep_print_file(actor: Actor, batch: IssueBatch, *, print_pdf: str) -> IssueBatch:
    """Put a print file made anew in the place of the old one ("" when no paper is in force)."""
    require(actor, Can.CERTS_ISSUE, batch)
    batch.print_pdf, batch.printed_at = print_pdf, clock.now()
    journal.record(actor, "keep_print_file", batch, sha256=print_pdf)
    return batch


def _begin_anew(actor: Actor, batch: IssueBatch, issue_on: date) -> None:
    if not batch.is_open_to_change:
        raise IssueUnderWay
    if batch.state is not BatchState.PREVIEW:
        move(batch, BatchState.PREVIEW, BATCH_MOVES)
    batch.design_id = usual(batch.kind).id
    batch.issue_on = issue_on
    batch.opened_by_id, batch.opened_at = actor.person_id, clock.now()
    batch.approved_by_id = batch.approved_at = None
    batch.preview_pdf = batch.preview_png = ""
    db.session.add(batch)
    db.session.flush()
    db.session.execute(sa.delete(BatchEntry).where(BatchEntry.batch_id == batch.id))


def _check_date(run: CourseRun, issue_on: date) -> None:
    """Not before the class ended, by timetable or by closing, and not far ahead of today."""
    assert run.closed_at is not None
    first = min(run.ends_on, clock.local(run.closed_at).date())
    last = clock.today() + AHEAD
    if not first <= issue_on <= last:
        raise DateOutside(first=first, last=last)


def _check_title(run: CourseRun) -> None:
    refused = [f.what for f in lint(run.title) if f.severity is Severity.REFUSED]
    if refused:
        raise TitleForbidden(words="、".join(refused))


def _release_stopped(batch: IssueBatch) -> None:
    """What stood in the way at the preview may be mended by now: the issue tries everybody."""
    stopped = (BatchEntry.batch_id == batch.id) & (BatchEntry.state == EntryState.STOPPED)
    for entry in db.session.scalars(sa.select(BatchEntry).where(stopped)):
        move(entry, EntryState.WAITING, ENTRY_MOVES)
        entry.problem = {}
