import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.people.oidc.models import ExternalIdentity

NOUN = Noun(
    model=ExternalIdentity,
    see=Can.SIGN_INS_END,
    of_person=True,  # an unlinked one is deleted
    named=sa.select(ExternalIdentity.id),
    deeds={
        "link_identity": deed(
            say("%(who)s linked an account of a sign-in provider"),
            many=say("%(who)s linked accounts of a sign-in provider %(n)s times"),
        ),
        "unlink_of_person": deed(
            say("%(who)s unlinked an account of a sign-in provider for the person: %(reason)s"),
            say("%(who)s unlinked an account of a sign-in provider for the person"),
            many=say("%(who)s unlinked %(n)s accounts of sign-in providers for people"),
        ),
        "unlink_identity": deed(
            say("%(who)s unlinked an account of a sign-in provider"),
            many=say("%(who)s unlinked accounts of a sign-in provider %(n)s times"),
        ),
    },
)
