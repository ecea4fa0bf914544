from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core import clock
from college.core.access import visible
from college.core.db import db
from college.core.imports import Headway, ImportState, titles
from college.core.jobs import Titled
from college.core.roles import Actor, Can
from college.exams.official_lists import files
from college.exams.official_lists.checking import Offer
from college.exams.official_lists.models import OfficialList
from college.people.employment.models import Employment
from college.people.persons.models import Person

CHECK, RECORD = "exams.check_list", "exams.record_list"  # kinds of jobs


def headway(made: OfficialList) -> Headway:
    return Headway.of(made, check=CHECK, record=RECORD)


def lists() -> sa.Select[OfficialList]:
    """All lists, latest first, to be paged."""
    latest = (OfficialList.uploaded_at.desc(), OfficialList.id.desc())
    return sa.select(OfficialList).order_by(*latest)


@dataclass(frozen=True, slots=True)
class Offered:
    """A row with a partly hidden number beside the person whom it fits, and their posts today."""

    offer: Offer
    person: Person
    posts: Sequence[Employment]

    @property
    def match(self) -> str:
        return f"{self.offer.line}-{self.offer.person_id}"


def offers_of(actor: Actor, made: OfficialList) -> list[Offered]:
    """What is to be confirmed of a list that is looked over, as far as the reader sees persons."""
    if made.state is not ImportState.CHECKED:
        return []
    offers = files.offered_in(made.check_sha256)
    ids = {offer.person_id for offer in offers}
    mine = sa.select(Person).where(Person.id.in_(ids), visible(Person, actor, Can.PERSONS_SEE))
    people = {person.id: person for person in db.session.scalars(mine)}
    posts: defaultdict[int, list[Employment]] = defaultdict(list)
    today = sa.select(Employment).where(
        Employment.person_id.in_(people), Employment.covers(clock.today())
    )
    for post in db.session.scalars(today.options(joinedload(Employment.unit))):
        posts[post.person_id].append(post)
    known = [offer for offer in offers if offer.person_id in people]
    return [Offered(o, people[o.person_id], posts[o.person_id]) for o in known]


def subjects(list_ids: Collection[int]) -> dict[int, Titled]:
    """The file of each list, for the list of jobs."""
    return titles(OfficialList, list_ids)
