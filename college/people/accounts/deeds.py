import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.people.accounts.models import Account

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
