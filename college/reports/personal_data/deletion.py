"""What a deletion does, by the inventory: the tombstone, what goes, and which files with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from college.certs.batches.models import BatchEntry, EntryState
from college.core import clock, crypto, journal, storage, sweeping
from college.core.db import Base, FileHash, db, shorten_log
from college.core.errors import Conflict, RuleBroken
from college.core.imports import ImportState
from college.core.roles import Actor
from college.core.text import say
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.runs.models import CourseRun, Lesson
from college.exams.official_lists.models import OfficialList
from college.exams.results.models import ResultImport
from college.people.consents.models import Consent
from college.people.employment.models import Employment
from college.people.employment.operations import leave, withdraw_post
from college.people.notices.models import Delivery, Notice
from college.people.persons.models import Person
from college.people.roles.models import RoleGrant
from college.people.roles.operations import end_grant
from college.people.roster.models import RosterImport
from college.people.sign_ups.models import SignUp
from college.reports.personal_data.held import Fate
from college.reports.personal_data.inventory import HELD

TOMBSTONE = "已删除人员{}"  # stands in lists of both languages, where the name stood
UNDER_WAY = (EnrolmentState.ENROLLED, EnrolmentState.WAITING, EnrolmentState.OFFERED)


class DeletedAlready(Conflict):
    code = "deleted_already"
    message = say("This person was deleted before.")


class StillInClass(RuleBroken):
    code = "still_in_class"
    message = say("Take the person out of “%(title)s” first: the class is still under way.")


class StillTeaches(RuleBroken):
    code = "still_teaches"
    message = say("Give the lessons of “%(title)s” to somebody else first: some lie ahead.")


class BeingImported(RuleBroken):
    code = "being_imported"
    message = say("A sheet is just being imported: the person may stand in it. Wait for its end.")


class BeingIssued(RuleBroken):
    code = "being_issued"
    message = say("A certificate is just being issued to this person. Finish or stop that first.")


@dataclass(frozen=True, slots=True)
class Erased:
    """The tombstone, and the stored files that nothing names any more."""

    person: Person
    files: Sequence[str]


def refuse_unready(person: Person) -> None:
    """Raises DeletedAlready, StillInClass, StillTeaches, BeingIssued, BeingImported."""
    if journal.is_destroyed(person.id):
        raise DeletedAlready
    mine = Enrolment.person_id == person.id
    running = sa.select(CourseRun).join(Enrolment).where(mine, Enrolment.state.in_(UNDER_WAY))
    run = db.session.scalars(running.order_by(CourseRun.id).limit(1)).first()
    if run is not None:
        raise StillInClass(title=run.title, title_en=run.title_en)
    ahead = (Lesson.instructor_id == person.id) & (Lesson.ends_at > clock.now())
    taught = sa.select(CourseRun).join(Lesson, Lesson.run_id == CourseRun.id).where(ahead)
    run = db.session.scalars(taught.order_by(CourseRun.id).limit(1)).first()
    if run is not None:
        raise StillTeaches(title=run.title, title_en=run.title_en)
    open_turn = BatchEntry.state.in_([EntryState.WAITING, EntryState.NUMBERED])
    entries = sa.select(BatchEntry.id).join(Enrolment).where(mine, open_turn)
    if db.session.scalar(sa.select(entries.exists())):
        raise BeingIssued
    for model in (ResultImport, RosterImport, OfficialList):
        going = sa.exists().where(model.state == ImportState.IMPORTING)
        if db.session.scalar(sa.select(going)):
            raise BeingImported


def end_all(actor: Actor, person: Person) -> None:
    """End roles and posts today, so that figures of earlier days stay what they were."""
    today = clock.today()
    held = sa.select(RoleGrant).where(RoleGrant.person_id == person.id, RoleGrant.in_force(today))
    for grant in db.session.scalars(held).all():
        end_grant(actor, grant)
    mine = (Employment.person_id == person.id) & Employment.known()
    lasting = Employment.to_on.is_(None) | (Employment.to_on > today)
    for post in db.session.scalars(sa.select(Employment).where(mine, lasting)).all():
        _end_post(actor, post, today)


def _end_post(actor: Actor, post: Employment, today: date) -> None:
    if post.from_on > today:
        withdraw_post(actor, post)
    else:
        leave(actor, post, last_day=today)


def erase(person: Person) -> list[str]:
    """Remove and empty as the inventory says; returns the hashes of files that may go."""
    files = ({person.photo_sha256} | _scans(person.id)) - {""}
    addresses = {person.email} | _addresses(person)
    _forget_letters(addresses - {""})
    for held in reversed(HELD):  # what hangs on a row before the row itself, the person last
        if held.model is Person:
            continue
        mine = held.mine(person.id)
        if held.fate is Fate.REMOVED:
            files |= _named(held.model, mine)
            db.session.execute(sa.delete(held.model).where(mine))
        elif held.fate is Fate.EMPTIED:
            db.session.execute(sa.update(held.model).where(mine).values(**held.empties))
    _entomb(person)
    journal.destroy_key(person.id)
    # a second record of theirs, merged into this one, says as much of them
    for old in db.session.scalars(sa.select(Person).where(Person.merged_into_id == person.id)):
        files |= set(erase(old))
    return sorted(files | _forget_sheets())


def _named(model: type[Base], mine: sa.ColumnElement[bool]) -> set[str]:
    """The stored files that these rows name."""
    columns = [c for c in model.__table__.columns if isinstance(c.type, FileHash)]
    found = db.session.execute(sa.select(*columns).where(mine)) if columns else ()
    return {key for row in found for key in row if key}


def _entomb(person: Person) -> None:
    (held,) = (one for one in HELD if one.model is Person)
    for name, value in held.empties.items():
        setattr(person, name, value)
    person.full_name = TOMBSTONE.format(person.id)


def _scans(person_id: int) -> set[str]:
    mine = sa.select(Consent.scan_sha256).where(Consent.person_id == person_id)
    return set(db.session.scalars(mine))


def _addresses(person: Person) -> set[str]:
    (held,) = (one for one in HELD if one.model is SignUp)
    return set(db.session.scalars(sa.select(SignUp.email).where(held.mine(person.id))))


def _forget_letters(addresses: set[str]) -> None:
    """Letters to a typed address, from before anybody was on record: only the address tells."""
    chosen = sa.select(Delivery).where(Delivery.address_sealed.is_not(None))
    for letter in db.session.scalars(chosen).all():
        if crypto.unseal(letter.address_sealed or b"").lower() in addresses:
            notice_id = letter.notice_id
            db.session.execute(sa.delete(Delivery).where(Delivery.notice_id == notice_id))
            db.session.execute(sa.delete(Notice).where(Notice.id == notice_id))


def _forget_sheets() -> set[str]:
    """All sheets but one that is just being imported: the person may stand in them.

    Finished ones did their work. One that was uploaded and not imported would bring them back:
    whoever still wants it uploads it again, which is a deed of their own.
    """
    gone = set[str]()
    for model, names in (
        (ResultImport, ("file_sha256", "check_sha256")),
        (RosterImport, ("file_sha256", "check_sha256", "rows_sha256")),
        (OfficialList, ("file_sha256", "check_sha256", "rows_sha256")),
    ):
        done = model.state != ImportState.IMPORTING
        columns = [getattr(model, name) for name in names]
        for row in db.session.execute(sa.select(*columns).where(done)):
            gone |= set(row) - {""}
        db.session.execute(sa.update(model).where(done).values(dict.fromkeys(names, "")))
    for kept in (RosterImport, OfficialList):
        late = sa.update(kept).where(kept.state != ImportState.IMPORTING)
        db.session.execute(late.values(late=[]))
    return gone


def clear_up(keys: Sequence[str]) -> None:
    """After the commit: files that no row names go at once, and SQLite's log of what stood there.

    What a crash leaves of it, the sweep and the next checkpoint take away.
    """
    with sweeping.held():
        named = sweeping.named_keys(db.session.connection())
        db.session.rollback()
        for key in keys:
            if key not in named:
                storage.files().remove(key)
    shorten_log()
