from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa

from college.core.db import db
from college.people.schooling.models import EarlierPractice, Schooling


def schooling_of(person_ids: Collection[int]) -> Mapping[int, Sequence[Schooling]]:
    """What is believed of each one's diplomas, the latest first."""
    mine = Schooling.person_id.in_(person_ids) & Schooling.known()
    chosen = sa.select(Schooling).where(mine)
    found: defaultdict[int, list[Schooling]] = defaultdict(list)
    for row in db.session.scalars(chosen.order_by(Schooling.graduated_on.desc(), Schooling.id)):
        found[row.person_id].append(row)
    return found


def practice_of(person_ids: Collection[int]) -> Mapping[int, Sequence[EarlierPractice]]:
    """What is believed of each one's earlier practice, the earliest first."""
    mine = EarlierPractice.person_id.in_(person_ids) & EarlierPractice.known()
    chosen = sa.select(EarlierPractice).where(mine)
    found: defaultdict[int, list[EarlierPractice]] = defaultdict(list)
    for row in db.session.scalars(chosen.order_by(EarlierPractice.from_on, EarlierPractice.id)):
        found[row.person_id].append(row)
    return found
