import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.exams.cohorts.models import CohortMember, ExamCohort

NOUN = Noun(
    model=ExamCohort,
    see=Can.COHORTS_SEE,
    named=sa.select(
        ExamCohort.id, ExamCohort.name.label("cohort"), ExamCohort.name_en.label("cohort_en")
    ),
    titles=("cohort",),
    deeds={
        "form_cohort": deed(
            say("%(who)s formed the exam cohort %(cohort)s"),
            say("%(who)s formed an exam cohort"),
            many=say("%(who)s formed %(n)s exam cohorts"),
        ),
    },
)
MEMBERS = Noun(
    model=CohortMember,
    see=Can.COHORTS_SEE,
    of_person=True,
    named=sa.select(
        CohortMember.id, ExamCohort.name.label("cohort"), ExamCohort.name_en.label("cohort_en")
    ).join(CohortMember.cohort),
    inside={ExamCohort: ExamCohort.id},
    titles=("cohort",),
    deeds={
        "add_member": deed(
            say("%(who)s took %(whom)s into the exam cohort %(cohort)s"),
            say("%(who)s took somebody into an exam cohort"),
            many=say("%(who)s took %(n)s people into exam cohorts"),
        ),
    },
)
