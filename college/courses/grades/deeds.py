import sqlalchemy as sa

from college.core.deeds import NUMBER, Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.courses.enrolments.models import Enrolment
from college.courses.grades.models import Mark
from college.courses.runs.models import Assessment, CourseRun

NOUN = Noun(
    model=Mark,
    see=Can.ENROLMENTS_SEE,
    values=Can.GRADES_MARK,
    named=sa.select(
        Mark.id,
        CourseRun.title.label("run"),
        CourseRun.title_en.label("run_en"),
        Assessment.title.label("part"),
        Assessment.title_en.label("part_en"),
    )
    .join(Mark.assessment)
    .join(Assessment.run)
    .join(Enrolment, Enrolment.id == Mark.enrolment_id),
    inside={CourseRun: Enrolment.run_id},
    reads={"value": NUMBER, "was": NUMBER},
    titles=("run", "part"),
    deeds={
        "enter_mark": deed(
            say(
                "%(who)s changed the mark of %(whom)s in %(part)s of %(run)s from %(was)s to "
                "%(value)s"
            ),
            say("%(who)s entered the mark of %(whom)s in %(part)s of %(run)s: %(value)s"),
            say("%(who)s took back the mark of %(whom)s in %(part)s of %(run)s: it was %(was)s"),
            say("%(who)s saved the mark of %(whom)s in %(part)s of %(run)s"),
            say("%(who)s saved a mark"),
            many=(
                say("%(who)s saved %(n)s marks in %(part)s of %(run)s"),
                say("%(who)s saved %(n)s marks in %(run)s"),
                say("%(who)s saved %(n)s marks"),
            ),
        ),
    },
)
