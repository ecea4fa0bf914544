import sqlalchemy as sa

from college.core.deeds import MOMENT, Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.supervision.sessions.models import SupervisionAttendance, SupervisionSession

NOUN = Noun(
    model=SupervisionSession,
    see=Can.SUPERVISION_SEE,
    named=sa.select(SupervisionSession.id, SupervisionSession.starts_at.label("starts_at")),
    reads={"starts_at": MOMENT},
    deeds={
        "log_session": deed(
            say("%(who)s recorded the supervision of %(starts_at)s"),
            say("%(who)s recorded a supervision session"),
            many=say("%(who)s recorded %(n)s supervision sessions"),
        ),
        "amend_session": deed(
            say("%(who)s amended the record of the supervision of %(starts_at)s"),
            say("%(who)s amended a supervision record"),
            many=say("%(who)s amended supervision records %(n)s times"),
        ),
        "lock_session": deed(
            say("The record of the supervision of %(starts_at)s was locked: everybody confirmed"),
            say("%(who)s was the last to confirm a supervision record, which is now locked"),
            many=say("%(who)s was the last to confirm %(n)s supervision records, now locked"),
        ),
    },
)
ATTENDANCES = Noun(
    model=SupervisionAttendance,
    see=Can.SUPERVISION_SEE,
    named=sa.select(SupervisionAttendance.id, SupervisionSession.starts_at.label("starts_at")).join(
        SupervisionAttendance.supervision_session
    ),
    inside={SupervisionSession: SupervisionSession.id},
    deeds={
        "seat": deed(
            say("%(who)s put down %(minutes)s minutes for %(whom)s, supervision of %(starts_at)s"),
            say("%(who)s put down minutes for %(whom)s"),
            say("%(who)s put down supervision minutes"),
            many=say("%(who)s put down supervision minutes %(n)s times"),
        ),
        "clear_confirmation": deed(
            say("The confirmation of %(whom)s no longer counts: %(who)s amended the record"),
            say("%(who)s amended a record, so that it needs confirming again"),
            many=say("%(who)s amended records, so that %(n)s confirmations are needed again"),
        ),
        "confirm": deed(
            say("%(who)s confirmed %(minutes)s minutes, supervision of %(starts_at)s"),
            say("%(who)s confirmed supervision minutes"),
            many=say("%(who)s confirmed supervision minutes %(n)s times"),
        ),
        "decline": deed(
            say("%(who)s said of the supervision of %(starts_at)s what is not right: “%(note)s”"),
            say("%(who)s said that supervision minutes are not right"),
            many=say("%(who)s said %(n)s times that supervision minutes are not right"),
        ),
    },
)
