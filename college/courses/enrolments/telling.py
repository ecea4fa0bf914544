"""What people are told of an enrolment, written before the run is locked.

Whoever waits for the lock waits for each statement under it. So what will come of it is foreseen
from a look without the lock; where others were faster in between, it is put right under it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from college.core.db import id_of
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.enrolments.queries import seats_taken
from college.courses.runs.models import CourseRun
from college.people.notices.models import NoticeKind
from college.people.notices.telling import say_instead, tell, tell_all
from college.people.persons.models import Person

Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Foretold:
    """The notices that are written already, by person, and who of them is told of a seat."""

    notices: Mapping[int, int]
    seated: frozenset[int]


def foretell(run: CourseRun, persons: Sequence[Person]) -> Foretold:
    ids = [id_of(person) for person in persons]
    seated = frozenset(ids[: max(0, run.seats - seats_taken(run))])
    facts = {i: facts_of(run, has_seat=i in seated) for i in ids}
    return Foretold(tell_all(NoticeKind.ENROLLED, facts), seated)


def put_right(run: CourseRun, enrolments: Sequence[Enrolment], foretold: Foretold) -> None:
    """Nothing to do unless others came in between."""
    for enrolment in enrolments:
        has_seat = enrolment.state is EnrolmentState.ENROLLED
        if has_seat is not (enrolment.person_id in foretold.seated):
            notice_id = foretold.notices[enrolment.person_id]
            facts = facts_of(run, has_seat=has_seat)
            say_instead(NoticeKind.ENROLLED, enrolment.person_id, notice_id, facts)


def tell_moved_up(run: CourseRun, enrolment: Enrolment) -> None:
    tell(NoticeKind.MOVED_UP, enrolment.person_id, facts_of(run, has_seat=True))


def facts_of(run: CourseRun, *, has_seat: bool) -> Facts:
    named = {"run_id": run.id, "title": run.title, "title_en": run.title_en}
    return {**named, "begins": run.starts_on, "has_seat": has_seat}
