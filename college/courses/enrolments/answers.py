"""What a person is told after enrolling or withdrawing."""

from flask_babel import gettext

from college.core.roles import Actor
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.runs.models import CourseRun
from college.people.persons.models import Person
from college.web.jinja import moment, own


def first_meeting(run: CourseRun) -> str:
    """When and where somebody who enrols now is expected; `run` comes with its lessons."""
    first = run.next_lesson() or run.lessons[0]
    when, room = moment(first.starts_at), own(first, "room") or own(run, "place")
    if first.is_online or not room:
        return str(gettext("Enrolled. See you online on %(when)s.", when=when))
    return str(gettext("Enrolled. See you on %(when)s, %(room)s.", when=when, room=room))


def to_the_enrolled(enrolment: Enrolment, meeting: str) -> tuple[str, str]:
    """The sentence and its category, for the reader's own new enrolment."""
    if enrolment.state is EnrolmentState.WAITING:
        said = gettext("Full. You are number %(n)s on the waiting list.", n=enrolment.place)
        return said, "wait"
    return meeting, "done"


def to_who_enrolled(person: Person, enrolment: Enrolment) -> tuple[str, str]:
    """The sentence and its category, for who put somebody else forward."""
    name = person.full_name
    if enrolment.state is EnrolmentState.WAITING:
        return gettext("The class is full; %(name)s is on the waiting list.", name=name), "wait"
    return gettext("%(name)s is enrolled.", name=name), "done"


def to_the_withdrawn(actor: Actor, person: Person) -> str:
    if person.id == actor.person_id:
        return str(gettext("You have left. While enrolment is open you can come back."))
    return str(gettext("%(name)s has left the class.", name=person.full_name))
