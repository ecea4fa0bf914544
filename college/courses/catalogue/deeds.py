import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.courses.catalogue.models import Course

NOUN = Noun(
    model=Course,
    see=Can.COURSES_PLAN,
    named=sa.select(Course.id, Course.title.label("course"), Course.title_en.label("course_en")),
    titles=("course",),
    deeds={
        "add_course": deed(
            say("%(who)s added the course %(course)s"),
            say("%(who)s added a course"),
            many=say("%(who)s added %(n)s courses"),
        ),
    },
)
