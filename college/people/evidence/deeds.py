import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.people.evidence.models import EvidenceFile, Seal
from college.people.qualifications.models import Level

NOUN = Noun(
    model=EvidenceFile,
    see=Can.EVIDENCE_SEE,
    of_person=True,
    named=sa.select(EvidenceFile.id, EvidenceFile.level.label("level")),
    reads={"level": Level, "seal": Seal},
    deeds={
        "keep_evidence": deed(
            say("%(who)s uploaded the e-certificate of %(whom)s as %(level)s: %(seal)s"),
            say("%(who)s uploaded an e-certificate of %(whom)s"),
            say("%(who)s uploaded an e-certificate"),
            many=say("%(who)s uploaded %(n)s e-certificates"),
        ),
        "note_findings": deed(
            say("%(who)s looked anew at the e-certificate of %(whom)s as %(level)s: %(seal)s"),
            say("%(who)s looked anew at the signature of an e-certificate"),
            many=say("%(who)s looked anew at the signatures of %(n)s e-certificates"),
        ),
        "withdraw_evidence": deed(
            say("%(who)s withdrew an e-certificate of %(whom)s as %(level)s"),
            say("%(who)s withdrew an e-certificate"),
            many=say("%(who)s withdrew %(n)s e-certificates"),
        ),
        "open_evidence": deed(
            say("%(who)s opened the e-certificate of %(whom)s as %(level)s"),
            say("%(who)s opened an e-certificate"),
            many=say("%(who)s opened %(n)s e-certificates"),
        ),
    },
)
