"""What makes a supervision session acceptable: its time, its people, and nobody in two places."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from college.core import clock
from college.people.accounts.queries import trainees
from college.people.persons.models import Person
from college.people.persons.queries import lock_persons
from college.supervision.sessions.models import Form
from college.supervision.sessions.queries import busy
from college.supervision.sessions.refusals import (
    EndsBeforeStart,
    ListedTwice,
    MinutesOutOfRange,
    NobodyThere,
    NotExactlyOne,
    NotOverYet,
    OwnSupervisee,
    SuperviseeIsBusy,
    SupervisorIsBusy,
    TooFew,
    TooLong,
    TooMany,
    UnknownSupervisee,
)

GROUP_SIZE_CAP = 12
"""Most supervisees in one session. No rule of the field sets a number; it becomes part of the
policy of a programme once there are such policies."""
MAX_MINUTES = 480
"""A session longer than a working day is a slip of the pen."""


def check_time(starts_at: datetime, ends_at: datetime) -> None:
    """Raise EndsBeforeStart, TooLong or NotOverYet."""
    if ends_at <= starts_at:
        raise EndsBeforeStart
    if ends_at - starts_at > timedelta(minutes=MAX_MINUTES):
        raise TooLong(hours=MAX_MINUTES // 60)
    if ends_at > clock.now():
        raise NotOverYet


def check_size(form: Form, count: int) -> None:
    """Raise NobodyThere, NotExactlyOne, TooFew or TooMany."""
    if count == 0:
        raise NobodyThere
    if form is Form.INDIVIDUAL and count > 1:
        raise NotExactlyOne
    if form in {Form.GROUP, Form.PEER} and count == 1:
        raise TooFew
    if count > GROUP_SIZE_CAP:
        raise TooMany(most=GROUP_SIZE_CAP)


def check_people(
    supervisor_id: int,
    attendances: Sequence[tuple[Person, int]],
    *,
    most: int,
    present: Collection[int] = (),
) -> None:
    """Check each person and their minutes, at most `most`; who is `present` already may stay.

    Raises ListedTwice, OwnSupervisee, UnknownSupervisee or MinutesOutOfRange.
    """
    seen: set[int] = set()
    known = {person.id for person in trainees()} | set(present)
    for person, minutes in attendances:
        if person.id in seen:
            raise ListedTwice(name=person.full_name)
        if person.id == supervisor_id:
            raise OwnSupervisee
        if person.id not in known:
            raise UnknownSupervisee(name=person.full_name)
        if not 1 <= minutes <= most:
            raise MinutesOutOfRange(name=person.full_name, most=most)
        seen.add(person.id)


def check_free(
    supervisor_id: int,
    people: Sequence[Person],
    starts_at: datetime,
    ends_at: datetime,
    *,
    other_than: int | None = None,
) -> None:
    """Raise SupervisorIsBusy or SuperviseeIsBusy where one of them is in another session then.

    Locks the persons first: two records of the same hour must not pass each other.
    """
    ids = {supervisor_id, *(person.id for person in people)}
    lock_persons(ids)
    taken = busy(ids, starts_at, ends_at, other_than=other_than)
    if supervisor_id in taken:
        raise SupervisorIsBusy
    for person in people:
        if person.id in taken:
            raise SuperviseeIsBusy(name=person.full_name)
