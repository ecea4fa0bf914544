import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.people.accounts.models import Account, RoleGrant
from college.stations.units.models import Unit

NOUN = Noun(
    model=Account,
    see=Can.PERSONS_SEE,
    of_person=True,
    named=sa.select(Account.id),
    deeds={
        "open_account": deed(
            say("%(who)s opened an account for %(whom)s"),
            say("%(who)s opened an account"),
            many=say("%(who)s opened %(n)s accounts"),
        ),
        "sign_in": deed(
            say("%(who)s signed in"),
            many=say("%(who)s signed in %(n)s times"),
            see=Can.SIGN_INS_END,
        ),
        "end_others": deed(
            say("%(who)s signed out all other devices"),
            many=say("%(who)s signed out all other devices %(n)s times"),
            see=Can.SIGN_INS_END,
        ),
        "change_password": deed(
            say("%(who)s changed the password; all other devices were signed out"),
            many=say("%(who)s changed the password %(n)s times"),
            see=Can.SIGN_INS_END,
        ),
    },
)
GRANTS = Noun(
    model=RoleGrant,
    see=Can.PERSONS_SEE,
    of_person=True,
    named=sa.select(
        RoleGrant.id,
        RoleGrant.role.label("role"),
        Unit.name.label("unit"),
        Unit.name_en.label("unit_en"),
    ).outerjoin(Unit, Unit.id == RoleGrant.unit_id),
    deeds={
        "grant_role": deed(
            say("%(who)s gave %(whom)s the role “%(role)s” at %(unit)s"),
            say("%(who)s gave %(whom)s the role “%(role)s”"),
            say("%(who)s gave a role"),
            many=say("%(who)s gave %(n)s roles"),
        ),
    },
)
