"""What a row is called in a list of proposals, kind by kind, a page of them in one query."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import sqlalchemy as sa

from college.core.db import db
from college.exams.official_lists.models import OfficialList
from college.exams.results.models import ResultImport
from college.people.persons.models import Person
from college.people.roster.models import RosterImport
from college.people.sign_ups.models import SignUp
from college.reports.personal_data.models import Look
from college.reports.proposals.models import DueKind

Names = Mapping[int, str]


def names_of(kind: DueKind, ids: Collection[int]) -> Names:
    """By the row's id; where a row has no name of its own, or is gone, there is none."""
    if kind not in NAMES:
        return {}
    return NAMES[kind](ids)


def _column(model: Any, name: Any) -> Callable[[Collection[int]], Names]:
    def named(ids: Collection[int]) -> Names:
        rows = db.session.execute(sa.select(model.id, name).where(model.id.in_(ids)))
        return {row[0]: row[1] for row in rows}

    return named


def _readers(ids: Collection[int]) -> Names:
    """Of a look: who looked; whose page it was stands beside it."""
    read = sa.select(Look.id, Person.full_name).join(Person, Person.id == Look.reader_id)
    rows = db.session.execute(read.where(Look.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


NAMES: Mapping[DueKind, Callable[[Collection[int]], Names]] = {
    DueKind.SIGN_UPS: _column(SignUp, SignUp.full_name),
    DueKind.ROSTERS: _column(RosterImport, RosterImport.filename),
    DueKind.RESULTS: _column(ResultImport, ResultImport.filename),
    DueKind.LISTS: _column(OfficialList, OfficialList.filename),
    DueKind.LOOKS: _readers,
}
