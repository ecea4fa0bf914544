"""What a person is told after enrolling or withdrawing."""

from flask_babel import gettext

from college.core.roles import Actor
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.runs.models import CourseRun
from college.courses.runs.queries import next_lesson
from college.people.persons.models import Person
from college.web.jinja import moment, own


def welcome(run: CourseRun) -> str:
    """When and where somebody who gets a seat now is expected."""
    first = next_lesson(run.id)
    if first is None:
        return str(gettext("Enrolled."))
    when, room = moment(first.starts_at), own(first, "room") or own(run, "place")
    if first.is_online or not room:
        return str(gettext("Enrolled. See you online on %(when)s.", when=when))
    return str(gettext("Enrolled. See you on %(when)s, %(room)s.", when=when, room=room))


def to_the_enrolled(enrolment: Enrolment, welcome: str) -> tuple[str, str]:
    """The sentence and its category, for the reader's own new enrolment."""
    if enrolment.state is EnrolmentState.WAITING:
        said = gettext("Full. You are number %(n)s on the waiting list.", n=enrolment.place)
        return said, "wait"
    return welcome, "done"


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
