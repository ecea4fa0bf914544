"""Rows old enough to be proposed, one of each kind, and the way to their deletion."""

from datetime import timedelta

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.exams.cycles.models import ExamCycle
from college.exams.official_lists.models import OfficialList
from college.exams.results.models import ResultImport
from college.people.invitations.models import Invitation
from college.people.notices import sending
from college.people.notices.models import Notice, NoticeKind
from college.people.notices.telling import tell_address
from college.people.roster.models import RosterImport
from college.people.sign_ups.models import SignUp, SignUpState
from college.reports.personal_data.models import Look
from college.reports.proposals.models import DueKind
from college.reports.retention import operations, queries
from college.reports.retention.jobs import clear_next, propose_due
from tests.factories import (
    make_invitation,
    make_person,
    make_sign_up,
    make_unit,
    saved,
)
from tests.factories.exams import make_cycle, make_import, make_rules, row, xlsx
from tests.factories.lists import listed, make_list
from tests.people.rosters import checked, sheet

K = DueKind
DAYS = {K.SIGN_UPS: 180, K.ROSTERS: 90, K.RESULTS: 90, K.LISTS: 90, K.LETTERS: 180,
        K.INVITATIONS: 365, K.LOOKS: 730, K.PEOPLE: 5 * 365}  # fmt: skip


def ago(days):
    return clock.now() - timedelta(days=days)


def counted(actor, periods):
    """What waits for a decision once the worker has looked."""
    propose_due(periods)
    return {line.kind: line.count for line in queries.due(actor, periods) if line.count}


def cleared(actor, kind, periods, **over):
    """Have it proposed, order it and do what the worker would, to its end."""
    propose_due(periods)
    made = operations.order_clearing(actor, kind, before=periods.before(kind), **over)
    db.session.commit()
    steps = 1
    while True:
        progress = clear_next(made.id)
        if progress.done >= progress.total:
            break
        steps += 1
    db.session.refresh(made)
    return made, steps


# ---- one row of each kind, so many days old


def a_sign_up(days):
    made = make_sign_up(make_unit())
    made.state, made.decided_at = SignUpState.DECLINED, ago(days)
    db.session.commit()
    return SignUp, made.id


def a_roster(days):
    made = checked(sheet(["李雷", "1"]))
    made.uploaded_at = ago(days)
    db.session.commit()
    return RosterImport, made.id


def a_result_sheet(days):
    if not db.session.scalar(sa.select(ExamCycle.id)):
        make_rules()
        make_cycle()
    cycle = db.session.scalars(sa.select(ExamCycle)).one()
    made = make_import(xlsx(row(考试年度=cycle.year, 证件号码="1")), cycle)
    made.uploaded_at = ago(days)
    db.session.commit()
    return ResultImport, made.id


def an_official_list(days):
    if not db.session.scalar(sa.select(ExamCycle.id)):
        make_rules()
        make_cycle()
    cycle = db.session.scalars(sa.select(ExamCycle)).one()
    made = make_list(listed(证件号码="1"), cycle)
    made.uploaded_at = ago(days)
    db.session.commit()
    return OfficialList, made.id


def a_letter(days):
    tell_address(NoticeKind.SIGN_UP_DECIDED, "li@example.org", {"reason": "不在本站"})
    db.session.commit()
    sending.send_due()
    made = db.session.scalars(sa.select(Notice).where(Notice.person_id.is_(None))).all()[-1]
    made.told_at = ago(days)
    db.session.commit()
    return Notice, made.id


def an_invitation(days):
    made = make_invitation(make_person())
    made.made_at, made.ended_at = ago(days + 1), ago(days)
    db.session.commit()
    return Invitation, made.id


def a_look(days):
    on = clock.today() - timedelta(days=days)
    made = saved(Look(person_id=make_person().id, reader_id=make_person().id, on=on))
    return Look, made.id


MADE = {K.SIGN_UPS: a_sign_up, K.ROSTERS: a_roster, K.RESULTS: a_result_sheet,
        K.LISTS: an_official_list, K.LETTERS: a_letter,
        K.INVITATIONS: an_invitation, K.LOOKS: a_look}  # fmt: skip
