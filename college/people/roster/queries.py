from collections.abc import Collection

import sqlalchemy as sa

from college.core.imports import Headway, titles
from college.core.jobs import Titled
from college.people.roster.models import RosterImport

CHECK, RECORD = "people.check_roster", "people.import_roster"  # kinds of jobs


def headway(made: RosterImport) -> Headway:
    return Headway.of(made, check=CHECK, record=RECORD)


def imports_of() -> sa.Select[RosterImport]:
    """All imports, latest first, to be paged."""
    return sa.select(RosterImport).order_by(RosterImport.uploaded_at.desc(), RosterImport.id.desc())


def subjects(import_ids: Collection[int]) -> dict[int, Titled]:
    """The file of each import, for the list of jobs."""
    return titles(RosterImport, import_ids)
