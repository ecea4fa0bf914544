"""Proposing what is due, taking back what is not, and keeping something longer for a reason."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import Base, db, in_turn, insert_or_leave
from college.core.errors import RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.notices.models import NoticeKind
from college.people.notices.telling import tell_all
from college.reports.proposals.models import DueKind, Proposal, ProposalRound
from college.reports.retention.queries import Due, deciders, under_way

LONGEST = timedelta(days=10 * 365)
Facts = list[tuple[Base, int | None, dict[str, object]]]  # for the journal


class NothingChosen(RuleBroken):
    code, field = "nothing_chosen", "rows"
    message = say("Tick what you want to keep.")


class NotAhead(RuleBroken):
    code, field = "not_ahead", "until"
    message = say("Give a day from tomorrow on, at most ten years ahead.")


class BeingCleared(RuleBroken):
    code = "being_cleared"
    message = say("It is just being deleted. Wait until that is over and look what is left.")


@operation
def propose(actor: Actor, kind: DueKind, found: Sequence[Due], *, days: int) -> int:
    """Propose these rows, each once; returns how many nobody had proposed. Raises NotAllowed."""
    require(actor, Can.DATA_DECIDE)
    look = _open_round()
    rows: list[dict[str, object]] = [
        {
            "kind": kind,
            "row_id": each.row_id,
            "person_id": each.person_id,
            "due_at": each.due_at(days),
            "days": days,
            "round_id": look.id,
            "reason": "",
        }
        for each in found
    ]
    new = insert_or_leave(Proposal, rows)
    look.found += new
    journal.record(actor, "propose", look, kind=kind, count=new, days=days)
    return new


@operation
def drop_proposals(actor: Actor, kind: DueKind, ids: Collection[int]) -> int:
    """Take back what is due no more: it is gone, or somebody came back. Raises NotAllowed."""
    require(actor, Can.DATA_DECIDE)
    look = _open_round()
    db.session.execute(sa.delete(Proposal).where(Proposal.id.in_(ids)))
    look.dropped += len(ids)
    journal.record(actor, "drop_proposals", look, kind=kind, count=len(ids))
    return len(ids)


@operation
def propose_again(actor: Actor, ids: Collection[int]) -> int:
    """Propose what was kept until today once more. Raises NotAllowed."""
    require(actor, Can.DATA_DECIDE)
    look = _open_round()
    over = sa.update(Proposal).where(Proposal.id.in_(ids), Proposal.kept_until <= clock.today())
    anew = {"kept_until": None, "reason": "", "decided_by_id": None, "decided_at": None}
    done = db.session.execute(over.values(**anew, round_id=look.id).returning(Proposal.id)).all()
    look.found += len(done)
    journal.record(actor, "propose_again", look, count=len(done))
    return len(done)


@operation
def tell_of_round(actor: Actor) -> ProposalRound | None:
    """Tell those who decide of what was found, once; None where there is nothing to tell of."""
    require(actor, Can.DATA_DECIDE)
    in_turn(ProposalRound.__tablename__)
    look = db.session.scalar(_untold().with_for_update())
    if look is None:
        return None
    look.told_at = clock.now()
    told = deciders() if look.found else []
    tell_all(NoticeKind.DATA_DUE, {person_id: {"count": look.found} for person_id in told})
    journal.record(actor, "tell_of_round", look, count=look.found, people=len(told))
    return look


@operation
def keep(
    actor: Actor, kind: DueKind, *, rows: Collection[int], until: date, reason: str
) -> Sequence[Proposal]:
    """Keep these rows of a kind until a day, whatever the setting says; the ids are the rows' own.

    Raises NotAllowed, NothingChosen, NotAhead, BeingCleared.
    """
    require(actor, Can.DATA_DECIDE)
    if not clock.today() < until <= clock.today() + LONGEST:
        raise NotAhead
    if under_way(kind) is not None:
        raise BeingCleared
    mine = sa.select(Proposal).where(Proposal.kind == kind, Proposal.row_id.in_(rows))
    chosen = db.session.scalars(mine.order_by(Proposal.id).with_for_update()).all()
    if not chosen:
        raise NothingChosen
    for row in chosen:
        row.kept_until, row.reason = until, reason
        row.decided_by_id, row.decided_at = actor.person_id, clock.now()
    facts: Facts = [
        (row, row.person_id, {"kind": kind, "until": until, "reason": reason}) for row in chosen
    ]
    journal.record_all(actor, "keep", facts)
    return chosen


def _open_round() -> ProposalRound:
    """The round that nobody was told of yet, or a new one."""
    in_turn(ProposalRound.__tablename__)
    look = db.session.scalar(_untold())
    if look is None:
        look = ProposalRound()
        db.session.add(look)
        db.session.flush()
    return look


def _untold() -> sa.Select[ProposalRound]:
    untold = sa.select(ProposalRound).where(ProposalRound.told_at.is_(None))
    return untold.order_by(ProposalRound.id).limit(1)
