"""All that is stored on one person, in words, and who looked at it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from college.core import journal
from college.core.access import require, visible
from college.core.db import Base, db
from college.core.errors import NotFound
from college.core.journal import JournalEntry
from college.core.roles import Actor, Can
from college.core.text import say
from college.courses.runs.models import Assessment, CourseRun, Lesson
from college.exams.cohorts.models import ExamCohort
from college.exams.cycles.models import ExamCycle
from college.people.consents.models import Consent, ConsentText
from college.people.consents.queries import own as own_consents
from college.people.persons.models import Person
from college.people.persons.revealing import Secret
from college.reports.personal_data.held import Fate, Held
from college.reports.personal_data.inventory import HELD
from college.reports.personal_data.merges import TakenOver, taken_over
from college.reports.personal_data.models import DataRequest, Look, RequestKind, RequestState
from college.reports.personal_data.topics import Topic
from college.reports.personal_data.words import COUNTED, WORDS
from college.reports.proposals.models import Proposal
from college.stations.units.models import Unit

MOST = 50  # rows of a table on the page, the newest; the download has all
ON_RECORD = say("on record")
# what a number of a row stands for
CALLED: Mapping[str, tuple[type[Base], str]] = {
    "unit_id": (Unit, "name"),
    "run_id": (CourseRun, "title"),
    "lesson_id": (Lesson, "title"),
    "assessment_id": (Assessment, "title"),
    "cycle_id": (ExamCycle, "name"),
    "cohort_id": (ExamCohort, "name"),
    "supervisor_id": (Person, "full_name"),
    "reader_id": (Person, "full_name"),
    "text_id": (ConsentText, "title"),
}
FILES = {"photo_sha256", "file_sha256", "scan_sha256", "management_no_sealed"}  # told of, not shown


@dataclass(frozen=True, slots=True)
class Kept:
    """What one table holds: `columns` are their words, each row as long as they are."""

    title: str
    count: int
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Heap:
    topic: Topic
    kept: Sequence[Kept]


@dataclass(frozen=True, slots=True)
class Reveal:
    """A number that somebody saw in clear. `reason` is "" once its details were deleted."""

    at: datetime
    reader: str
    secret: Secret | None
    reason: str


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of the rows of one table."""

    title: str
    count: int
    fate: Fate


@dataclass(frozen=True, slots=True)
class DataPage:
    heaps: Sequence[Heap]
    looks: Sequence[Look]
    reveals: Sequence[Reveal]
    consents: Sequence[Consent]
    merges: Sequence[TakenOver]


def own_page(actor: Actor) -> DataPage:
    """What is stored on the reader. Raises NotAllowed, NotFound for whom is nobody on record."""
    require(actor, Can.OWN_DATA_SEE)
    if actor.person_id is None:
        raise NotFound
    heaps = list(_heaps(actor.person_id))
    seen = _looks(actor), _reveals(actor.person_id)
    return DataPage(heaps, *seen, own_consents(actor), taken_over(actor.person_id))


def own_requests(actor: Actor) -> Sequence[DataRequest]:
    """What the reader asked for, the newest first."""
    mine = visible(DataRequest, actor, Can.OWN_DATA_SEE)
    chosen = sa.select(DataRequest).where(mine).order_by(DataRequest.id.desc()).limit(MOST)
    return db.session.scalars(chosen).all()


def requests(actor: Actor, *, is_over: bool) -> sa.Select[DataRequest]:
    """Choose what waits for an answer, the oldest first, or what has one, the newest first."""
    may = visible(DataRequest, actor, Can.DATA_DECIDE)
    is_open = DataRequest.state == RequestState.ASKED
    chosen = sa.select(DataRequest).where(may, ~is_open if is_over else is_open)
    return chosen.order_by(DataRequest.id.desc() if is_over else DataRequest.id)


def asked_already(person_id: int, kind: RequestKind) -> bool:
    mine = (DataRequest.person_id == person_id) & (DataRequest.kind == kind)
    is_open = DataRequest.state == RequestState.ASKED
    return bool(db.session.scalar(sa.select(sa.exists().where(mine, is_open))))


def waiting_proposals(actor: Actor) -> int:
    """How much of what was kept long enough waits for a decision."""
    require(actor, Can.DATA_DECIDE)
    return db.session.scalars(sa.select(sa.func.count(Proposal.id)).where(Proposal.waits())).one()


def plan(person_id: int) -> Sequence[Planned]:
    """What a deletion would remove, empty and keep, table by table."""
    counted = (
        (held, db.session.scalars(_count(held, person_id)).one())
        for held in sorted(HELD, key=lambda held: list(Fate).index(held.fate), reverse=True)
    )
    return [Planned(held.title, count, held.fate) for held, count in counted if count]


def _count(held: Held, person_id: int) -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(held.model).where(held.mine(person_id))


def _heaps(person_id: int) -> Iterator[Heap]:
    for topic in Topic:
        kept = [_kept(held, person_id) for held in HELD if held.topic is topic]
        yield Heap(topic, [one for one in kept if one.count])


def _kept(held: Held, person_id: int) -> Kept:
    mine, model = held.mine(person_id), held.model
    if held.table in COUNTED:
        return Kept(held.title, db.session.scalars(_count(held, person_id)).one(), [], [])
    columns = [c for c in model.__table__.columns if c.name in WORDS]
    counted = sa.func.count().over().label("all_of_them")
    chosen = sa.select(*columns, counted).where(mine).order_by(model.id.desc()).limit(MOST)
    rows = db.session.execute(chosen).all()
    # a column that says nothing in any row is left out
    told = [n for n, _ in enumerate(columns) if any(row[n] not in (None, "") for row in rows)]
    called = {n: _called(columns[n].name, {row[n] for row in rows}) for n in told}
    return Kept(
        held.title,
        rows[0].all_of_them if rows else 0,
        [WORDS[columns[n].name] for n in told],
        [[_value(columns[n].name, row[n], called[n]) for n in told] for row in rows],
    )


def _called(column: str, ids: set[Any]) -> Mapping[int, str]:
    if column not in CALLED:
        return {}
    model, name = CALLED[column]
    chosen = sa.select(model.id, getattr(model, name)).where(model.id.in_(ids - {None}))
    return {row.id: row[1] for row in db.session.execute(chosen)}


def _value(column: str, value: Any, called: Mapping[int, str]) -> object:
    if value is None:
        return ""
    if column in FILES:
        return ON_RECORD if value else ""
    return called.get(value, "") if column in CALLED else value


def _looks(actor: Actor) -> Sequence[Look]:
    mine = visible(Look, actor, Can.OWN_DATA_SEE)
    chosen = sa.select(Look).where(mine).order_by(Look.on.desc(), Look.id.desc()).limit(MOST)
    return db.session.scalars(chosen).all()


def _reveals(person_id: int) -> Sequence[Reveal]:
    mine = (JournalEntry.about_id == person_id) & (JournalEntry.deed == "reveal")
    chosen = sa.select(JournalEntry).where(mine).order_by(JournalEntry.id.desc()).limit(MOST)
    entries = db.session.scalars(chosen).all()
    details = journal.details_of_all(entries)
    people = _called("reader_id", {entry.actor_id for entry in entries})
    return [
        Reveal(
            entry.at,
            people.get(entry.actor_id or 0, ""),
            Secret(str(said["secret"])) if said.get("secret") else None,
            str(said.get("reason", "")),
        )
        for entry in entries
        for said in [details.get(entry.id) or {}]
    ]
