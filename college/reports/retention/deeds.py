import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.reports.proposals.models import DueKind, Proposal, ProposalRound
from college.reports.retention.models import Clearing

NOUN = Noun(
    model=Clearing,
    see=Can.DATA_DECIDE,
    named=sa.select(Clearing.id),
    reads={"kind": DueKind},
    deeds={
        "order_clearing": deed(
            say("%(who)s ordered the deletion of %(total)s entries kept long enough: %(kind)s"),
            say("%(who)s ordered the deletion of what was kept long enough"),
            many=say("%(who)s ordered %(n)s deletions of what was kept long enough"),
        ),
        "go_on_clearing": deed(
            say("%(who)s had a deletion carried on"),
            many=say("%(who)s had %(n)s deletions carried on"),
        ),
        "clear_some": deed(
            say("%(who)s had %(count)s entries deleted that were kept long enough: %(kind)s"),
            say("%(who)s had entries deleted that were kept long enough"),
            many=say("%(who)s had entries deleted that were kept long enough, in %(n)s steps"),
        ),
    },
)
ROUNDS = Noun(
    model=ProposalRound,
    see=Can.DATA_DECIDE,
    named=sa.select(ProposalRound.id),
    reads={"kind": DueKind},
    deeds={
        "propose": deed(
            say(
                "%(who)s proposed %(count)s entries for deletion, kept for %(days)s days: %(kind)s"
            ),
            say("%(who)s proposed for deletion what was kept long enough"),
            many=say("%(who)s proposed for deletion what was kept long enough, in %(n)s steps"),
        ),
        "drop_proposals": deed(
            say("%(who)s took back %(count)s proposals that are due no more: %(kind)s"),
            say("%(who)s took back proposals that are due no more"),
            many=say("%(who)s took back proposals that are due no more, in %(n)s steps"),
        ),
        "propose_again": deed(
            say("%(who)s proposed %(count)s entries again, which were kept on until then"),
            say("%(who)s proposed again what was kept on until then"),
            many=say("%(who)s proposed again what was kept on until then, in %(n)s steps"),
        ),
        "tell_of_round": deed(
            say("%(who)s told %(people)s people of %(count)s new proposals for deletion"),
            say("%(who)s told of new proposals for deletion"),
            many=say("%(who)s told of new proposals for deletion, %(n)s times"),
        ),
    },
)
PROPOSALS = Noun(
    model=Proposal,
    see=Can.DATA_DECIDE,
    named=sa.select(Proposal.id),
    reads={"kind": DueKind},
    deeds={
        "keep": deed(
            say("%(who)s kept on until %(until)s what was proposed for deletion: %(reason)s"),
            say("%(who)s kept on what was proposed for deletion"),
            many=say("%(who)s kept %(n)s entries on that were proposed for deletion"),
        ),
    },
)
