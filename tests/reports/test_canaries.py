"""A person made of canaries is deleted; then database, log, files, journal and backup are searched.

Every column that the inventory says is emptied or removed gets a canary of its own, every sealed
one too; what is sealed is opened again with all keys there are. Before the deletion each place must
sing, or the search would prove nothing.
"""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag

from college.certs.batches.models import BatchEntry, BatchState, EntryState, IssueBatch
from college.certs.designs.models import CertificateKind
from college.certs.designs.queries import newest
from college.core import (
    answers,
    auditing,
    backup,
    clock,
    crypto,
    imports,
    journal,
    restore,
    sealing,
    storage,
)
from college.core.backup import College
from college.core.db import Base, FileHash, db
from college.core.imports import ImportState
from college.core.roles import NOBODY, SYSTEM, Role
from college.core.security_log import SecurityEvent, SecurityKind
from college.courses.attendance.models import AttendanceRecord, AttendanceStatus
from college.courses.enrolments.models import EnrolmentState
from college.courses.grades.models import Mark
from college.courses.runs.models import Lesson
from college.exams.candidacies.models import AdmissionTicket, Milestone, Reminder, StepTaken
from college.exams.results.models import LapseStage, LapseWarning, ResultImport
from college.people.consents import scans
from college.people.consents.models import ConsentKind
from college.people.notices import sending
from college.people.notices.models import Channel, Delivery, NoticeChoice, NoticeKind
from college.people.notices.telling import tell_address
from college.people.persons.identity import IdType
from college.people.persons.models import Person
from college.people.persons.operations import Amendment, amend_person
from college.people.qualifications.models import Level, PassBasis, Qualification
from college.people.second_factors.models import RecoveryCode
from college.people.sign_ups.operations import NewSignUp, register
from college.register.continuing_education.models import PeriodWarning
from college.reports.personal_data.again import all_deleted_again, deleted_people
from college.reports.personal_data.deletion import clear_up
from college.reports.personal_data.held import Fate
from college.reports.personal_data.inventory import HELD
from college.reports.personal_data.models import Look
from college.reports.personal_data.operations import delete_person
from college.reports.proposals.models import DueKind, Proposal, ProposalRound
from college.reports.twins.operations import merge_persons, tell_apart
from tests.conftest import account_of, actor_of, key_of
from tests.core.backing_up import KEY, TOOLS, silent
from tests.databases import IS_POSTGRES
from tests.factories import (
    make_identity,
    make_invitation,
    make_person,
    make_request,
    make_signed,
    make_texts,
    make_unit,
    practised,
    saved,
    schooled,
)
from tests.factories.certs import adopted, make_certificate
from tests.factories.courses import make_assessment, make_enrolment, make_run
from tests.factories.exams import (
    make_candidacy,
    make_cohort,
    make_cycle,
    make_milestone,
    make_result,
    make_tick,
)
from tests.factories.notices import make_notice
from tests.factories.papers import make_evidence
from tests.factories.passkeys import make_passkey
from tests.factories.registering import make_entry, make_registration, make_review
from tests.factories.supervision import make_session

pytestmark = pytest.mark.real_commits
BIRD = "kanarienvogel"  # in every canary, and nowhere else
NUMBER, PHONE = "11010519491231002X", "13800138997"
MAIL = f"{BIRD}@example.org"
SONGS = (BIRD, NUMBER, PHONE)
# columns whose text has a form of its own: they are given canaries by hand, or cannot hold any
FORMED = {"id_number_key", "phone_key", "code_hash", "key_hash", "login_hash", "password_hash",
          "id_number_masked", "phone_masked", "email", "values_sealed", "sort_key", "initials",
          "key", "photo_sha256", "locale", "credential_id"}  # fmt: skip


def the_canary() -> Person:
    """One person with a row in every table of the inventory."""
    unit = make_unit()
    number = {"id_number": NUMBER, "id_type": IdType.RESIDENT_ID, "phone": PHONE, "email": MAIL}
    new = NewSignUp(full_name=BIRD, unit=unit, consent="2026-11", **number)
    register(NOBODY, new, password_hash="-")
    tell_address(NoticeKind.SIGN_UP_DECIDED, MAIL, {"reason": BIRD})
    person = make_person(unit=unit, full_name=BIRD, **number)
    amend_person(SYSTEM, person, Amendment(full_name=f"{BIRD} II", email=MAIL))
    db.session.commit()
    key_of(account_of(person))
    make_invitation(person)
    _learns(person)
    _is_examined(person)
    _is_noted(person)
    make_session(person, topics=BIRD, agreed_actions=BIRD, place=BIRD)
    make_certificate(person, facts={"name": "发证时的姓名"})
    make_request(person, text=BIRD)
    make_signed(person, make_texts()[ConsentKind.PHOTO], scan_sha256=scan())
    person.photo_sha256 = storage.files().put(BIRD.encode())
    db.session.commit()
    return person


def scan() -> str:
    return scans.keep(BytesIO(b"%PDF-" + BIRD.encode()))


def _learns(person: Person) -> None:
    run = make_run()
    enrolment = make_enrolment(run, person, state=EnrolmentState.COMPLETED)
    lesson = db.session.scalars(sa.select(Lesson.id).where(Lesson.run_id == run.id)).first()
    there = {"status": AttendanceStatus.ON_LEAVE, "minutes": 0}
    saved(AttendanceRecord(lesson_id=lesson, enrolment_id=enrolment.id, reason=BIRD, **there))
    adopted()
    design = newest("completion")
    assert design is not None
    same = {"kind": CertificateKind.COMPLETION, "design_id": design.id, "run_id": run.id}
    batch = saved(IssueBatch(issue_on=date(2025, 7, 3), state=BatchState.ISSUED, **same))
    turn = {"batch_id": batch.id, "position": 1, "state": EntryState.ISSUED}
    saved(BatchEntry(enrolment_id=enrolment.id, **turn))
    assessment_id = make_assessment(run).id
    saved(Mark(assessment_id=assessment_id, enrolment_id=enrolment.id, value=Decimal(70)))


def _is_examined(person: Person) -> None:
    cycle = make_cycle()
    make_tick(make_milestone(make_cohort(cycle, members=[person])))
    candidacy = make_candidacy(person, cycle)
    taken = {"step": candidacy.state, "on": date(2026, 2, 27)}
    saved(StepTaken(candidacy_id=candidacy.id, **taken))
    saved(AdmissionTicket(candidacy_id=candidacy.id))
    told = {"milestone": Milestone.EXAM_BEGINS, "on": date(2026, 5, 23), "days": 14}
    saved(Reminder(candidacy_id=candidacy.id, **told))
    sheet = imports.keep(f"{BIRD},{NUMBER}".encode())
    done = ResultImport(
        cycle_id=cycle.id,
        published_on=date(2023, 8, 11),
        filename="成绩.csv",
        file_sha256=sheet,
        state=ImportState.IMPORTED,
    )
    make_result(person, cycle, import_id=saved(done).id)
    lapse = {"level": Level.SOCIAL_WORKER, "year": 2026, "on": date(2026, 3, 9)}
    stage = LapseStage.REGISTRATION_OPENS
    saved(LapseWarning(person_id=person.id, stage=stage, **lapse))
    facts = {"approved_on": date(2023, 6, 11), "basis": PassBasis.NATIONAL}
    held = saved(Qualification(person_id=person.id, level=Level.ASSISTANT, **facts))
    make_evidence(held, BIRD)
    schooled(person)
    practised(person)
    make_review(person, date(2024, 9, 1), evidence=BIRD)
    registered = make_registration(person, date(2024, 6, 11), evidence=BIRD)
    saved(PeriodWarning(registration_id=registered.id, days=90))
    make_entry(person)


def _is_noted(person: Person) -> None:
    make_identity(person)
    make_passkey(person, name=BIRD)
    saved(RecoveryCode(person_id=person.id, code_hash="0" * 64))
    saved(SecurityEvent(kind=SecurityKind.SIGNED_IN, person_id=person.id, login_hash="1" * 64))
    kind = {"kind": NoticeKind.ROLE_GRANTED, "channel": Channel.MAIL}
    saved(NoticeChoice(person_id=person.id, is_wanted=True, **kind))
    notice = make_notice(person, unit=BIRD)
    if not db.session.scalar(sa.select(Delivery.id).where(Delivery.notice_id == notice.id)):
        saved(Delivery(notice_id=notice.id, channel=Channel.MAIL))
    look = saved(Look(person_id=person.id, reader_id=make_person(Role.ADMIN).id))
    asked = {"kind": DueKind.LOOKS, "row_id": look.id, "days": 730, "person_id": person.id}
    until = {"kept_until": clock.today(), "reason": BIRD, "decided_at": clock.now()}
    saved(Proposal(round_id=saved(ProposalRound()).id, **asked, **until))
    merge_persons(SYSTEM, person, make_person(None, full_name=BIRD, phone=PHONE, email=MAIL))
    tell_apart(SYSTEM, person, make_person(None))
    answers.keep(person.id, "k" * 20, status=303, location=f"/{BIRD}", body=BIRD)


def hang_canaries(person: Person) -> None:
    """A canary in every column that is to be emptied or to go."""
    for held in HELD:
        ids = db.session.scalars(sa.select(held.model.id).where(held.mine(person.id))).all()
        assert ids, f"no row of {held.table}: make one in the_canary"
        values = {
            column.name: _canary(held.table, column)
            for column in held.model.__table__.columns
            if (held.fate is Fate.REMOVED or column.name in held.empties)
            and column.name not in FORMED and held.table != "subject_key"
        }  # fmt: skip
        hung = {name: value for name, value in values.items() if value is not None}
        if hung:
            changed = sa.update(held.model).where(held.model.id.in_(ids))
            db.session.execute(changed.values(**hung))
    db.session.commit()


def _canary(table: str, column: sa.Column[Any]) -> Any:
    text = f"{BIRD} {table}.{column.name}"
    if isinstance(column.type, sa.LargeBinary):
        return (
            crypto.seal(text) if column.name not in {"id_number_sealed", "phone_sealed"} else None
        )
    if isinstance(column.type, sa.Enum | FileHash) or not isinstance(column.type, sa.String):
        return None
    return text[: column.type.length]


# ---- the search


def singing(college: College) -> dict[str, list[str]]:
    """Where a canary is heard, by the place searched."""
    places = {
        "rows": rows(),
        "sealed": sealed(),
        "journal": told(),
        "files": files(),
        "database file": database_files(college),
        "backup": backed_up(college),
    }
    return {
        place: sorted({name for name, text in texts if any(song in text for song in SONGS)})
        for place, texts in places.items()
    }


def rows() -> Iterator[tuple[str, str]]:
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(sa.select(table)):
            for name, value in row._mapping.items():
                yield f"{table.name}.{name}", str(value)


def sealed() -> Iterator[tuple[str, str]]:
    """Every sealed column, opened with the college's key where it opens."""
    for table in Base.metadata.sorted_tables:
        binary = [c for c in table.columns if isinstance(c.type, sa.LargeBinary)]
        for row in db.session.execute(sa.select(*binary)) if binary else ():
            for name, value in row._mapping.items():
                try:
                    yield f"{table.name}.{name}", crypto.unseal(value or b"")
                except (InvalidTag, ValueError):
                    continue


def told() -> Iterator[tuple[str, str]]:
    entries = db.session.scalars(sa.select(journal.JournalEntry)).all()
    for number, details in journal.details_of_all(entries).items():
        yield str(number), json.dumps(details, ensure_ascii=False)


def files() -> Iterator[tuple[str, str]]:
    store = storage.files()
    for one in list(store.stored()):
        content = store.get(one.key)
        yield one.key, content.decode(errors="replace")
        try:
            yield one.key, imports.kept(one.key).decode(errors="replace")
        except (InvalidTag, ValueError):
            continue


def database_files(college: College) -> Iterator[tuple[str, str]]:
    """SQLite's own file and its log, as they lie on the disk, unused pages and all."""
    for path in college.instance.glob("*.db*"):
        yield path.name, path.read_bytes().decode(errors="replace")


def backed_up(college: College) -> Iterator[tuple[str, str]]:
    target = college.instance / "copies"
    target.mkdir(exist_ok=True)
    path, _ = backup.create(college, target, KEY, silent)
    for member in backup.members(path, KEY):
        yield member.name, b"".join(backup.chunks(member)).decode(errors="replace")
    path.unlink()


def college_of(app: Any) -> College:
    instance = Path(app.config["INSTANCE"])
    return College(db.engine, storage.files(), instance, "0", TOOLS)


def test_nothing_sings_after_the_deletion(own_app):
    with own_app.app_context():
        admin = make_person(Role.ADMIN)
        college, person = college_of(own_app), the_canary()
        hang_canaries(person)
        before = singing(college)
        silent_places = {place for place, heard in before.items() if not heard}
        assert silent_places == ({"database file"} if IS_POSTGRES else set())

        erased = delete_person(actor_of(admin), person, reason=BIRD)
        db.session.commit()
        assert singing(college)["sealed"] == ["notice_delivery.address_sealed",
                                              "notice_delivery.secret_sealed"]  # fmt: skip
        assert sending.send_due() == 1  # the last letter takes address and answer with it
        clear_up(erased.files)

        assert singing(college) == {place: [] for place in before}


def test_what_remains_is_what_the_list_says(own_app):
    with own_app.app_context():
        admin, person = make_person(Role.ADMIN), the_canary()
        there = {held.table: count(held, person.id) for held in HELD}
        delete_person(actor_of(admin), person)
        db.session.commit()
        left = {held.table: count(held, person.id) for held in HELD}
        for held in HELD:
            if held.fate is Fate.REMOVED:
                assert left[held.table] == 0, held.table
            else:
                assert left[held.table] >= there[held.table] > 0, held.table
        name = sa.select(Person.full_name).where(Person.id == person.id)
        assert db.session.scalar(name) == f"已删除人员{person.id}"


def count(held: Any, person_id: int) -> int:
    mine = sa.select(sa.func.count()).select_from(held.model).where(held.mine(person_id))
    return int(db.session.scalars(mine).one())


def test_the_journal_is_still_whole(own_app):
    with own_app.app_context():
        admin, person = make_person(Role.ADMIN), the_canary()
        delete_person(actor_of(admin), person)
        db.session.commit()
        sealing.seal_everything()
        report = auditing.verify()
        assert report.faults == []
        assert report.unreadable > 0


def test_a_restored_backup_does_not_bring_the_deleted_back(own_app):
    with own_app.app_context():
        admin = make_person(Role.ADMIN)
        college, person = college_of(own_app), the_canary()
        person_id = person.id
        hang_canaries(person)
        path, manifest = backup.create(college, college.instance / "old.backup", KEY, silent)
        delete_person(actor_of(admin), person)
        db.session.commit()
        later = make_person(full_name="后来的人")
        delete_person(actor_of(admin), later)
        db.session.commit()

        gone = deleted_people()
        assert {person_id, later.id} <= set(gone)
        db.session.remove()
        restore.restore(college, path, manifest, KEY, silent)
        db.session.remove()
        assert singing(college)["rows"]  # it is all back
        files = all_deleted_again(gone, silent)
        db.session.commit()
        clear_up(files)
        path.unlink()
        assert singing(college) == {place: [] for place in singing(college)}
        assert all_deleted_again(gone, silent) == []
