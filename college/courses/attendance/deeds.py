import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import Remark, say
from college.courses.attendance.models import AttendanceRecord, AttendanceStatus, remark_of
from college.courses.enrolments.models import Enrolment
from college.courses.runs.models import CourseRun, Lesson


def remark_from(text: str) -> Remark | str:
    """What `text_of` wrote, in words; why somebody was on leave stays with the record."""
    status, _, more = text.partition(" ")
    if status not in set(AttendanceStatus):
        return text
    late = int(more) if status == AttendanceStatus.LATE else 0
    return remark_of(AttendanceStatus(status), late)


NOUN = Noun(
    model=AttendanceRecord,
    see=Can.ENROLMENTS_SEE,
    values=Can.ATTENDANCE_MARK,
    named=sa.select(
        AttendanceRecord.id,
        CourseRun.title.label("run"),
        CourseRun.title_en.label("run_en"),
        Lesson.position.label("lesson"),
    )
    .join(AttendanceRecord.lesson)
    .join(Lesson.run)
    .join(Enrolment, Enrolment.id == AttendanceRecord.enrolment_id),
    inside={CourseRun: Enrolment.run_id},
    reads={"text": remark_from, "was": remark_from},
    titles=("run",),
    deeds={
        "mark_attendance": deed(
            say(
                "%(who)s changed the attendance of %(whom)s in lesson %(lesson)s of %(run)s "
                "from “%(was)s” to “%(text)s”"
            ),
            say(
                "%(who)s marked the attendance of %(whom)s in lesson %(lesson)s of %(run)s: "
                "%(text)s"
            ),
            say("%(who)s marked the attendance of %(whom)s in lesson %(lesson)s of %(run)s"),
            say("%(who)s marked attendance"),
            many=(
                say(
                    "%(who)s marked the attendance of %(n)s people in lesson %(lesson)s of %(run)s"
                ),
                say("%(who)s marked attendance %(n)s times in %(run)s"),
                say("%(who)s marked attendance %(n)s times"),
            ),
        ),
    },
)
