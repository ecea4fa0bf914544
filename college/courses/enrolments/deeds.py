import sqlalchemy as sa

from college.core.deeds import Noun, deed, when
from college.core.roles import Can
from college.core.text import say
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.runs.models import CourseRun

_S = EnrolmentState

NOUN = Noun(
    model=Enrolment,
    see=Can.ENROLMENTS_SEE,
    named=sa.select(
        Enrolment.id, CourseRun.title.label("run"), CourseRun.title_en.label("run_en")
    ).join(Enrolment.run),
    inside={CourseRun: CourseRun.id},
    reads={"state": EnrolmentState},
    titles=("run",),
    deeds={
        "enrol": deed(
            when(say("%(who)s enrolled in %(run)s"), own=True, state=_S.ENROLLED),
            when(say("%(who)s joined the waiting list of %(run)s"), own=True, state=_S.WAITING),
            when(say("%(who)s enrolled %(whom)s in %(run)s"), state=_S.ENROLLED),
            when(say("%(who)s put %(whom)s on the waiting list of %(run)s"), state=_S.WAITING),
            say("%(who)s signed %(whom)s up for %(run)s"),
            say("%(who)s signed up for a class"),
            many=(
                say("%(who)s signed up %(n)s people for %(run)s"),
                say("%(who)s signed up %(n)s people"),
            ),
            each=say("%(n)s people signed up"),
        ),
        "withdraw": deed(
            when(say("%(who)s gave up the place in %(run)s"), own=True),
            when(
                say("%(whom)s lost the place on the waiting list of %(run)s: the class is over"),
                why="the class was closed",
            ),
            say("%(who)s gave up the place of %(whom)s in %(run)s"),
            say("%(who)s gave up a place in a class"),
            many=say("%(who)s gave up the places of %(n)s people"),
            each=say("%(n)s people gave up their places"),
        ),
        "move_up": deed(
            say("%(whom)s got the freed seat in %(run)s"),
            say("%(who)s freed a seat for the next in line"),
            many=say("%(who)s freed seats for %(n)s people in line"),
        ),
        "complete": deed(
            when(say("%(whom)s completed %(run)s"), state=_S.COMPLETED),
            when(say("%(whom)s did not complete %(run)s"), state=_S.NOT_COMPLETED),
            say("%(who)s decided whether %(whom)s completed %(run)s"),
            say("%(who)s decided who completed a class"),
            many=say("%(who)s fixed the results of %(n)s people"),
        ),
    },
)
