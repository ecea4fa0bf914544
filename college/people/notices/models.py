"""What people are told, by which channel, and what became of each sending."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.text import say
from college.people.persons.models import Person


class NoticeKind(StrEnum):
    ENROLLED = "enrolled"
    MOVED_UP = "moved_up"
    CERTIFICATE_ISSUED = "certificate_issued"
    RESULTS_IN = "results_in"
    ROLE_GRANTED = "role_granted"
    IMPORT_FINISHED = "import_finished"
    SIGN_UP_DECIDED = "sign_up_decided"
    INVITED = "invited"
    PASSWORD_FORGOTTEN = "password_forgotten"  # noqa: S105 - a name
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a name
    IDENTITY_CHANGED = "identity_changed"
    PASSKEY_CHANGED = "passkey_changed"
    REQUEST_ANSWERED = "request_answered"
    DATA_DELETED = "data_deleted"
    REGISTRATION_ENDS = "registration_ends"
    DATA_DUE = "data_due"
    EXAM_DATE = "exam_date"
    PAPERS_LAPSE = "papers_lapse"
    STATEMENT_LAPSES = "statement_lapses"
    COHORT_BEHIND = "cohort_behind"

    @property
    def label(self) -> str:
        return {
            "enrolled": say("An enrolment"),
            "moved_up": say("A seat from the waiting list"),
            "certificate_issued": say("A certificate"),
            "results_in": say("Exam results"),
            "role_granted": say("A role"),
            "import_finished": say("The end of an import"),
            "sign_up_decided": say("The answer to a registration"),
            "invited": say("An invitation"),
            "password_forgotten": say("A link for a new password"),
            "password_changed": say("A changed password"),
            "identity_changed": say("A changed way to sign in"),
            "passkey_changed": say("A passkey added or removed"),
            "request_answered": say("The answer to a request about your data"),
            "data_deleted": say("The last letter: your data is deleted"),
            "registration_ends": say("The end of a registration period"),
            "data_due": say("Data that was kept long enough"),
            "exam_date": say("A date of the state exam"),
            "papers_lapse": say("A passed paper that counts for the last time"),
            "statement_lapses": say("A statement of the senior exam that runs out"),
            "cohort_behind": say("Members of your cohort who fall behind"),
        }[self]

    @property
    def is_choosable(self) -> bool:
        """Whether the channel is for whoever gets it to choose.

        The others were asked for, or warn: whoever took an account over could choose them away.
        """
        return self not in {
            self.SIGN_UP_DECIDED,
            self.INVITED,
            self.PASSWORD_FORGOTTEN,
            self.PASSWORD_CHANGED,
            self.IDENTITY_CHANGED,
            self.PASSKEY_CHANGED,
            self.REQUEST_ANSWERED,
            self.DATA_DELETED,
        }


class Channel(StrEnum):
    IN_APP = "in_app"
    MAIL = "mail"
    SMS = "sms"
    WECOM = "wecom"

    @property
    def label(self) -> str:
        return {
            "in_app": say("Here in the college"),
            "mail": say("Mail"),
            "sms": say("Text message"),
            "wecom": say("WeCom"),
        }[self]


class DeliveryState(StrEnum):
    WAITING = "waiting"
    FAILED = "failed"
    SENT = "sent"
    GIVEN_UP = "given_up"

    @property
    def label(self) -> str:
        return {
            "waiting": say("Waits to be sent"),
            "failed": say("Will be tried again"),
            "sent": say("Sent"),
            "given_up": say("Given up"),
        }[self]


class Obstacle(StrEnum):
    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    SHUT_OUT = "shut_out"
    REFUSED = "refused"
    ADDRESS_REFUSED = "address_refused"
    NO_ADDRESS = "no_address"
    DEMO = "demo"
    TOO_LATE = "too_late"
    DEADLY = "deadly"
    UNFORESEEN = "unforeseen"

    @property
    def label(self) -> str:
        return {
            "unreachable": say("The server did not answer in time."),
            "untrusted": say("The server could not prove who it is."),
            "shut_out": say("The server does not let the college in. Check its user and password."),
            "refused": say("The server took the notice and said no."),
            "address_refused": say("The server says that nobody has this address."),
            "no_address": say("The college has no address for this channel."),
            "demo": say("This person is invented. Nothing is sent to them."),
            "too_late": say("The link in it was too old by then."),
            "deadly": say("The worker ended again and again at this one."),
            "unforeseen": say("Something went wrong that nobody foresaw. The log says where."),
        }[self]


OPEN = (DeliveryState.WAITING, DeliveryState.FAILED)
DELIVERY_MOVES = {
    DeliveryState.WAITING: frozenset(
        {DeliveryState.FAILED, DeliveryState.SENT, DeliveryState.GIVEN_UP}
    ),
    DeliveryState.FAILED: frozenset(
        {DeliveryState.WAITING, DeliveryState.SENT, DeliveryState.GIVEN_UP}
    ),
    DeliveryState.SENT: frozenset({DeliveryState.WAITING}),  # somebody asked for it again
    DeliveryState.GIVEN_UP: frozenset({DeliveryState.WAITING}),
}


class Notice(Base):
    """One thing told to one person, or to an address where nobody is on record yet.

    `values_sealed` fills the blanks of its sentences (`values.py`). `is_shown`: among the person's
    own notices, which is the channel in the college itself.
    """

    __tablename__ = "notice"
    __table_args__ = (sa.Index("ix_notice_person_id_read_at", "person_id", "read_at"),)
    unversioned = "it is told once, and reading it twice is reading it"

    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))
    kind: Mapped[NoticeKind] = mapped_column(stored_as_text(NoticeKind))
    values_sealed: Mapped[bytes]
    is_shown: Mapped[bool]
    told_at: Mapped[datetime] = mapped_column(default=clock.now)
    read_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.MINE and actor.person_id is not None:
            return cls.person_id == actor.person_id
        return sa.false()


class Delivery(Base):
    """One notice by one channel: a row of the outbox.

    `tries` are counted when one begins. `edition` is raised by whoever has it sent again: a letter
    of the same edition carries the same Message-ID however often a crash has it repeated.
    `address_sealed`: where to, when nobody is on record. `secret_sealed`: a link that opens
    something, or what is said to who is on record no more; it is there until it is sent or
    `expires_at`, and an address that came with it no longer.
    """

    __tablename__ = "notice_delivery"
    __table_args__ = (
        sa.UniqueConstraint("notice_id", "channel"),
        sa.Index("ix_notice_delivery_state_next_try_at", "state", "next_try_at"),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", "sent_when_it_was"),
        sa.CheckConstraint("tries >= 0 AND edition >= 1", "counts_up"),
        sa.CheckConstraint("channel <> 'in_app'", "leaves_the_college"),
    )
    unversioned = "moves by its state, under the claim of its sender or under lock"

    notice_id: Mapped[int] = mapped_column(sa.ForeignKey(Notice.id))
    channel: Mapped[Channel] = mapped_column(stored_as_text(Channel))
    state: Mapped[DeliveryState] = mapped_column(
        stored_as_text(DeliveryState), default=DeliveryState.WAITING
    )
    tries: Mapped[int] = mapped_column(default=0)
    edition: Mapped[int] = mapped_column(default=1)
    next_try_at: Mapped[datetime] = mapped_column(default=clock.now)
    claim: Mapped[str] = mapped_column(sa.String(32), default="")
    claimed_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    obstacle: Mapped[Obstacle | None] = mapped_column(stored_as_text(Obstacle))
    # a number of the server's or a place in our code: never its words, which may name somebody
    detail: Mapped[str] = mapped_column(sa.String(200), default="")
    address_sealed: Mapped[bytes | None]
    secret_sealed: Mapped[bytes | None]
    expires_at: Mapped[datetime | None]

    notice: Mapped[Notice] = relationship(lazy="raise_on_sql")


class NoticeChoice(Base):
    """What somebody said about one kind by one channel; where they said nothing, `usual` holds."""

    __tablename__ = "notice_choice"
    __table_args__ = (sa.UniqueConstraint("person_id", "kind", "channel"),)
    unversioned = "the last word counts"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    kind: Mapped[NoticeKind] = mapped_column(stored_as_text(NoticeKind))
    channel: Mapped[Channel] = mapped_column(stored_as_text(Channel))
    is_wanted: Mapped[bool]

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.MINE and actor.person_id is not None:
            return cls.person_id == actor.person_id
        return sa.false()
