import sqlalchemy as sa

from college.core.deeds import Noun, deed, when
from college.core.roles import Can
from college.core.text import say
from college.people.notices.models import Channel, Delivery, Notice, NoticeChoice, NoticeKind

NOUN = Noun(
    model=Notice,
    see=Can.PERSONS_SEE,
    of_person=True,
    named=sa.select(Notice.id),
    reads={"kind": NoticeKind},
    deeds={
        "read_notice": deed(
            say("%(who)s read a notice: %(kind)s"),
            say("%(who)s read a notice"),
            many=say("%(who)s read %(n)s notices"),
        ),
    },
)
CHOICES = Noun(
    model=NoticeChoice,
    see=Can.PERSONS_SEE,
    of_person=True,
    named=sa.select(NoticeChoice.id),
    reads={"kind": NoticeKind, "channel": Channel},
    deeds={
        "choose_notice": deed(
            when(say("%(who)s wants to be told by %(channel)s of: %(kind)s"), is_wanted=True),
            when(
                say("%(who)s does not want to be told by %(channel)s of: %(kind)s"),
                is_wanted=False,
            ),
            say("%(who)s chose how to be told"),
            many=say("%(who)s made %(n)s choices of how to be told"),
        ),
    },
)
DELIVERIES = Noun(
    model=Delivery,
    see=Can.NOTICES_SEE,
    named=sa.select(Delivery.id),
    reads={"kind": NoticeKind, "channel": Channel},
    deeds={
        "send_notice_again": deed(
            say("%(who)s had a notice sent again by %(channel)s: %(kind)s"),
            say("%(who)s had a notice sent again"),
            many=say("%(who)s had %(n)s notices sent again"),
        ),
    },
)
