"""Taking a handful of rows away, kind by kind; returns the stored files that went with them."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import sqlalchemy as sa

from college.core import journal
from college.core.db import db
from college.core.roles import Actor
from college.exams.official_lists.models import OfficialList
from college.exams.results.models import ResultImport
from college.people.invitations.models import Invitation
from college.people.notices.models import Delivery, Notice
from college.people.roster.models import RosterImport
from college.people.sign_ups.models import SignUp
from college.reports.personal_data.models import Look
from college.reports.proposals.models import DueKind

Clear = Callable[[Actor, Collection[int]], set[str]]
ROSTER_FILES = ("file_sha256", "check_sha256", "rows_sha256")
RESULT_FILES = ("file_sha256", "check_sha256")


def _sign_ups(actor: Actor, ids: Collection[int]) -> set[str]:
    rows = db.session.scalars(sa.select(SignUp).where(SignUp.id.in_(ids))).all()
    journal.record_all(actor, "forget_sign_up", [(row, None, {}) for row in rows])
    for row in rows:
        db.session.delete(row)
    return set()


def _letters(actor: Actor, ids: Collection[int]) -> set[str]:
    db.session.execute(sa.delete(Delivery).where(Delivery.notice_id.in_(ids)))
    db.session.execute(sa.delete(Notice).where(Notice.id.in_(ids)))
    return set()


def _rows_of(model: Any) -> Clear:
    def clear(actor: Actor, ids: Collection[int]) -> set[str]:
        db.session.execute(sa.delete(model).where(model.id.in_(ids)))
        return set()

    return clear


def _files_of(model: Any, names: Collection[str], also: Mapping[str, object]) -> Clear:
    """The line that there was an import stays; its files go, and it can be imported no more."""

    def clear(actor: Actor, ids: Collection[int]) -> set[str]:
        columns = [getattr(model, name) for name in names]
        rows = db.session.execute(sa.select(*columns).where(model.id.in_(ids))).all()
        emptied = sa.update(model).where(model.id.in_(ids))
        db.session.execute(emptied.values(**dict.fromkeys(names, ""), **also))
        return {key for row in rows for key in row} - {""}

    return clear


CLEAR: Mapping[DueKind, Clear] = {
    DueKind.SIGN_UPS: _sign_ups,
    DueKind.ROSTERS: _files_of(RosterImport, ROSTER_FILES, {"late": []}),
    DueKind.RESULTS: _files_of(ResultImport, RESULT_FILES, {}),
    DueKind.LISTS: _files_of(OfficialList, ROSTER_FILES, {"late": []}),
    DueKind.LETTERS: _letters,
    DueKind.INVITATIONS: _rows_of(Invitation),
    DueKind.LOOKS: _rows_of(Look),
}
