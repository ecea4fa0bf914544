import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.exams.cycles.models import ExamCycle
from college.exams.rejudgings.models import Rejudging

NOUN = Noun(
    model=Rejudging,
    see=Can.RESULTS_IMPORT,
    named=sa.select(
        Rejudging.id, ExamCycle.name.label("cycle"), ExamCycle.name_en.label("cycle_en")
    ).join(Rejudging.cycle),
    titles=("cycle",),
    deeds={
        "order_rejudging": deed(
            say("%(who)s had the results of %(persons)s persons judged anew, %(cycle)s"),
            say("%(who)s had results judged anew"),
            many=say("%(who)s had results judged anew, %(n)s times"),
        ),
        "go_on_rejudging": deed(
            say("%(who)s had the judging of %(cycle)s go on"),
            say("%(who)s had a judging of results go on"),
            many=say("%(who)s had judgings of results go on, %(n)s times"),
        ),
        "judge_portion": deed(
            say("%(persons)s persons of %(cycle)s were judged anew, %(changed)s results changed"),
            say("%(who)s judged a part of the results anew"),
            many=say("%(who)s judged results anew in %(n)s parts"),
        ),
        "finish_rejudging": deed(
            say("%(cycle)s is judged anew: %(changed)s results changed"),
            say("%(who)s finished judging results anew"),
            many=say("%(who)s finished judging results anew, %(n)s times"),
        ),
    },
)
