import sqlalchemy as sa

from college.certs.certificates.models import Certificate, RevocationReason
from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.courses.enrolments.models import Enrolment
from college.courses.runs.models import CourseRun

NOUN = Noun(
    model=Certificate,
    see=Can.CERTS_SEE,
    named=sa.select(
        Certificate.id, Certificate.number.label("number"), Certificate.kind.label("kind")
    ).outerjoin(Enrolment, Enrolment.id == Certificate.enrolment_id),
    inside={CourseRun: Enrolment.run_id},
    reads={"reason": RevocationReason},
    deeds={
        "number_certificate": deed(
            say("%(who)s gave the certificate of %(whom)s its number %(number)s (%(kind)s)"),
            say("%(who)s gave a certificate its number"),
            many=say("%(who)s gave %(n)s certificates their numbers"),
        ),
        "issue_certificate": deed(
            say("%(who)s issued %(whom)s the certificate %(number)s (%(kind)s)"),
            say("%(who)s issued a certificate"),
            many=say("%(who)s issued %(n)s certificates"),
        ),
        "revoke_certificate": deed(
            say("%(who)s revoked the certificate %(number)s of %(whom)s: %(reason)s"),
            say("%(who)s revoked the certificate %(number)s of %(whom)s"),
            say("%(who)s revoked a certificate"),
            many=say("%(who)s revoked %(n)s certificates"),
        ),
    },
)
