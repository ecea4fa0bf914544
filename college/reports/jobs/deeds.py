import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.jobs import KINDS, Job
from college.core.roles import Can
from college.core.text import Remark, say


def purpose_of(kind: str) -> Remark | str:
    """What the work is for, in words; one of an earlier release is called as it was."""
    return Remark(KINDS[kind].purpose) if kind in KINDS else kind


NOUN = Noun(
    model=Job,
    see=Can.JOBS_SEE,
    named=sa.select(Job.id),
    reads={"kind": purpose_of},
    deeds={
        "try_again": deed(
            say("%(who)s had the worker try again: %(kind)s, set aside after %(tries)s tries"),
            say("%(who)s had the worker try again"),
            many=say("%(who)s had the worker try again, %(n)s times"),
        ),
    },
)
