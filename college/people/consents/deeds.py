import sqlalchemy as sa

from college.core.deeds import Noun, deed, when
from college.core.roles import Can
from college.core.text import say
from college.people.consents.models import Consent, ConsentKind, ConsentText

NOUN = Noun(
    model=ConsentText,
    see=Can.CONSENTS_SEE,
    named=sa.select(
        ConsentText.id, ConsentText.title.label("text"), ConsentText.title_en.label("text_en")
    ),
    titles=("text",),
    reads={"kind": ConsentKind},
    deeds={
        "publish_text": deed(
            when(
                say("%(who)s published version %(edition)s of %(text)s; all are asked anew"),
                renews=True,
            ),
            say("%(who)s published version %(edition)s of %(text)s"),
            say("%(who)s published %(text)s"),
            say("%(who)s published a text about personal data"),
            many=say("%(who)s published %(n)s texts about personal data"),
        ),
    },
)
CONSENTS = Noun(
    model=Consent,
    see=Can.PERSONS_SEE,
    of_person=True,
    named=sa.select(
        Consent.id, ConsentText.title.label("text"), ConsentText.title_en.label("text_en")
    ).join(Consent.text),
    titles=("text",),
    reads={"kind": ConsentKind},
    deeds={
        "give_consent": deed(
            say("%(who)s noted agreement to %(text)s, version %(edition)s"),
            say("%(who)s noted agreement to a text about personal data"),
            many=say("%(who)s noted agreement to %(n)s texts about personal data"),
        ),
        "record_on_paper": deed(
            say(
                "%(who)s noted that %(text)s, version %(edition)s, was signed on paper on "
                "%(signed_on)s; the paper was taken by %(taken_by)s"
            ),
            say("%(who)s noted that a text about personal data was signed on paper"),
            many=say("%(who)s noted that %(n)s texts about personal data were signed on paper"),
        ),
        "withdraw_consent": deed(
            say("%(who)s took back the agreement to %(text)s, version %(edition)s"),
            say("%(who)s took back an agreement"),
            many=say("%(who)s took back %(n)s agreements"),
        ),
    },
)
