from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from college.core.db import db
from college.core.imports import ImportState
from college.core.jobs import Job, JobState, Titled, latest
from college.people.persons.models import Person
from college.people.roster.models import ColumnChoice, RosterImport

CHECK, RECORD = "people.check_roster", "people.import_roster"  # kinds of jobs


@dataclass(frozen=True, slots=True)
class Headway:
    """How far the worker came with a roster: with checking it, or else with importing it."""

    made: RosterImport
    job: Job | None

    @property
    def is_going(self) -> bool:
        return self.job is not None and not self.job.is_over

    @property
    def has_failed(self) -> bool:
        return self.job is not None and self.job.state is JobState.FAILED

    @property
    def done(self) -> int:
        if self.made.state is ImportState.IMPORTING:
            return self.made.rows_done
        return self.job.done if self.job is not None else 0

    @property
    def total(self) -> int:
        return self.job.total if self.job is not None else 0


def headway(made: RosterImport) -> Headway:
    is_new = made.state in {ImportState.UPLOADED, ImportState.CHECKED}
    return Headway(made, latest(CHECK if is_new else RECORD, made.id))


def imports_of() -> sa.Select[RosterImport]:
    """All imports, latest first, to be paged."""
    return sa.select(RosterImport).order_by(RosterImport.uploaded_at.desc(), RosterImport.id.desc())


def uploader_names(imports: Sequence[RosterImport]) -> dict[int, str]:
    """Who uploaded, by person."""
    ids = {i.uploaded_by_id for i in imports if i.uploaded_by_id is not None}
    chosen = sa.select(Person.id, Person.full_name).where(Person.id.in_(ids))
    return {row.id: row.full_name for row in db.session.execute(chosen)}


def subjects(import_ids: Collection[int]) -> dict[int, Titled]:
    """The file of each import, for the list of jobs."""
    chosen = sa.select(RosterImport.id, RosterImport.filename)
    found = db.session.execute(chosen.where(RosterImport.id.in_(import_ids)))
    return {row.id: Titled(row.filename) for row in found}


def remembered(headings: Collection[str]) -> Sequence[ColumnChoice]:
    """What was chosen for headings (as `layout.key_of` writes them) before."""
    chosen = sa.select(ColumnChoice).where(ColumnChoice.heading.in_(headings))
    return db.session.scalars(chosen.order_by(ColumnChoice.id)).all()
