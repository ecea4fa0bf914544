import sqlalchemy as sa

from college.core.deeds import DAY, Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.exams.cycles.models import ExamCycle

NOUN = Noun(
    model=ExamCycle,
    see=Can.CYCLES_PLAN,
    named=sa.select(
        ExamCycle.id, ExamCycle.name.label("cycle"), ExamCycle.name_en.label("cycle_en")
    ),
    reads={"scores_on": DAY, "approved_on": DAY},
    titles=("cycle",),
    deeds={
        "plan_cycle": deed(
            say("%(who)s entered the exam year %(cycle)s"),
            say("%(who)s entered an exam year"),
            many=say("%(who)s entered %(n)s exam years"),
        ),
        "announce_cycle": deed(
            say("%(who)s entered what the notices of the exam year %(cycle)s say"),
            say("%(who)s entered what the notices of an exam year say"),
            many=say("%(who)s entered what the notices of exam years say, %(n)s times"),
        ),
        "time_papers": deed(
            say("%(who)s entered the hours of %(papers)s papers of the exam year %(cycle)s"),
            say("%(who)s entered the hours of the papers of an exam year"),
            many=say("%(who)s entered the hours of papers, %(n)s times"),
        ),
        "date_cycle": deed(
            say(
                "%(who)s dated the exam year %(cycle)s: scores on %(scores_on)s, approved on "
                "%(approved_on)s"
            ),
            say("%(who)s dated the exam year %(cycle)s"),
            say("%(who)s dated an exam year"),
            many=say("%(who)s dated %(n)s exam years"),
        ),
    },
)
