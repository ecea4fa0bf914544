import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.courses.runs.models import CourseRun

NOUN = Noun(
    model=CourseRun,
    see=Can.COURSES_SEE,
    named=sa.select(CourseRun.id, CourseRun.title.label("run"), CourseRun.title_en.label("run_en")),
    titles=("run",),
    here={"run": say("this class")},
    deeds={
        "plan_run": deed(
            say("%(who)s planned %(run)s: %(seats)s seats, %(lessons)s lessons"),
            say("%(who)s planned %(run)s"),
            say("%(who)s planned a class"),
            many=say("%(who)s planned %(n)s classes"),
        ),
        "open_run": deed(
            say("%(who)s published %(run)s"),
            say("%(who)s published a class"),
            many=say("%(who)s published %(n)s classes"),
        ),
        "close_run": deed(
            say("%(who)s closed %(run)s: %(completed)s of %(of)s completed"),
            say("%(who)s closed %(run)s"),
            say("%(who)s closed a class"),
        ),
    },
)
