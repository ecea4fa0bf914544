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
        "offer_secret": deed(
            say("%(who)s began to set up a second factor"),
            many=say("%(who)s began to set up a second factor %(n)s times"),
            see=Can.SIGN_INS_END,
        ),
        "confirm_secret": deed(
            say("%(who)s switched the second factor on"),
            many=say("%(who)s switched the second factor on %(n)s times"),
            see=Can.SIGN_INS_END,
        ),
        "prove": deed(
            say("%(who)s proved it with a code of the phone"),
            many=say("%(who)s proved it with a code of the phone %(n)s times"),
            see=Can.SIGN_INS_END,
        ),
        "spend_recovery_code": deed(
            say("%(who)s proved it with a recovery code"),
            many=say("%(who)s proved it with recovery codes %(n)s times"),
            see=Can.SIGN_INS_END,
        ),
        "renew_recovery_codes": deed(
            say("%(who)s made new recovery codes"),
            many=say("%(who)s made new recovery codes %(n)s times"),
            see=Can.SIGN_INS_END,
        ),
        "lift_second_factor": deed(
            say("%(who)s took the second factor off the account of %(whom)s"),
            say("%(who)s took a second factor off an account"),
            many=say("%(who)s took the second factor off %(n)s accounts"),
        ),
        "end_second_factor": deed(
            say("%(who)s switched the second factor off"),
            many=say("%(who)s switched the second factor off %(n)s times"),
            see=Can.SIGN_INS_END,
        ),
        "change_password": deed(
            say("%(who)s changed the password; all other devices were signed out"),
            many=say("%(who)s changed the password %(n)s times"),
            see=Can.SIGN_INS_END,
        ),
    },
)
