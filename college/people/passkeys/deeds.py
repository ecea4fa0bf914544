import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.people.passkeys.models import Passkey

NOUN = Noun(
    model=Passkey,
    see=Can.SIGN_INS_END,
    of_person=True,  # a removed one has no row
    named=sa.select(Passkey.id),
    deeds={
        "add_passkey": deed(
            say("%(who)s added the passkey “%(name)s”"),
            say("%(who)s added a passkey"),
            many=say("%(who)s added %(n)s passkeys"),
        ),
        "use_passkey": deed(
            say("%(who)s proved it with the passkey “%(name)s”"),
            say("%(who)s proved it with a passkey"),
            many=say("%(who)s proved it with a passkey %(n)s times"),
        ),
        "rename_passkey": deed(
            say("%(who)s called a passkey “%(name)s”"),
            say("%(who)s renamed a passkey"),
            many=say("%(who)s renamed %(n)s passkeys"),
        ),
        "remove_passkey": deed(
            say("%(who)s removed the passkey “%(name)s”"),
            say("%(who)s removed a passkey"),
            many=say("%(who)s removed %(n)s passkeys"),
        ),
    },
)
