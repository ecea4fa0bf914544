import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.people.sign_ins.models import SignIn

NOUN = Noun(
    model=SignIn,
    see=Can.SIGN_INS_END,
    of_person=True,  # old rows are deleted
    named=sa.select(SignIn.id, SignIn.browser.label("browser"), SignIn.system.label("system")),
    said=("browser", "system"),
    deeds={
        "end_sign_in": deed(
            say("%(who)s signed out a device: %(browser)s, %(system)s"),
            say("%(who)s signed out a device"),
            many=say("%(who)s signed out %(n)s devices"),
        ),
    },
)
