import sqlalchemy as sa

from college.core.deeds import Noun, deed, when
from college.core.roles import Can
from college.core.text import say
from college.people.invitations.models import Invitation

NOUN = Noun(
    model=Invitation,
    see=Can.PERSONS_SEE,
    of_person=True,
    named=sa.select(Invitation.id),
    deeds={
        "invite": deed(
            when(say("%(who)s invited %(whom)s by message"), kind="first", way="mail"),
            when(say("%(who)s printed an invitation for %(whom)s"), kind="first", way="slip"),
            when(say("%(who)s sent %(whom)s a link for a new password"), kind="reset", way="mail"),
            when(say("%(who)s printed a slip for a new password of %(whom)s"), kind="reset"),
            say("%(who)s made an invitation"),
            many=say("%(who)s made %(n)s invitations"),
        ),
        "withdraw_invitation": deed(
            say("%(who)s withdrew the invitation of %(whom)s"),
            say("%(who)s withdrew an invitation"),
            many=say("%(who)s withdrew %(n)s invitations"),
        ),
    },
)
