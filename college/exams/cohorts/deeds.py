import sqlalchemy as sa

from college.core.deeds import DAY, NUMBER, Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.exams.cohorts.models import (
    CohortMember,
    CohortMilestone,
    CohortWarning,
    ExamCohort,
    MilestoneTick,
)

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
MILESTONES = Noun(
    model=CohortMilestone,
    see=Can.COHORTS_FOLLOW,
    named=sa.select(
        CohortMilestone.id, ExamCohort.name.label("cohort"), ExamCohort.name_en.label("cohort_en")
    ).join(CohortMilestone.cohort),
    inside={ExamCohort: ExamCohort.id},
    titles=("cohort",),
    reads={"due_on": DAY, "was": DAY},
    deeds={
        "plan_milestone": deed(
            say("%(who)s put a milestone for %(due_on)s into the plan of %(cohort)s"),
            say("%(who)s put a milestone into the plan of an exam cohort"),
            many=say("%(who)s put %(n)s milestones into plans of exam cohorts"),
        ),
        "change_milestone": deed(
            say("%(who)s changed a milestone in the plan of %(cohort)s: now %(due_on)s"),
            say("%(who)s changed a milestone in the plan of an exam cohort"),
            many=say("%(who)s changed %(n)s milestones in plans of exam cohorts"),
        ),
        "remove_milestone": deed(
            say("%(who)s took the milestone of %(due_on)s out of the plan of %(cohort)s"),
            say("%(who)s took a milestone out of the plan of an exam cohort"),
            many=say("%(who)s took %(n)s milestones out of plans of exam cohorts"),
        ),
    },
)
TICKS = Noun(
    model=MilestoneTick,
    see=Can.COHORTS_SEE,
    of_person=True,
    named=sa.select(
        MilestoneTick.id, ExamCohort.name.label("cohort"), ExamCohort.name_en.label("cohort_en")
    )
    .join(MilestoneTick.milestone)
    .join(CohortMilestone.cohort),
    inside={ExamCohort: ExamCohort.id},
    titles=("cohort",),
    reads={"on": DAY},
    deeds={
        "check_off": deed(
            say("%(who)s checked off a milestone of %(cohort)s for %(whom)s, done on %(on)s"),
            say("%(who)s checked off a milestone of an exam cohort for somebody"),
            many=say("%(who)s checked off milestones of exam cohorts for %(n)s people"),
        ),
        "take_back": deed(
            say("%(who)s took back that %(whom)s met a milestone of %(cohort)s"),
            say("%(who)s took back that somebody met a milestone of an exam cohort"),
            many=say("%(who)s took back milestones of exam cohorts for %(n)s people"),
        ),
    },
)
WARNINGS = Noun(
    model=CohortWarning,
    see=Can.COHORTS_FOLLOW,
    named=sa.select(
        CohortWarning.id, ExamCohort.name.label("cohort"), ExamCohort.name_en.label("cohort_en")
    ).join(ExamCohort, ExamCohort.id == CohortWarning.cohort_id),
    inside={ExamCohort: ExamCohort.id},
    reads={"behind": NUMBER},
    titles=("cohort",),
    deeds={
        "tell_tutor": deed(
            say("%(who)s told %(whom)s that %(behind)s members of %(cohort)s fall behind"),
            say("%(who)s told a tutor that members of %(cohort)s fall behind"),
            say("%(who)s told a tutor that members fall behind"),
            many=say("%(who)s told %(n)s tutors that members fall behind"),
        ),
    },
)
