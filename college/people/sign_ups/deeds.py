import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.people.sign_ups.models import SignUp

NOUN = Noun(
    model=SignUp,
    see=Can.SIGN_UPS_DECIDE,
    named=sa.select(SignUp.id, SignUp.full_name.label("name"), SignUp.reason.label("reason")),
    deeds={
        "register": deed(
            say("%(name)s registered"),
            say("%(who)s registered"),
            many=say("%(who)s registered %(n)s people"),
        ),
        "accept_sign_up": deed(
            say("%(who)s accepted the registration of %(name)s"),
            say("%(who)s accepted a registration"),
            many=say("%(who)s accepted %(n)s registrations"),
        ),
        "decline_sign_up": deed(
            say("%(who)s declined the registration of %(name)s: %(reason)s"),
            say("%(who)s declined a registration"),
            many=say("%(who)s declined %(n)s registrations"),
        ),
        "forget_sign_up": deed(
            say("%(who)s deleted a registration that had been turned down long ago"),
            many=say("%(who)s deleted %(n)s registrations that had been turned down long ago"),
        ),
        "pass_on_sign_up": deed(
            say("%(who)s left the registration of %(name)s to the college"),
            say("%(who)s left a registration to the college"),
            many=say("%(who)s left %(n)s registrations to the college"),
        ),
        "match_sign_up": deed(
            say("%(who)s found %(whom)s on record for the registration of %(name)s"),
            say("%(who)s found somebody on record for a registration"),
            many=say("%(who)s found somebody on record for %(n)s registrations"),
        ),
    },
)
