import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.exams.eligibility.models import EligibilityRule, PracticeRule

NOUN = Noun(
    model=EligibilityRule,
    see=Can.CYCLES_PLAN,
    named=sa.select(EligibilityRule.id, EligibilityRule.level.label("level")),
    deeds={
        "adopt_condition": deed(
            say("%(who)s adopted a condition for sitting %(level)s: %(cited)s"),
            say("%(who)s adopted a condition for sitting the exam"),
            many=say("%(who)s adopted %(n)s conditions for sitting the exam"),
        ),
    },
)
COUNTING = Noun(
    model=PracticeRule,
    see=Can.CYCLES_PLAN,
    named=sa.select(PracticeRule.id),
    deeds={
        "adopt_counting": deed(
            say("%(who)s adopted how practice is counted: %(cited)s"),
            say("%(who)s adopted how practice is counted"),
            many=say("%(who)s adopted %(n)s rules of counting practice"),
        ),
    },
)
