"""Linking what a provider knows somebody as with their account, and unlinking it."""

from college.core import clock, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.people.accounts.models import Account
from college.people.notices.models import NoticeKind
from college.people.notices.telling import tell
from college.people.oidc.models import SHOWN_LENGTH, ExternalIdentity
from college.people.oidc.taken import refuse_taken


@operation
def link_identity(
    actor: Actor, account: Account, *, issuer: str, subject: str, shown_as: str
) -> ExternalIdentity:
    """Let whom the issuer knows as `subject` sign in as this account's person from now on.

    Who asks just proved to be both: `actor` is the account's person. Raises LinkedToAnother,
    LinkedAlready.
    """
    require(actor, Can.SIGN_INS_END)
    account = locked(Account, account.id)
    refuse_taken(account.person_id, issuer, subject)
    identity = ExternalIdentity(
        person_id=account.person_id,
        issuer=issuer,
        sub=subject,
        shown_as=shown_as[:SHOWN_LENGTH],
    )
    db.session.add(identity)
    db.session.flush()
    journal.record(actor, "link_identity", identity, about=identity.person_id, issuer=issuer)
    _warn(identity, is_linked=True)
    return identity


@operation
def unlink_identity(actor: Actor, identity: ExternalIdentity) -> ExternalIdentity:
    """Let it open nothing from now on. Every account has a password: nobody is shut out by it."""
    require(actor, Can.SIGN_INS_END, identity)
    issuer = identity.issuer
    journal.record(actor, "unlink_identity", identity, about=identity.person_id, issuer=issuer)
    _warn(identity, is_linked=False)
    db.session.delete(identity)
    return identity


@operation
def unlink_of_person(actor: Actor, identity: ExternalIdentity, *, reason: str) -> ExternalIdentity:
    """The same for somebody else, for a reason that its owner is told. Raises NotAllowed."""
    require(actor, Can.IDENTITIES_UNLINK, identity)
    facts = {"issuer": identity.issuer, "reason": reason}
    journal.record(actor, "unlink_of_person", identity, about=identity.person_id, **facts)
    _warn(identity, is_linked=False, reason=reason)
    db.session.delete(identity)
    return identity


def _warn(identity: ExternalIdentity, *, is_linked: bool, reason: str | None = None) -> None:
    """Whoever took an account over could keep a door to it this way: its owner is told."""
    values = {"at": clock.now(), "is_linked": is_linked, "reason": reason}
    tell(NoticeKind.IDENTITY_CHANGED, identity.person_id, values)
